//! What is given back of what was paid, and who gives it: the tenant's part goes back in proportion (requirement H3).

use super::{
    ids::{BookingId, CallId},
    pricing,
};

/// What was paid for, as one sum: the talk of an order is a part of its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A call that was paid for as it went.
    Call(CallId),
    /// An order.
    Order(BookingId),
}

/// Who gives something back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenBy {
    /// The seller, of their own accord.
    Seller,
    /// The tenant's staff.
    Staff,
    /// Whoever decided a dispute.
    Dispute,
}

impl GivenBy {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seller => "seller",
            Self::Staff => "staff",
            Self::Dispute => "dispute",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Seller, Self::Staff, Self::Dispute]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

/// What was paid, and what of it has been given back so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// All that was paid, in minor units.
    pub paid_minor: i64,
    /// What of that is the price; the rest came on top of it.
    pub price_minor: i64,
    /// What of all isn't the seller's: the tenant's part, and all tax.
    pub commission_minor: i64,
    /// The tax of that.
    pub tax_minor: i64,
    /// What was given back already.
    pub refunded_minor: i64,
    /// What of that wasn't the seller's.
    pub refunded_commission_minor: i64,
    /// The tax of that.
    pub refunded_tax_minor: i64,
    /// The time that is in it, if any.
    pub timed: Option<Timed>,
}

/// Time that was paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timed {
    /// Price of a minute, in minor units.
    pub rate_minor: i64,
    /// How much was paid for, seconds.
    pub seconds: i64,
    /// How much of it was given back already, from its end, seconds.
    pub refunded_s: i64,
}

/// How much is to be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// So much, in minor units.
    Amount(i64),
    /// The last minutes of those that are left.
    Minutes(i64),
}

/// What a refund takes from whom; both together are what the buyer gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// From the seller, in minor units.
    pub seller_minor: i64,
    /// From the tenant and of the tax, in minor units.
    pub tenant_minor: i64,
    /// The tax of that.
    pub tax_minor: i64,
    /// The time that is given back with it, seconds; none if it is an amount.
    pub seconds: i64,
}

impl Parts {
    /// What the buyer gets, in minor units.
    pub fn buyer_minor(self) -> i64 {
        self.seller_minor + self.tenant_minor
    }

    /// The same for the buyer with at most so much from the seller; the rest is the tenant's.
    #[must_use]
    pub fn within(self, seller_minor: i64) -> Self {
        let seller_minor = self.seller_minor.min(seller_minor);
        Self {
            seller_minor,
            tenant_minor: self.buyer_minor() - seller_minor,
            ..self
        }
    }
}

/// Why something can't be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing was paid, or everything has gone back.
    NothingLeft,
    /// It isn't more than nothing.
    TooLittle,
    /// It is more than what is left, in minor units.
    TooMuch {
        /// That.
        left_minor: i64,
    },
    /// There is no time in it.
    NotTimed,
    /// It is more time than is left, whole or begun minutes.
    TooLong {
        /// That.
        left_min: i64,
    },
}

impl Charge {
    /// What can still be given back, in minor units.
    pub fn left_minor(&self) -> i64 {
        (self.paid_minor - self.refunded_minor).max(0)
    }

    /// Of how many minutes, whole or begun, time can still be given back.
    pub fn left_min(&self) -> i64 {
        self.timed.map_or(0, |timed| (timed.left_s() + 59).div_euclid(60))
    }

    /// The most that can be given back with parts that are there, in minor units.
    pub fn most_minor(&self, is_there: impl Fn(Parts) -> bool) -> i64 {
        let fits = |minor| self.refund(Asked::Amount(minor)).is_ok_and(&is_there);
        // More never takes less from the seller.
        let (mut fitting, mut most) = (0, self.left_minor());
        while fitting < most {
            let middle = fitting + (most - fitting + 1) / 2;
            if fits(middle) {
                fitting = middle;
            } else {
                most = middle - 1;
            }
        }
        fitting
    }

