//! Showing who one is, where a tenant asks for it (requirement B6): people send pictures, a provider or the tenant's staff
//! look at them, and what needs the check waits for the answer.

mod decide;
mod send;
mod show;

pub use decide::{FORGET_JOB, Forget, forget};
pub(in crate::app) use decide::{decide, lapse};
pub use send::{Sent, send};
pub use show::{Shown, show};

use crate::{
    domain::{identity_check::Side, ids::UserId},
    error::{Error, Result},
    store::{TenantTx, identity_checks},
};

/// Code of the refusal that leads to the check.
pub const NEEDED: &str = "identity_check_needed";

/// Lets somebody on who has shown who they are, where that is asked for.
///
/// # Errors
/// They haven't yet, or the database is away.
pub(in crate::app) fn require(tx: &mut TenantTx<'_>, user: UserId, side: Side) -> Result<()> {
    if !identity_checks::is_missing(tx, user, side)? {
        return Ok(());
    }
    let words = match side {
        Side::Selling => "Show who you are first: this marketplace asks everybody for it before they sell.",
        Side::Buying => "Show who you are first: this marketplace asks everybody for it before they buy.",
    };
    Err(Error::conflict(NEEDED, words))
}
