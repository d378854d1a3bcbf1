//! What a buyer pays beside the price: the service fee, and the tax on both. Every part is a whole minor unit, all of them
//! sum exactly, and of a part of the price the same part of each is due.

use super::pricing;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the tenant asks of buyers beside the seller's price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceFee {
    /// What of the price, in basis points.
    pub bp: u32,
    /// And so much, in minor units, where there is a price.
    pub fixed_minor: i64,
}

/// Highest fixed fee, in minor units.
pub const MOST_FIXED_MINOR: i64 = 1_000_000;
/// Highest share and rate, in basis points.
pub const MOST_BP: u32 = 10_000;

impl ServiceFee {
    /// Clamped to what may be asked.
    #[must_use]
    pub fn bounded(self) -> Self {
        Self {
            bp: self.bp.min(MOST_BP),
            fixed_minor: self.fixed_minor.clamp(0, MOST_FIXED_MINOR),
        }
    }

    /// The fee for something that costs so much, rounded down; none if that is more money than there is.
    pub fn of(self, price_minor: i64) -> Option<i64> {
        match price_minor {
            0 => Some(0),
            price_minor => pricing::commission_minor(price_minor, self.bp).checked_add(self.fixed_minor),
        }
    }
}

/// How much tax there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxRate {
    /// On what is without it, in basis points.
    pub bp: u32,
    /// Prices and fees are with it; else it comes on top.
    pub included: bool,
}

impl TaxRate {
    /// Clamped to what can be.
    #[must_use]
    pub fn bounded(self) -> Self {
        Self {
            bp: self.bp.min(MOST_BP),
            ..self
        }
    }
}

/// Money and the tax on it, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taxed {
    /// Without the tax.
    pub net_minor: i64,
    /// The tax.
    pub tax_minor: i64,
}

impl Taxed {
    /// Both.
    pub fn gross_minor(self) -> i64 {
        self.net_minor + self.tax_minor
    }
}

/// What is paid for an order, part by part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderPrice {
    /// Minutes and extras: what seller and tenant share.
    pub work: Taxed,
    /// The service fee: the tenant's.
    pub fee: Taxed,
    /// Prices are with the tax.
    pub included: bool,
}

impl OrderPrice {
    /// A price with neither fee nor tax.
    pub fn bare(price_minor: i64) -> Self {
        Self::default().grown_by(price_minor)
    }

    /// The same with so much more of the price, without fee and tax on that.
    #[must_use]
    pub fn grown_by(mut self, minor: i64) -> Self {
        self.work.net_minor += minor;
        self
    }

    /// What something costs whose seller asks so much; none if that is more money than there is. The tax on all of it is
    /// rounded once, down.
    pub fn of(price_minor: i64, fee: ServiceFee, tax: TaxRate) -> Option<Self> {
        let fee_minor = fee.of(price_minor)?;
        let sum_minor = price_minor.checked_add(fee_minor)?;
        let on = |minor| match tax.included {
            true => included_tax_minor(minor, tax.bp),
            false => pricing::commission_minor(minor, tax.bp),
        };
        let (all, work_tax) = (on(sum_minor), on(price_minor));
        if !tax.included {
            sum_minor.checked_add(all)?;
        }
        let taxed = |minor, tax_minor| Taxed {
            net_minor: if tax.included { minor - tax_minor } else { minor },
            tax_minor,
        };
        Some(Self {
            work: taxed(price_minor, work_tax),
            fee: taxed(fee_minor, all - work_tax),
            included: tax.included,
        })
    }

    /// What more of something costs that was ordered already: its fixed fee was paid with it. None if that is more money
    /// than there is.
    pub fn of_more(price_minor: i64, fee: ServiceFee, tax: TaxRate) -> Option<Self> {
        let fee = ServiceFee { fixed_minor: 0, ..fee };
        Self::of(price_minor, fee, tax)
    }

    /// Both together, part by part; none if that is more money than there is.
    pub fn with(self, more: Self) -> Option<Self> {
        self.total_minor().checked_add(more.total_minor())?;
        let sum = |one: Taxed, other: Taxed| Taxed {
            net_minor: one.net_minor + other.net_minor,
            tax_minor: one.tax_minor + other.tax_minor,
        };
        Some(Self {
            work: sum(self.work, more.work),
            fee: sum(self.fee, more.fee),
            included: self.included || more.included,
        })
    }

    /// The price that the seller asked, as it was shown.
    pub fn price_minor(&self) -> i64 {
        self.shown(self.work)
    }

    /// The service fee as it is shown.
    pub fn fee_minor(&self) -> i64 {
        self.shown(self.fee)
    }

