//! What a tenant has paid the platform for, and what follows when that time is over. Paid time is civil time in the
//! tenant's zone: a month bought on the 31st at noon ends at noon on the last day of a shorter month, whatever
//! daylight saving does in between.

use crate::domain::time::{Moment, Span};
use jiff::{ToSpan, Zoned, tz::TimeZone};

/// Most months that are sold at once.
pub const MOST_MONTHS: i32 = 36;
/// Most days before the end that a mail can go out, and most days of grace.
pub const MOST_DAYS: i32 = 90;
/// Most mails about one end.
pub const MOST_NOTICES: usize = 10;

/// What is known of a tenant's obligation at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Since when it needs a subscription; none if it needs none.
    pub due_since: Option<Moment>,
    /// The end of what was paid for, if anything ever was.
    pub paid_until: Option<Moment>,
    /// Days after the end in which everything goes on.
    pub grace_days: i32,
}

/// How a tenant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// It needs no subscription.
    Free,
    /// Everything goes on until then.
    Paid {
        /// The end of what was paid for.
        until: Moment,
    },
    /// It wasn't paid on, or never; everything goes on for a while.
    Grace {
        /// Since when.
        since: Moment,
        /// When it stops.
        until: Moment,
    },
    /// No new calls.
    Stopped {
        /// Since when.
        since: Moment,
    },
}

impl Account {
    /// The end after which grace begins; none if nothing is needed. Who was free for a while, or never paid, counts from
    /// when a subscription became needed.
    pub fn ends_at(&self) -> Option<Moment> {
        let due = self.due_since?;
        Some(self.paid_until.map_or(due, |until| until.max(due)))
    }

    /// When new calls stop.
    pub fn stops_at(&self, zone: &TimeZone) -> Option<Moment> {
        self.ends_at().map(|ends| days_later(ends, self.grace_days, zone))
    }

    /// How the tenant stands.
    pub fn coverage(&self, zone: &TimeZone, now: Moment) -> Coverage {
        let (Some(ends), Some(stops)) = (self.ends_at(), self.stops_at(zone)) else {
            return Coverage::Free;
        };
        if now < ends {
            Coverage::Paid { until: ends }
        } else if now < stops {
            Coverage::Grace {
                since: ends,
                until: stops,
            }
        } else {
            Coverage::Stopped { since: stops }
        }
    }
}

/// What a payment buys: so many months from the later of now and the end of what was paid for already.
pub fn period(now: Moment, paid_until: Option<Moment>, months: i32, zone: &TimeZone) -> Span {
    let from = paid_until.map_or(now, |until| until.max(now));
    let span = months.clamp(1, MOST_MONTHS).months();
    let to = zoned(from, zone).checked_add(span);
    Span {
        from,
        // Only a calendar's end has no months after it.
        to: to.map_or(from, |to| to.timestamp().into()),
    }
}

/// The mail that is due now about an end, as days before it; none if none is. `since` is when that end became known:
/// what would have been due earlier isn't sent. Of several that are due (nobody was there to send them) it is the last,
/// since the earlier ones would say the wrong thing.
pub fn due_notice(ends: Moment, since: Moment, days_before: &[i32], zone: &TimeZone, now: Moment) -> Option<i32> {
    let due = |days: &i32| {
        let at = days_later(ends, -days, zone);
        since < at && at <= now
    };
    days_before.iter().copied().filter(due).min()
}

/// In how many of the zone's days the end is, begun ones counted: what a mail says.
pub fn days_left(ends: Moment, zone: &TimeZone, now: Moment) -> i32 {
    // A day is never longer than 25 hours: so many always reach.
    let most = i32::try_from((ends - now).max(0) / 82_800_000 + 2).unwrap_or(i32::MAX);
    (0..most)
        .find(|days| days_later(now, *days, zone) >= ends)
        .unwrap_or(most)
}

fn days_later(at: Moment, days: i32, zone: &TimeZone) -> Moment {
    let later = zoned(at, zone).checked_add(days.days());
    later.map_or(at, |later| later.timestamp().into())
}

