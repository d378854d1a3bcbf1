//! One entry of a calendar file.

use super::{
    ical::MOST_EVENTS,
    recurrence::{Budget, repetitions},
    trouble::Trouble,
};
use crate::domain::{
    ids::BookingId,
    time::{Moment, Span, Zone},
};
use calcard::{
    common::PartialDateTime,
    icalendar::{
        ICalendar, ICalendarComponent, ICalendarDuration, ICalendarEntry, ICalendarParameterName, ICalendarPeriod,
        ICalendarProperty, ICalendarRecurrenceRule, ICalendarStatus, ICalendarTransparency, ICalendarValue,
        timezone::TzResolver,
    },
};
use jiff::civil::{Date, DateTime};
use std::collections::HashSet;

/// How the names of entries end that stand for an order.
const ORDER: &str = "@bookings";
const UUID_CHARS: usize = 36;
const DAY_MS: i64 = 86_400_000;

/// The clocks that a calendar's times are by.
pub(super) struct Zones<'a> {
    named: TzResolver<&'a str>,
    own: &'a Zone,
}

/// The orders that a file names: entries that came from here, or from another tenant.
pub fn orders(text: &str) -> HashSet<BookingId> {
    let ends = text.match_indices(ORDER).map(|(at, _)| at);
    let ids = ends.filter_map(|end| text.get(end.checked_sub(UUID_CHARS)?..end)?.parse().ok());
    ids.take(MOST_EVENTS).collect()
}

fn order(uid: &str) -> Option<BookingId> {
    uid.strip_suffix(ORDER)?.parse().ok()
}

/// A time as it is written.
#[derive(Clone, Debug)]
pub(super) enum Written {
    /// A whole day.
    Day(Date),
    /// By a clock.
    Clock(DateTime, Zone),
    /// An instant.
    Instant(Moment),
}

/// An entry.
pub(super) struct Event<'a> {
    uid: &'a str,
    start: Written,
    begins: Moment,
    /// How long it lasts; whole days are counted by the clock.
    lasts: Lasts,
    rules: Vec<&'a ICalendarRecurrenceRule>,
    /// More beginnings.
    more: Vec<Moment>,
    /// More stretches.
    spans: Vec<Span>,
    except: HashSet<Moment>,
    /// The time of a repeated entry that it stands for.
    replaces: Option<Moment>,
    busy: bool,
    own: &'a Zone,
}

#[derive(Clone, Copy)]
enum Lasts {
    Days(i64),
    Ms(i64),
}

impl<'a> Zones<'a> {
    pub(super) fn of(calendar: &'a ICalendar, own: &'a Zone) -> Self {
        Self {
            named: calendar.build_tz_resolver(),
            own,
        }
    }

    /// A zone by the name that the file has for it.
    fn zone(&self, entry: &ICalendarEntry) -> Zone {
        let found = entry.tz_id().and_then(|name| self.named.resolve(name));
        let found = found.and_then(|zone| Zone::named(&zone.name()?));
        found.unwrap_or_else(|| self.own.clone())
    }

    fn written(&self, at: &PartialDateTime, entry: &ICalendarEntry) -> Option<Written> {
        let part = |part: Option<u8>| i8::try_from(part.unwrap_or(0)).ok();
        let (year, month, day) = (i16::try_from(at.year?).ok()?, part(at.month)?, part(at.day)?);
        let date = Date::new(year, month, day).ok()?;
        if at.hour.is_none() {
            return Some(Written::Day(date));
        }
        // A leap second is none here.
        let (hour, minute, second) = (part(at.hour)?, part(at.minute)?, part(at.second)?.min(59));
        let clock = date.to_datetime(jiff::civil::Time::new(hour, minute, second, 0).ok()?);
        let Some(hours) = at.tz_hour else {
            return Some(Written::Clock(clock, self.zone(entry)));
        };
        let ahead = (i64::from(hours) * 60 + i64::from(at.tz_minute.unwrap_or(0))) * 60_000;
        let ahead = if at.tz_minus { -ahead } else { ahead };
        let utc = clock.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Written::Instant(Moment::from(utc.timestamp()) + -ahead))
    }

    fn moment(&self, at: &PartialDateTime, entry: &ICalendarEntry) -> Option<Moment> {
        self.written(at, entry)?.moment(self.own)
    }

    /// All times of an entry such as `EXDATE`.
    fn moments(&self, entry: &ICalendarEntry) -> Vec<Moment> {
        let times = entry.values.iter().filter_map(|value| match value {
            ICalendarValue::PartialDateTime(at) => self.moment(at, entry),
            _ => None,
        });
        times.collect()
    }

    /// All stretches of an entry such as `FREEBUSY`.
    fn periods(&self, entry: &ICalendarEntry) -> Vec<Span> {
        let spans = entry.values.iter().filter_map(|value| {
            let ICalendarValue::Period(period) = value else {
                return None;
            };
            Some(match period {
                ICalendarPeriod::Range { start, end } => Span {
                    from: self.moment(start, entry)?,
                    to: self.moment(end, entry)?,
                },
                ICalendarPeriod::Duration { start, duration } => {
                    let from = self.moment(start, entry)?;
                    Span {
                        from,
                        to: from + ms(duration),
                    }
                }
            })
        });
        spans.collect()
    }

    /// The busy time that a `VFREEBUSY` tells.
    pub(super) fn free_busy(&self, component: &ICalendarComponent) -> Vec<Span> {
        let told = component.entries.iter().filter(|entry| {
            let kind = entry
                .parameters(&ICalendarParameterName::Fbtype)
                .find_map(|value| value.as_text());
            entry.name == ICalendarProperty::Freebusy && !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("FREE"))
        });
        told.flat_map(|entry| self.periods(entry)).collect()
    }
}

