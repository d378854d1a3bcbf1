//! The outside world: implementations of `app::ports`.

pub mod clock;
