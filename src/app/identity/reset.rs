//! Choosing a new password with a link from a mail.

use super::link;
use crate::{
    app::App,
    error::Result,
    store::{TenantScope, mail_tokens::Purpose},
};

/// How long a link holds.
pub(super) const LINK_MS: i64 = 3_600 * 1_000;

/// Whether a link could be used; looking at it uses nothing up.
///
/// # Errors
/// The database is away.
pub async fn reset_link_is_good(app: &App, scope: &TenantScope, token: &str) -> Result<bool> {
    link::is_good(app, scope, Purpose::Reset, token).await
}

/// Sets the password and ends all sessions. False if the link is unknown, used, or too old.
///
/// # Errors
/// A password that can't be taken (then the link stays good), or the database is away.
pub async fn reset(app: &App, scope: &TenantScope, token: &str, password: String) -> Result<bool> {
    link::choose_password(app, scope, Purpose::Reset, token, password, |_, _, _| Ok(Some(())))
        .await
        .map(|done| done.is_some())
}
