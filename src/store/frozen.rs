//! People whose money stays where it is until staff say otherwise (the database holds to it, see the migration).

use super::{TenantTx, moment::At};
use crate::{
    domain::{
        ids::{AccountId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::ledger,
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{Array, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// What somebody reads whose money is frozen.
pub fn refusal() -> Error {
    let words = "Your credit is frozen. Write to the people who run this marketplace.";
    Error::conflict("account_frozen", words)
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Bool)]
    frozen: bool,
}

/// Whether somebody's money is frozen.
///
/// # Errors
/// Not here, or the database is away.
pub fn is_frozen(tx: &mut TenantTx<'_>, user: UserId) -> Result<bool> {
    let known: Known = sql_query("SELECT frozen_at IS NOT NULL AS frozen FROM users WHERE tenant_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(user.uuid())
        .get_result(tx.conn)?;
    Ok(known.frozen)
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The name of one of these people whose money is frozen, if there is one.
///
/// # Errors
/// The database is away.
pub fn any(tx: &mut TenantTx<'_>, users: &[UserId]) -> Result<Option<String>> {
    let users: Vec<Uuid> = users.iter().map(|id| id.uuid()).collect();
    let found: Option<Named> = sql_query(
        "SELECT name FROM users WHERE tenant_id = $1 AND id = ANY ($2) AND frozen_at IS NOT NULL ORDER BY name LIMIT 1",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Array<SqlUuid>, _>(users)
    .get_result(tx.conn)
    .optional()?;
    Ok(found.map(|found| found.name))
}

#[derive(QueryableByName)]
struct Account {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Freezes somebody's money for a reason, or lets it go without one. Whoever does has locked the person.
///
/// # Errors
/// The database is away.
pub fn set(tx: &mut TenantTx<'_>, user: UserId, reason: Option<&str>, now: Moment) -> Result<()> {
    sql_query("UPDATE users SET frozen_at = $3, frozen_reason = $4 WHERE tenant_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(user.uuid())
        .bind::<Nullable<Timestamptz>, _>(reason.map(|_| At(now)))
        .bind::<Nullable<Text>, _>(reason)
        .execute(tx.conn)?;
    let own: Vec<Account> = sql_query(
        "SELECT id FROM ledger_accounts WHERE tenant_id = $1 AND owner_id = $2
             AND kind IN ('wallet', 'earnings', 'tips', 'payable', 'paying_out')",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(user.uuid())
    .load(tx.conn)?;
    let own: Vec<AccountId> = own
        .into_iter()
        .map(|account| AccountId::from_uuid(account.id))
        .collect();
    ledger::lock(tx, &own)?;
    let own: Vec<Uuid> = own.iter().map(|id| id.uuid()).collect();
    sql_query("UPDATE ledger_accounts SET frozen = $3 WHERE tenant_id = $1 AND id = ANY ($2)")
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<Array<SqlUuid>, _>(own)
        .bind::<Bool, _>(reason.is_some())
        .execute(tx.conn)?;
    Ok(())
}
