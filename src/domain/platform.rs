//! The platform's own staff.

use crate::domain::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody may at the platform's console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlatformRole {
    /// Everything.
    Owner,
    /// Look at everything, and look after jobs.
    Support,
}

impl PlatformRole {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Support => "support",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Owner, Self::Support]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

/// Wrong codes of somebody's second factor, one after the other: some are forgiven, then there is a pause. Who knows the
/// password gets five guesses at a million codes each quarter of an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WrongCodes {
    /// How many.
    pub count: i32,
    /// When the last was.
    pub last_at: Moment,
}

/// How many are forgiven.
const FORGIVEN: i32 = 5;
/// How long the pause is, and how long none is forgotten.
const PAUSE_MS: i64 = 15 * 60_000;

impl WrongCodes {
    /// Milliseconds until another code is looked at; none if one may be sent now.
    pub fn pause_ms(self, now: Moment) -> Option<i64> {
        let left = self.last_at + PAUSE_MS - now;
        (self.count >= FORGIVEN && left > 0).then_some(left)
    }

    /// With one more.
    #[must_use]
    pub fn and_one(self, now: Moment) -> Self {
        let fresh = now - self.last_at >= PAUSE_MS;
        Self {
            count: if fresh { 1 } else { self.count.saturating_add(1) },
            last_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_are_forgiven_and_none_before_the_pause_is_over() {
        let start = Moment(1_000_000_000_000);
        let mut wrong = WrongCodes::default();
        for _ in 0..5 {
            assert_eq!(wrong.pause_ms(start), None);
            wrong = wrong.and_one(start);
        }
        assert_eq!(wrong.pause_ms(start), Some(PAUSE_MS));
        assert_eq!(wrong.pause_ms(start + (PAUSE_MS - 1)), Some(1));
        assert_eq!(wrong.pause_ms(start + PAUSE_MS), None);
        assert_eq!(wrong.and_one(start + PAUSE_MS).count, 1);
    }
}
