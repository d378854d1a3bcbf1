//! Keeping people from people (requirement B7): blocking, and reporting to the staff. Whoever is blocked isn't told; they
//! see somebody who is never there.

mod block;
mod meet;
mod report;

pub use block::{block, blocked, hidden_from, unblock};
pub use meet::{Known, known};
pub(in crate::app) use meet::{away, can_meet, can_write, is_hidden};
pub use report::report;
