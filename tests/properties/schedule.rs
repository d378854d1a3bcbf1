//! Free times against an oracle that knows nothing of offsets and steps in time: it looks at the clock on the wall, minute
//! by minute.

use jiff::{Timestamp, ToSpan, civil::date, tz::TimeZone};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tallyroom::domain::{
    schedule::{Calendar, DayHours, Rules, Stretch, Taken, slots},
    time::{Moment, Span, Zone},
};

const MINUTE_MS: i64 = 60_000;

/// Zones whose clocks are changed in every way there is: by an hour and by half of one, at midnight and after it, around
/// the year's turn, in Ramadan, by nobody, and with offsets of odd minutes.
const ZONES: [&str; 10] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Beirut",
    "Pacific/Chatham",
    "America/St_Johns",
    "Asia/Kathmandu",
];

/// Every change of a zone's clock from 2025 to 2030.
fn changes(zone: &str) -> Vec<Moment> {
    let rules = TimeZone::get(zone).expect("a zone");
    let (from, until): (Timestamp, Timestamp) = (
        "2025-01-01T00:00Z".parse().expect("an instant"),
        "2031-01-01T00:00Z".parse().expect("an instant"),
    );
    let changes = rules.following(from).map(|change| change.timestamp());
    changes.take_while(|at| *at < until).map(Moment::from).collect()
}

/// What the wall's clock shows at each minute, and whether the calendar is open then.
struct Wall<'a> {
    calendar: &'a Calendar,
    zone: TimeZone,
}

impl<'a> Wall<'a> {
    fn of(calendar: &'a Calendar) -> Self {
        let zone = TimeZone::get(calendar.zone.name()).expect("a zone");
        Self { calendar, zone }
    }

    /// Minutes since the hours that are open at that instant began, by the wall's clock.
    fn open_for(&self, at: Moment) -> Option<i64> {
        let wall = at.timestamp().to_zoned(self.zone.clone());
        let minute = i64::from(wall.hour()) * 60 + i64::from(wall.minute());
        let weekday = wall.weekday().to_monday_zero_offset() as usize;
        let hours = self
            .calendar
            .exceptions
            .get(&wall.date())
            .unwrap_or(&self.calendar.weekly[weekday]);
        let bounds = hours
            .stretches()
            .iter()
            .map(|part| (i64::from(part.from()), i64::from(part.until())));
        let mut open = bounds.filter(|(from, until)| (*from..*until).contains(&minute));
        open.next().map(|(from, _)| minute - from)
    }

    fn is_open(&self, at: Moment) -> bool {
        self.open_for(at).is_some()
    }

    fn slots(&self, booked: &[Span], rules: &Rules, now: Moment) -> Vec<Moment> {
        let taken: BTreeSet<i64> = booked.iter().flat_map(|span| minutes(*span)).map(|at| at.0).collect();
        let first = now + i64::from(rules.notice_min) * MINUTE_MS;
        let last = now + i64::from(rules.horizon_days) * 24 * 60 * MINUTE_MS;
        let begins = |at: &Moment| {
            let length = i64::from(rules.length_min);
            let room = -i64::from(rules.before_min)..length + i64::from(rules.after_min);
            self.open_for(*at)
                .is_some_and(|minutes| minutes % i64::from(rules.step_min) == 0)
                && (0..length).all(|minute| self.is_open(*at + minute * MINUTE_MS))
                && room
                    .into_iter()
                    .all(|minute| !taken.contains(&(*at + minute * MINUTE_MS).0))
        };
        let all = minutes(Span {
            from: first + 1,
            to: last + 1,
        });
        all.filter(begins).collect()
    }
}

/// Its whole minutes, from the first one that isn't before it.
fn minutes(span: Span) -> impl Iterator<Item = Moment> {
    let first = (span.from.0 + MINUTE_MS - 1).div_euclid(MINUTE_MS);
    (first..)
        .map(|minute| Moment(minute * MINUTE_MS))
        .take_while(move |at| *at < span.to)
}

