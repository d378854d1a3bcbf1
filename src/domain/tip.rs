//! Tips and gifts: what can be given, and who gets what of it (requirement F8).

use super::{
    money::{Currency, Money},
    policy::Policy,
    trust::whole,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A tip that is shown as something: each has its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gift {
    /// The smallest.
    Flower,
    /// A little more.
    Coffee,
    /// More.
    Cake,
    /// The largest.
    Bouquet,
}

impl Gift {
    /// All, the cheapest first.
    pub const ALL: [Self; 4] = [Self::Flower, Self::Coffee, Self::Cake, Self::Bouquet];

    /// As it is stored, and in which words' keys it stands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flower => "flower",
            Self::Coffee => "coffee",
            Self::Cake => "cake",
            Self::Bouquet => "bouquet",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gift| gift.name() == name)
    }

    /// What it costs.
    pub fn price(self, currency: Currency) -> Money {
        let units = match self {
            Self::Flower => 1,
            Self::Coffee => 3,
            Self::Cake => 6,
            Self::Bouquet => 15,
        };
        whole(units, currency)
    }
}

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

    #[test]
    fn gifts_have_names_and_rising_prices() {
        let currency = euros(0).currency;
        let prices = Gift::ALL.map(|gift| gift.price(currency).minor);
        assert!(prices.is_sorted_by(|one, next| one < next), "{prices:?}");
        assert!(Gift::ALL.iter().all(|gift| Gift::parse(gift.name()) == Some(*gift)));
        assert_eq!(Gift::parse("castle"), None);
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
