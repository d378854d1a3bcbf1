//! The end of a tenant: everything of it goes but what has to stay. The ledger stays (law 3), with people whom nobody can
//! tell any more; so do the audit log and the owner's own book of invoices, which are append-only, too.

use super::{SystemTx, archive::tables_without, moment::At, schema::tenants};
use crate::{
    domain::{ids::TenantId, tenant::TenantState, time::Moment},
    error::Result,
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Timestamptz, Uuid as SqlUuid},
};
use serde_json::{Map, Value, json};

/// Tables whose rows stay, besides the tenant's own row and the people whom the ledger names. All others go, new ones too.
pub const STAY: [&str; 4] = ["ledger_accounts", "ledger_transfers", "audit_log", "subscriptions"];
const PEOPLE: [&str; 2] = ["tenants", "users"];

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Whether the tenant is to be deleted and its time to think better of it is over.
///
/// # Errors
/// The database is away.
pub fn is_due(tx: &mut SystemTx<'_>, tenant: TenantId, now: Moment) -> Result<bool> {
    let due = tenants::table
        .find(tenant.uuid())
        .filter(tenants::state.eq(TenantState::Deleting.name()))
        .filter(tenants::delete_at.le(At(now)).and(tenants::erased_at.is_null()));
    Ok(diesel::select(diesel::dsl::exists(due)).get_result(tx.conn)?)
}

/// Takes everything away that doesn't have to stay; gives how many rows of each table went (`deleted`) and stay
/// (`kept`). The tenant's own row stays, hidden: nobody else gets the address that its customers know.
///
/// # Errors
/// The database is away.
pub fn erase(tx: &mut SystemTx<'_>, tenant: TenantId, now: Moment) -> Result<Value> {
    // First, since the database lets rows go with their tenant only.
    diesel::update(tenants::table.find(tenant.uuid()))
        .set((
            tenants::erased_at.eq(At(now)),
            tenants::hidden.eq(true),
            tenants::brand.eq(None::<Value>),
            tenants::reply_to.eq(None::<String>),
            tenants::policy.eq(json!({})),
            tenants::suspended_at.eq(None::<At>),
            tenants::suspended_reason.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    let mut deleted = Map::new();
    let going = tables_without(tx.conn, &[STAY.as_slice(), &PEOPLE].concat())?;
    // Each before those that its rows point to.
    for table in going.into_iter().rev().map(|table| table.name) {
        let gone = on(tx, tenant, &format!("DELETE FROM {table} WHERE tenant_id = $1"))?;
        deleted.insert(table, gone.into());
    }
    let gone = on(
        tx,
        tenant,
        "DELETE FROM users u WHERE tenant_id = $1
         AND NOT EXISTS (SELECT 1 FROM ledger_accounts a WHERE a.tenant_id = $1 AND a.owner_id = u.id)",
    )?;
    deleted.insert("users".to_owned(), gone.into());
    sql_query(
        "UPDATE users SET email = 'gone-' || id || '@erased.invalid', name = 'Gone', password_hash = '',
            verified_at = NULL, time_zone = 'UTC', language = 'en', suspended_at = $2, suspended_reason = 'Gone',
            erased_at = $2, frozen_reason = CASE WHEN frozen_at IS NOT NULL THEN 'Gone' END
         WHERE tenant_id = $1",
    )
    .bind::<SqlUuid, _>(tenant.uuid())
    .bind::<Timestamptz, _>(At(now))
    .execute(tx.conn)?;
    let mut kept = Map::new();
    for table in STAY.into_iter().chain(["users"]) {
        let query = format!("SELECT count(*) AS count FROM {table} WHERE tenant_id = $1");
        let Count { count } = sql_query(query).bind::<SqlUuid, _>(tenant.uuid()).get_result(tx.conn)?;
        kept.insert(table.to_owned(), count.into());
    }
    Ok(json!({"deleted": deleted, "kept": kept}))
}

fn on(tx: &mut SystemTx<'_>, tenant: TenantId, statement: &str) -> Result<usize> {
    Ok(sql_query(statement)
        .bind::<SqlUuid, _>(tenant.uuid())
        .execute(tx.conn)?)
}
