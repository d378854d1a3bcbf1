//! What a call ought to cost, worked out the slow way: tick by tick from the raw evidence and the instants at which the
//! call began and stopped to be live. Shares no code with the meter: it has its own arithmetic and plain loops.

use std::collections::BTreeSet;
use tallyroom::domain::call::{EndReason, Evidence, Run, Terms};
use tallyroom::domain::policy::Increment;

/// Length of a tick in milliseconds; everything in a [`crate::world::World`] happens on ticks.
pub const TICK_MS: i64 = 100;

const PER_S: i64 = 1_000 / TICK_MS;

/// Instants at which a side was certainly there, in ticks.
#[derive(Clone, Debug, Default)]
struct Marks(Vec<i64>);

impl Marks {
    fn add(&mut self, run: Option<Run>) {
        let Some(run) = run else { return };
        for tick in run.from.0 / TICK_MS..=run.to.0 / TICK_MS {
            if self.0.last().is_none_or(|last| tick > *last) {
                self.0.push(tick);
            }
        }
    }

    /// For each tick from `from` to `to`: was the side there all through it?
    fn there(&self, from: i64, to: i64, bridge: i64) -> Vec<bool> {
        let mut next = 0;
        let mut there = Vec::new();
        for tick in from..to {
            while next < self.0.len() && self.0[next] <= tick {
                next += 1;
            }
            there.push(next > 0 && next < self.0.len() && self.0[next] - self.0[next - 1] <= bridge);
        }
        there
    }
}

/// A length of time in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks(i64);

impl Ticks {
    /// In milliseconds.
    pub fn ms(self) -> i64 {
        self.0 * TICK_MS
    }
}

/// The bookkeeper with the abacus.
#[derive(Clone, Debug)]
pub struct Oracle {
    terms: Terms,
    minimum_s: i64,
    seller: Marks,
    payer: Marks,
    durable: (usize, usize),
    before_last: (usize, usize),
    reserved: BTreeSet<u32>,
    live_since: Option<i64>,
    counted: i64,
}

impl Oracle {
    /// For a call under these terms.
    pub fn new(terms: Terms) -> Self {
        let mut oracle = Self {
            terms,
            minimum_s: 0,
            seller: Marks::default(),
            payer: Marks::default(),
            durable: (0, 0),
            before_last: (0, 0),
            reserved: BTreeSet::new(),
            live_since: None,
            counted: 0,
        };
        oracle.minimum_s = oracle.whole_increments_s(i64::from(oracle.terms.policy.minimum_s) * PER_S);
        oracle
    }

    /// Evidence reached the session.
    pub fn saw(&mut self, evidence: &Evidence) {
        self.before_last = (self.seller.0.len(), self.payer.0.len());
        self.seller.add(evidence.seller_sent);
        self.payer.add(evidence.payer_seen);
    }

    /// All evidence so far is stored.
    pub fn stored(&mut self) {
        self.durable = (self.seller.0.len(), self.payer.0.len());
    }

    /// All evidence but the last is stored.
    pub fn stored_but_last(&mut self) {
        self.durable = self.before_last;
    }

    /// Evidence that wasn't stored is forgotten.
    pub fn crash(&mut self) {
        self.seller.0.truncate(self.durable.0);
        self.payer.0.truncate(self.durable.1);
    }

    /// The session heard that a block is held.
    pub fn held(&mut self, block: u32) {
        self.reserved.insert(block);
    }

    /// The call went live, or on after a top-up.
    pub fn opened(&mut self, now_ms: i64) {
        assert_eq!(self.live_since, None);
        self.live_since = Some(now_ms / TICK_MS);
    }

    /// The call stopped to be live, for a while or for good.
    pub fn closed(&mut self, now_ms: i64) {
        self.counted = self.billable(now_ms).0;
        self.live_since = None;
    }

    /// Billable time so far.
    pub fn billable(&self, now_ms: i64) -> Ticks {
        let Some(since) = self.live_since else {
            return Ticks(self.counted);
        };
        let (to, bridge) = (now_ms / TICK_MS, i64::from(self.terms.policy.bridge_ms) / TICK_MS);
        let (seller, payer) = (
            self.seller.there(since, to, bridge),
            self.payer.there(since, to, bridge),
        );
        let mut ticks = self.counted;
        for (seller, payer) in seller.into_iter().zip(payer) {
            ticks += i64::from(seller && payer);
        }
        Ticks(ticks.min(self.covered().0))
    }

    /// Time that reserved money and grace cover.
    pub fn covered(&self) -> Ticks {
        Ticks((i64::from(self.terms.policy.grace_s) + self.edges().nth(self.blocks_held()).unwrap_or(0)) * PER_S)
    }

    fn blocks_held(&self) -> usize {
        (0..).take_while(|block| self.reserved.contains(block)).count()
    }

    /// Where blocks begin and end: whole increments, or by the second tens of which one ends at the minimum.
    fn edges(&self) -> impl Iterator<Item = i64> {
        let (minimum, step) = (self.minimum_s, if self.per_second() { 10 } else { self.increment_s() });
        std::iter::successors(Some(0), move |edge| {
            let next = edge + step;
            Some(if *edge < minimum && minimum < next {
                minimum
            } else {
                next
            })
        })
    }

    fn per_second(&self) -> bool {
        self.terms.policy.increment == Increment::Second
    }

    fn increment_s(&self) -> i64 {
        match self.terms.policy.increment {
            Increment::Second => 1,
            Increment::Minute => 60,
            Increment::Block { seconds } => i64::from(seconds),
        }
    }

    fn whole_increments_s(&self, ticks: i64) -> i64 {
        let mut seconds = 0;
        while seconds * PER_S < ticks {
            seconds += self.increment_s();
        }
        seconds
    }

    fn after_grace(&self, billable: Ticks) -> i64 {
        (billable.0 - i64::from(self.terms.policy.grace_s) * PER_S).max(0)
    }

    /// Charged seconds: so far, or in the end when there is a reason.
    pub fn charged_s(&self, billable: Ticks, reason: Option<EndReason>) -> i64 {
        let used = self.whole_increments_s(self.after_grace(billable));
        let owes_minimum = matches!(
            reason,
            Some(EndReason::BuyerEnded | EndReason::BuyerLost | EndReason::OutOfCredit)
        ) && used > 0;
        if owes_minimum { used.max(self.minimum_s) } else { used }
    }

    /// How many blocks are to be paid while the call goes on: started increments, or by the second full chunks.
    pub fn blocks_due(&self, billable: Ticks) -> usize {
        let ticks = self.after_grace(billable);
        if self.per_second() {
            self.edges().skip(1).take_while(|end| end * PER_S <= ticks).count()
        } else {
            self.edges().take_while(|start| start * PER_S < ticks).count()
        }
    }

    /// What so many seconds cost, counted up second by second: sixtieths that make a whole minor unit are charged.
    pub fn price(&self, seconds: i64) -> i64 {
        let (mut minor, mut sixtieths) = (0, 0);
        for _ in 0..seconds {
            sixtieths += self.terms.rate_minor;
            minor += sixtieths / 60;
            sixtieths %= 60;
        }
        minor
    }

    /// What the block after those that are held costs.
    pub fn next_price(&self) -> i64 {
        let edges: Vec<i64> = self.edges().skip(self.blocks_held()).take(2).collect();
        self.price(edges[1]) - self.price(edges[0])
    }

    /// The tenant's part of the whole.
    pub fn commission(&self, charged_minor: i64) -> i64 {
        charged_minor * i64::from(self.terms.policy.commission_bp) / 10_000
    }
}