impl Written {
    /// The instant: of a day its first; by the clock as calendars have it, where the clock shows a time twice or never.
    pub(super) fn moment(&self, own: &Zone) -> Option<Moment> {
        match self {
            Self::Day(date) => Some(own.day(*date)?.from),
            Self::Clock(clock, zone) => {
                let at = clock.to_zoned(zone.rules().clone()).ok()?;
                Some(at.timestamp().into())
            }
            Self::Instant(at) => Some(*at),
        }
    }
}

impl<'a> Event<'a> {
    /// None if it can't be understood. One that stands for `ours` keeps nobody busy.
    pub(super) fn of(component: &'a ICalendarComponent, zones: &Zones<'a>, ours: &HashSet<BookingId>) -> Option<Self> {
        let time = |entry: &ICalendarEntry| match entry.values.first() {
            Some(ICalendarValue::PartialDateTime(at)) => zones.written(at, entry),
            _ => None,
        };
        let uid = component.uid().unwrap_or_default();
        let start = time(component.property(&ICalendarProperty::Dtstart)?)?;
        let begins = start.moment(zones.own)?;
        let mut event = Self {
            uid,
            lasts: match start {
                Written::Day(_) => Lasts::Days(1),
                Written::Clock(..) | Written::Instant(_) => Lasts::Ms(0),
            },
            start,
            begins,
            rules: Vec::new(),
            more: Vec::new(),
            spans: Vec::new(),
            except: HashSet::new(),
            replaces: None,
            busy: component.status() != Some(&ICalendarStatus::Cancelled)
                && !order(uid).is_some_and(|id| ours.contains(&id)),
            own: zones.own,
        };
        for entry in &component.entries {
            match (&entry.name, entry.values.first()) {
                (ICalendarProperty::Dtend, _) => event.lasts = event.until(time(entry)?)?,
                (ICalendarProperty::Duration, Some(ICalendarValue::Duration(duration))) => {
                    event.lasts = match event.start {
                        Written::Day(_) => Lasts::Days(ms(duration).div_euclid(DAY_MS).max(1)),
                        Written::Clock(..) | Written::Instant(_) => Lasts::Ms(ms(duration)),
                    };
                }
                (ICalendarProperty::Transp, Some(ICalendarValue::Transparency(ICalendarTransparency::Transparent))) => {
                    event.busy = false;
                }
                (ICalendarProperty::Rrule, Some(ICalendarValue::RecurrenceRule(rule))) => event.rules.push(rule),
                (ICalendarProperty::Rrule, _) => return None,
                (ICalendarProperty::Rdate, _) => {
                    event.more.extend(zones.moments(entry));
                    event.spans.extend(zones.periods(entry));
                }
                (ICalendarProperty::Exdate, _) => event.except.extend(zones.moments(entry)),
                (ICalendarProperty::RecurrenceId, _) => event.replaces = Some(time(entry)?.moment(zones.own)?),
                _ => {}
            }
        }
        Some(event)
    }

    fn until(&self, end: Written) -> Option<Lasts> {
        match (&self.start, end) {
            (Written::Day(first), Written::Day(last)) => {
                let days = i64::from(first.until(last).ok()?.get_days());
                Some(Lasts::Days(days.max(1)))
            }
            (_, end) => Some(Lasts::Ms(end.moment(self.own)? - self.begins)),
        }
    }

    /// Which time of which repeated entry it stands for.
    pub(super) fn replaces(&self) -> Option<(&'a str, Moment)> {
        self.replaces.map(|at| (self.uid, at))
    }

    /// When it keeps somebody busy; false if not all of it could be understood.
    pub(super) fn busy(
        &self,
        within: Span,
        budget: &mut Budget,
        replaced: &HashSet<(&str, Moment)>,
    ) -> Result<(Vec<Span>, bool), Trouble> {
        if !self.busy {
            return Ok((Vec::new(), true));
        }
        let (mut starts, mut understood) = (self.more.clone(), true);
        // Also where it is none of the times of its own rule.
        starts.push(self.begins);
        if self.replaces.is_none() {
            for rule in &self.rules {
                match repetitions(rule, &self.start, self.own, within.to, budget)? {
                    Some(found) => starts.extend(found),
                    None => understood = false,
                }
            }
        }
        let stays = |at: &Moment| {
            let gone = self.except.contains(at) || replaced.contains(&(self.uid, *at));
            self.replaces.is_some() || !gone
        };
        let mut spans: Vec<Span> = starts
            .into_iter()
            .filter(stays)
            .filter_map(|from| self.span(from))
            .filter(|span| span.from < within.to && within.from < span.to)
            .collect();
        spans.extend(&self.spans);
        Ok((spans, understood))
    }

    fn span(&self, from: Moment) -> Option<Span> {
        let to = match self.lasts {
            Lasts::Ms(ms) => from + ms,
            Lasts::Days(days) => {
                let days = jiff::Span::new().try_days(days).ok()?;
                let last = self.own.date(from).checked_add(days).ok()?;
                self.own.day(last)?.from
            }
        };
        Some(Span { from, to })
    }
}

/// A length of time as it is written.
fn ms(duration: &ICalendarDuration) -> i64 {
    let parts = [
        (duration.weeks, 7 * DAY_MS),
        (duration.days, DAY_MS),
        (duration.hours, 3_600_000),
        (duration.minutes, 60_000),
        (duration.seconds, 1_000),
    ];
    let sum = parts.into_iter().fold(0_i64, |sum, (count, ms)| {
        sum.saturating_add(i64::from(count).saturating_mul(ms))
    });
    if duration.neg { 0 } else { sum }
}
