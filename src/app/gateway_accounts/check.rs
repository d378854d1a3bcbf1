//! A connection is tested.

use super::there;
use crate::{
    app::{App, console::StaffMember},
    domain::ids::GatewayAccountId,
    error::Result,
    store::gateway_accounts::{self as stored, Check},
};

/// Asks the provider whether it takes the account's keys, and keeps the answer. Nothing moves.
///
/// # Errors
/// It isn't there, or the database is away. That the provider doesn't answer or refuses is the answer, and no error.
pub async fn check(app: &App, by: &StaffMember, id: GatewayAccountId) -> Result<Check> {
    by.account()?;
    let scope = by.viewer().scope;
    let account = app.db.read(&scope, move |tx| there(stored::find(tx, id)?)).await?;
    let trouble = match app.open_account(&account) {
        Ok(gateway) => gateway.test_connection().await.err().map(|error| error.to_string()),
        Err(error) => Some(error.public.to_string()),
    };
    let check = Check { at: app.now(), trouble };
    let kept = check.clone();
    app.db.tenant(&scope, move |tx| stored::checked(tx, id, &kept)).await?;
    Ok(check)
}
