//! Closing and opening people's accounts.

use super::StaffMember;
use crate::{
    app::{App, platform::checked_reason},
    domain::{
        audit::{Action, Entry},
        ids::UserId,
    },
    error::{Error, Result},
    store::{audit, erase_person, sessions, staff, users},
};
use serde_json::json;

/// Closes somebody's account: they are signed out everywhere and can't be rung. A call they are in finishes.
///
/// # Errors
/// No reason, it is oneself or one of the staff (remove them from it first), not here, or the database is away.
pub async fn suspend_user(app: &App, by: &StaffMember, id: UserId, reason: &str) -> Result<()> {
    let reason = checked_reason(reason)?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let user = users::lock(tx, id)?;
            if staff::find(tx, id)?.is_some() {
                let words = "This person is on the staff. Take them off it first.";
                return Err(Error::conflict("is_staff", words));
            }
            if user.suspended {
                return Err(Error::conflict("suspended", "This account is closed already."));
            }
            users::suspend(tx, id, Some(&reason), now)?;
            sessions::end_all(tx, id, now)?;
            let entry = Entry::new(Action::UserSuspended, id.to_string());
            let entry = entry.changed(
                json!({"suspended": false}),
                json!({"suspended": true, "reason": reason}),
            );
            audit::write(tx, &actor, &entry, now)
        })
        .await?;
    app.people.shut_out(&by.viewer().scope, id);
    Ok(())
}

/// Opens somebody's account again.
///
/// # Errors
/// It is open, not here, or the database is away.
pub async fn restore_user(app: &App, by: &StaffMember, id: UserId) -> Result<()> {
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let user = users::lock(tx, id)?;
            if !user.suspended {
                return Err(Error::conflict("not_suspended", "This account is open."));
            }
            if erase_person::is_erased(tx, id)? {
                return Err(Error::conflict(
                    "erased",
                    "This person was erased. There is nothing to open.",
                ));
            }
            users::suspend(tx, id, None, now)?;
            let entry = Entry::new(Action::UserRestored, id.to_string());
            let entry = entry.changed(json!({"suspended": true}), json!({"suspended": false}));
            audit::write(tx, &actor, &entry, now)
        })
        .await
}