    /// What giving that back takes from whom.
    ///
    /// # Errors
    /// It is nothing, or more than is left.
    pub fn refund(&self, asked: Asked) -> Result<Parts, Refused> {
        if self.left_minor() == 0 {
            return Err(Refused::NothingLeft);
        }
        let (minor, seconds) = match asked {
            Asked::Amount(minor) => (minor, 0),
            Asked::Minutes(minutes) => self.price_of_last(minutes)?,
        };
        if minor <= 0 {
            return Err(Refused::TooLittle);
        }
        if minor > self.left_minor() {
            return Err(Refused::TooMuch {
                left_minor: self.left_minor(),
            });
        }
        // Of the sum so far, so that in how many parts it goes back changes nothing.
        let sum = i128::from(self.refunded_minor + minor);
        let due = i128::from(self.commission_minor) * sum / i128::from(self.paid_minor);
        let due = i64::try_from(due).unwrap_or(self.commission_minor);
        let tenant_minor = (due - self.refunded_commission_minor).clamp(0, minor);
        let tax_due = self.tax_of(self.refunded_commission_minor + tenant_minor);
        Ok(Parts {
            seller_minor: minor - tenant_minor,
            tenant_minor,
            tax_minor: (tax_due - self.refunded_tax_minor).clamp(0, tenant_minor),
            seconds,
        })
    }

    /// The tax that is in so much of what isn't the seller's, rounded down.
    fn tax_of(&self, minor: i64) -> i64 {
        if self.commission_minor == 0 {
            return 0;
        }
        let tax = i128::from(self.tax_minor) * i128::from(minor) / i128::from(self.commission_minor);
        i64::try_from(tax).unwrap_or(self.tax_minor)
    }

    /// What the last minutes of the time that is left have cost, with what came on top, and how many seconds they are.
    fn price_of_last(&self, minutes: i64) -> Result<(i64, i64), Refused> {
        let timed = self.timed.ok_or(Refused::NotTimed)?;
        if minutes <= 0 {
            return Err(Refused::TooLittle);
        }
        if minutes > self.left_min() {
            return Err(Refused::TooLong {
                left_min: self.left_min(),
            });
        }
        let left_s = timed.left_s();
        let kept_s = (left_s - minutes * 60).max(0);
        let cost = |seconds| self.with_the_rest(pricing::time_price_minor(timed.rate_minor, seconds));
        Ok((cost(left_s) - cost(kept_s), left_s - kept_s))
    }

    /// So much of the price with its part of what came on top, rounded down.
    fn with_the_rest(&self, price_minor: i64) -> i64 {
        if self.price_minor == self.paid_minor || self.price_minor == 0 {
            return price_minor;
        }
        let cost = i128::from(self.paid_minor) * i128::from(price_minor) / i128::from(self.price_minor);
        i64::try_from(cost).unwrap_or(price_minor)
    }
}

