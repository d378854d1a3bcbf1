//! What people report to a tenant's staff (requirements H1, B7).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most reports that somebody makes in a day, of either kind.
pub const MOST_A_DAY: i64 = 20;

/// What is wrong with a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewFault {
    /// It tells of something that didn't happen.
    MadeUp,
    /// It insults or threatens.
    Insult,
    /// It gives away what is somebody's own.
    Private,
    /// It advertises.
    Advert,
    /// It isn't about the call.
    OffTopic,
    /// Something else, which the words say.
    Other,
}

impl ReviewFault {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 6] = [
        Self::MadeUp,
        Self::Insult,
        Self::Private,
        Self::Advert,
        Self::OffTopic,
        Self::Other,
    ];

    /// As it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::MadeUp => "made_up",
            Self::Insult => "insult",
            Self::Private => "private",
            Self::Advert => "advert",
            Self::OffTopic => "off_topic",
            Self::Other => "other",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}
