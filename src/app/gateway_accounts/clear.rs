//! Staff are done with a difference between a provider and the books.

use crate::{
    app::{App, console::StaffMember, platform::checked_reason},
    domain::{
        audit::{Action, Entry},
        ids::TopUpId,
    },
    error::{Error, Result},
    store::{audit, gateway_differences},
};

/// Writes down what staff found out about it. No money moves by this.
///
/// # Errors
/// The note is empty or too long, there is none that is open, or the database is away.
pub async fn clear(app: &App, by: &StaffMember, top_up: TopUpId, note: &str) -> Result<()> {
    by.account()?;
    let note = checked_reason(note)?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            if !gateway_differences::clear(tx, top_up, &note, now)? {
                return Err(Error::not_found());
            }
            let entry = Entry::new(Action::DifferenceCleared, top_up.to_string());
            audit::write(tx, &actor, &entry.changed(().into(), note.into()), now)
        })
        .await
}
