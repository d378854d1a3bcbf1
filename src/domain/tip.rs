//! Tips: what can be given, and who gets what of it (requirement F8).

use super::{
    money::{Currency, Money},
    policy::Policy,
    trust::whole,
};

/// Amounts to offer.
pub fn suggestions(currency: Currency) -> [Money; 4] {
    [1, 2, 5, 10].map(|amount| whole(amount, currency))
}

/// Least and most that can be given at once.
pub fn bounds(policy: &Policy, currency: Currency) -> (Money, Money) {
    (whole(1, currency), whole(i64::from(policy.most_tip), currency))
}

/// The tenant's part of a tip, in minor units; the remainder is the seller's.
pub fn commission_minor(policy: &Policy, amount: Money) -> i64 {
    let bp = i128::from(policy.tip_commission_bp.min(10_000));
    i64::try_from(i128::from(amount.minor) * bp / 10_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn euros(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").expect("a currency"))
    }

    #[test]
    fn nothing_is_taken_of_a_tip_unless_the_tenant_says_so() {
        let policy = Policy::default();
        assert_eq!(commission_minor(&policy, euros(1_000)), 0);
        let (least, most) = bounds(&policy, euros(0).currency);
        assert_eq!((least, most), (euros(100), euros(50_000)));
        assert!(
            suggestions(least.currency)
                .iter()
                .all(|one| (least.minor..=most.minor).contains(&one.minor))
        );
    }

    proptest! {
        #[test]
        fn the_tenant_never_gets_more_than_its_part_of_a_tip(minor in 1..=i64::MAX, bp: u32) {
            let policy = Policy { tip_commission_bp: bp, ..Policy::default() };
            let part = commission_minor(&policy, euros(minor));
            prop_assert!((0..=minor).contains(&part));
            prop_assert!(i128::from(part) * 10_000 <= i128::from(minor) * i128::from(bp.min(10_000)));
        }
    }
}
