//! Proving that a mail address is one's own.

use super::tokens::LinkToken;
use crate::{
    app::{App, letters, letters::Letter},
    error::Result,
    store::{
        TenantScope,
        mail_tokens::{self, Purpose},
        users,
    },
};

/// How long a link holds.
pub(super) const LINK_MS: i64 = 48 * 3_600 * 1_000;

/// Uses a link up; false if it is unknown, used, or too old.
///
/// # Errors
/// The database is away.
pub async fn verify(app: &App, scope: &TenantScope, origin: &str, token: &str) -> Result<bool> {
    let Some(token) = LinkToken::parse(token) else {
        return Ok(false);
    };
    let (now, link) = (app.now(), format!("{origin}/"));
    app.db
        .tenant(scope, move |tx| {
            let Some(user) = mail_tokens::take(tx, Purpose::Verify, token.hash(), now)? else {
                return Ok(false);
            };
            // Whoever had no account yet when they were asked to join the staff has one now, with a password.
            mail_tokens::void_all(tx, user, &[Purpose::Invite], now)?;
            if users::mark_verified(tx, user, now)? {
                letters::post(tx, user, Letter::Welcome { link }, now)?;
            }
            Ok(true)
        })
        .await
}
