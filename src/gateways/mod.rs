//! The outside world: implementations of `app::ports`.

pub mod clock;
pub mod media;
pub mod payment;
