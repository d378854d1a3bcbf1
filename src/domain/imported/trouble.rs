//! Why a calendar couldn't be read.

use serde::{Deserialize, Serialize};

/// Why a calendar couldn't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The address, or one that it leads to, can't be asked.
    Address,
    /// It leads into a network that isn't open to everybody.
    Inside,
    /// It leads on and on.
    Redirects,
    /// Nobody answers there.
    Unreachable,
    /// Whoever answers there can't show that it is the one who was asked.
    Untrusted,
    /// The answer takes too long.
    Slow,
    /// The answer doesn't end, or is too long.
    Large,
    /// There is nothing, or nothing any more.
    Gone,
    /// The answer is a refusal, or an error of theirs.
    Refused,
    /// What is there isn't a calendar, or not a whole one.
    NotACalendar,
    /// Too much stands in it.
    TooMuch,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Address,
        Self::Inside,
        Self::Redirects,
        Self::Unreachable,
        Self::Untrusted,
        Self::Slow,
        Self::Large,
        Self::Gone,
        Self::Refused,
        Self::NotACalendar,
        Self::TooMuch,
    ];

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Inside => "inside",
            Self::Redirects => "redirects",
            Self::Unreachable => "unreachable",
            Self::Untrusted => "untrusted",
            Self::Slow => "slow",
            Self::Large => "large",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::NotACalendar => "not_a_calendar",
            Self::TooMuch => "too_much",
        }
    }

    /// By its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trouble| trouble.name() == name)
    }
}
