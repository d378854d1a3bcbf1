//! Paying sellers out (requirement I7): what they earned is held for a while, then it can be asked for; staff approve,
//! send and mark what became of it.
//!
//! A seller's money goes from `Earnings` and `Tips` to `Payable` by a job that only keeps the books: pages and requests
//! count what was held for long enough themselves, so nobody waits for it. A payout lies in `PayingOut` from the request
//! on, and leaves for `Bank` or returns. Staff's steps are in [`super::console`].

mod care;
mod carry;
mod method;
mod release;
mod request;
mod send;
mod show;
mod step;

pub use care::{CHECK_JOB, RELEASE_JOB, check, look};
pub use method::set_method;
pub use release::release_all;
pub use request::{cancel, request};
pub use send::{Job as SendJob, SEND_JOB, send};
pub use show::{Shown, show, standing};

pub(in crate::app) use carry::{account_for, orders};
pub(in crate::app) use request::{Wish, place};
pub(in crate::app) use send::{enqueue as send_later, is_being_sent};
pub(in crate::app) use step::{asked, money, take, tell};

use crate::error::Error;

/// What somebody hears who earns nothing here.
fn not_paid_out() -> Error {
    Error::forbidden("Only sellers are paid out.")
}
