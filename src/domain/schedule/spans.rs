//! Sets of instants as stretches of time.

use crate::domain::time::Span;

/// The same instants as few stretches as hold them, in order, apart from each other.
pub fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.from < span.to);
    spans.sort_unstable_by_key(|span| span.from);
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Moment;

    #[test]
    fn what_touches_is_one_and_what_is_empty_is_none() {
        let span = |from, to| Span {
            from: Moment(from),
            to: Moment(to),
        };
        let spans = vec![span(5, 9), span(0, 2), span(2, 4), span(3, 3), span(6, 7)];
        assert_eq!(joined(spans), [span(0, 4), span(5, 9)]);
    }
}
