//! Letting somebody in again who has lost both phone and recovery codes.

use super::StaffMember;
use crate::{
    app::{
        App,
        letters::{self, FactorNews, Letter},
        platform::checked_reason,
    },
    domain::{
        audit::{Action, Entry},
        ids::UserId,
    },
    error::{Error, Result},
    store::{
        audit,
        mail_tokens::{self, Purpose},
        second_factors, sessions, staff, users,
    },
};
use serde_json::json;

/// Forgets somebody's second factor and signs them out everywhere: their password is enough to log in. They are written to.
///
/// # Errors
/// No reason, it is oneself, somebody of the staff who may more, theirs is off, not here, or the database is away.
pub async fn reset_factor(app: &App, by: &StaffMember, id: UserId, origin: &str, reason: &str) -> Result<()> {
    let reason = checked_reason(reason)?;
    if by.user()? == id {
        let words = "This is your own account. Switch your second factor off on your account page.";
        return Err(Error::conflict("own_account", words));
    }
    let (actor, mine, now) = (by.actor(), by.standing().clone(), app.now());
    let link = format!("{origin}/account");
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            users::lock(tx, id)?;
            if staff::find(tx, id)?.is_some_and(|theirs| !mine.covers(&theirs.standing)) {
                let words = "This person may do more here than you. Ask an administrator.";
                return Err(Error::forbidden(words));
            }
            let known = second_factors::lock(tx, id)?;
            if known.is_none_or(|known| known.switched_on_at.is_none()) {
                return Err(Error::conflict("factor_off", "This person has no second factor."));
            }
            second_factors::forget(tx, id)?;
            mail_tokens::void_all(tx, id, &[Purpose::LogIn], now)?;
            sessions::end_all(tx, id, now)?;
            let news = FactorNews::Reset;
            letters::post(tx, id, Letter::SecondFactor { news, link }, now)?;
            let entry = Entry::new(Action::FactorReset, id.to_string());
            let entry = entry.changed(
                json!({"second_factor": true}),
                json!({"second_factor": false, "reason": reason}),
            );
            audit::write(tx, &actor, &entry, now)
        })
        .await?;
    app.people.signed_out(&by.viewer().scope, id, None);
    Ok(())
}
