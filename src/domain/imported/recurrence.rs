//! When an entry is repeated, by the clock on the wall that it is written for.

use super::{event::Written, trouble::Trouble};
use crate::domain::time::{Moment, Zone};
use calcard::{
    common::{PartialDateTime, timezone::Tz},
    icalendar::{
        ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarFrequency, ICalendarProperty,
        ICalendarRecurrenceRule, ICalendarValue,
    },
};
use chrono::{Datelike, NaiveDateTime, Timelike};
use jiff::civil::{Date, DateTime, Time};

/// Times that one rule can have until the end of what is looked at.
const MOST_TIMES: usize = 20_000;
/// Times of a day that one rule can have.
const MOST_A_DAY: usize = 100;
/// Numbers that a part of a rule can name.
const MOST_NAMED: usize = 400;

/// How far rules may be followed together, in days of a daily one.
pub(super) struct Budget(i64);

impl Default for Budget {
    fn default() -> Self {
        Self(4_000_000)
    }
}

impl Budget {
    fn spend(&mut self, days: i64) -> Result<(), Trouble> {
        self.0 -= days.max(1);
        if self.0 < 0 { Err(Trouble::TooMuch) } else { Ok(()) }
    }
}

/// The beginnings by a rule, the first of all among them, until `end`; none if the rule can't be followed.
pub(super) fn repetitions(
    rule: &ICalendarRecurrenceRule,
    start: &Written,
    own: &Zone,
    end: Moment,
    budget: &mut Budget,
) -> Result<Option<Vec<Moment>>, Trouble> {
    if !is_sane(rule) {
        return Ok(None);
    }
    let (first, zone) = match start {
        Written::Day(day) => (day.to_datetime(Time::midnight()), own.clone()),
        Written::Clock(clock, zone) => (*clock, zone.clone()),
        Written::Instant(at) => (wall(&utc(), *at), utc()),
    };
    let mut last = wall(&zone, end);
    if let Some(until) = &rule.until {
        let Some(until) = by_clock(until, &zone) else {
            return Ok(None);
        };
        last = last.min(until);
    }
    if last < first {
        return Ok(Some(Vec::new()));
    }
    let days = i64::from(first.date().until(last.date()).map_or(i32::MAX, |span| span.get_days()));
    budget.spend(match rule.freq {
        ICalendarFrequency::Yearly => days / 20,
        ICalendarFrequency::Monthly => days / 4,
        _ => days,
    })?;
    let mut rule = rule.clone();
    rule.until = Some(partial(last));
    let found = expanded(rule, first);
    // It would go on within what is looked at.
    if found.len() >= MOST_TIMES {
        return Ok(None);
    }
    let moment = |at: DateTime| match start {
        Written::Day(_) => Written::Day(at.date()).moment(own),
        Written::Clock(..) | Written::Instant(_) => Written::Clock(at, zone.clone()).moment(own),
    };
    Ok(Some(found.into_iter().filter_map(moment).collect()))
}

/// More often than daily nobody meets; and what names more than there is leads nowhere.
fn is_sane(rule: &ICalendarRecurrenceRule) -> bool {
    let times = [&rule.byhour, &rule.byminute, &rule.bysecond];
    let a_day = times
        .into_iter()
        .fold(1_usize, |all, part| all.saturating_mul(part.len().max(1)));
    let named = [
        rule.byday.len(),
        rule.bymonthday.len(),
        rule.byyearday.len(),
        rule.byweekno.len(),
        rule.bymonth.len(),
        rule.bysetpos.len(),
    ];
    let daily = matches!(
        rule.freq,
        ICalendarFrequency::Daily
            | ICalendarFrequency::Weekly
            | ICalendarFrequency::Monthly
            | ICalendarFrequency::Yearly
    );
    daily && a_day <= MOST_A_DAY && named.into_iter().all(|count| count <= MOST_NAMED)
}

/// All times on the wall, in order.
fn expanded(rule: ICalendarRecurrenceRule, first: DateTime) -> Vec<DateTime> {
    let entry = |name, value| ICalendarEntry {
        name,
        params: Vec::new(),
        values: vec![value],
    };
    let event = ICalendarComponent {
        component_type: ICalendarComponentType::VEvent,
        entries: vec![
            entry(
                ICalendarProperty::Dtstart,
                ICalendarValue::PartialDateTime(Box::new(partial(first))),
            ),
            entry(ICalendarProperty::Rrule, ICalendarValue::RecurrenceRule(Box::new(rule))),
        ],
        component_ids: Vec::new(),
    };
    let alone = ICalendar {
        components: vec![event],
    };
    let found = alone.expand_dates(Tz::Floating, MOST_TIMES).events.into_iter();
    found.filter_map(|event| civil(event.start.naive_local())).collect()
}

fn utc() -> Zone {
    Zone::utc()
}

/// What the clock of a zone shows.
fn wall(zone: &Zone, at: Moment) -> DateTime {
    zone.rules().to_datetime(at.timestamp())
}

/// The end of a rule on the wall of a zone; a day counts to its end.
fn by_clock(until: &PartialDateTime, zone: &Zone) -> Option<DateTime> {
    let part = |part: Option<u8>| i8::try_from(part.unwrap_or(0)).ok();
    let date = Date::new(i16::try_from(until.year?).ok()?, part(until.month)?, part(until.day)?).ok()?;
    if until.hour.is_none() {
        return Some(date.at(23, 59, 59, 0));
    }
    let time = Time::new(part(until.hour)?, part(until.minute)?, part(until.second)?.min(59), 0).ok()?;
    let at = date.to_datetime(time);
    if until.tz_hour.is_none() {
        return Some(at);
    }
    let utc = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(wall(zone, utc.timestamp().into()))
}

fn partial(at: DateTime) -> PartialDateTime {
    let part = |part: i8| Some(part.unsigned_abs());
    PartialDateTime {
        year: Some(at.year().unsigned_abs()),
        month: part(at.month()),
        day: part(at.day()),
        hour: part(at.hour()),
        minute: part(at.minute()),
        second: part(at.second()),
        ..PartialDateTime::default()
    }
}

fn civil(at: NaiveDateTime) -> Option<DateTime> {
    let part = |part: u32| i8::try_from(part).ok();
    let date = Date::new(i16::try_from(at.year()).ok()?, part(at.month())?, part(at.day())?).ok()?;
    let time = Time::new(part(at.hour())?, part(at.minute())?, part(at.second())?, 0).ok()?;
    Some(date.to_datetime(time))
}
