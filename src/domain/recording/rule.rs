//! Who may have a call recorded, and who sees it then.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who may have a call recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingRule {
    /// Nobody.
    Nobody,
    /// Whoever pays.
    Buyer,
    /// Whoever is paid.
    Seller,
    /// Each of them.
    #[default]
    Either,
    /// Each of them, and everybody is asked at the beginning of every call. Who doesn't agree talks unrecorded.
    Always,
}

impl RecordingRule {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 5] = [Self::Nobody, Self::Buyer, Self::Seller, Self::Either, Self::Always];

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Either => "either",
            Self::Always => "always",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Whether the buyer may ask.
    pub fn lets_buyer(self) -> bool {
        matches!(self, Self::Buyer | Self::Either | Self::Always)
    }

    /// Whether the seller may ask.
    pub fn lets_seller(self) -> bool {
        matches!(self, Self::Seller | Self::Either | Self::Always)
    }

    /// What is left of this where a seller wishes something else: they can take away and never add.
    #[must_use]
    pub fn narrowed(self, wish: Self) -> Self {
        match (
            self.lets_buyer() && wish.lets_buyer(),
            self.lets_seller() && wish.lets_seller(),
        ) {
            (true, true) if self == Self::Always && wish == Self::Always => Self::Always,
            (true, true) => Self::Either,
            (true, false) => Self::Buyer,
            (false, true) => Self::Seller,
            (false, false) => Self::Nobody,
        }
    }
}

/// Who sees recordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingFor {
    /// Both of the call, and the tenant's staff.
    #[default]
    Both,
    /// The tenant's staff only.
    Staff,
}
