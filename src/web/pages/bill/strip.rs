//! When both were there, and what of it was charged, as stretches of time.

use crate::{
    app::calls::CallBill,
    domain::time::Span,
    web::pages::views::{SpanKind, Strip},
};
use jiff::Timestamp;

pub(super) fn strip(bill: &CallBill) -> Option<Strip> {
    let record = &bill.bill;
    let all = || record.seller_present.iter().chain(&record.payer_present);
    let from = all().map(|span| span.from).min()?;
    let to = all().map(|span| span.to).max()?;
    let pair = |span: &Span| (span.from.timestamp(), span.to.timestamp());
    let (buyer, seller): (Vec<_>, Vec<_>) = (
        record.payer_present.iter().map(pair).collect(),
        record.seller_present.iter().map(pair).collect(),
    );
    let free_ms = match bill.call.terms.free {
        true => i64::MAX,
        false => record.grace_ms,
    };
    Some(Strip::new(
        from.timestamp(),
        to.timestamp(),
        &buyer,
        &seller,
        &charged(free_ms, &record.billed),
    ))
}

/// Billed stretches, the first `free_ms` of them free.
fn charged(free_ms: i64, billed: &[Span]) -> Vec<(SpanKind, Timestamp, Timestamp)> {
    let mut free = free_ms;
    let mut spans = Vec::new();
    for span in billed {
        let edge = span.from + free.min(span.ms());
        free -= edge - span.from;
        for (kind, from, to) in [(SpanKind::Grace, span.from, edge), (SpanKind::Charged, edge, span.to)] {
            if from < to {
                spans.push((kind, from.timestamp(), to.timestamp()));
            }
        }
    }
    spans
}
