//! What was said about a call.

use crate::{
    app::App,
    domain::ids::CallId,
    error::Result,
    store::{
        TenantScope,
        reviews::{self, Review},
    },
};

/// The review of a call, if it was rated.
///
/// # Errors
/// The database is away.
pub async fn of_call(app: &App, scope: &TenantScope, call: CallId) -> Result<Option<Review>> {
    app.db.tenant(scope, move |tx| reviews::find(tx, call)).await
}
