//! The outside world: implementations of `app::ports`.

pub mod clock;
pub mod mail;
pub mod media;
pub mod payment;
