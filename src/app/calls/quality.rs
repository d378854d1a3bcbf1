//! How good a call's connections were.

use crate::{
    app::App,
    domain::{
        call::{CallRole, Quality},
        ids::CallId,
    },
    error::Result,
    store::{TenantScope, TenantTx, call_quality},
};

/// Keeps what the connections were like: the buyer's and the seller's.
///
/// # Errors
/// The database is away.
pub async fn keep_quality(app: &App, scope: &TenantScope, call: CallId, both: [Quality; 2]) -> Result<()> {
    let keep = move |tx: &mut TenantTx<'_>| {
        let [buyer, seller] = both;
        call_quality::keep(tx, call, CallRole::Buyer, &buyer)?;
        call_quality::keep(tx, call, CallRole::Seller, &seller)
    };
    app.db.tenant(scope, keep).await
}

/// What they were like, as far as that is known: the buyer's and the seller's.
///
/// # Errors
/// The database is away.
pub async fn quality(app: &App, scope: &TenantScope, call: CallId) -> Result<[Option<Quality>; 2]> {
    let read = move |tx: &mut TenantTx<'_>| {
        Ok([
            call_quality::find(tx, call, CallRole::Buyer)?,
            call_quality::find(tx, call, CallRole::Seller)?,
        ])
    };
    app.db.read(scope, read).await
}
