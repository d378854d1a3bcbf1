//! Asking for a new password.

use super::{RESEND_MS, reset::LINK_MS, tokens::LinkToken};
use crate::{
    app::{App, letters, letters::Letter},
    domain::identity::Email,
    error::Result,
    store::{
        TenantScope,
        mail_tokens::{self, Purpose},
        users,
    },
};

/// Sends a link to the address if it has an account here; the answer is the same if not.
///
/// # Errors
/// It isn't an address, or the database is away.
pub async fn forgot(app: &App, scope: &TenantScope, origin: &str, email: &str) -> Result<()> {
    let email = Email::parse(email)?;
    let (now, token) = (app.now(), LinkToken::new());
    let link = format!("{origin}/reset?token={}", token.text());
    app.db
        .tenant(scope, move |tx| {
            let Some((user, _)) = users::by_email(tx, &email)? else {
                return Ok(());
            };
            // Nobody's mailbox is flooded from our form.
            if mail_tokens::has_fresh(tx, user.id, Purpose::Reset, now + (LINK_MS - RESEND_MS))? {
                return Ok(());
            }
            mail_tokens::void_all(tx, user.id, &[Purpose::Reset], now)?;
            mail_tokens::insert(tx, user.id, Purpose::Reset, token.hash(), now + LINK_MS)?;
            letters::post(tx, user.id, Letter::Reset { link }, now)
        })
        .await
}
