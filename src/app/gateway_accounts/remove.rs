//! An account is removed.

use super::{alter, name};
use crate::{
    app::{App, console::StaffMember},
    domain::{
        audit::{Action, Entry},
        ids::GatewayAccountId,
    },
    error::{Error, Result},
    store::{gateway_accounts as stored, top_ups},
};

/// Forgets an account's keys.
///
/// # Errors
/// Payments through it have no outcome yet, it isn't there, or the database is away.
pub async fn remove(app: &App, by: &StaffMember, id: GatewayAccountId) -> Result<()> {
    alter(app, by, id, move |tx, account, now| {
        if top_ups::is_any_open_through(tx, id)? {
            let words = "Payments through this account have no outcome yet. Switch it off, and remove it in an hour.";
            return Err(Error::conflict("payments_open", words));
        }
        stored::remove(tx, id, now)?;
        Ok(Entry::new(Action::GatewayRemoved, name(account)))
    })
    .await
}
