//! The state machine of one call (requirements E3, E5, F1–F6, F10 and M for wallet calls).

use super::blocks::Blocks;
use super::settle::Settlement;
use super::{
    Action, CallPhase, CallRole, EndReason, Epoch, Event, Evidence, Meter, MeterOp, MeterOpKind, MeterOutcome,
    Rejected, SuspendReason, Terms, later, ms,
};
use crate::domain::{policy::Increment, time::Moment};
use std::collections::BTreeSet;

/// The next block is reserved this long before it starts (or half a block, if that is shorter).
const RESERVE_AHEAD_MS: i64 = 10_000;
/// Remaining time is shown up to this many blocks ahead.
const SHOWN_BLOCKS: u32 = 10_000;

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
    /// Blocks asked for; more than `reserved` while an answer is due.
    asked: u32,
    /// The most ever asked for: what settlement must leave resolved.
    ever_asked: u32,
    /// Blocks ordered to be paid whole.
    posted: u32,
    /// Of those, the ones without an answer yet.
    unanswered: BTreeSet<u32>,
    available_minor: i64,
    charged_minor: i64,
    warned_min: Option<u32>,
    baseline: Moment,
}

impl Session {
    /// A call that starts ringing now, with what the buyer can spend.
    pub fn ring(now: Moment, terms: Terms, available_minor: i64) -> Self {
        Self {
            blocks: Blocks::new(terms.clone()),
            phase: Phase::Ringing { until: now + ms(terms.policy.ring_s) },
            buyer: Side::default(),
            seller: Side::default(),
            meter: Meter::new(terms.policy.bridge_ms),
            terms,
            reserved: 0,
            asked: 0,
            ever_asked: 0,
            posted: 0,
            unanswered: BTreeSet::new(),
            available_minor,
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
        if matches!(self.phase, Phase::Ended(_)) {
            return Err(Rejected::Over);
        }
        let mut actions = Vec::new();
        match event {
            Event::Accept => self.accept(now)?,
            Event::Reject => self.give_up(EndReason::Rejected, &mut actions)?,
            Event::Cancel => self.cancel(now, &mut actions)?,
            Event::Join { role, epoch } => self.join(now, role, epoch)?,
            Event::Leave { role, epoch } => self.leave(role, epoch)?,
            Event::Connect { role, epoch } => self.connect(role, epoch, &mut actions)?,
            Event::End { role, epoch } => self.end(now, role, epoch, &mut actions)?,
            Event::Media(evidence) => self.media(&evidence),
            Event::Metered { block, outcome, available_minor } => {
                self.available_minor = available_minor;
                self.metered(now, block, outcome, &mut actions);
            }
            Event::WalletChanged { available_minor } => self.wallet(available_minor, &mut actions),
            Event::Recover => self.recover(now, &mut actions),
            Event::Tick => {}
        }
        self.advance(now, &mut actions);
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
        let Phase::Ringing { until } = self.phase else { return Err(Rejected::WrongPhase) };
        if now >= until {
            return Err(Rejected::WrongPhase);
        }
        self.phase = Phase::PreCheck { until: now + ms(self.terms.policy.pre_check_s) };
        Ok(())
    }

    fn give_up(&mut self, reason: EndReason, actions: &mut Vec<Action>) -> Result<(), Rejected> {
        let Phase::Ringing { .. } = self.phase else { return Err(Rejected::WrongPhase) };
        self.finish(reason, actions);
        Ok(())
    }

    fn cancel(&mut self, now: Moment, actions: &mut Vec<Action>) -> Result<(), Rejected> {
        match self.phase {
            Phase::Ringing { .. } | Phase::PreCheck { .. } => self.settle(now, EndReason::Cancelled, actions),
            _ => return Err(Rejected::WrongPhase),
        }
        Ok(())
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
        let side = self.side_mut(role);
        if epoch <= side.newest {
            return Err(Rejected::StaleEpoch);
        }
        side.newest = epoch;
        side.connected = true;
        side.seen = Some(later(side.seen, now));
        Ok(())
    }

    fn leave(&mut self, role: CallRole, epoch: Epoch) -> Result<(), Rejected> {
        self.check_epoch(role, epoch)?;
        let in_check = matches!(self.phase, Phase::PreCheck { .. });
        let side = self.side_mut(role);
        side.connected = false;
        if in_check {
            side.pressed = false;
        }
        Ok(())
    }

    fn connect(&mut self, role: CallRole, epoch: Epoch, actions: &mut Vec<Action>) -> Result<(), Rejected> {
        self.check_epoch(role, epoch)?;
        let Phase::PreCheck { until } = self.phase else { return Err(Rejected::WrongPhase) };
        self.side_mut(role).pressed = true;
        if self.buyer.pressed && self.seller.pressed {
            self.phase = Phase::Connecting { check_until: until };
            self.ask(self.blocks.opening(), actions);
        }
        Ok(())
    }

    fn end(&mut self, now: Moment, role: CallRole, epoch: Epoch, actions: &mut Vec<Action>) -> Result<(), Rejected> {
        self.check_epoch(role, epoch)?;
        match self.phase {
            Phase::Ringing { .. } | Phase::PreCheck { .. } => self.settle(now, EndReason::Cancelled, actions),
            Phase::Connecting { .. } | Phase::Live | Phase::NoCredit { .. } => {
                self.settle(now, ended_by(role), actions);
            }
            Phase::Settling(_) | Phase::Ended(_) => return Err(Rejected::Over),
        }
        Ok(())
    }

    fn media(&mut self, evidence: &Evidence) {
        for (side, run) in [(&mut self.seller, evidence.seller_seen), (&mut self.buyer, evidence.payer_seen)] {
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
            MeterOutcome::Reserved if block == self.reserved && self.asking() => self.held(now, actions),
            MeterOutcome::Refused if block == self.reserved && self.asking() => self.refused(actions),
            MeterOutcome::Posted => {
                self.unanswered.remove(&block);
            }
            _ => {}
        }
    }

    fn held(&mut self, now: Moment, actions: &mut Vec<Action>) {
        self.reserved += 1;
        match self.phase {
            Phase::Connecting { .. } if !self.asking() => self.go_live(now),
            Phase::NoCredit { .. } => {
                actions.push(Action::PauseMedia(false));
                self.go_live(now);
            }
            _ => {}
        }
    }

    fn refused(&mut self, actions: &mut Vec<Action>) {
        self.asked = self.reserved;
        if let Phase::Connecting { check_until } = self.phase {
            self.phase = Phase::PreCheck { until: check_until };
            self.buyer.pressed = false;
            let opening_s = self.blocks.end_s(self.blocks.opening());
            actions.push(Action::CreditShort { needed_minor: self.blocks.gross_minor(opening_s) });
        }
    }

    fn go_live(&mut self, now: Moment) {
        self.phase = Phase::Live;
        self.baseline = now;
        self.meter.open(now);
    }

    fn wallet(&mut self, available_minor: i64, actions: &mut Vec<Action>) {
        self.available_minor = available_minor;
        if matches!(self.phase, Phase::NoCredit { .. }) && !self.asking() && self.can_afford_next() {
            self.ask(self.reserved + 1, actions);
        }
    }

    fn recover(&mut self, now: Moment, actions: &mut Vec<Action>) {
        self.baseline = self.baseline.max(now);
        for side in [&mut self.buyer, &mut self.seller] {
            side.connected = false;
        }
        match &self.phase {
            Phase::PreCheck { .. } => {
                self.buyer.pressed = false;
                self.seller.pressed = false;
            }
            Phase::Settling(settlement) => settlement.repeat(actions),
            _ => {}
        }
        for block in self.reserved..self.asked {
            actions.push(self.reserve(block));
        }
        for block in &self.unanswered {
            actions.push(self.post(*block));
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
        let length_ms = self.blocks.block(self.reserved).to_s - self.blocks.block(self.reserved).from_s;
        let ahead_ms = RESERVE_AHEAD_MS.min(length_ms * 500);
        let left_ms = self.covered_ms() - self.meter.billable_ms();
        if !self.asking() && left_ms <= ahead_ms && self.can_afford_next() {
            self.ask(self.reserved + 1, actions);
        }
        if !self.asking()
            && let Some(at) = self.meter.stalled_at()
        {
            self.meter.close(at, self.covered_ms());
            self.phase = Phase::NoCredit { until: now + ms(self.terms.policy.rescue_s) };
            actions.push(Action::PauseMedia(true));
            return;
        }
        if let Some(reason) = self.lost_for_good(now) {
            self.settle(now, reason, actions);
            return;
        }
        self.warn(actions);
    }

    fn post_started(&mut self, actions: &mut Vec<Action>) {
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
            actions.push(self.post(block.index));
        }
        self.charged_minor = self.blocks.gross_minor(self.blocks.charged_s(charged_ms));
    }

    fn warn(&mut self, actions: &mut Vec<Action>) {
        let Some(remaining_ms) = self.remaining_ms() else { return };
        let passed = self.terms.policy.warnings_min.iter().filter(|mark| remaining_ms <= ms(**mark) * 60).min();
        match (passed.copied(), self.warned_min) {
            (Some(mark), warned) if warned.is_none_or(|before| mark < before) => {
                self.warned_min = Some(mark);
                actions.push(Action::Warn { minutes_left: mark });
            }
            (passed, _) => self.warned_min = passed,
        }
    }

    fn settle(&mut self, now: Moment, reason: EndReason, actions: &mut Vec<Action>) {
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
        let kind = if charged { MeterOpKind::Post { amount_minor, commission_minor } } else { MeterOpKind::Release };
        MeterOp { block: block.index, kind }
    }

    /// What is charged in the end: started increments, and the minimum unless it is the seller's doing (M5). A call that
    /// ends inside grace costs nothing (M3).
    pub(super) fn final_charged_s(&self, reason: EndReason) -> i64 {
        let used_s = self.blocks.charged_s(self.charged_ms());
        let sellers_doing = matches!(reason, EndReason::SellerEnded | EndReason::SellerLost | EndReason::BothLost);
        if used_s == 0 || sellers_doing { used_s } else { used_s.max(self.blocks.minimum_s()) }
    }

    fn lost_for_good(&self, now: Moment) -> Option<EndReason> {
        let window = ms(self.terms.policy.reconnect_s);
        let (_, since) = self.lost_since();
        if now < since + window {
            return None;
        }
        let bridge = i64::from(self.terms.policy.bridge_ms);
        let lost = |side: &Side| now - later(side.seen, self.baseline) > bridge;
        Some(match (lost(&self.buyer), lost(&self.seller)) {
            (true, true) => EndReason::BothLost,
            (true, false) => EndReason::BuyerLost,
            _ => EndReason::SellerLost,
        })
    }

    /// Who was seen least recently, and when.
    fn lost_since(&self) -> (CallRole, Moment) {
        let buyer = later(self.buyer.seen, self.baseline);
        let seller = later(self.seller.seen, self.baseline);
        if seller <= buyer { (CallRole::Seller, seller) } else { (CallRole::Buyer, buyer) }
    }

    fn check_epoch(&self, role: CallRole, epoch: Epoch) -> Result<(), Rejected> {
        let side = self.side(role);
        if epoch == side.newest && side.connected { Ok(()) } else { Err(Rejected::StaleEpoch) }
    }

    fn asking(&self) -> bool {
        self.asked > self.reserved
    }

    /// Asks for all blocks up to the `count`-th that aren't held yet.
    fn ask(&mut self, count: u32, actions: &mut Vec<Action>) {
        self.asked = count;
        self.ever_asked = self.ever_asked.max(count);
        for block in self.reserved..count {
            actions.push(self.reserve(block));
        }
    }

    fn reserve(&self, block: u32) -> Action {
        let block = self.blocks.block(block);
        let (amount_minor, _) = self.blocks.price_minor(block, block.to_s);
        Action::Meter(MeterOp { block: block.index, kind: MeterOpKind::Reserve { amount_minor } })
    }

    fn post_op(&self, block: u32) -> MeterOp {
        let block = self.blocks.block(block);
        let (amount_minor, commission_minor) = self.blocks.price_minor(block, block.to_s);
        MeterOp { block: block.index, kind: MeterOpKind::Post { amount_minor, commission_minor } }
    }

    fn post(&self, block: u32) -> Action {
        Action::Meter(self.post_op(block))
    }

    fn can_afford_next(&self) -> bool {
        self.blocks.affordable(self.reserved, self.available_minor, 1) == 1
    }

    fn covered_ms(&self) -> i64 {
        ms(self.terms.policy.grace_s) + self.blocks.end_s(self.reserved) * 1_000
    }

    fn charged_ms(&self) -> i64 {
        (self.meter.billable_ms() - ms(self.terms.policy.grace_s)).max(0)
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

    /// Where the call stands, as people are told at `now`.
    pub fn phase(&self, now: Moment) -> (CallPhase, Option<SuspendReason>) {
        match self.phase {
            Phase::Ringing { .. } => (CallPhase::Ringing, None),
            Phase::PreCheck { .. } => (CallPhase::PreCheck, None),
            Phase::Connecting { .. } => (CallPhase::Connecting, None),
            Phase::Live if self.missing(now).is_some() => (CallPhase::Suspended, Some(SuspendReason::Connection)),
            Phase::Live => (CallPhase::Live, None),
            Phase::NoCredit { .. } => (CallPhase::Suspended, Some(SuspendReason::Credit)),
            Phase::Settling(_) => (CallPhase::Settling, None),
            Phase::Ended(_) => (CallPhase::Ended, None),
        }
    }

    /// Who has been without a packet for longer than the bridge.
    fn missing(&self, now: Moment) -> Option<CallRole> {
        let (role, since) = self.lost_since();
        (now - since > i64::from(self.terms.policy.bridge_ms)).then_some(role)
    }

    /// Whether time is being counted, as far as is known at `now`.
    pub fn is_running(&self, now: Moment) -> bool {
        let fresh = |last: Option<Moment>| last.is_some_and(|at| now - at <= i64::from(self.terms.policy.bridge_ms));
        matches!(self.phase, Phase::Live) && fresh(self.meter.seller().last()) && fresh(self.meter.payer().last())
    }

    /// How the call ended, or is ending.
    pub fn end_reason(&self) -> Option<EndReason> {
        match &self.phase {
            Phase::Ended(reason) => Some(*reason),
            Phase::Settling(settlement) => Some(settlement.reason()),
            _ => None,
        }
    }

    /// Time that can still be talked on what is reserved and available; none before the call is live.
    pub fn remaining_ms(&self) -> Option<i64> {
        if !matches!(self.phase, Phase::Live | Phase::NoCredit { .. }) {
            return None;
        }
        let more = self.blocks.affordable(self.reserved, self.available_minor, SHOWN_BLOCKS);
        let end_ms = ms(self.terms.policy.grace_s) + self.blocks.end_s(self.reserved.saturating_add(more)) * 1_000;
        Some((end_ms - self.meter.billable_ms()).max(0))
    }

    /// Whether that person is connected.
    pub fn is_present(&self, role: CallRole) -> bool {
        self.side(role).connected
    }

    /// Whether that person pressed connect.
    pub fn has_pressed(&self, role: CallRole) -> bool {
        self.side(role).pressed
    }

    /// The newest epoch of that person.
    pub fn newest_epoch(&self, role: CallRole) -> Epoch {
        self.side(role).newest
    }

    /// Charged so far, in minor units.
    pub fn charged_minor(&self) -> i64 {
        self.charged_minor
    }

    /// What the payer can spend, as last heard.
    pub fn available_minor(&self) -> i64 {
        self.available_minor
    }

    /// The meter, for the bill.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// The price list of this call.
    pub fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    /// What was agreed.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }
}

fn ended_by(role: CallRole) -> EndReason {
    match role {
        CallRole::Buyer => EndReason::BuyerEnded,
        CallRole::Seller => EndReason::SellerEnded,
    }
}
