//! Erasing a person on request (A14).

use super::StaffMember;
use crate::{
    app::{App, recordings},
    domain::{
        audit::{Action, Entry},
        ids::UserId,
    },
    error::{Error, Result},
    store::{
        audit, bookings, call_guests, calls, disputes,
        erase_person::{self, Erased},
        payouts, staff, studios, tenants, users,
    },
};
use serde_json::json;

/// Erases everything that says who somebody is or what they wrote. Calls and the ledger stay, under a name that is
/// nobody's; so does money that is left in their accounts.
///
/// # Errors
/// They are in a call, being paid out, on the staff, a studio's last manager or erased already, not here, or the database is away.
pub async fn erase_user(app: &App, by: &StaffMember, id: UserId) -> Result<Erased> {
    let (scope, actor, now) = (by.viewer().scope, by.actor(), app.now());
    let erased = app
        .db
        .tenant(&scope, move |tx| {
            // Locked first, and looked at after: whoever rings them is in a call by now, or waits.
            users::lock(tx, id)?;
            if erase_person::is_erased(tx, id)? {
                return Err(Error::conflict("erased", "This person was erased already."));
            }
            if calls::goes_on(tx, id)? || call_guests::is_in_call(tx, id)? {
                let words = "This person is in a call. Erase them when it has ended.";
                return Err(Error::conflict("in_call", words));
            }
            if bookings::has_open(tx, id)? {
                let words = "This person has bookings. Erase them when those are over or cancelled.";
                return Err(Error::conflict("has_bookings", words));
            }
            if disputes::has_open(tx, id)? {
                let words = "This person has an open dispute. Decide it first.";
                return Err(Error::conflict("has_disputes", words));
            }
            if payouts::has_open(tx, id)? {
                let words = "This person is being paid out. Erase them when that has arrived, or refuse it.";
                return Err(Error::conflict("has_payouts", words));
            }
            if staff::find(tx, id)?.is_some() {
                let words = "This person is on the staff. Take them off it first.";
                return Err(Error::conflict("is_staff", words));
            }
            if let Some(studio) = studios::managed_by(tx, id)? {
                studios::lock(tx, studio.id)?;
                if studios::managers(tx, studio.id)?.len() == 1 {
                    let words = "This person is the last manager of a studio. Add another one first, or close it.";
                    return Err(Error::conflict("last_manager", words));
                }
            }
            let name = nobody(&tenants::own(tx)?.language);
            recordings::forget_of(tx, id, now)?;
            let erased = erase_person::erase(tx, id, name, now)?;
            let entry = Entry::new(Action::UserErased, id.to_string());
            let entry = entry.changed(json!({"erased": false}), json!(erased));
            audit::write(tx, &actor, &entry, now)?;
            Ok(erased)
        })
        .await?;
    app.people.signed_out(&scope, id, None);
    Ok(erased)
}

/// What somebody is called whom nobody knows any more.
fn nobody(language: &str) -> &'static str {
    match language {
        "de" => "Gelöschtes Konto",
        _ => "Erased account",
    }
}
