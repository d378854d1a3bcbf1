//! What others get of what a seller earns (requirement I3): a studio, and those with whom they sell. Who that is is agreed
//! on beforehand and frozen with the price; what is moved follows from what the seller has got of it so far.
//!
//! Tips aren't shared: they are given to a person.

mod even_out;
mod returns;
mod show;

pub(in crate::app) use even_out::Sharing;
pub use show::{Given, given};

use crate::{
    error::Result,
    store::{TenantTx, earning_shares, users::User},
};

/// Whether somebody earns here: they sell, or are paid a share.
///
/// # Errors
/// The database is away.
pub fn earns(tx: &mut TenantTx<'_>, user: &User) -> Result<bool> {
    Ok(user.is_seller || earning_shares::has_any(tx, user.id)?)
}
