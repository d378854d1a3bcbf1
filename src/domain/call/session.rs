//! The state machine of one call (requirements E3, E5, F1–F6, F10 and M for wallet calls).

mod absence;
mod charging;
mod views;

use super::blocks::Blocks;
use super::settle::Settlement;
use super::{
    Action, CallRole, Draw, EndReason, Epoch, Event, Evidence, Meter, MeterOutcome, Rejected, Terms, later, ms,
};
use crate::domain::{policy::Policy, time::Moment};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Ringing { until: Moment },
    PreCheck { until: Moment },
    Connecting { check_until: Moment },
    Live,
    NoCredit { until: Moment },
    Settling(Settlement),
    Ended(EndReason),
}

/// One side of the call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Side {
    newest: Epoch,
    connected: bool,
    pressed: bool,
    seen: Option<Moment>,
}

/// One call from ring to settlement. See the module's head for how it is driven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    blocks: Blocks,
    terms: Terms,
    phase: Phase,
    buyer: Side,
    seller: Side,
    meter: Meter,
    /// Blocks held or paid, from 0 without a hole.
    reserved: u32,
    /// Blocks held after such a hole: their answers came first.
    held_ahead: BTreeSet<u32>,
    /// Blocks asked for; more than `reserved` while an answer is due.
    asked: u32,
    /// The most ever asked for: what settlement must leave resolved.
    ever_asked: u32,
    /// Blocks ordered to be paid whole.
    posted: u32,
    /// Of those, the ones without an answer yet.
    unanswered: BTreeSet<u32>,
    available_minor: i64,
    /// What the same wallet pays besides, as last heard.
    others: Vec<Draw>,
    /// The next block was refused, and the wallet hasn't changed since.
    refused: bool,
    /// The wallet changed after the block was asked for.
    news_while_asking: bool,
    charged_minor: i64,
    warned_min: Option<u32>,
    baseline: Moment,
}

impl Session {
    /// A call that starts ringing now, or is being checked already where nobody is rung; with what the buyer can spend.
    pub fn ring(now: Moment, terms: Terms, available_minor: i64) -> Self {
        let Policy {
            ring_s, pre_check_s, ..
        } = terms.policy;
        Self {
            blocks: Blocks::new(terms.clone()),
            phase: match ring_s {
                0 => Phase::PreCheck {
                    until: now + ms(pre_check_s),
                },
                _ => Phase::Ringing {
                    until: now + ms(ring_s),
                },
            },
            buyer: Side::default(),
            seller: Side::default(),
            meter: Meter::new(terms.policy.bridge_ms),
            terms,
            reserved: 0,
            held_ahead: BTreeSet::new(),
            asked: 0,
            ever_asked: 0,
            posted: 0,
            unanswered: BTreeSet::new(),
            available_minor,
            others: Vec::new(),
            refused: false,
            news_while_asking: false,
            charged_minor: 0,
            warned_min: None,
            baseline: now,
        }
    }

    /// Takes in one event.
    ///
    /// # Errors
    /// The event doesn't fit; nothing changed.
    pub fn on(&mut self, now: Moment, event: Event) -> Result<Vec<Action>, Rejected> {
        if let Phase::Ended(reason) = self.phase {
            // Whether the end was carried out before the memory was lost isn't known.
            return if event == Event::Recover {
                Ok(vec![Action::Finish(reason)])
            } else {
                Err(Rejected::Over)
            };
        }
        let mut actions = Vec::new();
        let is_answer = matches!(event, Event::Metered { .. });
        match event {
            Event::Accept => self.accept(now)?,
            Event::Reject => self.reject(&mut actions)?,
            Event::Cancel => self.cancel(now, &mut actions)?,
            Event::Join { role, epoch } => self.join(now, role, epoch)?,
            Event::Leave { role, epoch } => self.leave(role, epoch)?,
            Event::Connect { role, epoch } => self.connect(now, role, epoch, &mut actions)?,
            Event::End { role, epoch } => self.end(now, role, epoch, &mut actions)?,
            Event::Stop => self.stop(now, &mut actions)?,
            Event::Over { by } => self.ended_by(now, by, &mut actions)?,
            Event::Media(evidence) => self.media(&evidence.until(now)),
            Event::Metered {
                block,
                outcome,
                available_minor,
            } => {
                self.available_minor = available_minor;
                self.metered(now, block, outcome, &mut actions);
            }
            Event::WalletChanged {
                available_minor,
                others,
            } => {
                self.others = others;
                self.wallet(available_minor, &mut actions);
            }
            Event::Priced(stretch) => self.priced(stretch),
            Event::Recover => self.recover(now, &mut actions),
            Event::Tick => {}
        }
        self.advance(now, &mut actions);
        // The ledger answers all who share the wallet at once, and they hear of each other's holds one after the other.
        let is_unsettled = !self.others.is_empty() && (is_answer || self.asking());
        if matches!(self.phase, Phase::Live) && !is_unsettled {
            self.warn(now, &mut actions);
        }
        Ok(actions)
    }

