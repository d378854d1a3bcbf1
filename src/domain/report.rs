//! What people report to a tenant's staff (requirements H1, H2, B7).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most reports that somebody makes in a day, of either kind.
pub const MOST_A_DAY: i64 = 20;

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonFault {
    /// They harass or insult.
    Harassment,
    /// They threaten.
    Threat,
    /// They try to cheat.
    Fraud,
    /// They want to be paid elsewhere.
    OffSite,
    /// They aren't who they say they are.
    Impersonation,
    /// They are under age.
    Minor,
    /// Something else, which the words say.
    Other,
}

impl PersonFault {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 7] = [
        Self::Harassment,
        Self::Threat,
        Self::Fraud,
        Self::OffSite,
        Self::Impersonation,
        Self::Minor,
        Self::Other,
    ];

    /// As it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Harassment => "harassment",
            Self::Threat => "threat",
            Self::Fraud => "fraud",
            Self::OffSite => "off_site",
            Self::Impersonation => "impersonation",
            Self::Minor => "minor",
            Self::Other => "other",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

/// What went wrong with a call's picture and sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TechnicalFault {
    /// One couldn't see, or badly.
    Picture,
    /// One couldn't hear, or badly.
    Sound,
    /// It was slow to begin, or broke off.
    Connection,
    /// Something else, which the words say.
    Other,
}

impl TechnicalFault {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 4] = [Self::Picture, Self::Sound, Self::Connection, Self::Other];

    /// As it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Sound => "sound",
            Self::Connection => "connection",
            Self::Other => "other",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_are_what_is_sent() {
        for fault in ReviewFault::ALL {
            assert_eq!(ReviewFault::parse(fault.name()), Some(fault));
            assert_eq!(serde_json::to_value(fault).unwrap(), fault.name());
        }
        for fault in TechnicalFault::ALL {
            assert_eq!(TechnicalFault::parse(fault.name()), Some(fault));
            assert_eq!(serde_json::to_value(fault).unwrap(), fault.name());
        }
        for fault in PersonFault::ALL {
            assert_eq!(PersonFault::parse(fault.name()), Some(fault));
            assert_eq!(serde_json::to_value(fault).unwrap(), fault.name());
        }
    }
}
