//! The explained bill (requirement F9): who was there when, which second was billed, what it adds up to.

use super::{Session, ms};
use crate::domain::time::{Moment, Span};

/// One line: a stretch of charged time, when it was talked, and its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Seconds of charged time before this line.
    pub from_s: i64,
    /// Seconds of charged time after it.
    pub to_s: i64,
    /// When its first billable instant was; none for time charged by the minimum only.
    pub started_at: Option<Moment>,
    /// Its price in minor units.
    pub amount_minor: i64,
    /// The tenant's part.
    pub commission_minor: i64,
}

/// A call's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// When the seller sent picture or sound.
    pub seller_present: Vec<Span>,
    /// When the buyer was there.
    pub payer_present: Vec<Span>,
    /// When time was counted.
    pub billed: Vec<Span>,
    /// Billable time, grace included, in milliseconds.
    pub billable_ms: i64,
    /// How much of it was free as grace, in milliseconds.
    pub grace_ms: i64,
    /// Seconds charged: started increments, or the minimum.
    pub charged_s: i64,
    /// Of these, seconds that only the minimum adds.
    pub minimum_s: i64,
    /// One line a block.
    pub lines: Vec<Line>,
    /// The lines' sum in minor units.
    pub charged_minor: i64,
    /// The tenant's part of it.
    pub commission_minor: i64,
}

/// The bill of a call that ended, from the same calculation that charged it.
pub fn bill(session: &Session) -> Bill {
    let meter = session.meter();
    let blocks = session.blocks();
    let grace_ms = ms(session.terms().policy.grace_s).min(meter.billable_ms());
    let used_s = blocks.charged_s(meter.billable_ms() - grace_ms);
    let charged_s = session
        .end_reason()
        .map_or(used_s, |reason| session.final_charged_s(reason));
    let mut lines = Vec::new();
    for index in 0.. {
        let block = blocks.block(index);
        if block.from_s >= charged_s {
            break;
        }
        let (amount_minor, commission_minor) = blocks.price_minor(block, charged_s);
        lines.push(Line {
            from_s: block.from_s,
            to_s: block.to_s.min(charged_s),
            started_at: instant_of(meter.billed(), grace_ms + block.from_s * 1_000),
            amount_minor,
            commission_minor,
        });
    }
    Bill {
        seller_present: meter.seller().spans().to_vec(),
        payer_present: meter.payer().spans().to_vec(),
        billed: meter.billed().to_vec(),
        billable_ms: meter.billable_ms(),
        grace_ms,
        charged_s,
        minimum_s: charged_s - used_s,
        charged_minor: lines.iter().map(|line| line.amount_minor).sum(),
        commission_minor: lines.iter().map(|line| line.commission_minor).sum(),
        lines,
    }
}

/// When the billed time had run for `offset_ms`.
fn instant_of(billed: &[Span], offset_ms: i64) -> Option<Moment> {
    let mut left = offset_ms;
    for span in billed {
        if left < span.ms() {
            return Some(span.from + left);
        }
        left -= span.ms();
    }
    None
}
