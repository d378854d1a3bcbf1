//! Closing a tenant's site, for a while or for good, and opening it again.

use super::{SystemTx, moment::At, schema::tenants};
use crate::{
    domain::{ids::TenantId, tenant::TenantState, time::Moment},
    error::Result,
};
use diesel::prelude::*;

/// Why a site is closed.
#[derive(Clone, Copy, Debug)]
pub enum Closure<'a> {
    /// Until the platform opens it again.
    Suspended {
        /// Why.
        reason: &'a str,
    },
    /// Until it is gone.
    Deleting {
        /// When.
        delete_at: Moment,
    },
}

/// Closes a tenant's site.
///
/// # Errors
/// The database is away.
pub fn close(tx: &mut SystemTx<'_>, id: TenantId, closure: &Closure<'_>, now: Moment) -> Result<()> {
    let row = tenants::table.find(id.uuid());
    match closure {
        Closure::Suspended { reason } => {
            let suspended = (
                tenants::state.eq(TenantState::Suspended.name()),
                tenants::suspended_at.eq(At(now)),
                tenants::suspended_reason.eq(*reason),
            );
            diesel::update(row).set(suspended).execute(tx.conn)?
        }
        Closure::Deleting { delete_at } => {
            let deleting = (
                tenants::state.eq(TenantState::Deleting.name()),
                tenants::delete_at.eq(At(*delete_at)),
            );
            diesel::update(row).set(deleting).execute(tx.conn)?
        }
    };
    Ok(())
}

/// Opens a tenant's site that was suspended; says what it is now.
///
/// # Errors
/// The database is away.
pub fn reopen(tx: &mut SystemTx<'_>, id: TenantId) -> Result<TenantState> {
    diesel::update(tenants::table.find(id.uuid()))
        .set((
            tenants::state.eq(TenantState::Active.name()),
            tenants::suspended_at.eq(None::<At>),
            tenants::suspended_reason.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    Ok(TenantState::Active)
}

/// Keeps a tenant that was to be deleted; says what it is now: suspended if it was before.
///
/// # Errors
/// The database is away.
pub fn keep(tx: &mut SystemTx<'_>, id: TenantId) -> Result<TenantState> {
    let row = tenants::table.find(id.uuid());
    let suspended_at: Option<At> = row.select(tenants::suspended_at).first(tx.conn)?;
    let state = if suspended_at.is_some() {
        TenantState::Suspended
    } else {
        TenantState::Active
    };
    diesel::update(row)
        .set((tenants::state.eq(state.name()), tenants::delete_at.eq(None::<At>)))
        .execute(tx.conn)?;
    Ok(state)
}
