//! Reading a calendar file (RFC 5545).

use super::{
    event::{Event, Zones},
    recurrence::Budget,
    trouble::Trouble,
};
use crate::domain::{
    schedule::joined,
    time::{Moment, Span, Zone},
};
use calcard::{
    Entry, Parser,
    icalendar::{ICalendar, ICalendarComponentType},
};
use std::collections::HashSet;

/// Entries that a calendar can have.
const MOST_EVENTS: usize = 10_000;
/// Busy stretches that are kept of one.
const MOST_SPANS: usize = 5_000;

/// When somebody is busy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// In order, apart from each other.
    pub spans: Vec<Span>,
    /// Entries that couldn't be understood.
    pub left_out: u32,
}

/// When somebody is busy within a stretch of time by a calendar file. What stands there without a zone, or with one that
/// nobody knows, and whole days are by their `own` clock.
///
/// # Errors
/// It isn't a calendar, or there is too much in it.
pub fn busy(text: &str, own: &Zone, within: Span) -> Result<Busy, Trouble> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let whole = starts_with(text, "BEGIN:VCALENDAR") && ends_with(text, "END:VCALENDAR");
    if !whole {
        return Err(Trouble::NotACalendar);
    }
    let mut parser = Parser::new(text);
    let (mut spans, mut left_out, mut count) = (Vec::new(), 0, 0);
    let mut budget = Budget::default();
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => {
                count += calendar
                    .components
                    .iter()
                    .filter(|one| is_read(&one.component_type))
                    .count();
                if count > MOST_EVENTS {
                    return Err(Trouble::TooMuch);
                }
                left_out += read(&calendar, own, within, &mut budget, &mut spans)?;
            }
            Entry::InvalidLine(_) => {}
            Entry::Eof => break,
            _ => return Err(Trouble::NotACalendar),
        }
    }
    let spans = joined(spans);
    if spans.len() > MOST_SPANS {
        return Err(Trouble::TooMuch);
    }
    Ok(Busy { spans, left_out })
}

fn is_read(kind: &ICalendarComponentType) -> bool {
    matches!(kind, ICalendarComponentType::VEvent | ICalendarComponentType::VFreebusy)
}

/// Adds the busy time of one calendar; gives how many entries couldn't be understood.
fn read(
    calendar: &ICalendar,
    own: &Zone,
    within: Span,
    budget: &mut Budget,
    spans: &mut Vec<Span>,
) -> Result<u32, Trouble> {
    let zones = Zones::of(calendar, own);
    let mut left_out = 0;
    let mut events = Vec::new();
    for component in &calendar.components {
        match component.component_type {
            ICalendarComponentType::VEvent => match Event::of(component, &zones) {
                Some(event) => events.push(event),
                None => left_out += 1,
            },
            ICalendarComponentType::VFreebusy => keep(spans, zones.free_busy(component), within)?,
            _ => {}
        }
    }
    // What stands for one time of a repeated entry takes its place, whatever it says.
    let replaced: HashSet<(&str, Moment)> = events.iter().filter_map(Event::replaces).collect();
    for event in &events {
        let (busy, understood) = event.busy(within, budget, &replaced)?;
        left_out += u32::from(!understood);
        keep(spans, busy, within)?;
    }
    Ok(left_out)
}

/// Keeps what is within the stretch that is looked at.
fn keep(spans: &mut Vec<Span>, found: Vec<Span>, within: Span) -> Result<(), Trouble> {
    let cut = found.into_iter().map(|span| Span {
        from: span.from.max(within.from),
        to: span.to.min(within.to),
    });
    spans.extend(cut.filter(|span| span.from < span.to));
    // Far more than can be kept in the end.
    if spans.len() > 20 * MOST_SPANS {
        return Err(Trouble::TooMuch);
    }
    Ok(())
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(start))
}

fn ends_with(text: &str, end: &str) -> bool {
    let from = text.len().saturating_sub(end.len());
    text.get(from..).is_some_and(|found| found.eq_ignore_ascii_case(end))
}
