//! What the session orders from the ledger: hold a block before it starts, pay it when it does, settle the rest.

use super::{Phase, Session, Settlement};
use crate::domain::call::{Action, EndReason, MeterOp, MeterOpKind, Stretch, blocks::Blocks, ms};
use crate::domain::{policy::Increment, time::Moment};

/// A block is reserved half of its length before it starts, but not earlier than this.
const MOST_AHEAD_MS: i64 = 10_000;
/// … nor later than this: the ledger needs a moment, and evidence comes only twice a second.
const LEAST_AHEAD_MS: i64 = 3_000;

/// More than any talk lasts, and little enough to be added to.
const UNBOUNDED_MS: i64 = 1 << 50;

impl Session {
    /// Asks for the next block when time on those held runs short, whatever the wallet looks like: what is known of it
    /// may be older than a top-up. The ledger has the last word, until there is news.
    pub(super) fn reserve_ahead(&mut self, actions: &mut Vec<Action>) {
        if self.terms.free {
            return;
        }
        let next = self.blocks.block(self.reserved);
        let ahead_ms = ((next.to_s - next.from_s) * 500).clamp(LEAST_AHEAD_MS, MOST_AHEAD_MS);
        let left_ms = self.covered_ms() - self.meter.billable_ms();
        if !self.asking() && !self.refused && left_ms <= ahead_ms {
            self.ask(self.reserved + 1, actions);
        }
    }

    /// Asks for all blocks up to the `count`-th that aren't held yet.
    pub(super) fn ask(&mut self, count: u32, actions: &mut Vec<Action>) {
        self.asked = count.max(self.reserved);
        self.news_while_asking = false;
        self.ever_asked = self.ever_asked.max(self.asked);
        self.order_asked(actions);
    }

    fn order_asked(&self, actions: &mut Vec<Action>) {
        let missing = (self.reserved..self.asked).filter(|block| !self.held_ahead.contains(block));
        actions.extend(missing.map(|block| self.reserve(block)));
    }

    /// A block is held. Answers to orders of one instant come in any order.
    pub(super) fn held(&mut self, now: Moment, block: u32, actions: &mut Vec<Action>) {
        self.refused = false;
        self.held_ahead.insert(block);
        while self.held_ahead.remove(&self.reserved) {
            self.reserved += 1;
            self.asked = self.asked.max(self.reserved);
            self.go_on(now, actions);
        }
    }

    pub(super) fn refused(&mut self, actions: &mut Vec<Action>) {
        self.asked = self.reserved;
        if let Phase::Connecting { check_until } = self.phase {
            self.phase = Phase::PreCheck { until: check_until };
            self.buyer.pressed = false;
            self.seller.pressed &= self.seller.connected;
            let opening_s = self.blocks.end_s(self.blocks.opening());
            let held_s = self.blocks.end_s(self.reserved);
            let needed_minor = self.blocks.gross_minor(opening_s) - self.blocks.gross_minor(held_s);
            actions.push(Action::CreditShort { needed_minor });
        } else if self.news_while_asking {
            // The refusal may be from before the top-up.
            self.ask(self.reserved + 1, actions);
        } else {
            self.refused = true;
        }
    }

    pub(super) fn wallet(&mut self, available_minor: i64, actions: &mut Vec<Action>) {
        self.available_minor = available_minor;
        if self.terms.free {
            return;
        }
        self.refused = false;
        self.news_while_asking = self.asking();
        if matches!(self.phase, Phase::NoCredit { .. }) && !self.asking() {
            self.ask(self.reserved + 1, actions);
        }
    }

    /// Later time costs something else. What is held keeps its price. So does what is asked for without an answer yet, if
    /// it would cost more now: a hold can't be raised, the ledger takes one for each block, and it may have taken it by
    /// now, out of the very money that was paid for the stretch. The stretch then comes behind: the buyer gets all of its
    /// minutes, and for less, since up to one block of them (ten seconds, charged by the second) went at the rate. What
    /// would cost less is charged what it costs now: less than what is held can be paid out of it.
    pub(super) fn priced(&mut self, stretch: Stretch) {
        let priced_from = |block: u32| {
            let mut terms = self.terms.clone();
            terms.add(stretch.not_before(self.blocks.end_s(block)));
            Blocks::new(terms)
        };
        let at_once = priced_from(self.reserved);
        let price = |blocks: &Blocks, block: u32| {
            let block = blocks.block(block);
            blocks.price_minor(block, block.to_s).0
        };
        let is_dearer = |block: u32| price(&at_once, block) > price(&self.blocks, block);
        let asked = self
            .held_ahead
            .last()
            .map_or(self.asked, |last| self.asked.max(last + 1));
        self.blocks = if (self.reserved..asked).any(is_dearer) {
            priced_from(asked)
        } else {
            at_once
        };
        self.terms = self.blocks.terms().clone();
    }