    /// All tax.
    pub fn tax_minor(&self) -> i64 {
        self.work.tax_minor + self.fee.tax_minor
    }

    /// The tax that is paid beside the prices that are shown.
    pub fn tax_on_top_minor(&self) -> i64 {
        if self.included { 0 } else { self.tax_minor() }
    }

    /// What the buyer pays.
    pub fn total_minor(&self) -> i64 {
        self.work.gross_minor() + self.fee.gross_minor()
    }

    /// What of everything is due when only so much of the price is earned. Each part is a floor of all that is earned so
    /// far, so that steps on the way to the whole sum to the whole.
    #[must_use]
    pub fn due(&self, earned_minor: i64) -> Self {
        let price_minor = self.price_minor();
        let earned_minor = earned_minor.clamp(0, price_minor);
        let part = |minor| share_minor(minor, earned_minor, price_minor);
        let work_tax = part(self.work.tax_minor);
        let (fee_shown, fee_tax) = (part(self.fee_minor()), part(self.fee.tax_minor));
        let taxed = |shown, tax_minor| Taxed {
            net_minor: if self.included { shown - tax_minor } else { shown },
            tax_minor,
        };
        Self {
            work: taxed(earned_minor, work_tax),
            fee: taxed(fee_shown, fee_tax),
            included: self.included,
        }
    }

    fn shown(&self, part: Taxed) -> i64 {
        match self.included {
            true => part.gross_minor(),
            false => part.net_minor,
        }
    }
}

/// The tax that is in a sum that is with it, rounded down.
pub fn included_tax_minor(gross_minor: i64, bp: u32) -> i64 {
    share_minor(gross_minor, i64::from(bp), 10_000 + i64::from(bp))
}

/// The tax that is in what seller and tenant share, from whom it comes: the seller's part of it and the tenant's, in
/// proportion to what each got; the remainder is the seller's.
pub fn tax_of_both(tax_minor: i64, gross_minor: i64, commission_minor: i64) -> (i64, i64) {
    let tenant_minor = share_minor(tax_minor, commission_minor, gross_minor);
    (tax_minor - tenant_minor, tenant_minor)
}

