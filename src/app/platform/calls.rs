//! Ending a call at any tenant.

use super::{PlatformOwner, checked_reason, tenants::at_tenant};
use crate::{
    app::{App, console::note_end},
    domain::ids::{CallId, TenantId},
    error::Result,
    store::TenantScope,
};

/// Writes down, at the tenant, that a running call is ended and why; signaling ends it then. Gives what it needs for that.
///
/// # Errors
/// No reason, not there, over already, or the database is away.
pub async fn end_call(
    app: &App,
    owner: &PlatformOwner,
    tenant: TenantId,
    call: CallId,
    reason: &str,
) -> Result<(TenantScope, String)> {
    let reason = checked_reason(reason)?;
    at_tenant(app, owner, tenant, move |tx, _, scope, actor, now| {
        note_end(&mut tx.within(scope), actor, call, &reason, now)?;
        Ok((*scope, reason))
    })
    .await
}
