//! What time costs: the one place where money is rounded.

/// Price of `seconds` at `rate_minor` a minute: `floor(rate × seconds ÷ 60)` of the *whole* time so far (requirement M6),
/// so that roundings of parts never add up. Parts are differences of two such sums.
pub fn time_price_minor(rate_minor: i64, seconds: i64) -> i64 {
    floor_i64(i128::from(rate_minor) * i128::from(seconds), 60)
}

/// The tenant's share of `gross_minor`, rounded down so that the remainder is the seller's (M6); also of whole sums only.
pub fn commission_minor(gross_minor: i64, basis_points: u32) -> i64 {
    floor_i64(i128::from(gross_minor) * i128::from(basis_points), 10_000)
}

fn floor_i64(numerator: i128, denominator: i128) -> i64 {
    let quotient = numerator.div_euclid(denominator);
    i64::try_from(quotient).unwrap_or(if quotient < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn examples() {
        assert_eq!(time_price_minor(199, 60), 199);
        assert_eq!(time_price_minor(199, 1), 3);
        assert_eq!(time_price_minor(50, 90), 75);
        assert_eq!(commission_minor(199, 2_000), 39);
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole(rate in 1i64..1_000_000, cuts in prop::collection::vec(0i64..100_000, 1..20)) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut sum = 0;
            let mut before = 0;
            for cut in &cuts {
                sum += time_price_minor(rate, *cut) - time_price_minor(rate, before);
                before = *cut;
            }
            prop_assert_eq!(sum, time_price_minor(rate, before));
        }

        #[test]
        fn a_share_is_never_more_than_the_whole(gross in 0i64..1_000_000_000, bp in 0u32..=10_000) {
            let share = commission_minor(gross, bp);
            prop_assert!((0..=gross).contains(&share));
        }
    }
}
