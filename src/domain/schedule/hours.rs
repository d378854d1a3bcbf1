//! Stretches of a day by the clock on the wall.

use serde::{Deserialize, Serialize};

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
}
