//! Choosing a new password with a link from a mail.

use super::{passwords, tokens::LinkToken};
use crate::{
    app::App,
    domain::identity::Password,
    error::Result,
    store::{
        TenantScope,
        mail_tokens::{self, Purpose},
        sessions, users,
    },
};

/// How long a link holds.
pub(super) const LINK_MS: i64 = 3_600 * 1_000;

/// Whether a link could be used; looking at it uses nothing up.
///
/// # Errors
/// The database is away.
pub async fn reset_link_is_good(app: &App, scope: &TenantScope, token: &str) -> Result<bool> {
    let Some(token) = LinkToken::parse(token) else {
        return Ok(false);
    };
    let now = app.now();
    app.db
        .tenant(scope, move |tx| {
            mail_tokens::is_good(tx, Purpose::Reset, token.hash(), now)
        })
        .await
}

/// Sets the password and ends all sessions: whoever had the old one is out. The link also proves the address.
/// False if it is unknown, used, or too old.
///
/// # Errors
/// A password that can't be taken (then the link stays good), or the database is away.
pub async fn reset(app: &App, scope: &TenantScope, token: &str, password: String) -> Result<bool> {
    let password = Password::parse(password)?;
    if !reset_link_is_good(app, scope, token).await? {
        return Ok(false);
    }
    let Some(token) = LinkToken::parse(token) else {
        return Ok(false);
    };
    let (now, password_hash) = (app.now(), passwords::hash(password).await?);
    let reset = app
        .db
        .tenant(scope, move |tx| {
            let Some(user) = mail_tokens::take(tx, Purpose::Reset, token.hash(), now)? else {
                return Ok(None);
            };
            users::set_password(tx, user, &password_hash)?;
            users::mark_verified(tx, user, now)?;
            mail_tokens::void_all(tx, user, Purpose::Verify, now)?;
            sessions::end_all(tx, user, now)?;
            Ok(Some(user))
        })
        .await?;
    if let Some(user) = reset {
        app.people.signed_out(scope, user, None);
    }
    Ok(reset.is_some())
}
