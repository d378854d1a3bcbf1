//! Stars that people gave, as one number.

use serde::{Deserialize, Serialize};

/// An average of ratings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Average stars in tenths, 10 to 50, rounded.
    pub average_tenths: u32,
    /// How many ratings.
    pub count: u32,
}

impl Rating {
    /// Of so many stars in so many ratings; none without any.
    pub fn of(stars: i64, count: i64) -> Option<Self> {
        let tenths = (stars.checked_mul(10)?.checked_add(count / 2)?).checked_div(count)?;
        Some(Self {
            average_tenths: u32::try_from(tenths).ok()?,
            count: u32::try_from(count).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_rounded_and_nothing_has_none() {
        assert_eq!(Rating::of(0, 0), None);
        let rating = |stars, count| Rating::of(stars, count).map(|rating| rating.average_tenths);
        assert_eq!(rating(9, 2), Some(45));
        assert_eq!(rating(14, 3), Some(47));
        assert_eq!(rating(13, 3), Some(43));
    }
}
