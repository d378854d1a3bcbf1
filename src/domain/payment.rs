//! Payments of all sorts: how they stand, and what people agree to with them.

use super::{
    ids::{BookingId, ExtensionId},
    time::Moment,
};

/// Which text people agree to when a way to pay is to be kept; goes up when what it allows changes.
pub const CONSENT_VERSION: i32 = 1;

/// What somebody agreed to when they had a way to pay kept for later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The version of the text.
    pub version: i32,
    /// The text as they read it.
    pub words: String,
}

/// Money that a card only holds: what is due of it is taken once that is known, the rest is let go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hold {
    /// When it is taken at the latest, once it is held: providers don't hold for ever.
    pub until: Option<Moment>,
    /// How much of it is due, in minor units, once that is known.
    pub due_minor: Option<i64>,
}

/// What money that was paid in is meant for, as soon as it arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An order.
    Order(BookingId),
    /// More time in a call.
    Extension(ExtensionId),
}

impl Purpose {
    /// The order, if it is one.
    pub fn order(self) -> Option<BookingId> {
        match self {
            Self::Order(id) => Some(id),
            Self::Extension(_) => None,
        }
    }

    /// The extension, if it is one.
    pub fn extension(self) -> Option<ExtensionId> {
        match self {
            Self::Extension(id) => Some(id),
            Self::Order(_) => None,
        }
    }
}

/// How a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Stored; the gateway hasn't heard of it, as far as we know.
    Created,
    /// The person can pay.
    Pending,
    /// The gateway doesn't say.
    Unknown,
    /// The card holds the money for us, until it is known how much of it is due.
    Held,
    /// The money is there. Final.
    Settled,
    /// It won't come. Final.
    Declined,
    /// What the card held was let go, all of it. Final.
    Released,
}

impl State {
    const ALL: [Self; 7] = [
        Self::Created,
        Self::Pending,
        Self::Unknown,
        Self::Held,
        Self::Settled,
        Self::Declined,
        Self::Released,
    ];

    /// Its name in the database and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Held => "held",
            Self::Settled => "settled",
            Self::Declined => "declined",
            Self::Released => "released",
        }
    }

    /// As the person sees it: whether the gateway has heard of it is no concern of theirs.
    #[must_use]
    pub fn seen(self) -> Self {
        match self {
            Self::Created | Self::Pending => Self::Pending,
            state => state,
        }
    }

    /// Nothing can change it any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Settled | Self::Declined | Self::Released)
    }

    /// Reads its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}
