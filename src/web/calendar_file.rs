//! A booking as a calendar file (RFC 5545, RFC 5546): what is booked comes into people's own calendars, is moved there,
//! and goes again.

use crate::{
    app::{
        calendar::{Feed, FeedTalk, Standing},
        ports::CalendarFile,
    },
    domain::{
        booking::{Outcome, State},
        call::CallRole,
        ids::BookingId,
        time::Moment,
    },
    store::bookings::Order,
};
use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component as _, Event, EventLike as _, EventStatus, Property};

/// Who is told, and where.
pub(super) struct Reader<'a> {
    /// Their mail address.
    pub email: &'a str,
    /// The other one's name.
    pub other: &'a str,
    /// Who sends it: the tenant's name, and the address.
    pub sender: (&'a str, &'a str),
    /// The order's page, absolute.
    pub link: &'a str,
}

/// The file that tells a calendar how an order stands after so many changes; none as long as nothing was ever booked.
pub(super) fn of(order: &Order, changes: usize, reader: &Reader<'_>, now: Moment) -> Option<CalendarFile> {
    let (method, status, start) = match order.booking.state() {
        State::Booked { start, .. } | State::Running { start } => ("REQUEST", EventStatus::Confirmed, start),
        State::Closed {
            outcome: Outcome::Held { .. },
        } => return None,
        State::Closed { .. } => ("CANCEL", EventStatus::Cancelled, order.booking.last_booked()?),
        State::Unpaid { .. }
        | State::Open
        | State::Asked { .. }
        | State::Ordered { .. }
        | State::Working { .. }
        | State::Delivered { .. } => return None,
    };
    let lasts = order.booking.lasts(start);
    let event = Event::new()
        // One and the same for ever: later files change what earlier ones put there.
        .uid(&uid(order.id))
        .sequence(u32::try_from(changes).unwrap_or(u32::MAX))
        .timestamp(utc(now))
        .summary(&format!("{} – {}", order.service_title, reader.other))
        .description(reader.link)
        .url(reader.link)
        .location(reader.link)
        .starts(utc(lasts.from))
        .ends(utc(lasts.to))
        .status(status)
        .append_property(
            Property::new("ORGANIZER", format!("mailto:{}", reader.sender.1))
                .add_parameter("CN", &reader.sender.0.replace('"', "'"))
                .done(),
        )
        .append_property(
            // They have agreed already: nobody asks them again.
            Property::new("ATTENDEE", format!("mailto:{}", reader.email))
                .add_parameter("PARTSTAT", "ACCEPTED")
                .add_parameter("RSVP", "FALSE")
                .done(),
        )
        .done();
    let text = calendar()
        .append_property(Property::new("METHOD", method))
        .push(event)
        .done()
        .to_string();
    Some(CalendarFile {
        method: method.to_owned(),
        text,
    })
}

/// A person's calendar as a program reads it again and again: without a method, and the same text as long as nothing
/// changes.
pub(super) fn feed(feed: &Feed, name: &str, origin: &str) -> String {
    let mut calendar = calendar();
    calendar
        .name(name)
        .append_property(
            Property::new("REFRESH-INTERVAL", "PT1H")
                .add_parameter("VALUE", "DURATION")
                .done(),
        )
        .append_property(Property::new("X-PUBLISHED-TTL", "PT1H"));
    for one in &feed.talks {
        calendar.push(entry(feed, one, origin));
    }
    calendar.done().to_string()
}

/// An empty one, made by us.
fn calendar() -> Calendar {
    let properties = [
        ("VERSION", "2.0"),
        ("PRODID", "-//Tallyroom//Bookings//EN"),
        ("CALSCALE", "GREGORIAN"),
    ];
    let mut calendar = Calendar::empty();
    for (name, value) in properties {
        calendar.append_property(Property::new(name, value));
    }
    calendar
}

fn entry(feed: &Feed, one: &FeedTalk, origin: &str) -> Event {
    let FeedTalk {
        talk,
        changes,
        changed_at,
    } = one;
    let role = talk.order.role(feed.person).unwrap_or(CallRole::Buyer);
    let other = &talk.order.party(role.other()).name;
    let link = format!("{origin}/conferences/{}", talk.order.id);
    let status = match talk.standing {
        Standing::Booked | Standing::Over => EventStatus::Confirmed,
        Standing::Unpaid | Standing::Asked => EventStatus::Tentative,
    };
    Event::new()
        .uid(&uid(talk.order.id))
        .sequence(*changes)
        .timestamp(utc(*changed_at))
        .summary(&format!("{} – {other}", talk.order.service_title))
        .description(&link)
        .url(&link)
        .starts(utc(talk.span.from))
        .ends(utc(talk.span.to))
        .status(status)
        .done()
}

/// One and the same in every file that tells of an order.
fn uid(order: BookingId) -> String {
    format!("{order}@bookings")
}

fn utc(at: Moment) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default()
}
