//! The outside world: implementations of `app::ports`.

pub mod calendars;
pub mod clock;
pub mod compose;
pub mod dns;
pub mod files;
pub mod identity;
pub mod mail;
pub mod media;
pub mod payment;
pub mod payout;
pub mod push;
pub mod scanner;
