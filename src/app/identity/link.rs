//! Choosing a password with a link from a mail: a forgotten one anew, or one's first when one was invited.

use super::{passwords, tokens::LinkToken};
use crate::{
    app::App,
    domain::{identity::Password, ids::UserId, time::Moment},
    error::Result,
    store::{
        TenantScope, TenantTx,
        mail_tokens::{self, Purpose},
        sessions, users,
    },
};

/// Whether a link could be used; looking at it uses nothing up.
pub(super) async fn is_good(app: &App, scope: &TenantScope, purpose: Purpose, token: &str) -> Result<bool> {
    let Some(token) = LinkToken::parse(token) else {
        return Ok(false);
    };
    let now = app.now();
    app.db
        .read(scope, move |tx| mail_tokens::is_good(tx, purpose, token.hash(), now))
        .await
}

/// Sets the password and ends all sessions: whoever had the old one is out. The link also proves the address, and uses
/// up every other one. Gives what `also` gives, which is done before; `None` if the link is unknown, used, or too old.
pub(super) async fn choose_password<T, F>(
    app: &App,
    scope: &TenantScope,
    purpose: Purpose,
    token: &str,
    password: String,
    also: F,
) -> Result<Option<T>>
where
    T: Send + 'static,
    F: FnOnce(&mut TenantTx<'_>, UserId, Moment) -> Result<Option<T>> + Send + 'static,
{
    let password = Password::parse(password)?;
    // Nobody has passwords hashed with a link that was made up.
    if !is_good(app, scope, purpose, token).await? {
        return Ok(None);
    }
    let Some(token) = LinkToken::parse(token) else {
        return Ok(None);
    };
    let (now, password_hash) = (app.now(), passwords::hash(password).await?);
    let chosen = app
        .db
        .tenant(scope, move |tx| {
            let Some(user) = mail_tokens::take(tx, purpose, token.hash(), now)? else {
                return Ok(None);
            };
            let Some(done) = also(tx, user, now)? else {
                return Ok(None);
            };
            users::set_password(tx, user, &password_hash)?;
            users::mark_verified(tx, user, now)?;
            mail_tokens::void_all(tx, user, &Purpose::ALL, now)?;
            sessions::end_all(tx, user, now)?;
            Ok(Some((user, done)))
        })
        .await?;
    Ok(chosen.map(|(user, done)| {
        app.people.signed_out(scope, user, None);
        done
    }))
}
