//! Looking at who people are, and what is asked for.

use super::StaffMember;
use crate::{
    app::{App, identity_checks as checks, platform::checked_reason, sealing::unseal},
    domain::{
        audit::{Action, Entry},
        identity_check::{CheckState, PictureKind, Rules},
        ids::IdentityCheckId,
    },
    error::{Error, Result},
    store::{audit, identity_checks},
};
use serde_json::json;

/// A picture that somebody sent; that it was looked at is written down. JPEG.
///
/// # Errors
/// Not here or not any more, who looks is none of the tenant's own, or the database is away.
pub async fn look_at_identity(app: &App, by: &StaffMember, id: IdentityCheckId, kind: PictureKind) -> Result<Vec<u8>> {
    if by.viewer().account().is_none() {
        return Err(Error::forbidden(
            "Only the marketplace's own staff can look at these pictures.",
        ));
    }
    let (actor, now) = (by.actor(), app.now());
    let sealed = app
        .db
        .tenant(&by.viewer().scope, move |tx| {
            let sealed = identity_checks::picture(tx, id, kind)?;
            let entry = Entry::new(Action::IdentityLookedAt, id.to_string());
            let entry = entry.changed(json!(null), json!({"picture": kind.name()}));
            audit::write(tx, &actor, &entry, now)?;
            Ok(sealed)
        })
        .await?;
    unseal(app.config.secrets.jwt.expose(), &sealed)
}

/// Says that somebody is who they say.
///
/// # Errors
/// Not here, decided already, or the database is away.
pub async fn approve_identity(app: &App, by: &StaffMember, id: IdentityCheckId) -> Result<()> {
    decide(app, by, id, CheckState::Approved, String::new()).await
}

/// Says that it can't be seen from what they sent, and why. They can try again.
///
/// # Errors
/// No reason, not here, decided already, or the database is away.
pub async fn decline_identity(app: &App, by: &StaffMember, id: IdentityCheckId, reason: &str) -> Result<()> {
    decide(app, by, id, CheckState::Declined, checked_reason(reason)?).await
}

async fn decide(app: &App, by: &StaffMember, id: IdentityCheckId, state: CheckState, reason: String) -> Result<()> {
    let (handle, actor, now) = (app.clone(), by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let check = checks::decide(&handle, tx, id, state, &reason, now)?;
            let action = match state {
                CheckState::Approved => Action::IdentityApproved,
                _ => Action::IdentityDeclined,
            };
            let entry = Entry::new(action, check.user.to_string());
            let entry = entry.changed(
                json!({"state": "waiting"}),
                json!({"state": state.name(), "reason": reason}),
            );
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

/// Sets what the check is asked for.
///
/// # Errors
/// The database is away.
pub async fn change_identity_rules(app: &App, by: &StaffMember, rules: Rules) -> Result<()> {
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let before = identity_checks::rules(tx)?;
            if before == rules {
                return Ok(());
            }
            identity_checks::set_rules(tx, rules)?;
            let entry = Entry::new(Action::IdentityRulesChanged, "identity");
            let entry = entry.changed(json!({"rules": before}), json!({"rules": rules}));
            audit::write(tx, &actor, &entry, now)
        })
        .await
}
