//! Jobs that were given up: somebody looked.

use super::{PlatformStaff, tenants::at_tenant};
use crate::{
    app::App,
    domain::{
        audit::{Action, Entry},
        ids::TenantId,
        time::Moment,
    },
    error::Result,
    store::{
        TenantTx, audit,
        jobs::{self, Dead},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Has a dead job tried again.
///
/// # Errors
/// Not there, not dead, or the database is away.
pub async fn retry_job(app: &App, staff: &PlatformStaff, tenant: TenantId, id: Uuid) -> Result<()> {
    settle(
        app,
        staff,
        tenant,
        Action::JobRetried,
        json!({"state": "due"}),
        move |tx, now| jobs::retry(tx, id, now),
    )
    .await
}

/// Forgets a dead job.
///
/// # Errors
/// As [`retry_job`].
pub async fn drop_job(app: &App, staff: &PlatformStaff, tenant: TenantId, id: Uuid) -> Result<()> {
    settle(app, staff, tenant, Action::JobDropped, Value::Null, move |tx, _| {
        jobs::drop_dead(tx, id)
    })
    .await
}

/// Jobs are the platform's business: its own log has the entry.
async fn settle<F>(
    app: &App,
    staff: &PlatformStaff,
    tenant: TenantId,
    action: Action,
    after: Value,
    work: F,
) -> Result<()>
where
    F: FnOnce(&mut TenantTx<'_>, Moment) -> Result<Dead> + Send + 'static,
{
    at_tenant(app, staff, tenant, move |tx, tenant, scope, actor, now| {
        let job = work(&mut tx.within(scope), now)?;
        let before = json!({
            "state": "dead",
            "tenant": tenant.slug,
            "attempts": job.attempts,
            "last_error": job.last_error,
        });
        let subject = format!("{} ({})", job.kind, tenant.slug);
        audit::write_platform(tx, actor, &Entry::new(action, subject).changed(before, after), now)
    })
    .await
}
