//! Instants as the calls count them: whole milliseconds since the Unix epoch, UTC.

use jiff::{
    Timestamp,
    civil::Date,
    tz::{Offset, TimeZone},
};
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

/// A place's civil time, by its name in the IANA time zone database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(TimeZone);

/// UTC.
impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Zone {
    /// The zone of that name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        let rules = (name.len() <= 64).then(|| TimeZone::get(name).ok())??;
        rules.iana_name().is_some().then_some(Self(rules))
    }

    /// The zone of no place.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Such as `Europe/Berlin`.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The date there.
    pub fn date(&self, at: Moment) -> Date {
        self.0.to_datetime(at.timestamp()).date()
    }

    /// How far the clock there is ahead of UTC, such as `+05:30`.
    pub fn offset_name(&self, at: Moment) -> String {
        let seconds = self.0.to_offset(at.timestamp()).seconds();
        let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// Whether the clock there shows another time than another zone's.
    pub fn differs_at(&self, other: &Self, at: Moment) -> bool {
        self.0.to_offset(at.timestamp()) != other.0.to_offset(at.timestamp())
    }

    /// A date there, from its first instant to the next date's; none at the calendar's ends. A date that a place left out
    /// is empty.
    pub fn day(&self, date: Date) -> Option<Span> {
        let begins = |date: Date| date.to_zoned(self.0.clone()).ok();
        Some(Span {
            from: begins(date)?.timestamp().into(),
            to: begins(date.tomorrow().ok()?)?.timestamp().into(),
        })
    }

    /// `within`, cut where the clock there is changed, each part with how far it is ahead of UTC.
    pub fn steady(&self, within: Span) -> Vec<(Span, Offset)> {
        let mut parts = Vec::new();
        let (mut from, mut offset) = (within.from, self.0.to_offset(within.from.timestamp()));
        for change in self.0.following(from.timestamp()) {
            let at = Moment::from(change.timestamp());
            if at >= within.to {
                break;
            }
            parts.push((Span { from, to: at }, offset));
            (from, offset) = (at, change.offset());
        }
        parts.push((Span { from, to: within.to }, offset));
        parts
    }

    /// When its clocks are changed, and how.
    pub fn rules(&self) -> &TimeZone {
        &self.0
    }
}

impl TryFrom<String> for Zone {
    type Error = String;
    fn try_from(name: String) -> Result<Self, String> {
        Self::named(&name).ok_or_else(|| format!("no time zone is named {name}"))
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}
