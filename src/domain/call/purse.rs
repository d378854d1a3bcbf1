//! How long one wallet pays for all that it pays at the same time: a call, and those of its legs that the same person pays.
//!
//! The rule: as if all of these meters went on from now, each first using up what it holds already and then taking its next
//! block at the moment at which that begins. The money ends where a block begins that what is left doesn't pay for any more.
//! Everyone who asks for the same moment gets the same answer, whichever of the meters is theirs; a meter alone gets the time
//! of the blocks that it can afford. That a block is held shortly before it begins changes nothing: it was counted on. Only in
//! the last seconds may a block that is held earlier ahead take the money of one that begins before it.

use super::{Stretch, Terms, blocks::Blocks};
use crate::domain::{
    policy::{Increment, Policy},
    time::Moment,
};
use serde::{Deserialize, Serialize};

/// A meter that takes from a wallet while its call goes on. A line that is lost for a moment doesn't end that: it may be
/// back any second, and time that is taken back then would be told too late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// Price of a minute.
    pub rate_minor: i64,
    /// Unit of charging.
    pub increment: Increment,
    /// Least seconds charged: blocks end where it does.
    pub minimum_s: u32,
    /// Minutes with a price of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stretches: Vec<Stretch>,
    /// Blocks held or paid already.
    pub reserved: u32,
    /// How long those last.
    pub held: Held,
}

/// How long what a meter holds already lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// Its time runs.
    Until(Moment),
    /// Its time stands still; so many milliseconds once it goes on.
    For(i64),
}

impl Draw {
    /// A meter under these terms.
    pub fn new(terms: &Terms, reserved: u32, held: Held) -> Self {
        Self {
            rate_minor: terms.rate_minor,
            increment: terms.policy.increment,
            minimum_s: terms.policy.minimum_s,
            stretches: terms.stretches.clone(),
            reserved,
            held,
        }
    }

    fn meter_at(&self, at: Moment) -> Meter {
        let policy = Policy {
            increment: self.increment,
            minimum_s: self.minimum_s,
            ..Policy::default()
        };
        let terms = Terms {
            stretches: self.stretches.clone(),
            ..Terms::new(self.rate_minor, policy)
        };
        let held_ms = match self.held {
            Held::Until(end) => end.0.saturating_sub(at.0),
            Held::For(ms) => ms,
        };
        let blocks = Blocks::new(terms);
        Meter {
            held_s: blocks.end_s(self.reserved),
            blocks,
            held_ms: held_ms.max(0),
        }
    }
}

/// A meter as it stands at some moment.
struct Meter {
    blocks: Blocks,
    /// Where what it holds ends, in seconds of charged time …
    held_s: i64,
    /// … and how far ahead that is.
    held_ms: i64,
}

impl Meter {
    /// What it takes to go on for so long, beyond what it holds: every block that begins before then, whole.
    fn takes_minor(&self, ms: i64) -> i64 {
        let beyond_ms = ms.saturating_sub(self.held_ms);
        if beyond_ms <= 0 {
            return 0;
        }
        let blocks = self.blocks.reaching(self.held_s + (beyond_ms - 1) / 1_000 + 1);
        let gross = |seconds| self.blocks.gross_minor(seconds);
        gross(self.blocks.end_s(blocks)).saturating_sub(gross(self.held_s))
    }
}

