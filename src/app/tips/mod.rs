//! Tips and gifts: from somebody's credit to a seller, in a call, after it, or from the seller's page (requirement F8).

mod give;
mod show;

pub use give::{Wish, give};
pub use show::{Offered, show};

use crate::{
    domain::{
        ids::{CallId, UserId},
        policy::{Policy, PolicyChange, resolve},
        tenant::Tenant,
    },
    error::{Error, Result},
    store::{TenantTx, call_guests, calls, sellers},
};

/// The tenant's rules of now: a tip isn't part of what was agreed for a call.
fn policy(tenant: &Tenant) -> Policy {
    let none = PolicyChange::default();
    resolve(&Policy::default(), &tenant.policy, &none, &none)
}

/// # Errors
/// Somebody can't tip them, for that call: it is their own page, nobody sells there, or the call isn't theirs, or one that
/// the giver has never been in.
fn check(tx: &mut TenantTx<'_>, giver: UserId, seller: UserId, call: Option<CallId>) -> Result<()> {
    if giver == seller {
        return Err(Error::invalid("This is your own page."));
    }
    sellers::find(tx, seller)?.ok_or_else(Error::not_found)?;
    let Some(call) = call else {
        return Ok(());
    };
    let found = calls::find(tx, call)?;
    let was_there = found.buyer.id == giver || call_guests::has_come(tx, call, giver)?;
    if was_there && found.seller.id == seller {
        Ok(())
    } else {
        Err(Error::not_found())
    }
}
