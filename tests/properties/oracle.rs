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

/// The bookkeeper with the abacus.
#[derive(Clone, Debug)]
pub struct Oracle {
    terms: Terms,
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
        Self {
            terms,
            seller: Marks::default(),
            payer: Marks::default(),
            durable: (0, 0),
            before_last: (0, 0),
            reserved: BTreeSet::new(),
            live_since: None,
            counted: 0,
        }
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
        self.counted = self.billable(now_ms);
        self.live_since = None;
    }

    /// Billable milliseconds so far.
    pub fn billable_ms(&self, now_ms: i64) -> i64 {
        self.billable(now_ms) * TICK_MS
    }

    fn billable(&self, now_ms: i64) -> i64 {
        let Some(since) = self.live_since else {
            return self.counted;
        };
        let (to, bridge) = (now_ms / TICK_MS, i64::from(self.terms.policy.bridge_ms) / TICK_MS);
        let both = self
            .seller
            .there(since, to, bridge)
            .into_iter()
            .zip(self.payer.there(since, to, bridge));
        let there = both.filter(|(seller, payer)| *seller && *payer).count() as i64;
        self.covered().min(self.counted + there)
    }

    /// Ticks that reserved money and grace cover.
    fn covered(&self) -> i64 {
        let blocks = (0..).take_while(|block| self.reserved.contains(block)).count();
        (i64::from(self.terms.policy.grace_s) + self.edge_s(blocks)) * PER_S
    }

    /// Whether reserved money is used up.
    pub fn is_used_up(&self, now_ms: i64) -> bool {
        self.billable(now_ms) == self.covered()
    }

    /// Where the first `count` blocks end: whole increments, or by the second tens of which one ends at the minimum.
    fn edge_s(&self, count: usize) -> i64 {
        let mut edge = 0;
        for _ in 0..count {
            let next = edge + if self.per_second() { 10 } else { self.increment_s() };
            let minimum = self.minimum_s();
            edge = if self.per_second() && edge < minimum && minimum < next {
                minimum
            } else {
                next
            };
        }
        edge
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

    fn minimum_s(&self) -> i64 {
        self.whole_increments_s(i64::from(self.terms.policy.minimum_s) * PER_S)
    }

    fn after_grace(&self, now_ms: i64) -> i64 {
        (self.billable(now_ms) - i64::from(self.terms.policy.grace_s) * PER_S).max(0)
    }

    /// Charged seconds: so far, or in the end when there is a reason.
    pub fn charged_s(&self, now_ms: i64, reason: Option<EndReason>) -> i64 {
        let used = self.whole_increments_s(self.after_grace(now_ms));
        let owes_minimum = matches!(
            reason,
            Some(EndReason::BuyerEnded | EndReason::BuyerLost | EndReason::OutOfCredit)
        ) && used > 0;
        if owes_minimum { used.max(self.minimum_s()) } else { used }
    }

    /// How many blocks are to be paid while the call goes on: started increments, or by the second full chunks.
    pub fn blocks_due(&self, now_ms: i64) -> usize {
        let ticks = self.after_grace(now_ms);
        let due = |block: &usize| {
            if self.per_second() {
                self.edge_s(block + 1) * PER_S <= ticks
            } else {
                self.edge_s(*block) * PER_S < ticks
            }
        };
        (0..).take_while(due).count()
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
        let blocks = (0..).take_while(|block| self.reserved.contains(block)).count();
        self.price(self.edge_s(blocks + 1)) - self.price(self.edge_s(blocks))
    }

    /// The tenant's part of the whole.
    pub fn commission(&self, charged_minor: i64) -> i64 {
        charged_minor * i64::from(self.terms.policy.commission_bp) / 10_000
    }
}
