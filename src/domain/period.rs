//! Stretches of time that dashboards show, cut into steps of a place's civil time.

use crate::domain::time::Moment;
use jiff::{RoundMode, ToSpan, Unit, ZonedRound, tz::TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far a dashboard looks back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// 24 hours, the present one among them.
    Day,
    /// Seven days, today among them.
    #[default]
    Week,
    /// Thirty days, today among them.
    Month,
}

impl Period {
    /// As it is named in addresses and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Where its steps begin, and, last, where the last one ends. `now` is in the last step. A day of that zone may have
    /// 23 or 25 hours.
    pub fn bounds(self, now: Moment, zone: &TimeZone) -> Vec<Moment> {
        match self {
            Self::Day => hours(now, zone, 24),
            Self::Week => days(now, zone, 7),
            Self::Month => days(now, zone, 30),
        }
    }
}

const HOUR_MS: i64 = 3_600_000;

fn hours(now: Moment, zone: &TimeZone, count: i64) -> Vec<Moment> {
    let present = now.timestamp().to_zoned(zone.clone());
    let to_the_hour = ZonedRound::new().smallest(Unit::Hour).mode(RoundMode::Trunc);
    // Only the calendar's very ends have no full hour.
    let present = present
        .round(to_the_hour)
        .map_or(now, |hour| Moment::from(hour.timestamp()));
    (1 - count..=1).map(|hour| present + hour * HOUR_MS).collect()
}

fn days(now: Moment, zone: &TimeZone, count: i64) -> Vec<Moment> {
    let today = now.timestamp().to_zoned(zone.clone()).date();
    (1 - count..=1)
        .filter_map(|day| today.saturating_add(day.days()).to_zoned(zone.clone()).ok())
        .map(|midnight| Moment::from(midnight.timestamp()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn at(text: &str) -> Moment {
        Moment::from(text.parse::<Timestamp>().expect("an instant"))
    }

    #[test]
    fn days_begin_at_the_places_midnight_whatever_their_length() {
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        // Summer time ends on 25 October 2026: that day has 25 hours.
        let week = Period::Week.bounds(at("2026-10-27T23:30:00Z"), &berlin);
        assert_eq!(week.len(), 8);
        assert_eq!(
            (week[0], week[3], week[4], week[7]),
            (
                at("2026-10-21T22:00:00Z"),
                at("2026-10-24T22:00:00Z"),
                at("2026-10-25T23:00:00Z"),
                at("2026-10-28T23:00:00Z")
            )
        );
        assert_eq!(Period::Month.bounds(at("2026-10-27T23:30:00Z"), &berlin).len(), 31);
    }

    #[test]
    fn hours_are_the_places_full_hours_and_the_present_one_is_the_last() {
        let kathmandu = TimeZone::get("Asia/Kathmandu").expect("a zone");
        let day = Period::Day.bounds(at("2026-11-25T12:00:00Z"), &kathmandu);
        assert_eq!(day.len(), 25);
        assert_eq!(
            (day[0], day[23], day[24]),
            (
                at("2026-11-24T12:15:00Z"),
                at("2026-11-25T11:15:00Z"),
                at("2026-11-25T12:15:00Z")
            )
        );
    }
}
