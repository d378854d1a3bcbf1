//! People can pay through an account, or no longer.

use super::{alter, name};
use crate::{
    app::{App, console::StaffMember},
    domain::{
        audit::{Action, Entry},
        ids::GatewayAccountId,
    },
    error::{Error, Result},
    store::gateway_accounts as stored,
};
use serde_json::json;

/// Offers an account to people who pay, or no longer. What was begun through it goes on.
///
/// # Errors
/// Its connection was never tested or the test failed, it isn't there, or the database is away.
pub async fn switch(app: &App, by: &StaffMember, id: GatewayAccountId, enabled: bool) -> Result<()> {
    alter(app, by, id, move |tx, account, _| {
        let works = account.check.as_ref().is_some_and(|check| check.trouble.is_none());
        if enabled && !works {
            let words = "Test the connection first; an account that doesn't work isn't offered.";
            return Err(Error::conflict("connection_not_tested", words));
        }
        stored::switch(tx, id, enabled)?;
        let entry = Entry::new(Action::GatewaySwitched, name(account));
        Ok(entry.changed(json!({"enabled": account.enabled}), json!({"enabled": enabled})))
    })
    .await
}
