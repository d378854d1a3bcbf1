//! Weekly hours with exceptions, in a place's civil time.

use super::{
    hours::{DayHours, Stretch},
    spans::joined,
};
use crate::domain::time::{Moment, Span, Zone};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const MINUTE_MS: i64 = 60_000;

/// When somebody is there to be booked: whenever the clock on the wall of `zone` shows a time within the hours of its
/// date. An hour that the clock leaves out isn't there; one that it shows twice is there twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Whose clock.
    pub zone: Zone,
    /// Monday first.
    pub weekly: [DayHours; 7],
    /// Dates with hours of their own, in place of their weekday's.
    pub exceptions: BTreeMap<Date, DayHours>,
}

impl Calendar {
    /// Nothing is open.
    pub fn closed(zone: Zone) -> Self {
        Self {
            zone,
            weekly: Default::default(),
            exceptions: BTreeMap::new(),
        }
    }

    /// The hours of a date.
    pub fn hours_of(&self, date: Date) -> &DayHours {
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        self.exceptions.get(&date).unwrap_or(&self.weekly[weekday])
    }

    /// When it is open within `within`.
    pub fn open(&self, within: Span) -> Open {
        let mut stretches = Vec::new();
        for (steady, offset) in self.zone.steady(within) {
            let date = |at: Moment| offset.to_datetime(at.timestamp()).date();
            let (first, last) = (date(steady.from), date(steady.to));
            for date in first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last) {
                let Ok(midnight) = offset.to_timestamp(date.at(0, 0, 0, 0)) else {
                    continue;
                };
                let hours = self.hours_of(date).stretches().iter();
                stretches.extend(hours.filter_map(|stretch| OpenStretch::of(*stretch, midnight.into(), steady)));
            }
        }
        stretches.sort_unstable_by_key(|stretch| stretch.span.from);
        Open {
            spans: joined(stretches.iter().map(|stretch| stretch.span).collect()),
            stretches,
        }
    }
}

/// When a calendar is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// In order, apart from each other; hours that touch are one.
    pub spans: Vec<Span>,
    /// In order, each day's hours on their own, cut where a clock is changed.
    pub stretches: Vec<OpenStretch>,
}

/// One day's stretch, or what a changed clock or the edge of what was asked for left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenStretch {
    /// When the whole stretch begins, or would by the clock that it is open by.
    pub begins: Moment,
    /// The part of it.
    pub span: Span,
}

impl OpenStretch {
    fn of(stretch: Stretch, midnight: Moment, steady: Span) -> Option<Self> {
        let at = |minute: u16| midnight + i64::from(minute) * MINUTE_MS;
        let begins = at(stretch.from());
        let span = Span {
            from: begins.max(steady.from),
            to: at(stretch.until()).min(steady.to),
        };
        (span.from < span.to).then_some(Self { begins, span })
    }
}
