//! A ledger as the session is promised it: one queue per leg, every operation unique by (block, kind), money that isn't
//! there is refused, answers come late.

use std::collections::{BTreeMap, VecDeque};
use tallyroom::domain::call::{Event, MeterOp, MeterOpKind, MeterOutcome};

/// The payer's wallet and this call's holds and payments.
#[derive(Debug, Default)]
pub struct Ledger {
    /// What can be spent.
    pub wallet: i64,
    /// How long an operation waits for its turn, and its answer for delivery, in milliseconds.
    pub slow: (i64, i64),
    /// Answers of one instant come in reverse: a set-based statement doesn't keep an order.
    pub unordered: bool,
    reserved: BTreeMap<u32, i64>,
    open: BTreeMap<u32, i64>,
    posted: BTreeMap<u32, (i64, i64)>,
    queue: VecDeque<(i64, MeterOp)>,
    answers: VecDeque<(i64, MeterOp, Event)>,
}

impl Ledger {
    /// A wallet with that much in it.
    pub fn new(wallet: i64) -> Self {
        Self {
            wallet,
            ..Self::default()
        }
    }

    /// Queues an operation.
    pub fn order(&mut self, now: i64, op: MeterOp) {
        let due = self.queue.back().map_or(now, |(due, _)| *due).max(now + self.slow.0);
        self.queue.push_back((due, op));
    }

    /// When something happens here next.
    pub fn next_due(&self) -> Option<i64> {
        let first = self.queue.front().map(|(due, _)| *due);
        let answer = self.answers.front().map(|(due, ..)| *due);
        first.into_iter().chain(answer).min()
    }

    /// Nothing is queued, no answer is on its way.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.answers.is_empty()
    }

    /// Carries out what is due; then gives one answer that is.
    pub fn run(&mut self, now: i64) -> Option<Event> {
        while self.queue.front().is_some_and(|(due, _)| *due <= now) {
            self.execute_first(now);
        }
        let due = self.answers.iter().take_while(|(due, ..)| *due <= now).count();
        let next = if self.unordered { due.saturating_sub(1) } else { 0 };
        let (.., event) = (due > 0).then(|| self.answers.remove(next)).flatten()?;
        Some(event)
    }

    /// Everything not answered yet is ordered once more; of one block only what was ordered last.
    pub fn repeat(&mut self, now: i64) {
        let waiting = self
            .answers
            .iter()
            .map(|(_, op, _)| *op)
            .chain(self.queue.iter().map(|(_, op)| *op));
        let last: BTreeMap<u32, MeterOp> = waiting.map(|op| (op.block, op)).collect();
        for op in last.into_values() {
            self.order(now, op);
        }
    }

    /// The process that queues operations dies after `executed` more of them; nobody hears of the outcomes.
    pub fn crash(&mut self, now: i64, executed: usize) {
        for _ in 0..executed.min(self.queue.len()) {
            self.execute_first(now);
        }
        self.queue.clear();
        self.answers.clear();
    }

    fn execute_first(&mut self, now: i64) {
        let Some((_, op)) = self.queue.pop_front() else { return };
        let outcome = self.execute(op);
        assert!(self.wallet >= 0, "the wallet is negative");
        let due = self.answers.back().map_or(now, |(due, ..)| *due).max(now + self.slow.1);
        let event = Event::Metered {
            block: op.block,
            outcome,
            available_minor: self.wallet,
        };
        self.answers.push_back((due, op, event));
    }

    fn execute(&mut self, MeterOp { block, kind }: MeterOp) -> MeterOutcome {
        match kind {
            MeterOpKind::Reserve { amount_minor } => {
                assert!(amount_minor >= 0);
                if let Some(before) = self.reserved.get(&block) {
                    assert_eq!(*before, amount_minor, "block {block} is asked for at two prices");
                    return MeterOutcome::Reserved;
                }
                if amount_minor > self.wallet {
                    return MeterOutcome::Refused;
                }
                self.wallet -= amount_minor;
                self.reserved.insert(block, amount_minor);
                self.open.insert(block, amount_minor);
                MeterOutcome::Reserved
            }
            MeterOpKind::Post {
                amount_minor,
                commission_minor,
            } => {
                let payment = (amount_minor, commission_minor);
                if let Some(before) = self.posted.get(&block) {
                    assert_eq!(*before, payment, "block {block} is paid twice, differently");
                    return MeterOutcome::Posted;
                }
                let held = self
                    .open
                    .remove(&block)
                    .unwrap_or_else(|| panic!("block {block} is paid without a hold"));
                assert!((0..=held).contains(&amount_minor), "{amount_minor} paid of {held} held");
                assert!((0..=amount_minor).contains(&commission_minor));
                self.wallet += held - amount_minor;
                self.posted.insert(block, payment);
                MeterOutcome::Posted
            }
            MeterOpKind::Release => {
                assert!(
                    !self.posted.contains_key(&block),
                    "block {block} is given back after it was paid"
                );
                self.wallet += self.open.remove(&block).unwrap_or(0);
                MeterOutcome::Released
            }
        }
    }

    /// Blocks held and neither paid nor given back.
    pub fn open_holds(&self) -> usize {
        self.open.len()
    }

    /// All that was ever held and not given back whole.
    pub fn reserved_minor(&self) -> i64 {
        self.open.values().sum::<i64>() + self.posted.keys().map(|block| self.reserved[block]).sum::<i64>()
    }

    /// What was paid, and the tenant's part of it.
    pub fn paid(&self) -> (i64, i64) {
        self.posted
            .values()
            .fold((0, 0), |sum, payment| (sum.0 + payment.0, sum.1 + payment.1))
    }
}