/// `minor × part ÷ whole`, rounded down; nothing of nothing.
fn share_minor(minor: i64, part: i64, whole: i64) -> i64 {
    if whole == 0 {
        return 0;
    }
    let share = (i128::from(minor) * i128::from(part)).div_euclid(i128::from(whole));
    i64::try_from(share).unwrap_or(minor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FEE: ServiceFee = ServiceFee {
        bp: 500,
        fixed_minor: 30,
    };

    #[test]
    fn examples() {
        let on_top = TaxRate {
            bp: 1_900,
            included: false,
        };
        let price = OrderPrice::of(6_000, FEE, on_top).unwrap();
        assert_eq!((price.price_minor(), price.fee_minor()), (6_000, 330));
        assert_eq!((price.tax_minor(), price.total_minor()), (1_202, 7_532));
        let half = price.due(3_000);
        assert_eq!(
            (half.price_minor(), half.fee_minor(), half.tax_minor()),
            (3_000, 165, 601)
        );
        let within = TaxRate {
            included: true,
            ..on_top
        };
        let price = OrderPrice::of(6_000, FEE, within).unwrap();
        assert_eq!((price.price_minor(), price.total_minor()), (6_000, 6_330));
        assert_eq!(price.tax_minor(), 1_010);
        assert_eq!((price.work.net_minor, price.fee.net_minor), (5_043, 277));
        let nothing = OrderPrice::of(0, FEE, on_top).unwrap();
        assert_eq!(nothing.total_minor(), 0, "who pays nothing pays no fee");
        assert_eq!(OrderPrice::of(i64::MAX, FEE, on_top), None);
        assert_eq!(tax_of_both(19, 119, 23), (16, 3));
        let longer = price.grown_by(1_000);
        assert_eq!((longer.price_minor(), longer.total_minor()), (7_000, 7_330));
        assert_eq!(longer.due(7_000), longer);
    }

    fn fees() -> impl Strategy<Value = ServiceFee> {
        (0u32..=10_000, 0i64..100_000).prop_map(|(bp, fixed_minor)| ServiceFee { bp, fixed_minor })
    }

    fn taxes() -> impl Strategy<Value = TaxRate> {
        (0u32..=10_000, any::<bool>()).prop_map(|(bp, included)| TaxRate { bp, included })
    }

    fn parts(price: &OrderPrice) -> [i64; 4] {
        [
            price.work.net_minor,
            price.work.tax_minor,
            price.fee.net_minor,
            price.fee.tax_minor,
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn parts_are_whole_and_sum_to_the_total(price in 0i64..1_000_000_000, fee in fees(), tax in taxes()) {
            let of = OrderPrice::of(price, fee, tax).unwrap();
            prop_assert!(parts(&of).into_iter().all(|part| part >= 0));
            prop_assert_eq!(parts(&of).into_iter().sum::<i64>(), of.total_minor());
            prop_assert_eq!(of.price_minor(), price);
            prop_assert_eq!(Some(of.fee_minor()), fee.of(price));
            let on_top = if tax.included { 0 } else { of.tax_minor() };
            prop_assert_eq!(of.total_minor(), price + of.fee_minor() + on_top);
            // Rounded once: off by less than one unit from the exact tax, whatever the parts are.
            let base = i128::from(if tax.included { of.total_minor() } else { price + of.fee_minor() });
            let whole = if tax.included { 10_000 + i128::from(tax.bp) } else { 10_000 };
            let exact = base * i128::from(tax.bp);
            let rounded = i128::from(of.tax_minor()) * whole;
            prop_assert!(rounded <= exact && exact < rounded + whole);
        }

        #[test]
        fn steps_on_the_way_sum_to_the_whole(
            price in 1i64..10_000_000, fee in fees(), tax in taxes(), cuts in prop::collection::vec(0i64..10_000_000, 0..20),
        ) {
            let whole = OrderPrice::of(price, fee, tax).unwrap();
            let mut cuts: Vec<i64> = cuts.into_iter().map(|cut| cut % (price + 1)).chain([0, price]).collect();
            cuts.sort_unstable();
            let mut sums = [0; 4];
            for step in cuts.windows(2) {
                let (before, after) = (parts(&whole.due(step[0])), parts(&whole.due(step[1])));
                for ((sum, before), after) in sums.iter_mut().zip(before).zip(after) {
                    *sum += after - before;
                }
                let (before, after) = (whole.due(step[0]), whole.due(step[1]));
                prop_assert_eq!(after.price_minor() - before.price_minor(), step[1] - step[0]);
                prop_assert!(after.total_minor() >= before.total_minor());
                prop_assert!(after.tax_minor() >= before.tax_minor() && after.fee_minor() >= before.fee_minor());
            }
            prop_assert_eq!(sums, parts(&whole));
            prop_assert_eq!(whole.due(price), whole);
            prop_assert_eq!(whole.due(0).total_minor(), 0);
        }

        #[test]
        fn more_of_the_same_is_paid_as_if_it_had_been_ordered(
            price in 1i64..1_000_000, more in 1i64..1_000_000, fee in fees(), tax in taxes(),
        ) {
            let (first, more_of) = (OrderPrice::of(price, fee, tax).unwrap(), OrderPrice::of_more(more, fee, tax).unwrap());
            let (both, at_once) = (first.with(more_of).unwrap(), OrderPrice::of(price + more, fee, tax).unwrap());
            prop_assert_eq!(both.price_minor(), price + more);
            prop_assert_eq!(both.total_minor(), first.total_minor() + more_of.total_minor());
            // Each part was rounded down twice instead of once.
            for (two, one) in parts(&both).into_iter().zip(parts(&at_once)) {
                prop_assert!((two - one).abs() <= 2, "{} instead of {}", two, one);
            }
            prop_assert_eq!(first.with(OrderPrice::bare(i64::MAX)), None);
        }

        #[test]
        fn no_part_of_what_is_due_is_more_than_the_whole_or_less_than_nothing(
            price in 1i64..10_000_000, fee in fees(), tax in taxes(), earned in 0i64..20_000_000,
        ) {
            let whole = OrderPrice::of(price, fee, tax).unwrap();
            let due = whole.due(earned);
            prop_assert!(parts(&due).into_iter().all(|part| part >= 0));
            prop_assert!(due.total_minor() <= whole.total_minor());
            prop_assert!(due.tax_minor() <= whole.tax_minor() && due.fee_minor() <= whole.fee_minor());
        }

        #[test]
        fn both_bear_the_tax_that_is_in_their_parts(gross in 1i64..1_000_000_000, bp in 0u32..=10_000, part in 0u32..=10_000) {
            let commission = pricing::commission_minor(gross, part);
            let (seller, tenant) = tax_of_both(included_tax_minor(gross, bp), gross, commission);
            prop_assert_eq!(seller + tenant, included_tax_minor(gross, bp));
            prop_assert!((0..=commission).contains(&tenant));
            prop_assert!((0..=gross - commission).contains(&seller), "{} of {}", seller, gross - commission);
        }
    }
}
