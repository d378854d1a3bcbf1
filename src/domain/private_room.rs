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
/// Most of them who come from one network.
pub const MOST_WAITING_OF_NETWORK: usize = 2;
/// Most who knock at one door in a minute.
pub const MOST_A_MINUTE: usize = 15;
/// Nobody knocks again from a network that was refused for so long, milliseconds.
pub const PAUSE_MS: i64 = 60_000;
/// Whoever's page hasn't asked for so long has left the door, milliseconds.
pub const GONE_MS: i64 = 30_000;
/// Who was admitted and hasn't come in may for so long, milliseconds.
pub const ADMITTED_MS: i64 = 30 * 60_000;
/// … and only while their page asks at least this often, milliseconds. Browsers slow pages down that aren't looked at.
pub const UNSEEN_MS: i64 = 2 * 60_000;
/// An answer that let somebody in and was lost is given once more for so long, milliseconds.
pub const LOST_MS: i64 = 60_000;

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
    /// One name of somebody with a password of their own, whether there is such a person or not. Only slowed: else
    /// whoever knows the name could lock them out.
    Name,
    /// Everybody at the room whose network has never been let in.
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

    /// Failures that cost nothing, and those after which the door is locked, if it ever is.
    fn bounds(self) -> (u32, Option<u32>) {
        match self {
            Self::Address => (3, Some(10)),
            // Many addresses have to be at it; whoever only mistypes isn't held up by them.
            Self::Name => (20, None),
            Self::Room => (100, Some(100)),
        }
    }

    /// The longest that one failure costs, seconds.
    fn longest_wait_s(self) -> i64 {
        match self {
            Self::Name => 10,
            Self::Address | Self::Room => 60,
        }
    }
}

/// How long a lock lasts, milliseconds.
pub const LOCK_MS: i64 = 15 * 60_000;
/// Failures this old are forgotten, milliseconds.
pub const FORGOTTEN_MS: i64 = 60 * 60_000;

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
        Self {
            failures,
            last: now,
            ..self
        }
        .reckoned(by)
    }

    /// What was counted at `counted` was none; the last one before that was at `before`.
    #[must_use]
    pub fn taken_back(self, by: TriedBy, (counted, before): (Moment, Moment)) -> Self {
        Self {
            failures: self.failures.saturating_sub(1),
            // Unless somebody failed meanwhile: nothing stays young by what was none.
            last: if self.last == counted { before } else { self.last },
            ..self
        }
        .reckoned(by)
    }

    /// With the wait and the lock that follow from the failures.
    fn reckoned(self, by: TriedBy) -> Self {
        let (free, most) = by.bounds();
        let locked = most.is_some_and(|most| self.failures >= most);
        let wait_ms = if locked {
            LOCK_MS
        } else if self.failures < free {
            0
        } else {
            let doubled = 1_i64 << (self.failures - free).min(16);
            doubled.min(by.longest_wait_s()) * 1_000
        };
        Self {
            until: self.last + wait_ms,
            locked,
            ..self
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
        assert_eq!(many.failed(TriedBy::Address, now + FORGOTTEN_MS).failures, 1);
        assert!(many.failed(TriedBy::Address, now + 1).locked);
        let room = Tries {
            failures: 98,
            ..Tries::none(now)
        };
        let one_more = room.failed(TriedBy::Room, now);
        assert_eq!((one_more.locked, one_more.wait_s(now)), (false, None));
        assert!(one_more.failed(TriedBy::Room, now).locked);
    }

    #[test]
    fn a_name_is_slowed_and_never_locked() {
        let mut tries = Tries::none(Moment(0));
        for _ in 0..200 {
            tries = tries.failed(TriedBy::Name, tries.until);
        }
        assert!(!tries.locked);
        assert_eq!(tries.until - tries.last, 10_000);
    }

    #[test]
    fn what_is_taken_back_leaves_nothing_behind() {
        let failed = Tries::none(Moment(0)).failed(TriedBy::Address, Moment(10));
        let counted = failed.failed(TriedBy::Address, Moment(500));
        let back = counted.taken_back(TriedBy::Address, (Moment(500), failed.last));
        assert_eq!(back, failed, "neither younger nor more");
        // Of two at once the one that failed stays, with its wait.
        let eight = Tries {
            failures: 8,
            ..Tries::none(Moment(0))
        };
        let both = eight
            .failed(TriedBy::Address, Moment(500))
            .failed(TriedBy::Address, Moment(501));
        assert!(both.locked);
        let one = both.taken_back(TriedBy::Address, (Moment(500), eight.last));
        assert_eq!((one.failures, one.locked, one.until), (9, false, Moment(60_501)));
    }

    #[test]
    fn ways_in_survive_their_names() {
        for opens in Opens::ALL {
            assert_eq!(Opens::named(opens.name()), Some(opens));
        }
    }
}
