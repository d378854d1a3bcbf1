//! A seller's private room (requirement E7): who may come in, and what becomes of passwords that don't fit.

use super::time::Moment;
use serde::Serialize;

/// Most open rooms of one seller.
pub const MOST_ROOMS: usize = 10;
/// Most people with a password of their own for one room.
pub const MOST_USERS: usize = 100;
/// Longest title, characters.
pub const MOST_TITLE: usize = 80;
/// Most people who wait at one door.
pub const MOST_WAITING: usize = 10;
/// Most who come to one door in a minute.
pub const MOST_A_MINUTE: usize = 15;
/// Whoever's page hasn't asked for so long has left the door, milliseconds.
pub const GONE_MS: i64 = 30_000;

/// How one comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// With a password.
    Password,
    /// With a password, or by knocking.
    PasswordOrKnock,
    /// By knocking.
    Knock,
}

impl Opens {
    /// All, as they are offered.
    pub const ALL: [Self; 3] = [Self::PasswordOrKnock, Self::Password, Self::Knock];

    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordOrKnock => "password_or_knock",
            Self::Knock => "knock",
        }
    }

    /// Reads what [`name`](Self::name) wrote.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|opens| opens.name() == name)
    }

    /// Whether passwords open the door.
    pub fn by_password(self) -> bool {
        self != Self::Knock
    }

    /// Whether one may knock.
    pub fn by_knock(self) -> bool {
        self != Self::Password
    }
}

/// Whose failures are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriedBy {
    /// One network address.
    Address,
    /// One name of somebody with a password of their own, whether there is such a person or not.
    Name,
    /// Everybody at the room.
    Room,
}

impl TriedBy {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Name => "name",
            Self::Room => "room",
        }
    }

    /// Failures that cost nothing, and those after which the door is locked.
    fn bounds(self) -> (u32, u32) {
        match self {
            Self::Address | Self::Name => (3, 10),
            // Many addresses have to be at it; whoever only mistypes isn't held up by them.
            Self::Room => (100, 100),
        }
    }
}

/// How long a lock lasts, milliseconds.
pub const LOCK_MS: i64 = 15 * 60_000;
/// Failures this old are forgotten, milliseconds.
pub const FORGOTTEN_MS: i64 = 60 * 60_000;
const LONGEST_WAIT_S: i64 = 60;

/// Passwords that didn't fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// How many, lately.
    pub failures: u32,
    /// When the last was.
    pub last: Moment,
    /// Until then nothing is compared.
    pub until: Moment,
    /// That is a lock, of which the host is told.
    pub locked: bool,
}

impl Tries {
    /// Nothing failed yet.
    pub fn none(now: Moment) -> Self {
        Self {
            failures: 0,
            last: now,
            until: now,
            locked: false,
        }
    }

    /// How long nothing is compared yet, in seconds; none if it may be tried.
    pub fn wait_s(&self, now: Moment) -> Option<u32> {
        let left = self.until - now;
        (left > 0).then(|| u32::try_from((left + 999) / 1_000).unwrap_or(u32::MAX))
    }

    /// One more failure: after some of them each costs twice the wait of the one before, and in the end the door is
    /// locked.
    #[must_use]
    pub fn failed(self, by: TriedBy, now: Moment) -> Self {
        let stale = now - self.last >= FORGOTTEN_MS || (self.locked && self.until <= now);
        let failures = if stale { 1 } else { self.failures + 1 };
        let (free, most) = by.bounds();
        let locked = failures >= most;
        let wait_ms = if locked {
            LOCK_MS
        } else {
            let doubled = 1_i64 << failures.saturating_sub(free).min(16);
            if failures < free {
                0
            } else {
                doubled.min(LONGEST_WAIT_S) * 1_000
            }
        };
        Self {
            failures,
            last: now,
            until: now + wait_ms,
            locked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_then_the_door_is_locked_and_opens_again() {
        let mut now = Moment(1_000_000);
        let mut tries = Tries::none(now);
        let mut waits = Vec::new();
        while !tries.locked {
            tries = tries.failed(TriedBy::Address, now);
            waits.push(tries.wait_s(now).unwrap_or(0));
            now = tries.until;
        }
        assert_eq!(waits, [0, 0, 1, 2, 4, 8, 16, 32, 60, 900]);
        assert_eq!(tries.wait_s(now + -1), Some(1));
        assert_eq!(tries.wait_s(now), None);
        tries = tries.failed(TriedBy::Address, now);
        assert_eq!((tries.failures, tries.locked), (1, false), "counted anew after a lock");
    }

    #[test]
    fn what_is_old_is_forgotten_and_a_room_bears_more() {
        let now = Moment(0);
        let many = Tries {
            failures: 9,
            ..Tries::none(now)
        };
        assert_eq!(many.failed(TriedBy::Name, now + FORGOTTEN_MS).failures, 1);
        assert!(many.failed(TriedBy::Name, now + 1).locked);
        let room = Tries {
            failures: 98,
            ..Tries::none(now)
        };
        let one_more = room.failed(TriedBy::Room, now);
        assert_eq!((one_more.locked, one_more.wait_s(now)), (false, None));
        assert!(one_more.failed(TriedBy::Room, now).locked);
    }

    #[test]
    fn ways_in_survive_their_names() {
        for opens in Opens::ALL {
            assert_eq!(Opens::named(opens.name()), Some(opens));
        }
    }
}
