//! A seller's hours with the room that they want around bookings.

use super::{Calendar, DayHours};
use crate::domain::time::{Moment, Zone};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Dates that can have hours of their own.
pub const MOST_EXCEPTIONS: usize = 400;
/// Most minutes kept free on one side of a booking.
pub const MOST_BUFFER_MIN: u32 = 240;
/// Most minutes that a booking can have to be made ahead: thirty days.
pub const MOST_NOTICE_MIN: u32 = 30 * 24 * 60;

/// Why a timetable can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimetableError {
    /// Too many dates have hours of their own.
    #[error("at most {MOST_EXCEPTIONS} dates have hours of their own")]
    TooManyExceptions,
    /// Too much room before a booking.
    #[error("at most {MOST_BUFFER_MIN} minutes are kept free before a booking")]
    Before,
    /// Too much room after a booking.
    #[error("at most {MOST_BUFFER_MIN} minutes are kept free after a booking")]
    After,
    /// Too long before a booking.
    #[error("bookings are made at most {MOST_NOTICE_MIN} minutes ahead")]
    Notice,
}

/// Minutes that a seller wants around each booking, and ahead of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Kept free before a booking; at most [`MOST_BUFFER_MIN`].
    pub before_min: u32,
    /// Kept free after a booking; at most [`MOST_BUFFER_MIN`].
    pub after_min: u32,
    /// How long before it begins a booking must be made; at most [`MOST_NOTICE_MIN`].
    pub notice_min: u32,
}

/// When a seller is there to be booked, within bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timetable {
    calendar: Calendar,
    room: Room,
}

impl Timetable {
    /// A calendar with room around its bookings.
    ///
    /// # Errors
    /// More of something than can be.
    pub fn new(calendar: Calendar, room: Room) -> Result<Self, TimetableError> {
        if calendar.exceptions.len() > MOST_EXCEPTIONS {
            return Err(TimetableError::TooManyExceptions);
        }
        if room.before_min > MOST_BUFFER_MIN {
            return Err(TimetableError::Before);
        }
        if room.after_min > MOST_BUFFER_MIN {
            return Err(TimetableError::After);
        }
        if room.notice_min > MOST_NOTICE_MIN {
            return Err(TimetableError::Notice);
        }
        Ok(Self { calendar, room })
    }

    /// Nothing is open, for somebody who lives there.
    pub fn closed(zone: Zone) -> Self {
        Self {
            calendar: Calendar::closed(zone),
            room: Room::default(),
        }
    }

    /// When it is open.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// What is kept free around bookings.
    pub fn room(&self) -> Room {
        self.room
    }

    /// Dates in a row with the same hours of their own: the first, the last, and the hours.
    pub fn exceptions(&self) -> Vec<(Date, Date, &DayHours)> {
        let mut runs: Vec<(Date, Date, &DayHours)> = Vec::new();
        for (date, hours) in &self.calendar.exceptions {
            match runs.last_mut() {
                Some((_, last, same)) if *same == hours && last.tomorrow().is_ok_and(|next| next == *date) => {
                    *last = *date
                }
                _ => runs.push((*date, *date, hours)),
            }
        }
        runs
    }

    /// The same without hours of dates that are over.
    #[must_use]
    pub fn since(mut self, now: Moment) -> Self {
        let today = self.calendar.zone.date(now);
        self.calendar.exceptions.retain(|date, _| *date >= today);
        self
    }

    /// The same with other weekly hours, by another clock.
    #[must_use]
    pub fn with_week(mut self, zone: Zone, weekly: [DayHours; 7]) -> Self {
        (self.calendar.zone, self.calendar.weekly) = (zone, weekly);
        self
    }

    /// The same with other room around bookings.
    ///
    /// # Errors
    /// More room than can be.
    pub fn with_room(self, room: Room) -> Result<Self, TimetableError> {
        Self::new(self.calendar, room)
    }

    /// The same with other exceptions.
    ///
    /// # Errors
    /// More dates than can be.
    pub fn with_exceptions(mut self, exceptions: BTreeMap<Date, DayHours>) -> Result<Self, TimetableError> {
        self.calendar.exceptions = exceptions;
        Self::new(self.calendar, self.room)
    }
}
