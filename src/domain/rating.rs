//! Stars that people gave, as one number to read and another to sort by.
//!
//! People read the plain average with its count, which they can check. Lists are sorted by a Bayesian average (the
//! "weighted rating" that IMDb published for its Top 250: `v/(v+m)·R + m/(v+m)·C`), so that one vote of five stars
//! doesn't stand above fifty that are nearly all five. `C` is 4 stars and `m` 5 votes, the same everywhere: who is new
//! stands between the good and the bad, and nobody's place changes because of what others were given.

use serde::{Deserialize, Serialize};

/// An average of ratings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Average stars in tenths, 10 to 50, rounded.
    pub average_tenths: u32,
    /// How many ratings.
    pub count: u32,
}

/// Votes that everybody begins with.
const PRIOR_COUNT: i64 = 5;
/// Stars in them together.
const PRIOR_STARS: i64 = 4 * PRIOR_COUNT;

/// What so many stars in so many ratings are sorted by, in thousandths of a star, rounded down. The column
/// `seller_search.score` is the same.
pub fn score(stars: i64, count: i64) -> i64 {
    (stars + PRIOR_STARS) * 1_000 / (count + PRIOR_COUNT)
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

    #[test]
    fn few_votes_count_for_little() {
        let (new, one_five, one_one, many) = (score(0, 0), score(5, 1), score(1, 1), score(245, 50));
        assert_eq!((new, one_five, one_one, many), (4_000, 4_166, 3_500, 4_818));
        assert!(one_one < new && new < one_five && one_five < many);
        assert!(score(500, 100) < 5_000 && score(100, 100) > 1_000);
    }
}
