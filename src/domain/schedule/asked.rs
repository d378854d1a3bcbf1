//! A day that somebody asks for, and perhaps a time of it, as they say it: by the clock on their own wall.

use crate::domain::time::{Moment, Span, Zone};
use jiff::{
    ToSpan as _,
    civil::{Date, Time},
    tz::AmbiguousOffset,
};

/// Farthest ahead that a day can be asked for, days.
const MOST_DAYS: i64 = 366;
/// How long after a time that is asked for is still meant by it.
const ABOUT_MS: i64 = 3_600_000;

/// Why there is no such time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskedError {
    /// It isn't written as a day.
    #[error("a day is today, tomorrow, week or a date")]
    Day,
    /// It isn't written as a time.
    #[error("a time is written like 14:30")]
    Time,
    /// A time without a day, or of a whole week.
    #[error("a time is one of a day")]
    NoDay,
    /// It is over.
    #[error("this time is over")]
    Over,
    /// Too far ahead.
    #[error("days are asked for at most {MOST_DAYS} days ahead")]
    TooFar,
    /// The clock is put forward over it.
    #[error("the clock leaves this time out")]
    Gap,
}

/// From when until when is asked for: `day` is `today`, `tomorrow`, `week` (seven days from now) or a date, `at` a time of
/// that day like `14:30`, which means then or within the hour. None if nothing is said.
///
/// # Errors
/// There is no such time, or it is over.
pub fn asked(day: &str, at: &str, zone: &Zone, now: Moment) -> Result<Option<Span>, AskedError> {
    let (day, at) = (day.trim(), at.trim());
    let today = zone.date(now);
    let date: Date = match (day, at) {
        ("", "") => return Ok(None),
        ("", _) => return Err(AskedError::NoDay),
        ("week", "") => {
            return Ok(Some(Span {
                from: now,
                to: now + 7 * 86_400_000,
            }));
        }
        ("week", _) => return Err(AskedError::NoDay),
        ("today", _) => today,
        ("tomorrow", _) => today.tomorrow().map_err(|_| AskedError::TooFar)?,
        _ => day.parse().map_err(|_| AskedError::Day)?,
    };
    if date < today {
        return Err(AskedError::Over);
    }
    if date > today.saturating_add(MOST_DAYS.days()) {
        return Err(AskedError::TooFar);
    }
    let span = if at.is_empty() {
        zone.day(date).ok_or(AskedError::TooFar)?
    } else {
        about(date, time(at)?, zone)?
    };
    if span.to <= now {
        return Err(AskedError::Over);
    }
    Ok(Some(Span {
        from: span.from.max(now),
        ..span
    }))
}

/// That time of that day and the hour after it; both of them where the clock shows it twice.
fn about(date: Date, time: Time, zone: &Zone) -> Result<Span, AskedError> {
    let wall = date.to_datetime(time);
    let at = |offset: jiff::tz::Offset| offset.to_timestamp(wall).map_err(|_| AskedError::TooFar);
    let (first, last) = match zone.rules().to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => (at(offset)?, at(offset)?),
        AmbiguousOffset::Fold { before, after } => (at(before)?, at(after)?),
        AmbiguousOffset::Gap { .. } => return Err(AskedError::Gap),
    };
    Ok(Span {
        from: first.into(),
        to: Moment::from(last) + ABOUT_MS,
    })
}

/// `9:30`, `09:30`.
fn time(text: &str) -> Result<Time, AskedError> {
    let (hour, minute) = text.split_once(':').ok_or(AskedError::Time)?;
    let number = |digits: &str| -> Result<i8, AskedError> {
        let good = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if good {
            digits.parse().map_err(|_| AskedError::Time)
        } else {
            Err(AskedError::Time)
        }
    };
    Time::new(number(hour)?, number(minute)?, 0, 0).map_err(|_| AskedError::Time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::from(text.parse::<jiff::Timestamp>().unwrap())
    }

    fn ask(day: &str, at: &str, now: &str) -> Result<Option<(String, String)>, AskedError> {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let written = |at: Moment| at.timestamp().to_string();
        let span = asked(day, at, &berlin, moment(now))?;
        Ok(span.map(|span| (written(span.from), written(span.to))))
    }

    fn span(from: &str, to: &str) -> Result<Option<(String, String)>, AskedError> {
        Ok(Some((from.to_owned(), to.to_owned())))
    }

    #[test]
    fn days_are_the_readers_and_what_is_over_of_them_is_left_out() {
        let now = "2026-11-24T11:00:00Z";
        assert_eq!(ask("", " ", now), Ok(None));
        assert_eq!(ask("today", "", now), span(now, "2026-11-24T23:00:00Z"));
        assert_eq!(
            ask("tomorrow", "", now),
            span("2026-11-24T23:00:00Z", "2026-11-25T23:00:00Z")
        );
        assert_eq!(ask("week", "", now), span(now, "2026-12-01T11:00:00Z"));
        assert_eq!(
            ask("2026-12-01", "9:30", now),
            span("2026-12-01T08:30:00Z", "2026-12-01T09:30:00Z")
        );
        assert_eq!(ask("today", "11:30", now), span(now, "2026-11-24T11:30:00Z"));
        // The night in which the clock shows two to three twice.
        let night = "2026-10-24T11:00:00Z";
        assert_eq!(
            ask("tomorrow", "02:30", night),
            span("2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z")
        );
        assert_eq!(
            ask("2026-10-25", "", night),
            span("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let now = "2026-11-24T11:00:00Z";
        for (day, at, why) in [
            ("someday", "", AskedError::Day),
            ("2026-02-30", "", AskedError::Day),
            ("today", "half past two", AskedError::Time),
            ("today", "24:00", AskedError::Time),
            ("today", "14:5x", AskedError::Time),
            ("", "14:30", AskedError::NoDay),
            ("week", "14:30", AskedError::NoDay),
            ("2026-11-23", "", AskedError::Over),
            ("today", "10:00", AskedError::Over),
            ("2028-01-01", "", AskedError::TooFar),
            ("9999-12-31", "", AskedError::TooFar),
            ("2027-03-28", "02:30", AskedError::Gap),
        ] {
            assert_eq!(ask(day, at, now), Err(why), "{day} {at}");
        }
    }
}