    /// When [`Event::Tick`] is due at the latest.
    pub fn next_deadline(&self) -> Option<Moment> {
        match self.phase {
            Phase::Ringing { until } | Phase::PreCheck { until } => Some(until),
            Phase::NoCredit { until } => (!self.asking()).then_some(until),
            Phase::Live => Some(self.lost_since().1 + ms(self.terms.policy.reconnect_s)),
            Phase::Connecting { .. } | Phase::Settling(_) | Phase::Ended(_) => None,
        }
    }

    fn accept(&mut self, now: Moment) -> Result<(), Rejected> {
        match self.phase {
            Phase::Ringing { until } if now < until => {
                self.phase = Phase::PreCheck {
                    until: now + ms(self.terms.policy.pre_check_s),
                };
                Ok(())
            }
            _ => Err(Rejected::WrongPhase),
        }
    }

    fn reject(&mut self, actions: &mut Vec<Action>) -> Result<(), Rejected> {
        let Phase::Ringing { .. } = self.phase else {
            return Err(Rejected::WrongPhase);
        };
        self.finish(EndReason::Rejected, actions);
        Ok(())
    }

    fn cancel(&mut self, now: Moment, actions: &mut Vec<Action>) -> Result<(), Rejected> {
        match self.phase {
            Phase::Ringing { .. } | Phase::PreCheck { .. } | Phase::Connecting { .. } => {
                self.settle(now, EndReason::Cancelled, actions);
                Ok(())
            }
            _ => Err(Rejected::WrongPhase),
        }
    }

    fn finish(&mut self, reason: EndReason, actions: &mut Vec<Action>) {
        self.phase = Phase::Ended(reason);
        actions.push(Action::Finish(reason));
    }

    fn join(&mut self, now: Moment, role: CallRole, epoch: Epoch) -> Result<(), Rejected> {
        match self.phase {
            Phase::PreCheck { .. } | Phase::Connecting { .. } | Phase::Live | Phase::NoCredit { .. } => {}
            _ => return Err(Rejected::WrongPhase),
        }
        let in_check = matches!(self.phase, Phase::PreCheck { .. });
        let side = self.side_mut(role);
        if epoch <= side.newest {
            return Err(Rejected::StaleEpoch);
        }
        side.newest = epoch;
        side.connected = true;
        // A new connection checks for itself, whether the loss of the old one was learnt before or is learnt later.
        side.pressed &= !in_check;
        side.seen = Some(later(side.seen, now));
        if self.terms.free && in_check {
            self.begin_free(now, role);
        }
        Ok(())
    }

    /// Where nothing is charged, being there is all that a talk needs.
    fn begin_free(&mut self, now: Moment, role: CallRole) {
        self.side_mut(role).pressed = true;
        if self.buyer.pressed && self.seller.pressed {
            self.phase = Phase::Live;
            self.baseline = now;
            self.meter.open(now);
        }
    }

    fn leave(&mut self, role: CallRole, epoch: Epoch) -> Result<(), Rejected> {
        self.check_epoch(role, epoch)?;
        let in_check = matches!(self.phase, Phase::PreCheck { .. });
        let side = self.side_mut(role);
        side.connected = false;
        side.pressed &= !in_check;
        Ok(())
    }

    fn connect(
        &mut self,
        now: Moment,
        role: CallRole,
        epoch: Epoch,
        actions: &mut Vec<Action>,
    ) -> Result<(), Rejected> {
        self.check_epoch(role, epoch)?;
        let until = match self.phase {
            Phase::PreCheck { until } if now < until && !self.terms.free => until,
            _ => return Err(Rejected::WrongPhase),
        };
        self.side_mut(role).pressed = true;
        if self.buyer.pressed && self.seller.pressed {
            self.phase = Phase::Connecting { check_until: until };
            self.ask(self.blocks.opening(), actions);
            self.go_on(now, actions);
        }
        Ok(())
    }

    fn end(&mut self, now: Moment, role: CallRole, epoch: Epoch, actions: &mut Vec<Action>) -> Result<(), Rejected> {
        self.check_epoch(role, epoch)?;
        self.ended_by(now, Some(role), actions)
    }

    fn ended_by(&mut self, now: Moment, by: Option<CallRole>, actions: &mut Vec<Action>) -> Result<(), Rejected> {
        let reason = match (&self.phase, by) {
            (Phase::Settling(_) | Phase::Ended(_), _) => return Err(Rejected::Over),
            (Phase::Ringing { .. } | Phase::PreCheck { .. } | Phase::Connecting { .. }, _) => EndReason::Cancelled,
            // Who gives up waiting for a seller that didn't come back doesn't owe the minimum (M5).
            (Phase::Live, Some(CallRole::Buyer)) if self.is_missing(CallRole::Seller, now) => EndReason::SellerLost,
            (_, Some(CallRole::Buyer)) => EndReason::BuyerEnded,
            (_, Some(CallRole::Seller)) => EndReason::SellerEnded,
            (_, None) => EndReason::CallOver,
        };
        self.settle(now, reason, actions);
        Ok(())
    }

