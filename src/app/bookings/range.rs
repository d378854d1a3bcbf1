//! When talks of one kind could begin within a stretch of time, by what one person's calendar says.

use crate::domain::{
    booking::Bookable,
    schedule::{Room, Rules, Taken, Timetable, slots},
    time::{Moment, Span},
};

/// From one beginning that is offered to the next, minutes.
const STEP_MIN: u32 = 15;
const DAY_MS: i64 = 86_400_000;

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    rules: Rules,
    within: Span,
    now: Moment,
}

impl Range {
    /// Beginnings within `within` of what can be booked so, with that room around it; none where no time can be booked.
    pub fn of(room: Room, bookable: &Bookable, within: Span, now: Moment) -> Option<Self> {
        let rules = Rules {
            length_min: bookable.length_min,
            step_min: STEP_MIN,
            before_min: room.before_min,
            after_min: room.after_min,
            notice_min: room.notice_min,
            horizon_days: bookable.horizon_days,
        };
        // Nothing else is looked at, however far away a time is asked for.
        let may = rules.bookable(now);
        let within = Span {
            from: within.from.max(may.from),
            to: within.to.min(may.to + 1),
        };
        (within.from < within.to).then_some(Self { rules, within, now })
    }

    /// Up to the end of the last talk.
    fn looked_at(&self) -> Span {
        Span {
            from: self.within.from,
            to: self.rules.lasts(self.within.to).to,
        }
    }

    /// Where bookings matter: as far away as the room around one.
    pub fn around(&self) -> Span {
        let looked_at = self.looked_at();
        Span {
            from: self.rules.occupies(looked_at.from).from + -DAY_MS,
            to: looked_at.to + DAY_MS,
        }
    }

    /// The first `most` beginnings, in order. What the seller has given away is `sellers`, and has room around it, too;
    /// `others` hasn't.
    pub fn starts(&self, timetable: &Timetable, sellers: &[Span], others: Vec<Span>, most: usize) -> Vec<Moment> {
        let room = timetable.room();
        let mut taken = others;
        taken.extend(sellers.iter().map(|span| with_room(*span, &room)));
        let open = timetable.calendar().open(self.looked_at());
        let mut starts = slots(&open, &Taken::by(taken), &self.rules, self.now, most);
        starts.retain(|start| (self.within.from..self.within.to).contains(start));
        starts
    }
}

/// A booking with the room around it.
fn with_room(span: Span, room: &Room) -> Span {
    Span {
        from: span.from + -i64::from(room.before_min) * 60_000,
        to: span.to + i64::from(room.after_min) * 60_000,
    }
}
