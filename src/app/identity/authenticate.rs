//! Who a session belongs to.

use super::Viewer;
use crate::{
    app::App,
    domain::ids::{SessionId, UserId},
    error::Result,
    store::{TenantScope, sessions},
};

/// The person behind a session, if it holds at this moment: a session that was ended anywhere ends here at once.
///
/// # Errors
/// The database is away.
pub async fn authenticate(app: &App, scope: &TenantScope, session: SessionId, user: UserId) -> Result<Option<Viewer>> {
    let now = app.now();
    let signed = app
        .db
        .tenant(scope, move |tx| sessions::signed(tx, session, user, now))
        .await?;
    Ok(signed.map(|signed| Viewer::of(signed, *scope, session)))
}
