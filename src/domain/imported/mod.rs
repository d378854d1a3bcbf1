//! Calendars that people keep elsewhere (requirement D1): where they may be, and when somebody is busy by what stands in
//! one. What is read was written by strangers: everything about it is bounded.

mod address;
mod event;
mod ical;
mod recurrence;
mod trouble;

pub use address::{AddressError, MOST_CHARS, is_public, is_trusted, parse};
pub use event::orders;
pub use ical::{Busy, busy};
pub use trouble::Trouble;
