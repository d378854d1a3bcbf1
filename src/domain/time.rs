//! Instants as the calls count them: whole milliseconds since the Unix epoch, UTC.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::ops::{Add, Sub};

/// An instant in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// The same instant for calendars; instants no calendar has are clamped to its ends.
    pub fn timestamp(self) -> Timestamp {
        let end = if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Timestamp::from_millisecond(self.0).unwrap_or(end)
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at.as_millisecond())
    }
}

/// Later by so many milliseconds.
impl Add<i64> for Moment {
    type Output = Self;
    fn add(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

/// Milliseconds from the other instant to this one.
impl Sub for Moment {
    type Output = i64;
    fn sub(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A stretch of time, `from <= to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Its beginning.
    pub from: Moment,
    /// Its end.
    pub to: Moment,
}

impl Span {
    /// Length in milliseconds.
    pub fn ms(self) -> i64 {
        self.to - self.from
    }
}
