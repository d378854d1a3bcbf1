//! Minutes that are charged at a price of their own: those of an extension by a custom amount.

use super::Terms;
use crate::domain::{ids::ExtensionId, pricing::time_price_minor};
use serde::{Deserialize, Serialize};

/// A stretch of charged time with a price of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Whose time it is.
    pub extension: ExtensionId,
    /// Where it starts, in seconds of charged time.
    pub from_s: i64,
    /// How long it is.
    pub seconds: i64,
    /// What all of it costs, in minor units.
    pub price_minor: i64,
}

impl Stretch {
    /// Where it ends.
    pub fn to_s(&self) -> i64 {
        self.from_s + self.seconds
    }

    /// The same, later.
    #[must_use]
    pub fn not_before(mut self, from_s: i64) -> Self {
        self.from_s = self.from_s.max(from_s);
        self
    }

    /// What its part before `seconds` of charged time costs, rounded down as all time is.
    fn gross_minor(&self, seconds: i64) -> i64 {
        let used = (seconds - self.from_s).clamp(0, self.seconds);
        let part = i128::from(self.price_minor) * i128::from(used) / i128::from(self.seconds.max(1));
        i64::try_from(part).unwrap_or(self.price_minor)
    }
}

impl Terms {
    /// Price of all charged time up to `seconds`: at the rate, but for stretches that have a price of their own.
    pub fn gross_minor(&self, seconds: i64) -> i64 {
        let apart = |stretch: &Stretch| (seconds - stretch.from_s).clamp(0, stretch.seconds);
        let apart_s: i64 = self.stretches.iter().map(apart).sum();
        let apart_minor: i64 = self.stretches.iter().map(|stretch| stretch.gross_minor(seconds)).sum();
        time_price_minor(self.rate_minor, seconds - apart_s) + apart_minor
    }

    /// Adds a stretch, behind those that are there; adding it again changes nothing.
    pub fn add(&mut self, stretch: Stretch) {
        if self.stretches.iter().any(|known| known.extension == stretch.extension) {
            return;
        }
        let end_s = self.stretches.iter().map(Stretch::to_s).max().unwrap_or(0);
        self.stretches.push(stretch.not_before(end_s));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::Policy;
    use proptest::prelude::*;

    fn stretch(from_s: i64, seconds: i64, price_minor: i64) -> Stretch {
        Stretch {
            extension: ExtensionId::new(),
            from_s,
            seconds,
            price_minor,
        }
    }

    #[test]
    fn a_stretch_costs_its_price_and_the_rest_the_rate() {
        let mut terms = Terms::new(100, Policy::default());
        let more = stretch(120, 600, 250);
        terms.add(more);
        terms.add(more);
        let at = [0, 60, 120, 420, 720, 780].map(|seconds| terms.gross_minor(seconds));
        assert_eq!(at, [0, 100, 200, 325, 450, 550]);
        terms.add(stretch(300, 60, 1_000));
        assert_eq!(
            terms.gross_minor(780),
            1_450,
            "one behind the other, never one in the other"
        );
    }

    proptest! {
        /// Whatever was agreed to: time never gets cheaper by passing, what was before costs the same, and all of it its price.
        #[test]
        fn time_only_adds_up(
            rate in 0_i64..100_000,
            cuts in prop::collection::vec((0_i64..50_000, 60_i64..14_400, 0_i64..10_000_000), 0..5),
            steps in prop::collection::vec(0_i64..2_000, 1..60),
        ) {
            let plain = Terms::new(rate, Policy::default());
            let mut terms = plain.clone();
            for (from_s, seconds, price_minor) in cuts {
                terms.add(stretch(from_s, seconds, price_minor));
            }
            let (mut at, mut before) = (0, 0);
            for step in steps {
                at += step;
                let gross = terms.gross_minor(at);
                prop_assert!(gross >= before);
                before = gross;
            }
            if let Some(first) = terms.stretches.first() {
                prop_assert_eq!(terms.gross_minor(first.from_s), plain.gross_minor(first.from_s));
            }
            let end_s = terms.stretches.last().map_or(0, Stretch::to_s);
            let apart_s: i64 = terms.stretches.iter().map(|one| one.seconds).sum();
            let apart_minor: i64 = terms.stretches.iter().map(|one| one.price_minor).sum();
            prop_assert_eq!(terms.gross_minor(end_s), plain.gross_minor(end_s - apart_s) + apart_minor);
        }
    }
}
