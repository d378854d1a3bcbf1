//! Asking for a new password.

use super::{
    RESEND_MS,
    invite::{Task, send_invitation},
    reset::LINK_MS,
    tokens::LinkToken,
};
use crate::{
    app::{App, letters, letters::Letter},
    domain::identity::Email,
    error::Result,
    store::{
        TenantScope,
        mail_tokens::{self, Purpose},
        tenants, users,
    },
};

/// Sends a link to the address if it has an account here; the answer is the same if not.
///
/// # Errors
/// It isn't an address, or the database is away.
pub async fn forgot(app: &App, scope: &TenantScope, origin: &str, email: &str) -> Result<()> {
    let email = Email::parse(email)?;
    let (now, token) = (app.now(), LinkToken::new());
    let (link, origin) = (format!("{origin}/reset?token={}", token.text()), origin.to_owned());
    app.db
        .tenant(scope, move |tx| {
            let Some((user, _)) = users::by_email(tx, &email)? else {
                return Ok(());
            };
            // They haven't declared anything yet: their own link asks for that.
            if !user.verified
                && let Some(task @ (Task::Sell | Task::Manage)) = Task::of(tx, user.id)?
            {
                let by = tenants::own(tx)?.name;
                return send_invitation(tx, user.id, task, &origin, by, now);
            }
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
