//! The bill's strip of time: who was there when, and what was charged. Only geometry lives here; the theme draws it.

use jiff::Timestamp;
use serde::Serialize;

/// Widest strip's parts, in thousandths of a percent, so that no float is needed.
const WHOLE: i128 = 100_000;

/// A stretch of time on the strip, placed in percent of its width.
#[derive(Clone, Debug, Serialize)]
pub struct Span {
    /// What it shows.
    pub kind: SpanKind,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    /// Left edge, such as `12.5%`.
    pub x: String,
    /// Width, such as `40.25%`.
    pub width: String,
}

/// What a span shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// The buyer was there.
    Buyer,
    /// The seller's media was.
    Seller,
    /// Free.
    Grace,
    /// Charged.
    Charged,
}

/// The strip.
#[derive(Clone, Debug, Serialize)]
pub struct Strip {
    /// Left end.
    pub from: Timestamp,
    /// Right end.
    pub to: Timestamp,
    /// The buyer's presence.
    pub buyer: Vec<Span>,
    /// The seller's.
    pub seller: Vec<Span>,
    /// What was charged, or free.
    pub charged: Vec<Span>,
}

impl Strip {
    /// A strip from `from` to `to`. Stretches outside are cut off; an empty range makes a strip of one second.
    pub fn new(
        from: Timestamp,
        to: Timestamp,
        buyer: &[(Timestamp, Timestamp)],
        seller: &[(Timestamp, Timestamp)],
        charged: &[(SpanKind, Timestamp, Timestamp)],
    ) -> Self {
        let place = |kind, from_to: (Timestamp, Timestamp)| span(from, to, kind, from_to);
        Self {
            from,
            to,
            buyer: buyer.iter().filter_map(|s| place(SpanKind::Buyer, *s)).collect(),
            seller: seller.iter().filter_map(|s| place(SpanKind::Seller, *s)).collect(),
            charged: charged
                .iter()
                .filter_map(|(kind, a, b)| place(*kind, (*a, *b)))
                .collect(),
        }
    }
}

fn span(from: Timestamp, to: Timestamp, kind: SpanKind, (a, b): (Timestamp, Timestamp)) -> Option<Span> {
    let (a, b) = (a.clamp(from, to.max(from)), b.clamp(from, to.max(from)));
    if b <= a {
        return None;
    }
    let left = share(from, to, a);
    let right = share(from, to, b);
    Some(Span {
        kind,
        from: a,
        to: b,
        x: percent(left),
        width: percent(right - left),
    })
}

/// Where `at` lies between the ends, in thousandths of a percent.
fn share(from: Timestamp, to: Timestamp, at: Timestamp) -> i128 {
    let whole = i128::from(to.as_millisecond() - from.as_millisecond()).max(1);
    i128::from(at.as_millisecond() - from.as_millisecond()) * WHOLE / whole
}

fn percent(thousandths: i128) -> String {
    format!("{}.{:03}%", thousandths / 1000, thousandths % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn places_and_cuts() {
        let strip = Strip::new(
            at(100),
            at(300),
            &[(at(50), at(150)), (at(250), at(900))],
            &[(at(300), at(400)), (at(10), at(20))],
            &[(SpanKind::Charged, at(150), at(250))],
        );
        let placed: Vec<_> = strip.buyer.iter().map(|s| (s.x.as_str(), s.width.as_str())).collect();
        assert_eq!(placed, [("0.000%", "25.000%"), ("75.000%", "25.000%")]);
        assert!(strip.seller.is_empty(), "what lies outside isn't drawn");
        assert_eq!(strip.charged[0].x, "25.000%");
        assert_eq!(strip.charged[0].width, "50.000%");
    }

    #[test]
    fn an_empty_range_draws_nothing() {
        let strip = Strip::new(at(100), at(100), &[(at(50), at(150))], &[], &[]);
        assert!(strip.buyer.is_empty());
    }
}
