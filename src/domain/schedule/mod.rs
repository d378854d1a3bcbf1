//! When somebody can be booked (requirements D1, D3): weekly hours by the clock on a place's wall, exceptions by date,
//! what is taken already, room around it, notice and horizon. Pure, and exact across daylight-saving changes.

mod asked;
mod calendar;
mod hours;
mod slots;
mod spans;
mod timetable;

pub use asked::{AskedError, asked};
pub use calendar::{Calendar, Open, OpenStretch};
pub use hours::{DAY_MINUTES, DayHours, HoursError, MOST_STRETCHES, Stretch};
pub use slots::{Rules, Taken, slots};
pub use spans::joined;
pub use timetable::{MOST_BUFFER_MIN, MOST_EXCEPTIONS, MOST_NOTICE_MIN, Room, Timetable, TimetableError};
