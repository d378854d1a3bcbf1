//! Legs: calls inside calls.

use super::{
    TenantTx,
    calls::{Call, Row, named},
    schema::calls,
};
use crate::{
    domain::ids::{CallId, UserId},
    error::Result,
};
use diesel::prelude::*;
use uuid::Uuid;

/// The calls that legs are in, by their ids.
///
/// # Errors
/// The database is away.
pub fn parents(tx: &mut TenantTx<'_>, ids: &[CallId]) -> Result<Vec<Call>> {
    let tenant = tx.tenant().uuid();
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows = calls::table
        .filter(calls::tenant_id.eq(tenant))
        .filter(calls::id.eq_any(ids))
        .select(Row::as_select())
        .load(tx.conn)?;
    named(tx.conn, tenant, rows)?.into_iter().collect()
}

/// The legs of a call that the person pays, or earns, the oldest first.
///
/// # Errors
/// The database is away.
pub fn of_call(tx: &mut TenantTx<'_>, parent: CallId, person: UserId) -> Result<Vec<Call>> {
    let tenant = tx.tenant().uuid();
    let rows = calls::table
        .filter(calls::tenant_id.eq(tenant))
        .filter(calls::parent_id.eq(parent.uuid()))
        .filter(calls::buyer_id.eq(person.uuid()).or(calls::seller_id.eq(person.uuid())))
        .order((calls::rang_at, calls::id))
        .select(Row::as_select())
        .load(tx.conn)?;
    named(tx.conn, tenant, rows)?.into_iter().collect()
}
