//! Turns both sides' presence into billable time (requirement M2).

use super::{Evidence, Presence};
use crate::domain::time::{Moment, Span};

/// Accumulates billable time: both sides there, while the meter is open, never past what is covered by reserved money.
///
/// Time is only counted up to the earlier of both sides' last packets: what comes after is not decided yet. So a gap
/// that turns out short is counted when the next packet comes, and a connection that is lost for good was never
/// counted beyond its last packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    bridge_ms: i64,
    seller: Presence,
    payer: Presence,
    open: bool,
    counted_to: Moment,
    billable_ms: i64,
    stalled_at: Option<Moment>,
    billed: Vec<Span>,
}

impl Meter {
    /// A closed meter at zero.
    pub fn new(bridge_ms: u32) -> Self {
        Self {
            bridge_ms: i64::from(bridge_ms),
            seller: Presence::default(),
            payer: Presence::default(),
            open: false,
            counted_to: Moment(i64::MIN),
            billable_ms: 0,
            stalled_at: None,
            billed: Vec::new(),
        }
    }

    /// Time counts from here on.
    pub fn open(&mut self, at: Moment) {
        self.open = true;
        self.counted_to = self.counted_to.max(at);
        self.stalled_at = None;
    }

    /// Counts what is decided up to `at` and nothing after it.
    pub fn close(&mut self, at: Moment, covered_ms: i64) {
        self.count_until(at, covered_ms);
        self.open = false;
        self.counted_to = self.counted_to.max(at);
        self.stalled_at = None;
    }

    /// Takes in evidence; [`Meter::count`] makes it count.
    pub fn see(&mut self, evidence: &Evidence) {
        if let Some(run) = evidence.seller_sent {
            self.seller.see(run, self.bridge_ms);
        }
        if let Some(run) = evidence.payer_seen {
            self.payer.see(run, self.bridge_ms);
        }
    }

    /// Counts all that is decided, up to `covered_ms` of billable time in total.
    pub fn count(&mut self, covered_ms: i64) {
        self.count_until(Moment(i64::MAX), covered_ms);
    }

    fn count_until(&mut self, end: Moment, covered_ms: i64) {
        let (Some(seller), Some(payer)) = (self.seller.last(), self.payer.last()) else {
            return;
        };
        if !self.open {
            return;
        }
        let decided = seller.min(payer).min(end);
        while self.counted_to < decided {
            let Some(span) = self.next_billable(decided) else {
                self.counted_to = decided;
                break;
            };
            let room = covered_ms - self.billable_ms;
            if room <= 0 {
                self.counted_to = span.from;
                self.stalled_at = Some(span.from);
                return;
            }
            let counted = Span {
                from: span.from,
                to: span.to.min(span.from + room),
            };
            self.billable_ms += counted.ms();
            self.counted_to = counted.to;
            self.note(counted);
        }
        let covered = self.billable_ms < covered_ms;
        self.stalled_at = if covered { None } else { Some(self.counted_to) };
    }

    /// The next stretch in which both were there, from what is counted to `decided`.
    fn next_billable(&self, decided: Moment) -> Option<Span> {
        let mut at = self.counted_to;
        loop {
            let (a, b) = (self.seller.next_after(at)?, self.payer.next_after(at)?);
            let from = a.from.max(b.from).max(self.counted_to);
            let to = a.to.min(b.to).min(decided);
            if from < to {
                return Some(Span { from, to });
            }
            let next = a.to.min(b.to);
            if next >= decided {
                return None;
            }
            at = next;
        }
    }

    fn note(&mut self, span: Span) {
        match self.billed.last_mut() {
            Some(last) if last.to == span.from => last.to = span.to,
            _ => self.billed.push(span),
        }
    }

    /// Billable time so far, grace included.
    pub fn billable_ms(&self) -> i64 {
        self.billable_ms
    }

    /// Up to here time is counted.
    pub(super) fn counted_to(&self) -> Moment {
        self.counted_to
    }

    /// When the covered time was used up, while nothing more is covered.
    pub fn stalled_at(&self) -> Option<Moment> {
        self.stalled_at
    }

    /// The stretches that were counted, in order.
    pub fn billed(&self) -> &[Span] {
        &self.billed
    }

    /// When the seller sent.
    pub fn seller(&self) -> &Presence {
        &self.seller
    }

    /// When the payer was there.
    pub fn payer(&self) -> &Presence {
        &self.payer
    }
}
