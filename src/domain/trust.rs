//! How much money somebody new can bring: limits that grow with what they have paid before (requirement I10). They keep a
//! stolen card's damage small; whoever stays for a while never meets them.

use super::{
    money::{Currency, Money},
    time::Moment,
};

const DAY_MS: i64 = 24 * 3_600_000;

/// The time over which payments are added up.
pub const WINDOW_MS: i64 = DAY_MS;

/// What is known of somebody's payments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Payments that arrived; none if a bank has taken one back.
    pub settled: i64,
    /// When the first of them was begun.
    pub first: Option<Moment>,
    /// What was begun in the last [`WINDOW_MS`] and wasn't declined, in minor units.
    pub lately_minor: i64,
}

/// How well somebody is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Not yet.
    New,
    /// They have paid several times, over more than a week.
    Known,
    /// They have paid many times, over more than a month.
    Trusted,
}

impl Trust {
    /// As the history tells.
    pub fn of(history: &History, now: Moment) -> Self {
        let days = history.first.map_or(0, |first| (now - first) / DAY_MS);
        match (history.settled, days) {
            (10.., 30..) => Self::Trusted,
            (3.., 7..) => Self::Known,
            _ => Self::New,
        }
    }

    /// Most that can be paid into a wallet at once, and within [`WINDOW_MS`].
    pub fn limits(self, currency: Currency) -> (Money, Money) {
        let (once, in_all) = match self {
            Self::New => (500, 1_500),
            Self::Known => (1_000, 5_000),
            Self::Trusted => (2_000, 20_000),
        };
        (whole(once, currency), whole(in_all, currency))
    }
}

/// `amount` euros, dollars … or hundreds of what has no smaller unit, such as yen.
pub fn whole(amount: i64, currency: Currency) -> Money {
    Money::new(amount * 10_i64.pow(currency.exponent().max(2)), currency)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Moment = Moment(1_800_014_400_000);

    fn history(settled: i64, days: i64) -> History {
        History {
            settled,
            first: (settled > 0).then_some(Moment(NOW.0 - days * DAY_MS)),
            lately_minor: 0,
        }
    }

    #[test]
    fn trust_takes_both_payments_and_time() {
        for (settled, days, trust) in [
            (0, 0, Trust::New),
            (50, 6, Trust::New),
            (2, 400, Trust::New),
            (3, 7, Trust::Known),
            (9, 400, Trust::Known),
            (10, 29, Trust::Known),
            (10, 30, Trust::Trusted),
        ] {
            assert_eq!(
                Trust::of(&history(settled, days), NOW),
                trust,
                "{settled} in {days} days"
            );
        }
    }

    proptest! {
        #[test]
        fn more_history_never_means_less(settled in 0_i64..100, days in 0_i64..100, more in 0_i64..50, later in 0_i64..50) {
            let before = Trust::of(&history(settled, days), NOW);
            let after = Trust::of(&history(settled + more, days + later), NOW);
            prop_assert!(before <= after);
            let currency = Currency::parse("EUR").unwrap();
            prop_assert!(before.limits(currency).0.minor <= after.limits(currency).0.minor);
        }
    }
}
