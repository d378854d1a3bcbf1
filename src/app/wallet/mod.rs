//! Credit: what a person has to spend, and how it gets there (requirement I1).
//!
//! A top-up is an intent first, then a payment page, then an outcome. The outcome is asked for when the person comes
//! back, and by a job for as long as it isn't known; the money moves once however often it is heard of (laws 3 and 7).

mod ask;
mod begin_top_up;
mod confirm_top_up;
mod outcome;
mod reconcile;
mod show;

pub(in crate::app) use ask::ask;
pub use begin_top_up::{ChosenWay, Wish, begin_top_up};
pub use confirm_top_up::confirm_top_up;
pub use reconcile::reconcile;
pub use show::{Wallet, balance, show};

use crate::domain::{
    ids::TopUpId,
    money::{Currency, Money},
};
use serde::{Deserialize, Serialize};

/// The reconciling job's kind in the outbox; its payload is [`ReconcileTopUp`].
pub const RECONCILE_JOB: &str = "reconcile_top_up";

/// Which top-up the job asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconcileTopUp {
    /// Its id.
    pub top_up: TopUpId,
}

/// Least and most that can be added at once, in what people count in: 5 to 500 of it.
pub fn top_up_bounds(currency: Currency) -> (Money, Money) {
    (whole(5, currency), whole(500, currency))
}

/// Amounts to offer.
pub fn top_up_suggestions(currency: Currency) -> [Money; 4] {
    [10, 20, 50, 100].map(|amount| whole(amount, currency))
}

/// `amount` euros, dollars … or hundreds of what has no smaller unit, such as yen.
fn whole(amount: i64, currency: Currency) -> Money {
    Money::new(amount * 10_i64.pow(currency.exponent().max(2)), currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_sensible_in_every_sort_of_currency() {
        let bounds = |code| {
            let (least, most) = top_up_bounds(Currency::parse(code).unwrap());
            (least.minor, most.minor)
        };
        assert_eq!(bounds("EUR"), (500, 50_000));
        assert_eq!(bounds("JPY"), (500, 50_000));
        assert_eq!(bounds("KWD"), (5_000, 500_000));
    }
}
