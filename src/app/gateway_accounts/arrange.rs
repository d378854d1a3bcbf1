//! The order in which people see the ways to pay.

use crate::{
    app::{App, console::StaffMember},
    domain::ids::GatewayAccountId,
    error::Result,
    store::gateway_accounts as stored,
};

/// Puts accounts into this order; those that aren't named come after, as they were.
///
/// # Errors
/// The database is away.
pub async fn arrange(app: &App, by: &StaffMember, order: Vec<GatewayAccountId>) -> Result<()> {
    by.account()?;
    app.db
        .tenant(&by.viewer().scope, move |tx| stored::arrange(tx, &order))
        .await
}