    fn stop(&mut self, now: Moment, actions: &mut Vec<Action>) -> Result<(), Rejected> {
        if let Phase::Settling(_) = self.phase {
            return Err(Rejected::Over);
        }
        self.settle(now, EndReason::StaffEnded, actions);
        Ok(())
    }

    fn media(&mut self, evidence: &Evidence) {
        for (side, run) in [
            (&mut self.seller, evidence.seller_seen),
            (&mut self.buyer, evidence.payer_seen),
        ] {
            if let Some(run) = run {
                side.seen = Some(later(side.seen, run.to));
            }
        }
        if !matches!(self.phase, Phase::Settling(_)) {
            self.meter.see(evidence);
        }
    }

    fn metered(&mut self, now: Moment, block: u32, outcome: MeterOutcome, actions: &mut Vec<Action>) {
        if let Phase::Settling(settlement) = &mut self.phase {
            settlement.answered(block, outcome);
            return;
        }
        match outcome {
            // Also when nobody waits for it any more: an earlier order may be refused and a repeated one not.
            MeterOutcome::Reserved if (self.reserved..self.ever_asked).contains(&block) => {
                self.held(now, block, actions);
            }
            MeterOutcome::Refused if (self.reserved..self.asked).contains(&block) => self.refused(actions),
            MeterOutcome::Posted => {
                self.unanswered.remove(&block);
            }
            _ => {}
        }
    }

    /// Goes live, for the first time or again, if that is what the call waits for and money is held.
    fn go_on(&mut self, now: Moment, actions: &mut Vec<Action>) {
        match self.phase {
            Phase::Connecting { .. } if !self.asking() => {}
            Phase::NoCredit { .. } => actions.push(Action::PauseMedia(false)),
            _ => return,
        }
        self.phase = Phase::Live;
        self.baseline = now;
        self.meter.open(now);
    }

    fn recover(&mut self, now: Moment, actions: &mut Vec<Action>) {
        self.baseline = self.baseline.max(now);
        for side in [&mut self.buyer, &mut self.seller] {
            side.connected = false;
            side.pressed &= !matches!(self.phase, Phase::PreCheck { .. });
        }
        match &self.phase {
            Phase::Settling(settlement) => settlement.repeat(actions),
            phase => {
                if matches!(phase, Phase::NoCredit { .. }) {
                    actions.push(Action::PauseMedia(true));
                }
                self.repeat_orders(actions);
            }
        }
    }

    /// Everything that follows from the time and what is known by now.
    fn advance(&mut self, now: Moment, actions: &mut Vec<Action>) {
        match self.phase {
            Phase::Ringing { until } if now >= until => self.finish(EndReason::Missed, actions),
            Phase::PreCheck { until } if now >= until => self.settle(now, EndReason::Cancelled, actions),
            Phase::Live => self.advance_live(now, actions),
            Phase::NoCredit { until } if now >= until && !self.asking() => {
                self.settle(now, EndReason::OutOfCredit, actions);
            }
            _ => {}
        }
        if let Phase::Settling(settlement) = &self.phase
            && let Some(reason) = settlement.done()
        {
            self.finish(reason, actions);
        }
    }

    fn advance_live(&mut self, now: Moment, actions: &mut Vec<Action>) {
        self.meter.count(self.covered_ms());
        self.post_started(actions);
        self.reserve_ahead(actions);
        if !self.asking()
            && let Some(at) = self.meter.stalled_at()
        {
            self.meter.close(at, self.covered_ms());
            self.phase = Phase::NoCredit {
                until: now + ms(self.terms.policy.rescue_s),
            };
            actions.push(Action::PauseMedia(true));
            return;
        }
        if let Some(reason) = self.lost_for_good(now) {
            self.settle(now, reason, actions);
        }
    }

    fn warn(&mut self, now: Moment, actions: &mut Vec<Action>) {
        let Some(remaining_ms) = self.remaining_ms(now) else {
            return;
        };
        let passed = self
            .terms
            .policy
            .warnings_min
            .iter()
            .filter(|mark| remaining_ms <= ms(**mark) * 60)
            .min();
        match (passed.copied(), self.warned_min) {
            (Some(mark), warned) if warned.is_none_or(|before| mark < before) => {
                self.warned_min = Some(mark);
                actions.push(Action::Warn { minutes_left: mark });
            }
            (passed, _) => self.warned_min = passed,
        }
    }

    fn check_epoch(&self, role: CallRole, epoch: Epoch) -> Result<(), Rejected> {
        let side = self.side(role);
        if epoch == side.newest && side.connected {
            Ok(())
        } else {
            Err(Rejected::StaleEpoch)
        }
    }

    fn side(&self, role: CallRole) -> &Side {
        match role {
            CallRole::Buyer => &self.buyer,
            CallRole::Seller => &self.seller,
        }
    }

    fn side_mut(&mut self, role: CallRole) -> &mut Side {
        match role {
            CallRole::Buyer => &mut self.buyer,
            CallRole::Seller => &mut self.seller,
        }
    }
}
