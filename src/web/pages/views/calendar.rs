//! `/sell/calendar`: a seller's days.

use super::Person;
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use uuid::Uuid;

/// `/sell/calendar?week=`: a week as a list, in whose place scripts draw the calendar of `/api/v1/selling/calendar`.
#[derive(Clone, Debug, Serialize)]
pub struct CalendarPage {
    /// Whose clock the days are by.
    pub time_zone: String,
    /// Now.
    pub now: Timestamp,
    /// How far the clock is ahead of UTC now, such as `+01:00`.
    pub offset: String,
    /// Today there.
    pub today: Date,
    /// The first of the days.
    pub from: Date,
    /// The days of the week, Monday first.
    pub days: Vec<CalendarDay>,
    /// The week before.
    pub earlier_url: Option<String>,
    /// The week after.
    pub later_url: Option<String>,
}

/// A day.
#[derive(Clone, Debug, Serialize)]
pub struct CalendarDay {
    /// Which.
    pub day: Date,
    /// When one is there, such as `09:00–12:30, 14:00–18:00`; empty for a day off.
    pub hours: String,
    /// Talks that begin on it, in order.
    pub talks: Vec<CalendarTalk>,
}

/// A talk.
#[derive(Clone, Debug, Serialize)]
pub struct CalendarTalk {
    /// The order's id.
    pub id: Uuid,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// What it is about.
    pub title: String,
    /// The other person.
    pub other: Person,
    /// How sure it is: a word of `calendar.state`.
    pub state: &'static str,
}
