//! A new access for a refresh token.

use super::{RefreshToken, SESSION_MS, SignedIn, Viewer};
use crate::{
    app::App,
    error::Result,
    store::{
        TenantScope,
        sessions::{self, Refreshed},
    },
};

/// Takes a refresh token and gives the next one; none if the session is over. A token that was replaced more than a
/// moment ago has been stolen, from one or the other: it ends the session.
///
/// # Errors
/// The database is away.
pub async fn refresh(app: &App, scope: &TenantScope, shown: &RefreshToken) -> Result<Option<SignedIn>> {
    let (now, session) = (app.now(), shown.session);
    let next = shown.next(app.config.secrets.jwt.expose().as_bytes());
    let (shown_hash, next_hash) = (shown.hash(), next.hash());
    let refreshed = app
        .db
        .tenant(scope, move |tx| {
            sessions::refresh(tx, session, shown_hash, next_hash, now, now + SESSION_MS)
        })
        .await?;
    Ok(match refreshed {
        Refreshed::Valid(signed) => Some(SignedIn {
            viewer: Viewer::of(signed, *scope, session),
            refresh: next,
        }),
        Refreshed::Stolen => {
            tracing::warn!(%session, "an old refresh token was shown: the session is ended");
            None
        }
        Refreshed::Gone => None,
    })
}
