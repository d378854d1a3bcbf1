//! Who leaves a talk that goes on without them is free for others, and isn't when they come back.

use crate::{
    app::App,
    domain::ids::{CallId, UserId},
    error::Result,
    store::{TenantScope, TenantTx, calls},
};

/// Somebody has left, and the talk goes on.
///
/// # Errors
/// The database is away.
pub async fn leave(app: &App, scope: &TenantScope, call: CallId, person: UserId) -> Result<()> {
    let leave = move |tx: &mut TenantTx<'_>| calls::leave(tx, call, person);
    app.db.tenant(scope, leave).await
}

/// They are back. False if they are in another call by now.
///
/// # Errors
/// The database is away.
pub async fn come_back(app: &App, scope: &TenantScope, call: CallId, person: UserId) -> Result<bool> {
    let come_back = move |tx: &mut TenantTx<'_>| calls::come_back(tx, call, person);
    app.db.tenant(scope, come_back).await
}
