//! A person's calls.

use crate::{
    app::App,
    domain::ids::{CallId, UserId},
    error::Result,
    store::{
        TenantScope,
        calls::{self, Call},
    },
};

/// Newest first, a page of 25.
///
/// # Errors
/// The database is away.
pub async fn list(app: &App, scope: &TenantScope, person: UserId, page: u32) -> Result<Vec<Call>> {
    const PAGE: i64 = 25;
    let skip = i64::from(page.min(10_000)) * PAGE;
    app.db.read(scope, move |tx| calls::list(tx, person, PAGE, skip)).await
}

/// One of the person's calls.
///
/// # Errors
/// It isn't theirs, or isn't there.
pub async fn one(app: &App, scope: &TenantScope, person: UserId, call: CallId) -> Result<Call> {
    app.db.read(scope, move |tx| calls::of_person(tx, call, person)).await
}

/// The call the person is in right now.
///
/// # Errors
/// The database is away.
pub async fn current(app: &App, scope: &TenantScope, person: UserId) -> Result<Option<CallId>> {
    app.db.read(scope, move |tx| calls::current(tx, person)).await
}
