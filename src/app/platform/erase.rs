//! The end of a tenant whose time to be restored is over.

use crate::{
    app::{App, archive, recordings},
    domain::audit::{Action, Actor, Entry},
    error::{Error, Result},
    store::{TenantScope, audit, erasure, subscriptions, tenants},
};
use serde_json::json;

/// The erasing job's kind in the outbox; it needs no payload.
pub const ERASE_JOB: &str = "erase_tenant";

/// Takes everything of the tenant away that doesn't have to stay, and leaves an entry in the platform's log with how much
/// that was. Does nothing to a tenant that was restored, or whose time isn't over.
///
/// # Errors
/// A call is still running, or the database or the object store is away; the job runner tries again.
pub async fn erase(app: &App, scope: &TenantScope) -> Result<()> {
    let (now, tenant) = (app.now(), scope.tenant());
    let due = app.db.system_read(move |tx| erasure::is_due(tx, tenant, now));
    if !due.await? {
        return Ok(());
    }
    archive::forget(app, scope).await?;
    recordings::forget_all(app, scope).await?;
    app.db
        .system(move |tx| {
            let (found, scope) = tenants::for_platform(tx, tenant)?;
            if !erasure::is_due(tx, tenant, now)? {
                return Ok(());
            }
            if subscriptions::usage(&mut tx.within(&scope))?.concurrent_calls > 0 {
                return Err(Error::conflict("calls_running", "A call is still running there."));
            }
            let host = tenants::host(&mut tx.within(&scope))?;
            let counts = erasure::erase(tx, tenant, now)?;
            let before = json!({"id": tenant, "name": found.name, "host": host});
            let entry = Entry::new(Action::TenantErased, found.slug).changed(before, counts);
            audit::write_platform(tx, &Actor::system(), &entry, now)
        })
        .await
}
