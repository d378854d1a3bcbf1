//! What can be read off a session: for views, warnings and the bill.

use super::{Phase, Session};
use crate::domain::call::blocks::Blocks;
use crate::domain::call::purse::lasts_ms;
use crate::domain::call::{CallPhase, CallRole, Draw, EndReason, Epoch, Held, Meter, SuspendReason, Terms, ms};
use crate::domain::time::Moment;

/// Remaining time is shown up to this many blocks ahead.
const SHOWN_BLOCKS: u32 = 10_000;

impl Session {
    /// Where the call stands, as people are told at `now`.
    pub fn phase(&self, now: Moment) -> (CallPhase, Option<SuspendReason>) {
        match self.phase {
            Phase::Ringing { .. } => (CallPhase::Ringing, None),
            Phase::PreCheck { .. } => (CallPhase::PreCheck, None),
            Phase::Connecting { .. } => (CallPhase::Connecting, None),
            Phase::Live if self.is_missing(self.lost_since().0, now) => {
                (CallPhase::Suspended, Some(SuspendReason::Connection))
            }
            Phase::Live => (CallPhase::Live, None),
            Phase::NoCredit { .. } => (CallPhase::Suspended, Some(SuspendReason::Credit)),
            Phase::Settling(_) => (CallPhase::Settling, None),
            Phase::Ended(_) => (CallPhase::Ended, None),
        }
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

    /// Time that can still be talked on what is reserved and available, together with whatever else is paid from the same
    /// wallet at this moment (see `purse`); none before the call is live.
    pub fn remaining_ms(&self, now: Moment) -> Option<i64> {
        if self.terms.free || !matches!(self.phase, Phase::Live | Phase::NoCredit { .. }) {
            return None;
        }
        let more = self
            .blocks
            .affordable(self.reserved, self.available_minor, SHOWN_BLOCKS);
        let end_ms = ms(self.terms.policy.grace_s) + self.blocks.end_s(self.reserved.saturating_add(more)) * 1_000;
        let alone_ms = (end_ms - self.meter.billable_ms()).max(0);
        if self.others.is_empty() {
            return Some(alone_ms);
        }
        let draws: Vec<Draw> = self.others.iter().cloned().chain([self.own_draw(now)]).collect();
        Some(lasts_ms(self.available_minor, self.counted_at(now), &draws, alone_ms))
    }

    /// How this call takes from its payer's wallet; nothing while it isn't live.
    pub fn draw(&self, now: Moment) -> Option<Draw> {
        (!self.terms.free && matches!(self.phase, Phase::Live)).then(|| self.own_draw(now))
    }

    fn own_draw(&self, now: Moment) -> Draw {
        let held_ms = (self.covered_ms() - self.meter.billable_ms()).max(0);
        let held = if self.is_running(now) {
            Held::Until(self.counted_at(now) + held_ms)
        } else {
            Held::For(held_ms)
        };
        Draw::new(&self.terms, self.reserved, held)
    }

    /// The moment that what is counted is of: evidence comes a little later than what it is of.
    fn counted_at(&self, now: Moment) -> Moment {
        if self.is_running(now) {
            self.meter.counted_to()
        } else {
            now
        }
    }

    /// The mark of the last warning, minutes left.
    pub fn warned_min(&self) -> Option<u32> {
        self.warned_min
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

    /// Whether money is held that nothing was charged to yet.
    pub fn holds_blocks(&self) -> bool {
        self.reserved > self.posted || !self.held_ahead.is_empty()
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
