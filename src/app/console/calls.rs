//! Ending a call that runs. Signaling ends it; here it is written down first, so that no call is ended by nobody.

use super::StaffMember;
use crate::{
    app::{App, platform::checked_reason},
    domain::{
        audit::{Action, Actor, Entry},
        ids::CallId,
        time::Moment,
    },
    error::{Error, Result},
    store::{TenantTx, audit, console::is_running},
};
use serde_json::json;

/// Writes down that a running call is ended and why. Gives the reason as both people are to read it.
///
/// # Errors
/// No reason, not here, over already, or the database is away.
pub async fn end_call(app: &App, by: &StaffMember, call: CallId, reason: &str) -> Result<String> {
    let reason = checked_reason(reason)?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            note_end(tx, &actor, call, &reason, now)?;
            Ok(reason)
        })
        .await
}

/// Writes down that a running call is ended.
///
/// # Errors
/// Not here, over already, or the database is away.
pub(in crate::app) fn note_end(
    tx: &mut TenantTx<'_>,
    actor: &Actor,
    call: CallId,
    reason: &str,
    now: Moment,
) -> Result<()> {
    if !is_running(tx, call)? {
        return Err(Error::conflict("call_over", "The call is over."));
    }
    let entry = Entry::new(Action::CallEnded, call.to_string());
    let entry = entry.changed(json!({"state": "live"}), json!({"state": "ended", "reason": reason}));
    audit::write(tx, actor, &entry, now)
}