    /// Orders everything again that has no answer yet.
    pub(super) fn repeat_orders(&self, actions: &mut Vec<Action>) {
        self.order_asked(actions);
        actions.extend(self.unanswered.iter().map(|block| Action::Meter(self.post_op(*block))));
    }

    /// Pays what has started, whole; by the second, whole chunks that are used up.
    pub(super) fn post_started(&mut self, actions: &mut Vec<Action>) {
        let charged_ms = self.charged_ms();
        while self.posted < self.reserved {
            let block = self.blocks.block(self.posted);
            let due = match self.terms.policy.increment {
                Increment::Second => charged_ms >= block.to_s * 1_000,
                _ => charged_ms > block.from_s * 1_000,
            };
            if !due {
                break;
            }
            self.posted += 1;
            self.unanswered.insert(block.index);
            actions.push(Action::Meter(self.post_op(block.index)));
        }
        self.charged_minor = self.blocks.gross_minor(self.blocks.charged_s(charged_ms));
    }

    /// Ends the call: counts what is decided by `now` and orders what becomes of every block that was ever asked for.
    pub(super) fn settle(&mut self, now: Moment, reason: EndReason, actions: &mut Vec<Action>) {
        self.meter.close(now, self.covered_ms());
        let charged_s = self.final_charged_s(reason);
        self.charged_minor = self.blocks.gross_minor(charged_s);
        let mut ops: Vec<_> = self.unanswered.iter().map(|block| self.post_op(*block)).collect();
        ops.extend((self.posted..self.ever_asked).map(|block| self.closing_op(block, charged_s)));
        let settlement = Settlement::new(reason, ops);
        settlement.repeat(actions);
        self.phase = Phase::Settling(settlement);
    }

    /// What becomes of a block that isn't paid whole yet: its charged part is paid, or the hold given back.
    fn closing_op(&self, block: u32, charged_s: i64) -> MeterOp {
        let block = self.blocks.block(block);
        let (amount_minor, commission_minor) = self.blocks.price_minor(block, charged_s);
        let charged = block.index < self.reserved && block.from_s < charged_s;
        let kind = if charged {
            MeterOpKind::Post {
                amount_minor,
                commission_minor,
            }
        } else {
            MeterOpKind::Release
        };
        MeterOp {
            block: block.index,
            kind,
        }
    }

    /// What is charged in the end: started increments, and the minimum unless it is the seller's doing (M5), the
    /// staff's, or that of somebody else who ended the call that this is a leg of. A call that ends inside grace costs nothing (M3).
    pub(in crate::domain::call) fn final_charged_s(&self, reason: EndReason) -> i64 {
        let used_s = self.blocks.charged_s(self.charged_ms());
        let others_doing = matches!(
            reason,
            EndReason::SellerEnded
                | EndReason::SellerLost
                | EndReason::BothLost
                | EndReason::StaffEnded
                | EndReason::CallOver
        );
        if used_s == 0 || others_doing {
            used_s
        } else {
            used_s.max(self.blocks.minimum_s())
        }
    }

    pub(super) fn asking(&self) -> bool {
        self.asked > self.reserved
    }

    fn reserve(&self, block: u32) -> Action {
        let block = self.blocks.block(block);
        let (amount_minor, _) = self.blocks.price_minor(block, block.to_s);
        Action::Meter(MeterOp {
            block: block.index,
            kind: MeterOpKind::Reserve { amount_minor },
        })
    }

    fn post_op(&self, block: u32) -> MeterOp {
        let block = self.blocks.block(block);
        let (amount_minor, commission_minor) = self.blocks.price_minor(block, block.to_s);
        MeterOp {
            block: block.index,
            kind: MeterOpKind::Post {
                amount_minor,
                commission_minor,
            },
        }
    }

    pub(super) fn covered_ms(&self) -> i64 {
        if self.terms.free {
            return UNBOUNDED_MS;
        }
        ms(self.terms.policy.grace_s) + self.blocks.end_s(self.reserved) * 1_000
    }

    fn charged_ms(&self) -> i64 {
        (self.meter.billable_ms() - ms(self.terms.policy.grace_s)).max(0)
    }
}
