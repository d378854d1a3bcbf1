//! The times at which a booking could begin.

use super::{calendar::Open, spans::joined};
use crate::domain::time::{Moment, Span};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// What a booking needs, in minutes and days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How long it lasts, minutes; at least 1.
    pub length_min: u32,
    /// Minutes from one beginning to the next that is offered, counted from where the hours begin; at least 1.
    pub step_min: u32,
    /// Kept free before each booking, minutes.
    pub before_min: u32,
    /// Kept free after each booking, minutes.
    pub after_min: u32,
    /// How long before it begins a booking must be made, minutes.
    pub notice_min: u32,
    /// How many days ahead it may begin.
    pub horizon_days: u32,
}

impl Rules {
    /// Between which instants a booking made at `now` may begin; the first of them isn't among them.
    pub fn bookable(&self, now: Moment) -> Span {
        Span {
            from: now + minutes(self.notice_min),
            to: now + i64::from(self.horizon_days) * DAY_MS,
        }
    }

    /// What a booking that begins at `start` lasts.
    pub fn lasts(&self, start: Moment) -> Span {
        Span {
            from: start,
            to: start + minutes(self.length_min.max(1)),
        }
    }

    /// The time that it takes of a calendar: itself and the room around it.
    pub fn occupies(&self, start: Moment) -> Span {
        let lasts = self.lasts(start);
        Span {
            from: lasts.from + -minutes(self.before_min),
            to: lasts.to + minutes(self.after_min),
        }
    }
}

/// Time that is taken, with the room around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken(Vec<Span>);

impl Taken {
    /// By what is booked, in any order.
    pub fn by(occupied: Vec<Span>) -> Self {
        Self(joined(occupied))
    }

    /// Until when the taken time lasts that `span` runs into, if it does.
    fn blocks(&self, span: Span) -> Option<Moment> {
        let first = self.0.partition_point(|taken| taken.to <= span.from);
        let taken = self.0.get(first)?;
        (taken.from < span.to).then_some(taken.to)
    }
}

/// The beginnings that are free, in order, at most `most`: a booking lies within what is open, begins on a step from
/// where the hours of its day begin, at a time that is bookable at `now`, and runs into nothing that is taken. Hours are
/// told up to the last bookable time and the length of a booking more.
pub fn slots(open: &Open, taken: &Taken, rules: &Rules, now: Moment, most: usize) -> Vec<Moment> {
    let bookable = rules.bookable(now);
    let mut found = Vec::new();
    let mut spans = open.spans.iter().peekable();
    for stretch in &open.stretches {
        while spans.next_if(|span| span.to <= stretch.span.from).is_some() {}
        let closes = spans.peek().map_or(stretch.span.to, |span| span.to);
        let mut start = on_step(stretch.begins, (bookable.from + 1).max(stretch.span.from), rules);
        while start < stretch.span.to && start <= bookable.to && rules.lasts(start).to <= closes {
            if found.len() == most {
                return found;
            }
            let next = match taken.blocks(rules.occupies(start)) {
                Some(free_at) => free_at + minutes(rules.before_min),
                None => {
                    found.push(start);
                    start + 1
                }
            };
            start = on_step(stretch.begins, next, rules);
        }
    }
    found
}

/// The first step from `origin` that isn't before `earliest`, nor before `origin`.
fn on_step(origin: Moment, earliest: Moment, rules: &Rules) -> Moment {
    let step = minutes(rules.step_min.max(1));
    let late = (earliest - origin).max(0);
    origin + (late + step - 1) / step * step
}

fn minutes(count: u32) -> i64 {
    i64::from(count) * MINUTE_MS
}
