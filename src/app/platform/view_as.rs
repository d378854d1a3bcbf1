//! A way into a tenant's console, for looking only (requirement A11).

use super::{PlatformStaff, tenants::at_tenant};
use crate::{
    app::{App, console, identity::LinkToken},
    domain::{
        audit::{Action, Entry},
        ids::TenantId,
    },
    error::Result,
    store::{
        audit, tenants,
        visits::{self, Visitor},
    },
};
use serde_json::{Value, json};

/// How long a link waits to be used.
const LINK_MS: i64 = 5 * 60_000;

/// A link to the tenant's console that works once. That it was asked for is in the tenant's log, which the platform's
/// shows, too.
///
/// # Errors
/// No such tenant, or the database is away.
pub async fn view_as(app: &App, staff: &PlatformStaff, id: TenantId) -> Result<String> {
    let token = LinkToken::new();
    let (link, person) = (token.hash(), staff.person());
    let to = Visitor {
        id: person.id,
        name: person.name.clone(),
    };
    let host = at_tenant(app, staff, id, move |tx, tenant, scope, actor, now| {
        let tx = &mut tx.within(scope);
        visits::offer(tx, &to, link, now, now + LINK_MS)?;
        let after = json!({"link_until": now + LINK_MS});
        let entry = Entry::new(Action::ViewAsked, &tenant.slug).changed(Value::Null, after);
        audit::write(tx, actor, &entry, now)?;
        // A domain of its own may lead nowhere just now, which is what one comes to see.
        tenants::subdomain(tx)
    })
    .await?;
    Ok(format!(
        "{}{}?token={}",
        app.origin(&host),
        console::WAY_IN,
        token.text()
    ))
}
