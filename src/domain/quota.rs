//! How much of the platform one tenant may use, so that none slows another: the platform's numbers for all, with others
//! for some.

use crate::domain::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// Requests.
    Requests,
    /// Mails.
    Mails,
    /// Files that are sent to us.
    Uploads,
    /// Calls that are begun, and people who enter them.
    Joins,
}

/// What a tenant may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    /// Requests a second; twice as many at once.
    pub requests_per_second: u32,
    /// Pages that are open at the same time.
    pub sockets: u32,
    /// Mails an hour; more are sent later.
    pub mails_per_hour: u32,
    /// Files an hour.
    pub uploads_per_hour: u32,
    /// Calls that are begun and entered, a minute.
    pub joins_per_minute: u32,
}

/// What a tenant may instead; absent fields are as for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct QuotaChange {
    /// See [`Quotas`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<u32>,
    /// See [`Quotas`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sockets: Option<u32>,
    /// See [`Quotas`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mails_per_hour: Option<u32>,
    /// See [`Quotas`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uploads_per_hour: Option<u32>,
    /// See [`Quotas`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joins_per_minute: Option<u32>,
}

/// The most that any of them can be. The least is 1: who is to have nothing is suspended.
pub const MOST: u32 = 1_000_000;

impl QuotaChange {
    /// The field that is out of bounds, if one is.
    pub fn out_of_bounds(&self) -> Option<&'static str> {
        let fields = [
            ("requests_per_second", self.requests_per_second),
            ("sockets", self.sockets),
            ("mails_per_hour", self.mails_per_hour),
            ("uploads_per_hour", self.uploads_per_hour),
            ("joins_per_minute", self.joins_per_minute),
        ];
        let wrong = |value: Option<u32>| value.is_some_and(|value| !(1..=MOST).contains(&value));
        fields
            .into_iter()
            .find(|(_, value)| wrong(*value))
            .map(|(name, _)| name)
    }
}

impl Quotas {
    /// With what holds for one tenant.
    #[must_use]
    pub fn with(self, own: &QuotaChange) -> Self {
        Self {
            requests_per_second: own.requests_per_second.unwrap_or(self.requests_per_second),
            sockets: own.sockets.unwrap_or(self.sockets),
            mails_per_hour: own.mails_per_hour.unwrap_or(self.mails_per_hour),
            uploads_per_hour: own.uploads_per_hour.unwrap_or(self.uploads_per_hour),
            joins_per_minute: own.joins_per_minute.unwrap_or(self.joins_per_minute),
        }
    }

    /// How fast something may go.
    pub fn pace(self, counted: Counted) -> Pace {
        let (count, period_ms, at_once) = match counted {
            Counted::Requests => (self.requests_per_second, 1_000, 2),
            Counted::Mails => (self.mails_per_hour, HOUR_MS, 1),
            Counted::Uploads => (self.uploads_per_hour, HOUR_MS, 1),
            Counted::Joins => (self.joins_per_minute, 60_000, 1),
        };
        Pace {
            step_us: (period_ms * 1_000 / i64::from(count.max(1))).max(1),
            room_us: period_ms * 1_000 * at_once,
        }
    }
}

const HOUR_MS: i64 = 3_600_000;

/// So many in a time, evenly or at once: the generic cell rate algorithm in whole microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Between two, when they come evenly.
    step_us: i64,
    /// As long as the steps of those that come at once.
    room_us: i64,
}

/// What was counted of one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// When all that was counted would be over, had it come evenly.
    full_us: i64,
    /// When the last of those that were put off has its turn.
    turn_us: i64,
}

impl Count {
    /// Counts one more.
    ///
    /// # Errors
    /// There is no room; milliseconds until there is.
    pub fn take(&mut self, pace: Pace, now: Moment) -> Result<(), i64> {
        let now_us = now.0.saturating_mul(1_000);
        let full_us = self.full_us.max(now_us).saturating_add(pace.step_us);
        let over_us = full_us - now_us - pace.room_us;
        if over_us > 0 {
            return Err((over_us + 999) / 1_000);
        }
        self.full_us = full_us;
        Ok(())
    }

    /// When one that found no room has its turn: each gets one of its own.
    pub fn turn(&mut self, pace: Pace, wait_ms: i64, now: Moment) -> Moment {
        let soonest_us = (now + wait_ms).0.saturating_mul(1_000);
        self.turn_us = self.turn_us.saturating_add(pace.step_us).max(soonest_us);
        Moment((self.turn_us + 999) / 1_000)
    }

    /// How many of them still count.
    pub fn used(&self, pace: Pace, now: Moment) -> i64 {
        let ahead_us = self.full_us - now.0.saturating_mul(1_000);
        (ahead_us.max(0) + pace.step_us - 1) / pace.step_us
    }

    /// Nothing of it counts any more.
    pub fn is_over(&self, now: Moment) -> bool {
        self.full_us.max(self.turn_us) <= now.0.saturating_mul(1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Quotas = Quotas {
        requests_per_second: 10,
        sockets: 10,
        mails_per_hour: 60,
        uploads_per_hour: 10,
        joins_per_minute: 10,
    };

    #[test]
    fn an_hours_worth_may_come_at_once_and_then_one_at_a_time() {
        let (pace, mut count, now) = (ALL.pace(Counted::Mails), Count::default(), Moment(1_800_000_000_000));
        for _ in 0..60 {
            count.take(pace, now).expect("room");
        }
        assert_eq!(count.used(pace, now), 60);
        assert_eq!(count.take(pace, now), Err(60_000));
        let turns = [(); 3].map(|()| count.turn(pace, 60_000, now) - now);
        assert_eq!(turns, [60_000, 120_000, 180_000]);
        count.take(pace, now + 60_000).expect("room for one");
        assert_eq!(count.take(pace, now + 60_000), Err(60_000));
        assert!(!count.is_over(now + 3_600_000));
        assert!(count.is_over(now + 3_660_000));
        assert_eq!(count.used(pace, now + 3_660_000), 0);
    }

    #[test]
    fn some_tenants_may_more_or_less_but_never_nothing() {
        let own = QuotaChange {
            sockets: Some(3),
            ..QuotaChange::default()
        };
        assert_eq!(ALL.with(&own), Quotas { sockets: 3, ..ALL });
        assert_eq!(own.out_of_bounds(), None);
        for wrong in [0, MOST + 1] {
            let own = QuotaChange {
                mails_per_hour: Some(wrong),
                ..own
            };
            assert_eq!(own.out_of_bounds(), Some("mails_per_hour"));
        }
    }
}
