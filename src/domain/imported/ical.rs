//! Reading a calendar file (RFC 5545).

use super::{
    event::{Event, Zones},
    recurrence::Budget,
    trouble::Trouble,
};
use crate::domain::{
    ids::BookingId,
    schedule::joined,
    time::{Moment, Span, Zone},
};
use calcard::{
    Entry, Parser,
    icalendar::{ICalendar, ICalendarComponentType},
};
use std::collections::HashSet;

/// Entries that a calendar can have.
pub(super) const MOST_EVENTS: usize = 10_000;
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
/// nobody knows, and whole days are by their `own` clock. Entries that stand for `ours`, orders that are known here, are
/// known better here.
///
/// # Errors
/// It isn't a calendar, or there is too much in it.
pub fn busy(text: &str, own: &Zone, within: Span, ours: &HashSet<BookingId>) -> Result<Busy, Trouble> {
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
                left_out += read(
                    &calendar,
                    &Zones::of(&calendar, own),
                    ours,
                    within,
                    &mut budget,
                    &mut spans,
                )?;
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
fn read<'a>(
    calendar: &'a ICalendar,
    zones: &Zones<'a>,
    ours: &HashSet<BookingId>,
    within: Span,
    budget: &mut Budget,
    spans: &mut Vec<Span>,
) -> Result<u32, Trouble> {
    let mut left_out = 0;
    let mut events = Vec::new();
    for component in &calendar.components {
        match component.component_type {
            ICalendarComponentType::VEvent => match Event::of(component, zones, ours) {
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

#[cfg(test)]
mod tests {
    use super::*;

    const WEEKLY: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=Europe/Berlin:20270307T023000\r\n\
        DTEND;TZID=Europe/Berlin:20270307T030000\r\nRRULE:FREQ=WEEKLY;BYDAY=SU\r\n\
        EXDATE;TZID=Europe/Berlin:20270314T023000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    fn at(text: &str) -> Moment {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    fn read(text: &str, from: &str, to: &str) -> Result<Vec<(Moment, Moment)>, Trouble> {
        let within = Span {
            from: at(from),
            to: at(to),
        };
        let found = busy(text, &Zone::named("America/New_York").unwrap(), within, &HashSet::new())?;
        assert_eq!(found.left_out, 0);
        Ok(found.spans.into_iter().map(|span| (span.from, span.to)).collect())
    }

    #[test]
    fn what_is_repeated_stays_where_it_is_on_the_wall() {
        let half_an_hour = |text: &str| (at(text), at(text) + 1_800_000);
        // At half past two, which is left out on the 28th of March, and comes twice on the 31st of October.
        let spring = read(WEEKLY, "2027-03-01T00:00:00Z", "2027-04-05T00:00:00Z").unwrap();
        let expected = [
            "2027-03-07T01:30:00Z",
            "2027-03-21T01:30:00Z",
            "2027-03-28T01:30:00Z",
            "2027-04-04T00:30:00Z",
        ];
        assert_eq!(spring, expected.map(half_an_hour));
        let autumn = read(WEEKLY, "2027-10-24T00:00:00Z", "2027-11-08T00:00:00Z").unwrap();
        let expected = ["2027-10-24T00:30:00Z", "2027-10-31T00:30:00Z", "2027-11-07T01:30:00Z"];
        assert_eq!(autumn, expected.map(half_an_hour));
    }

    #[test]
    fn a_whole_day_is_as_long_as_it_is_where_its_reader_lives() {
        let day = WEEKLY
            .replace(
                ";TZID=Europe/Berlin:20270307T023000\r\nDTEND;TZID=Europe/Berlin:20270307T030000",
                ";VALUE=DATE:20270314",
            )
            .replace("EXDATE;TZID=Europe/Berlin:20270314T023000\r\n", "")
            .replace("RRULE:FREQ=WEEKLY;BYDAY=SU\r\n", "");
        let found = read(&day, "2027-03-01T00:00:00Z", "2027-04-05T00:00:00Z").unwrap();
        assert_eq!(
            found,
            [(at("2027-03-14T05:00:00Z"), at("2027-03-15T04:00:00Z"))],
            "23 hours"
        );
    }

    #[test]
    fn a_part_of_a_file_is_no_calendar_and_no_harm() {
        for end in 0..WEEKLY.trim_end().len() {
            let part = &WEEKLY[..end];
            assert_eq!(
                read(part, "2027-03-01T00:00:00Z", "2027-04-05T00:00:00Z"),
                Err(Trouble::NotACalendar)
            );
            // Nor are parts that claim to be whole.
            let within = Span {
                from: Moment(0),
                to: Moment(2_000_000_000_000),
            };
            busy(
                &format!("{part}\r\nEND:VCALENDAR"),
                &Zone::utc(),
                within,
                &HashSet::new(),
            )
            .ok();
            busy(
                &format!("BEGIN:VCALENDAR\r\n{}", &WEEKLY[end..]),
                &Zone::utc(),
                within,
                &HashSet::new(),
            )
            .ok();
        }
    }
}
