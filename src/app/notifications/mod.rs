//! Telling people of what happened, as they like (B5). What is told is written in the transaction of what it tells of;
//! open pages and browsers hear of it from jobs, once that is committed.

mod announce;
mod choose;
mod push;
mod read;
mod tell;

pub use announce::{ANNOUNCE_JOB, announce};
pub use choose::{Choices, choices, choose};
pub use push::{PUSH_JOB, Push, forget_device, push, remember_device};
pub use read::{list, open, see_all, sweep};
pub use tell::{Told, tell_admins};
pub(in crate::app) use tell::{tell, write};
