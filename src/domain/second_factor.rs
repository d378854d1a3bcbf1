//! Rules of the second factor: how often a code may be wrong, and how long a good one counts.

use crate::domain::time::Moment;

/// How long after a code what asks for one lately can be done, in milliseconds.
pub const FRESH_MS: i64 = 10 * 60_000;

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