fn zoned(at: Moment, zone: &TimeZone) -> Zoned {
    at.timestamp().to_zoned(zone.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> Moment {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    #[test]
    fn months_end_where_the_calendar_has_them_end() {
        let berlin = zone("Europe/Berlin");
        for (from, months, to) in [
            // The 31st at noon, into a month of 28 days.
            ("2026-01-31T11:00:00Z", 1, "2026-02-28T11:00:00Z"),
            // A leap day, and the year after it.
            ("2028-02-29T11:00:00Z", 12, "2029-02-28T11:00:00Z"),
            // Over the change to summer time: noon stays noon.
            ("2026-03-01T11:00:00Z", 1, "2026-04-01T10:00:00Z"),
            // 02:30 doesn't exist on the day of the change: an hour later, as clocks show it.
            ("2026-02-28T01:30:00Z", 1, "2026-03-28T01:30:00Z"),
            ("2026-01-29T01:30:00Z", 2, "2026-03-29T01:30:00Z"),
        ] {
            assert_eq!(period(at(from), None, months, &berlin).to, at(to), "{from}");
        }
        // The same instant is another day elsewhere.
        let tokyo = period(at("2026-01-30T16:00:00Z"), None, 1, &zone("Asia/Tokyo")).to;
        assert_eq!(tokyo, at("2026-02-27T16:00:00Z"));
    }

    #[test]
    fn payment_extends_from_the_later_of_now_and_the_end() {
        let utc = zone("UTC");
        let (now, later) = (at("2026-05-10T00:00:00Z"), at("2026-06-01T00:00:00Z"));
        let early = period(now, Some(later), 1, &utc);
        assert_eq!((early.from, early.to), (later, at("2026-07-01T00:00:00Z")));
        let late = period(later, Some(now), 1, &utc);
        assert_eq!((late.from, late.to), (later, at("2026-07-01T00:00:00Z")));
    }

    #[test]
    fn grace_is_civil_days_and_then_calls_stop() {
        let berlin = zone("Europe/Berlin");
        let ends = at("2026-03-25T11:00:00Z");
        let account = Account {
            due_since: Some(Moment(0)),
            paid_until: Some(ends),
            grace_days: 7,
        };
        // An hour less than seven days of 24 hours: the clocks change in between.
        let stops = ends + (7 * DAY - 3_600_000);
        assert_eq!(account.coverage(&berlin, ends + -1), Coverage::Paid { until: ends });
        let grace = Coverage::Grace {
            since: ends,
            until: stops,
        };
        assert_eq!(account.coverage(&berlin, ends), grace);
        assert_eq!(account.coverage(&berlin, stops + -1), grace);
        assert_eq!(account.coverage(&berlin, stops), Coverage::Stopped { since: stops });
    }

    #[test]
    fn who_was_free_has_grace_from_when_it_was_not() {
        let mut account = Account {
            due_since: None,
            paid_until: Some(Moment(0)),
            grace_days: 1,
        };
        let utc = zone("UTC");
        assert_eq!(account.coverage(&utc, Moment(50 * DAY)), Coverage::Free);
        account.due_since = Some(Moment(49 * DAY));
        assert!(matches!(
            account.coverage(&utc, Moment(49 * DAY)),
            Coverage::Grace { .. }
        ));
        assert!(matches!(
            account.coverage(&utc, Moment(50 * DAY)),
            Coverage::Stopped { .. }
        ));
    }

    #[test]
    fn the_last_mail_that_is_due_and_none_from_before() {
        let utc = zone("UTC");
        let ends = Moment(100 * DAY);
        let due = |since: i64, now: i64| due_notice(ends, Moment(since * DAY), &[14, 3, 0], &utc, Moment(now * DAY));
        assert_eq!(due(0, 85), None);
        assert_eq!(due(0, 86), Some(14));
        assert_eq!(due(0, 97), Some(3));
        assert_eq!(due(0, 300), Some(0));
        assert_eq!(due(90, 95), None, "bought when that mail would have been late already");
        assert_eq!(due(100, 300), None);
    }

    #[test]
    fn days_left_are_days_of_the_calendar() {
        let berlin = zone("Europe/Berlin");
        // Clocks go back in between: the fourteen days have an hour more.
        let ends = at("2026-11-01T09:00:00Z");
        assert_eq!(days_left(ends, &berlin, at("2026-10-18T08:00:00Z")), 14);
        assert_eq!(days_left(ends, &berlin, at("2026-10-18T07:59:59Z")), 15);
        assert_eq!(days_left(ends, &berlin, at("2026-10-31T09:00:00Z")), 1);
        assert_eq!(days_left(ends, &berlin, ends), 0);
        assert_eq!(days_left(ends, &berlin, ends + DAY), 0);
    }

    proptest! {
        #[test]
        fn paid_time_never_shrinks_and_grace_follows_it(
            now in 0_i64..4_000_000_000_000, before in -2_000_i64..2_000, months in 1_i32..=36, grace in 0_i32..=90,
            name in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kolkata"]),
        ) {
            let zone = zone(name);
            let (now, paid) = (Moment(now), Moment(now + before * DAY));
            let bought = period(now, Some(paid), months, &zone);
            prop_assert_eq!(bought.from, now.max(paid));
            // A month has 28 days at least; a change of clocks or of the date line takes up to a day.
            prop_assert!(bought.ms() >= i64::from(months) * 27 * DAY);
            prop_assert!(bought.ms() <= i64::from(months) * 32 * DAY);
            let account = Account { due_since: Some(Moment(0)), paid_until: Some(bought.to), grace_days: grace };
            prop_assert_eq!(account.coverage(&zone, bought.from), Coverage::Paid { until: bought.to });
            let stops = account.stops_at(&zone).unwrap();
            prop_assert!(stops >= bought.to);
            prop_assert_eq!(account.coverage(&zone, stops), Coverage::Stopped { since: stops });
        }

        #[test]
        fn each_mail_is_due_once_and_in_order(ends in 200_i64..20_000, days in prop::collection::btree_set(0_i32..=90, 0..10)) {
            let zone = zone("Europe/Berlin");
            let days: Vec<i32> = days.into_iter().collect();
            let ends = Moment(ends * DAY);
            let mut told = Vec::new();
            for day in -100..=5 {
                if let Some(due) = due_notice(ends, ends + -100 * DAY, &days, &zone, ends + day * DAY + 7_200_000)
                    && told.last() != Some(&due)
                {
                    told.push(due);
                }
            }
            told.reverse();
            prop_assert_eq!(told, days);
        }
    }
}
