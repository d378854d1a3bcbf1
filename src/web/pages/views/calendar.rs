//! `/sell/calendar`: a seller's days.

use super::{Field, Person};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use uuid::Uuid;

/// `/sell/calendar?week=`: a week as a list, in whose place scripts draw the calendar of `/api/v1/selling/calendar`.
/// Posts `action`: `import` with `address`, `read`, `end`.
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
    /// A calendar that is kept elsewhere.
    pub elsewhere: Option<Elsewhere>,
    /// Where one is.
    pub address: Field,
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
    /// From when until when one is busy elsewhere, such as `15:00–17:00`.
    pub busy: Vec<String>,
}

/// A calendar that is kept elsewhere, and how reading it goes.
#[derive(Clone, Debug, Serialize)]
pub struct Elsewhere {
    /// At which host.
    pub host: String,
    /// When it was read last.
    pub read_at: Option<Timestamp>,
    /// Since when it can't be read.
    pub failing_since: Option<Timestamp>,
    /// Why not: a word of `calendar.trouble`.
    pub trouble: Option<&'static str>,
    /// It was given up.
    pub lost: bool,
    /// Entries that couldn't be understood.
    pub left_out: u32,
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
