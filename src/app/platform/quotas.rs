//! How much of the platform a tenant may use.

use super::{PlatformOwner, tenants::at_tenant};
use crate::{
    app::App,
    domain::{
        audit::{Action, Entry},
        ids::TenantId,
        quota::{MOST, QuotaChange},
    },
    error::{Error, Result},
    store::{audit, tenant_settings},
};
use serde_json::json;

/// Sets what a tenant may use instead of what all may.
///
/// # Errors
/// A number that can't be taken, no such tenant, or the database is away.
pub async fn change_quotas(app: &App, owner: &PlatformOwner, id: TenantId, own: QuotaChange) -> Result<()> {
    if let Some(field) = own.out_of_bounds() {
        return Err(Error::field(
            field,
            format!("Enter a number from 1 to {MOST}, or none."),
        ));
    }
    at_tenant(app, owner, id, move |tx, tenant, scope, actor, now| {
        if tenant.quotas == own {
            return Ok(());
        }
        tenant_settings::set_quotas(tx, id, &own)?;
        let (before, after) = (json!({"quotas": tenant.quotas}), json!({"quotas": own}));
        let entry = Entry::new(Action::TenantChanged, &tenant.slug).changed(before, after);
        audit::write(&mut tx.within(scope), actor, &entry, now)
    })
    .await
}
