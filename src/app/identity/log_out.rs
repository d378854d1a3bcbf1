//! Ending sessions.

use super::Viewer;
use crate::{
    app::App,
    error::Result,
    store::{
        mail_tokens::{self, Purpose},
        sessions,
    },
};

/// Ends the session the person is here with.
///
/// # Errors
/// The database is away.
pub async fn log_out(app: &App, viewer: &Viewer) -> Result<()> {
    let (now, session) = (app.now(), viewer.session);
    app.db
        .tenant(&viewer.scope, move |tx| sessions::end(tx, session, now))
        .await?;
    app.people.signed_out(&viewer.scope, viewer.user.id, Some(session));
    Ok(())
}

/// Ends all of the person's sessions, this one too, and sign-ins that wait for a code.
///
/// # Errors
/// The database is away.
pub async fn log_out_everywhere(app: &App, viewer: &Viewer) -> Result<()> {
    let (now, user) = (app.now(), viewer.user.id);
    app.db
        .tenant(&viewer.scope, move |tx| {
            mail_tokens::void_all(tx, user, &[Purpose::LogIn], now)?;
            sessions::end_all(tx, user, now)
        })
        .await?;
    app.people.signed_out(&viewer.scope, user, None);
    Ok(())
}
