//! Stretches of a day by the clock on the wall.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Minutes of a day by the clock on the wall.
pub const DAY_MINUTES: u16 = 24 * 60;
/// Stretches that a day can have.
pub const MOST_STRETCHES: usize = 8;

/// Why hours can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// A stretch ends before it begins, or after its day.
    #[error("a stretch ends after it begins, within its day")]
    Backwards,
    /// Two stretches of a day have a minute in common.
    #[error("two stretches of a day overlap")]
    Overlap,
    /// A day is in too many pieces.
    #[error("a day has at most {MOST_STRETCHES} stretches")]
    TooMany,
    /// It isn't written as hours are.
    #[error("hours are written like 9:00-12:30, 14:00-18:00")]
    Unreadable,
}

/// A part of a day: minutes after midnight by the clock on the wall; `from < until <= 1440`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "(u16, u16)", into = "(u16, u16)")]
pub struct Stretch {
    from: u16,
    until: u16,
}

impl Stretch {
    /// From one minute after midnight until another.
    ///
    /// # Errors
    /// It ends before it begins, or after the day.
    pub fn new(from: u16, until: u16) -> Result<Self, HoursError> {
        if from < until && until <= DAY_MINUTES {
            Ok(Self { from, until })
        } else {
            Err(HoursError::Backwards)
        }
    }

    /// Its first minute.
    pub fn from(self) -> u16 {
        self.from
    }

    /// The minute after its last.
    pub fn until(self) -> u16 {
        self.until
    }
}

impl TryFrom<(u16, u16)> for Stretch {
    type Error = HoursError;
    fn try_from((from, until): (u16, u16)) -> Result<Self, HoursError> {
        Self::new(from, until)
    }
}

impl From<Stretch> for (u16, u16) {
    fn from(stretch: Stretch) -> Self {
        (stretch.from, stretch.until)
    }
}

/// A day's stretches in order, no two of which overlap. None is a day off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Stretch>", into = "Vec<Stretch>")]
pub struct DayHours(Vec<Stretch>);

impl DayHours {
    /// Stretches in any order.
    ///
    /// # Errors
    /// Two overlap, or there are too many.
    pub fn new(mut stretches: Vec<Stretch>) -> Result<Self, HoursError> {
        if stretches.len() > MOST_STRETCHES {
            return Err(HoursError::TooMany);
        }
        stretches.sort_unstable();
        if stretches.windows(2).any(|two| two[1].from < two[0].until) {
            return Err(HoursError::Overlap);
        }
        Ok(Self(stretches))
    }

    /// In order.
    pub fn stretches(&self) -> &[Stretch] {
        &self.0
    }
}

/// As people write them: `9-12:30, 14:00–18:00`, `9 am - 5 pm`; nothing, or a dash alone, is a day off.
impl FromStr for DayHours {
    type Err = HoursError;
    fn from_str(text: &str) -> Result<Self, HoursError> {
        let is_dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
        let text = text.trim();
        if text.trim_matches(is_dash).is_empty() {
            return Ok(Self::default());
        }
        let stretches = text.split([',', ';']).map(|part| {
            let (from, until) = part.split_once(is_dash).ok_or(HoursError::Unreadable)?;
            Stretch::new(minute(from)?, minute(until)?)
        });
        Self::new(stretches.collect::<Result<_, _>>()?)
    }
}

/// As [`DayHours::from_str`] reads them: `09:00–12:30, 14:00–18:00`.
impl fmt::Display for DayHours {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Stretch { from, until }) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let (from, until) = ((from / 60, from % 60), (until / 60, until % 60));
            write!(out, "{comma}{:02}:{:02}–{:02}:{:02}", from.0, from.1, until.0, until.1)?;
        }
        Ok(())
    }
}

/// A time on the wall: `9`, `9:30`, `9.30`, `9:30 pm`, up to `24:00`.
fn minute(text: &str) -> Result<u16, HoursError> {
    let text = text.trim().to_ascii_lowercase();
    let (text, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(text), _) => (text, Some(0)),
        (_, Some(text)) => (text, Some(12)),
        _ => (text.as_str(), None),
    };
    let number = |digits: &str, longest: usize| {
        let good = (1..=longest).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        good.then(|| digits.parse::<u16>().ok())
            .flatten()
            .ok_or(HoursError::Unreadable)
    };
    let (hour, minute) = match text.trim().split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => (number(hour, 2)?, number(minute, 2)?),
        Some(_) => return Err(HoursError::Unreadable),
        None => (number(text.trim(), 2)?, 0),
    };
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return Err(HoursError::Unreadable),
        None => hour,
    };
    let minutes = hour * 60 + minute;
    if minute < 60 && minutes <= DAY_MINUTES {
        Ok(minutes)
    } else {
        Err(HoursError::Unreadable)
    }
}

impl TryFrom<Vec<Stretch>> for DayHours {
    type Error = HoursError;
    fn try_from(stretches: Vec<Stretch>) -> Result<Self, HoursError> {
        Self::new(stretches)
    }
}

impl From<DayHours> for Vec<Stretch> {
    fn from(hours: DayHours) -> Self {
        hours.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_in_order_apart_and_within_itself() {
        let stretch = |from, until| Stretch::new(from, until).unwrap();
        for (from, until) in [(600, 600), (600, 540), (0, 1441)] {
            assert_eq!(Stretch::new(from, until), Err(HoursError::Backwards));
        }
        let day = DayHours::new(vec![stretch(780, 1440), stretch(0, 720), stretch(720, 780)]).unwrap();
        assert_eq!(day.stretches().first(), Some(&stretch(0, 720)));
        let twice = vec![stretch(540, 720), stretch(719, 800)];
        assert_eq!(DayHours::new(twice), Err(HoursError::Overlap));
        let pieces = (0..9).map(|hour| stretch(hour * 60, hour * 60 + 30)).collect();
        assert_eq!(DayHours::new(pieces), Err(HoursError::TooMany));
        assert!(serde_json::from_str::<DayHours>("[[540,720],[700,800]]").is_err());
    }

    #[test]
    fn hours_are_read_as_people_write_them_and_written_as_they_are_read() {
        let read = |text: &str| text.parse::<DayHours>().map(|hours| hours.to_string());
        let good = [
            ("9:00-12:30, 14:00-18:00", "09:00–12:30, 14:00–18:00"),
            (" 14.00 – 18 ; 9—12 ", "09:00–12:00, 14:00–18:00"),
            ("9 am - 5pm", "09:00–17:00"),
            ("12am-12PM, 8:15 pm-24:00", "00:00–12:00, 20:15–24:00"),
            ("0-24", "00:00–24:00"),
            ("", ""),
            (" – ", ""),
        ];
        for (text, expected) in good {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
            assert_eq!(read(expected).as_deref(), Ok(expected));
        }
        for text in [
            "nine to five",
            "9",
            "9-",
            "9:5-10",
            "9:60-10",
            "25-26",
            "13pm-14",
            "0am-9",
            "9-12,",
            "9-12-15",
            "+9-12",
            "٩-١٢",
            "24:01-24:02",
        ] {
            assert_eq!(read(text), Err(HoursError::Unreadable), "{text}");
        }
        assert_eq!(read("18-9"), Err(HoursError::Backwards));
        assert_eq!(read("9-12, 11-13"), Err(HoursError::Overlap));
    }
}