fn part(from: u16, until: u16) -> Stretch {
    Stretch::new(from, until).expect("a stretch")
}

fn stretch() -> impl Strategy<Value = Stretch> {
    // As people write hours: mostly on quarters, seldom on odd minutes; the night, when clocks are changed, more often.
    let minute = prop_oneof![8 => (0..=96_u16).prop_map(|quarter| quarter * 15), 4 => (0..=20_u16).prop_map(|quarter| quarter * 15), 1 => 0..=1440_u16];
    (minute.clone(), minute).prop_filter_map("a stretch", |(one, other)| {
        Stretch::new(one.min(other), one.max(other)).ok()
    })
}

fn day() -> impl Strategy<Value = DayHours> {
    let whole = Just(DayHours::new(vec![part(0, 1440)]).expect("a day"));
    let parts = prop::collection::vec(stretch(), 0..4).prop_filter_map("apart", |parts| DayHours::new(parts).ok());
    prop_oneof![1 => whole, 5 => parts]
}

fn calendar(zone: &'static str, around: Moment) -> impl Strategy<Value = Calendar> {
    let weekly = prop::collection::vec(day(), 7);
    let exceptions = prop::collection::btree_map(-3..=3_i64, day(), 0..3);
    (weekly, exceptions).prop_map(move |(weekly, exceptions)| {
        let zone = Zone::named(zone).expect("a zone");
        let date = around.timestamp().to_zoned(zone.rules().clone()).date();
        let exceptions: BTreeMap<_, _> = exceptions
            .into_iter()
            .map(|(days, hours)| (date.saturating_add(days.days()), hours))
            .collect();
        Calendar {
            zone,
            weekly: weekly.try_into().expect("seven days"),
            exceptions,
        }
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    let length = prop_oneof![Just(15_u32), Just(30), Just(60), Just(90), 1..=200_u32];
    let step = prop_oneof![Just(15_u32), Just(30), Just(60), 1..=100_u32];
    let room = || prop_oneof![Just(0_u32), Just(5), Just(15), 0..=60_u32];
    (length, step, room(), room(), 0..=600_u32, 0..=3_u32).prop_map(
        |(length_min, step_min, before_min, after_min, notice_min, horizon_days)| Rules {
            length_min,
            step_min,
            before_min,
            after_min,
            notice_min,
            horizon_days,
        },
    )
}

/// A zone, the moment of one of its changes (or any day of those years), and what lies around it.
fn case() -> impl Strategy<Value = (Calendar, Vec<Span>, Rules, Moment)> {
    let place = (
        0..ZONES.len(),
        any::<prop::sample::Index>(),
        -1_500..=1_500_i64,
        any::<bool>(),
    );
    place.prop_flat_map(|(zone, which, minutes, odd)| {
        let zone = ZONES[zone];
        let changes = changes(zone);
        let change = if changes.is_empty() {
            Moment(1_780_000_000_000 / MINUTE_MS * MINUTE_MS)
        } else {
            changes[which.index(changes.len())]
        };
        let now = change + minutes * MINUTE_MS + if odd { 12_345 } else { 0 };
        let booked = prop::collection::vec((-60..=3_000_i64, 1..=300_i64), 0..6).prop_map(move |all| {
            let start = |minutes: i64| Moment((now.0 / MINUTE_MS + minutes) * MINUTE_MS);
            all.into_iter()
                .map(|(at, length)| Span {
                    from: start(at),
                    to: start(at + length),
                })
                .collect()
        });
        (calendar(zone, change), booked, rules(), Just(now))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn free_times_are_those_that_the_clock_on_the_wall_shows((calendar, booked, rules, now) in case()) {
        let within = Span { from: now, to: rules.lasts(rules.bookable(now).to).to };
        let open = calendar.open(within);
        let wall = Wall::of(&calendar);
        for at in minutes(within) {
            let found = open.spans.iter().any(|span| span.from <= at && at < span.to);
            prop_assert_eq!(found, wall.is_open(at), "{} in {}", at.timestamp(), calendar.zone.name());
        }
        let found = slots(&open, &Taken::by(booked.clone()), &rules, now, usize::MAX);
        prop_assert_eq!(found, wall.slots(&booked, &rules, now));
    }

    /// What somebody books is theirs, and what is free afterwards leaves it, and the room around it, alone.
    #[test]
    fn what_is_booked_is_no_longer_free((calendar, booked, rules, now) in case(), which in any::<prop::sample::Index>()) {
        let open = calendar.open(Span { from: now, to: rules.lasts(rules.bookable(now).to).to });
        let free = slots(&open, &Taken::by(booked.clone()), &rules, now, usize::MAX);
        if free.is_empty() {
            return Ok(());
        }
        let mine = free[which.index(free.len())];
        let mut then = booked;
        then.push(rules.occupies(mine));
        let left = slots(&open, &Taken::by(then), &rules, now, usize::MAX);
        let mine = rules.occupies(mine);
        for start in &left {
            let other = rules.occupies(*start);
            prop_assert!(other.to <= mine.from || mine.to <= other.from);
            prop_assert!(free.contains(start));
        }
    }
}

#[test]
fn every_change_of_ten_zones_from_2025_to_2030() {
    let hours = |stretches: &[(u16, u16)]| {
        DayHours::new(stretches.iter().map(|(from, until)| part(*from, *until)).collect()).unwrap()
    };
    let nights = hours(&[(0, 90), (100, 155), (155, 300), (1_380, 1_440)]);
    let rules = Rules {
        length_min: 30,
        step_min: 15,
        before_min: 5,
        after_min: 10,
        notice_min: 60,
        horizon_days: 2,
    };
    let mut edges = 0;
    for zone in ZONES {
        let calendar = Calendar {
            weekly: std::array::from_fn(|_| nights.clone()),
            ..Calendar::closed(Zone::named(zone).expect("a zone"))
        };
        for change in changes(zone) {
            let now = change + -24 * 60 * MINUTE_MS;
            let booked = vec![Span {
                from: change + 20 * MINUTE_MS,
                to: change + 50 * MINUTE_MS,
            }];
            let open = calendar.open(Span {
                from: now,
                to: rules.lasts(rules.bookable(now).to).to,
            });
            let found = slots(&open, &Taken::by(booked.clone()), &rules, now, usize::MAX);
            assert_eq!(
                found,
                Wall::of(&calendar).slots(&booked, &rules, now),
                "{zone} around {}",
                change.timestamp()
            );
            edges += 1;
        }
    }
    assert_eq!(changes("Asia/Kathmandu"), []);
    assert!(edges >= 9 * 6 * 2, "only {edges} changes");
}

#[test]
fn a_night_in_spring_has_no_third_hour_and_one_in_autumn_has_it_twice() {
    let zone = Zone::named("Europe/Berlin").expect("a zone");
    let night = DayHours::new(vec![part(60, 240)]).expect("a day");
    let calendar = Calendar {
        weekly: std::array::from_fn(|_| night.clone()),
        ..Calendar::closed(zone.clone())
    };
    let open = |day: jiff::civil::Date| {
        let midnight = |day: jiff::civil::Date| Moment::from(day.to_zoned(zone.rules().clone()).unwrap().timestamp());
        let open = calendar.open(Span {
            from: midnight(day),
            to: midnight(day.tomorrow().unwrap()),
        });
        open.spans.iter().map(|span| span.ms() / 3_600_000).collect::<Vec<_>>()
    };
    assert_eq!(open(date(2026, 3, 28)), [3]);
    assert_eq!(open(date(2026, 3, 29)), [2], "02:00 to 03:00 isn't there");
    assert_eq!(open(date(2026, 10, 25)), [4], "02:00 to 03:00 is there twice");
}
