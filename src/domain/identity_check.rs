//! Whether people are who they say and old enough, where a tenant asks for that (requirement B6).

use serde::{Deserialize, Serialize};

/// Most bytes of a picture as it is sent: what a phone's camera makes.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;
/// How long pictures are kept after somebody has decided, days.
pub const KEPT_DAYS: i64 = 7;
/// How long a check waits for a decision, days. Then its pictures are deleted, and its person is asked to send them again.
pub const UNDECIDED_DAYS: i64 = 30;
/// How often somebody can try within a day.
pub const MOST_A_DAY: i64 = 5;

/// What a tenant asks the check for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Before something of theirs is on the site, or they are switched on.
    pub before_selling: bool,
    /// Before they ring, book or order.
    pub before_buying: bool,
}

/// What somebody is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// To sell.
    Selling,
    /// To buy.
    Buying,
}

impl Rules {
    /// Whether the check is needed for that.
    pub fn ask(self, side: Side) -> bool {
        match side {
            Side::Selling => self.before_selling,
            Side::Buying => self.before_buying,
        }
    }
}

/// Where a check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Nobody has decided yet.
    Waiting,
    /// They are who they say.
    Approved,
    /// That couldn't be seen from what they sent.
    Declined,
    /// Nobody decided in time, or its pictures aren't here: they can send them again.
    Lapsed,
}

impl CheckState {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Lapsed => "lapsed",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Approved, Self::Declined, Self::Lapsed]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureKind {
    /// A passport, an identity card, a driving licence.
    Document,
    /// The person, now.
    Selfie,
}

impl PictureKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Document, Self::Selfie];

    /// As it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Selfie => "selfie",
        }
    }
}

/// What whoever looks at a check says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are who they say.
    Approved,
    /// They may not be, and why that is said.
    Declined(String),
    /// The tenant's staff have to look.
    AskStaff,
}