/// How long from `at` on a wallet with so much left pays for all of these, at most `most_ms`.
pub fn lasts_ms(available_minor: i64, at: Moment, draws: &[Draw], most_ms: i64) -> i64 {
    let meters: Vec<Meter> = draws.iter().map(|draw| draw.meter_at(at)).collect();
    let pays = |ms: i64| {
        let each = meters.iter().map(|meter| meter.takes_minor(ms));
        each.fold(0, i64::saturating_add) <= available_minor.max(0)
    };
    if pays(most_ms) {
        return most_ms;
    }
    // What is held lasts at least for no time at all.
    let (mut enough, mut too_long) = (0, most_ms);
    while too_long - enough > 1 {
        let middle = enough + (too_long - enough) / 2;
        if pays(middle) {
            enough = middle;
        } else {
            too_long = middle;
        }
    }
    enough
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Moment = Moment(1_000_000);
    /// Longer than any of the wallets below lasts.
    const DAY_MS: i64 = 86_400_000;

    fn minutes(rate_minor: i64, held_ms: i64) -> Draw {
        Draw::new(
            &Terms::new(rate_minor, Policy::default()),
            1,
            Held::Until(NOW + held_ms),
        )
    }

    #[test]
    fn what_would_last_ten_minutes_for_one_lasts_five_for_two() {
        let one = minutes(100, 60_000);
        assert_eq!(lasts_ms(1_000, NOW, std::slice::from_ref(&one), DAY_MS), 660_000);
        assert_eq!(lasts_ms(1_000, NOW, &[one.clone(), one.clone()], DAY_MS), 360_000);
        let still = Draw {
            held: Held::For(60_000),
            ..one.clone()
        };
        assert_eq!(lasts_ms(1_000, NOW, &[one.clone(), still], DAY_MS), 360_000);
        // Ten seconds later, both have used up ten of what they held.
        assert_eq!(lasts_ms(1_000, NOW + 10_000, &[one.clone(), one], DAY_MS), 350_000);
    }

    #[test]
    fn the_first_block_that_is_not_paid_for_ends_it() {
        let (call, leg) = (minutes(150, 20_000), minutes(90, 50_000));
        // The call's next at 20 s, the leg's at 50 s; the call's after that at 80 s.
        assert_eq!(lasts_ms(149, NOW, &[call.clone(), leg.clone()], DAY_MS), 20_000);
        assert_eq!(lasts_ms(239, NOW, &[call.clone(), leg.clone()], DAY_MS), 50_000);
        assert_eq!(lasts_ms(240, NOW, &[call, leg], DAY_MS), 80_000);
    }

    fn any_draw() -> impl Strategy<Value = Draw> {
        let increment = prop_oneof![
            Just(Increment::Second),
            Just(Increment::Minute),
            (1_u32..200).prop_map(|seconds| Increment::Block { seconds }),
        ];
        let held = prop_oneof![
            (0_i64..90_000).prop_map(|ms| Held::Until(NOW + ms)),
            (0_i64..90_000).prop_map(Held::For),
        ];
        (1_i64..2_000, increment, 0_u32..150, 0_u32..30, held).prop_map(
            |(rate_minor, increment, minimum_s, reserved, held)| {
                let policy = Policy {
                    increment,
                    minimum_s,
                    ..Policy::default()
                };
                Draw::new(&Terms::new(rate_minor, policy), reserved, held)
            },
        )
    }

    /// The same told as a story: one block after the other, in the order in which they begin.
    fn told(mut available_minor: i64, draws: &[Draw]) -> i64 {
        let mut next: Vec<(i64, u32, Meter)> = draws
            .iter()
            .map(|draw| (0, draw.reserved, draw.meter_at(NOW)))
            .map(|(_, index, meter)| (meter.held_ms, index, meter))
            .collect();
        loop {
            let (begins, index, meter) = next.iter_mut().min_by_key(|(begins, ..)| *begins).expect("one");
            let block = meter.blocks.block(*index);
            available_minor -= meter.blocks.price_minor(block, block.to_s).0;
            if available_minor < 0 {
                return *begins;
            }
            *begins += (block.to_s - block.from_s) * 1_000;
            *index += 1;
        }
    }

    proptest! {
        /// One block after the other is paid for until the first that isn't; the order of the meters doesn't matter.
        #[test]
        fn the_money_ends_where_the_first_block_is_not_paid_for(
            draws in prop::collection::vec(any_draw(), 1..4),
            available_minor in 0_i64..20_000,
        ) {
            let lasts = lasts_ms(available_minor, NOW, &draws, DAY_MS);
            prop_assert_eq!(lasts, told(available_minor, &draws).min(DAY_MS));
            let turned: Vec<Draw> = draws.iter().rev().cloned().collect();
            prop_assert_eq!(lasts, lasts_ms(available_minor, NOW, &turned, DAY_MS));
            // Whoever goes leaves the others no less time.
            prop_assert!(lasts_ms(available_minor, NOW, &draws[1..], DAY_MS) >= lasts);
        }

        /// Holding the next block before it begins changes nothing, nor does time that passes.
        #[test]
        fn what_was_counted_on_changes_nothing(
            draws in prop::collection::vec(any_draw(), 1..4),
            available_minor in 0_i64..20_000,
            passed in 0_i64..20_000,
        ) {
            let before = lasts_ms(available_minor, NOW, &draws, DAY_MS);
            let mut later = draws.clone();
            let (first, meter) = (&mut later[0], draws[0].meter_at(NOW));
            let block = meter.blocks.block(first.reserved);
            let (price_minor, longer_ms) = (
                meter.blocks.price_minor(block, block.to_s).0,
                (block.to_s - block.from_s) * 1_000,
            );
            prop_assume!(meter.held_ms < before && before < DAY_MS);
            first.reserved += 1;
            first.held = match first.held {
                Held::Until(end) => Held::Until(end + longer_ms),
                Held::For(ms) => Held::For(ms + longer_ms),
            };
            prop_assert_eq!(lasts_ms(available_minor - price_minor, NOW, &later, DAY_MS), before);
            let all_run = draws.iter().all(|draw| matches!(draw.held, Held::Until(end) if end >= NOW + passed));
            if all_run {
                prop_assert_eq!(lasts_ms(available_minor, NOW + passed, &draws, DAY_MS), before - passed);
            }
        }
    }
}
