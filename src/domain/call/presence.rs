//! When a side was there, folded from evidence of packets.

use crate::domain::time::{Moment, Span};
use serde::{Deserialize, Serialize};

/// Evidence from `from` to `to` without a gap that matters; one packet is `from == to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// First packet.
    pub from: Moment,
    /// Last packet.
    pub to: Moment,
}

impl Run {
    /// A single sighting.
    pub fn at(moment: Moment) -> Self {
        Self {
            from: moment,
            to: moment,
        }
    }

    /// Both as one stretch, when the gap between them is at most `gap_ms`. `next` was learnt later, so whatever of it
    /// lies before this one is ignored, as [`Presence::see`] does.
    pub fn joined(self, next: Self, gap_ms: i64) -> Option<Self> {
        (next.from - self.to <= gap_ms).then(|| Self {
            from: self.from,
            to: self.to.max(next.to),
        })
    }

    /// What is possible at `now`: no packet comes from the future, none ends before it starts.
    pub fn until(self, now: Moment) -> Self {
        let to = self.to.min(now);
        Self {
            from: self.from.min(to),
            to,
        }
    }
}

/// A side's presence: stretches that never overlap, in order. Gaps up to the bridge are part of a stretch (M2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    spans: Vec<Span>,
}

impl Presence {
    /// Takes in new evidence. What lies before evidence already seen is ignored: it was decided then.
    pub fn see(&mut self, run: Run, bridge_ms: i64) {
        let Some(open) = self.spans.last_mut() else {
            self.spans.push(Span {
                from: run.from,
                to: run.to,
            });
            return;
        };
        if run.to <= open.to {
            return;
        }
        if run.from - open.to <= bridge_ms {
            open.to = run.to;
        } else {
            self.spans.push(Span {
                from: run.from,
                to: run.to,
            });
        }
    }

    /// Up to here presence is decided.
    pub fn last(&self) -> Option<Moment> {
        self.spans.last().map(|span| span.to)
    }

    /// All stretches, in order.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The first stretch that ends after `moment`.
    pub(super) fn next_after(&self, moment: Moment) -> Option<Span> {
        let index = self.spans.partition_point(|span| span.to <= moment);
        self.spans.get(index).copied()
    }
}
