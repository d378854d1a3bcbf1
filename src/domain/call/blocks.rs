//! Charged time cut into blocks: the unit that is reserved and posted.
//!
//! For minutes and fixed blocks a block is one increment. Per second it is a chunk of at most [`CHUNK_S`] seconds
//! (requirement M4), cut so that one ends exactly where the minimum does.

use super::Terms;
use crate::domain::{policy::Increment, pricing::commission_minor};

/// Longest stretch reserved ahead when time is charged by the second.
pub const CHUNK_S: i64 = 10;

/// One block of charged time, in seconds since the end of grace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its number, from 0.
    pub index: u32,
    /// Where it starts.
    pub from_s: i64,
    /// Where it ends.
    pub to_s: i64,
}

/// Cuts and prices charged time under one set of terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocks {
    terms: Terms,
}

impl Blocks {
    /// For these terms.
    pub fn new(terms: Terms) -> Self {
        Self { terms }
    }

    /// Those terms.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The `index`-th block.
    pub fn block(&self, index: u32) -> Block {
        let n = i64::from(index);
        let (from_s, to_s) = match self.terms.policy.increment {
            Increment::Second => {
                let minimum = self.minimum_s();
                let inside = (minimum + CHUNK_S - 1) / CHUNK_S;
                let edge = |k: i64| {
                    if k <= inside {
                        (k * CHUNK_S).min(minimum)
                    } else {
                        minimum + (k - inside) * CHUNK_S
                    }
                };
                (edge(n), edge(n + 1))
            }
            increment => (n * increment.seconds(), (n + 1) * increment.seconds()),
        };
        Block { index, from_s, to_s }
    }

    /// How many blocks must be reserved before the call starts: the larger of minimum and first increment (M4).
    pub fn opening(&self) -> u32 {
        let needed = self.minimum_s().max(self.terms.policy.increment.seconds());
        self.reaching(needed)
    }

    /// Where the first `count` blocks end, in seconds.
    pub fn end_s(&self, count: u32) -> i64 {
        count.checked_sub(1).map_or(0, |last| self.block(last).to_s)
    }

    /// How many of the first blocks it takes to reach `seconds`.
    pub fn reaching(&self, seconds: i64) -> u32 {
        let whole = |seconds: i64, length: i64| (seconds + length - 1) / length;
        let (seconds, minimum) = (seconds.max(0), self.minimum_s());
        let count = match self.terms.policy.increment {
            Increment::Second if seconds > minimum => whole(minimum, CHUNK_S) + whole(seconds - minimum, CHUNK_S),
            Increment::Second => whole(seconds, CHUNK_S),
            increment => whole(seconds, increment.seconds()),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The minimum in seconds, rounded up to whole increments.
    pub fn minimum_s(&self) -> i64 {
        if self.terms.free {
            return 0;
        }
        let increment = self.terms.policy.increment.seconds();
        (i64::from(self.terms.policy.minimum_s) + increment - 1) / increment * increment
    }

    /// Seconds charged for `charged_ms` after grace: every started increment whole.
    pub fn charged_s(&self, charged_ms: i64) -> i64 {
        if self.terms.free {
            return 0;
        }
        let increment = self.terms.policy.increment.seconds();
        (charged_ms.max(0) + increment * 1_000 - 1) / (increment * 1_000) * increment
    }

    /// Price and commission of the part of `block` that lies before `until_s`.
    pub fn price_minor(&self, block: Block, until_s: i64) -> (i64, i64) {
        let (from, to) = (
            self.gross_minor(block.from_s),
            self.gross_minor(block.to_s.min(until_s).max(block.from_s)),
        );
        let share = |gross| commission_minor(gross, self.terms.policy.commission_bp);
        (to - from, share(to) - share(from))
    }

    /// Price of all charged time up to `seconds`.
    pub fn gross_minor(&self, seconds: i64) -> i64 {
        self.terms.gross_minor(seconds)
    }

    /// How many further blocks from `first` on `available_minor` pays for, at most `most`.
    pub fn affordable(&self, first: u32, available_minor: i64, most: u32) -> u32 {
        let start = self.gross_minor(self.end_s(first));
        let pays = |count: u32| self.gross_minor(self.end_s(first.saturating_add(count))) - start <= available_minor;
        let (mut enough, mut too_many) = (0, most.saturating_add(1));
        while too_many - enough > 1 {
            let middle = enough + (too_many - enough) / 2;
            if pays(middle) {
                enough = middle
            } else {
                too_many = middle
            }
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::Policy;

    fn blocks(increment: Increment, minimum_s: u32) -> Blocks {
        let policy = Policy {
            increment,
            minimum_s,
            ..Policy::default()
        };
        Blocks::new(Terms::new(199, policy))
    }

    #[test]
    fn seconds_are_chunked_up_to_the_minimum_and_on() {
        let blocks = blocks(Increment::Second, 25);
        let cuts: Vec<_> = (0..4).map(|n| (blocks.block(n).from_s, blocks.block(n).to_s)).collect();
        assert_eq!(cuts, [(0, 10), (10, 20), (20, 25), (25, 35)]);
        assert_eq!(blocks.opening(), 3);
        assert_eq!(blocks.charged_s(1), 1);
        assert_eq!(blocks.charged_s(1_000), 1);
        assert_eq!(blocks.charged_s(1_001), 2);
    }

    #[test]
    fn minutes_are_whole_and_so_is_the_minimum() {
        let blocks = blocks(Increment::Minute, 150);
        assert_eq!(blocks.minimum_s(), 180);
        assert_eq!(blocks.opening(), 3);
        assert_eq!(blocks.charged_s(60_000), 60);
        assert_eq!(blocks.charged_s(60_001), 120);
    }

    #[test]
    fn as_many_blocks_reach_a_second_as_end_behind_it() {
        for blocks in [blocks(Increment::Second, 25), blocks(Increment::Minute, 150)] {
            for seconds in 0..400 {
                let count = blocks.reaching(seconds);
                assert!(blocks.end_s(count) >= seconds);
                assert!(count == 0 || blocks.end_s(count - 1) < seconds);
            }
        }
    }

    #[test]
    fn affordable_counts_whole_blocks() {
        let blocks = blocks(Increment::Minute, 0);
        assert_eq!(blocks.affordable(0, 198, 100), 0);
        assert_eq!(blocks.affordable(0, 199, 100), 1);
        assert_eq!(blocks.affordable(3, 1_000, 100), 5);
        assert_eq!(blocks.affordable(3, 100_000, 100), 100);
    }
}