impl Timed {
    fn left_s(self) -> i64 {
        (self.seconds - self.refunded_s).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn call(rate_minor: i64, seconds: i64, bp: u32) -> Charge {
        let paid_minor = pricing::time_price_minor(rate_minor, seconds);
        Charge {
            paid_minor,
            price_minor: paid_minor,
            commission_minor: pricing::commission_minor(paid_minor, bp),
            tax_minor: pricing::commission_minor(paid_minor, bp / 3),
            refunded_minor: 0,
            refunded_commission_minor: 0,
            refunded_tax_minor: 0,
            timed: Some(Timed {
                rate_minor,
                seconds,
                refunded_s: 0,
            }),
        }
    }

    fn after(charge: Charge, parts: Parts) -> Charge {
        Charge {
            refunded_minor: charge.refunded_minor + parts.buyer_minor(),
            refunded_commission_minor: charge.refunded_commission_minor + parts.tenant_minor,
            refunded_tax_minor: charge.refunded_tax_minor + parts.tax_minor,
            timed: charge.timed.map(|timed| Timed {
                refunded_s: timed.refunded_s + parts.seconds,
                ..timed
            }),
            ..charge
        }
    }

    #[test]
    fn examples() {
        let ten = call(199, 600, 2_000);
        let parts = ten.refund(Asked::Amount(1_990)).unwrap();
        assert_eq!((parts.seller_minor, parts.tenant_minor), (1_592, 398));
        let two = ten.refund(Asked::Minutes(2)).unwrap();
        assert_eq!((two.buyer_minor(), two.tenant_minor, two.seconds), (398, 79, 120));
        assert_eq!(ten.refund(Asked::Amount(0)), Err(Refused::TooLittle));
        assert_eq!(ten.refund(Asked::Amount(-5)), Err(Refused::TooLittle));
        let too_much = Refused::TooMuch { left_minor: 1_990 };
        assert_eq!(ten.refund(Asked::Amount(1_991)), Err(too_much));
        assert_eq!(ten.refund(Asked::Minutes(11)), Err(Refused::TooLong { left_min: 10 }));
        assert_eq!(after(ten, parts).refund(Asked::Amount(1)), Err(Refused::NothingLeft));
        let fee = Charge { timed: None, ..ten };
        assert_eq!(fee.refund(Asked::Minutes(1)), Err(Refused::NotTimed));
        // A begun minute is given back whole.
        let begun = call(200, 90, 2_000);
        assert_eq!(begun.left_min(), 2);
        assert_eq!(begun.refund(Asked::Minutes(2)).unwrap().buyer_minor(), 300);
        // Of a price of 19.90 with 4.10 on top of it, 1.50 of that tax: each minute goes back with its part of both.
        let on_top = Charge {
            paid_minor: 2_400,
            commission_minor: 398 + 410,
            tax_minor: 150,
            ..ten
        };
        let two = on_top.refund(Asked::Minutes(2)).unwrap();
        assert_eq!((two.buyer_minor(), two.tenant_minor, two.tax_minor), (480, 161, 29));
        let all = on_top.refund(Asked::Minutes(10)).unwrap();
        assert_eq!((all.buyer_minor(), all.tenant_minor, all.tax_minor), (2_400, 808, 150));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn whatever_goes_back_in_parts_is_the_whole_in_the_end(
            rate in 1i64..100_000,
            seconds in 1i64..20_000,
            bp in 0u32..=10_000,
            asked in prop::collection::vec((any::<bool>(), 1i64..1_000_000), 0..30),
        ) {
            let whole = call(rate, seconds, bp);
            prop_assume!(whole.paid_minor > 0);
            let mut now = whole;
            let (mut seller, mut tenant, mut tax) = (0, 0, 0);
            for (timed, number) in asked {
                let asked = if timed { Asked::Minutes(number % 20) } else { Asked::Amount(number) };
                let Ok(parts) = now.refund(asked) else { continue };
                prop_assert!(parts.seller_minor >= 0 && parts.tenant_minor >= 0);
                prop_assert!((0..=parts.tenant_minor).contains(&parts.tax_minor));
                prop_assert!(parts.buyer_minor() > 0 && parts.buyer_minor() <= now.left_minor());
                seller += parts.seller_minor;
                tenant += parts.tenant_minor;
                tax += parts.tax_minor;
                now = after(now, parts);
            }
            if now.left_minor() > 0 {
                let rest = now.refund(Asked::Amount(now.left_minor())).unwrap();
                seller += rest.seller_minor;
                tenant += rest.tenant_minor;
                tax += rest.tax_minor;
                now = after(now, rest);
            }
            prop_assert_eq!(now.left_minor(), 0);
            prop_assert_eq!(tenant, whole.commission_minor);
            prop_assert_eq!(tax, whole.tax_minor);
            prop_assert_eq!(seller, whole.paid_minor - whole.commission_minor);
        }

        #[test]
        fn minutes_that_go_back_one_by_one_cost_what_they_did(rate in 1i64..100_000, seconds in 1i64..6_000) {
            let mut now = call(rate, seconds, 2_000);
            let mut sum = 0;
            while now.left_min() > 0 {
                match now.refund(Asked::Minutes(1)) {
                    Ok(parts) => {
                        sum += parts.buyer_minor();
                        now = after(now, parts);
                    }
                    Err(refused) => {
                        prop_assert!(matches!(refused, Refused::NothingLeft | Refused::TooLittle));
                        break;
                    }
                }
            }
            prop_assert!(sum <= pricing::time_price_minor(rate, seconds));
            prop_assert!(pricing::time_price_minor(rate, now.left_min() * 60) >= now.left_minor());
        }

        #[test]
        fn less_never_takes_more_from_anybody(
            rate in 1i64..10_000, seconds in 60i64..6_000, bp in 0u32..=10_000, less in 1i64..10_000, more in 1i64..10_000,
        ) {
            let charge = call(rate, seconds, bp);
            let (less, more) = (less.min(more), less.max(more));
            if let (Ok(less), Ok(more)) = (charge.refund(Asked::Amount(less)), charge.refund(Asked::Amount(more))) {
                prop_assert!(less.seller_minor <= more.seller_minor && less.tenant_minor <= more.tenant_minor);
            }
        }

        #[test]
        fn the_most_that_is_covered_is_covered_and_one_more_is_not(
            rate in 1i64..10_000, seconds in 60i64..6_000, bp in 0u32..=10_000, there in -10i64..1_000_000,
        ) {
            let charge = call(rate, seconds, bp);
            let most = charge.most_minor(|parts| parts.seller_minor <= there);
            let taken = |minor| charge.refund(Asked::Amount(minor)).map(|parts| parts.seller_minor);
            prop_assert!((0..=charge.left_minor()).contains(&most));
            prop_assert!(most == 0 || taken(most).is_ok_and(|taken| taken <= there));
            prop_assert!(taken(most + 1).map_or(true, |taken| taken > there));
        }
    }
}
