//! Hiding what shouldn't be read, and showing it again. Stars of hidden reviews still count: they were given.

use super::StaffMember;
use crate::{
    app::{App, platform::checked_reason},
    domain::{
        audit::{Action, Entry},
        ids::CallId,
    },
    error::{Error, Result},
    store::{audit, reviews},
};
use serde_json::json;

/// Hides a review.
///
/// # Errors
/// No reason, not here, or the database is away.
pub async fn hide_review(app: &App, by: &StaffMember, call: CallId, reason: &str) -> Result<()> {
    set(app, by, call, Some(checked_reason(reason)?)).await
}

/// Shows a review again.
///
/// # Errors
/// It is shown, not here, or the database is away.
pub async fn show_review(app: &App, by: &StaffMember, call: CallId) -> Result<()> {
    set(app, by, call, None).await
}

async fn set(app: &App, by: &StaffMember, call: CallId, reason: Option<String>) -> Result<()> {
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let was_hidden = reviews::hide(tx, call, reason.as_deref(), now)?;
            if reason.is_none() && !was_hidden {
                return Err(Error::conflict("not_hidden", "This review is shown already."));
            }
            let action = if reason.is_some() {
                Action::ReviewHidden
            } else {
                Action::ReviewShown
            };
            let after = json!({"hidden": reason.is_some(), "reason": reason});
            let entry = Entry::new(action, call.to_string()).changed(json!({"hidden": was_hidden}), after);
            audit::write(tx, &actor, &entry, now)
        })
        .await
}
