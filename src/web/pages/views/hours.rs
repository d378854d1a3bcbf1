//! `/sell/hours`: when a seller is there to be booked.

use super::Field;
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

/// `/sell/hours`. Posts `action`:
/// - `week` with `time_zone`, `monday` … `sunday` (hours such as `9:00-12:30, 14:00-18:00`, empty for a day
///   off), `before_min`, `after_min`, `notice_min`;
/// - `except` with `from`, `until` (dates; empty `until` for one day), `hours`;
/// - `drop` with `from`, `until`.
#[derive(Clone, Debug, Serialize)]
pub struct HoursPage {
    /// Whose clock the hours are by.
    pub time_zone: Field,
    /// What can be chosen for it.
    pub zones: Vec<String>,
    /// Now.
    pub now: Timestamp,
    /// Monday first.
    pub days: Vec<DayField>,
    /// Minutes kept free before a booking.
    pub before_min: Field,
    /// Minutes kept free after a booking.
    pub after_min: Field,
    /// How long before it begins a booking must be made, minutes.
    pub notice_min: Field,
    /// What can be chosen for it.
    pub notices: Vec<Notice>,
    /// Dates with hours of their own.
    pub exceptions: Vec<Exception>,
    /// The first day of another one.
    pub from: Field,
    /// Its last day.
    pub until: Field,
    /// Its hours.
    pub hours: Field,
}

/// A weekday's hours.
#[derive(Clone, Debug, Serialize)]
pub struct DayField {
    /// `monday` … `sunday`; the field's name.
    pub day: &'static str,
    /// As typed.
    pub hours: Field,
}

/// How long ahead bookings are made.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    /// In minutes.
    pub value: String,
    /// In seconds, to be written.
    pub seconds: u32,
}

/// Dates in a row with the same hours of their own.
#[derive(Clone, Debug, Serialize)]
pub struct Exception {
    /// The first.
    pub from: Date,
    /// The last.
    pub until: Date,
    /// Empty for a day off.
    pub hours: String,
}
