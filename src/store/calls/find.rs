//! Finding calls: of a person, of an order, and those that go on.

use super::{Call, Row, named};
use crate::{
    domain::{
        ids::{BookingId, CallId, TenantId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        Db, TenantScope, TenantTx, call_guests,
        moment::At,
        schema::{call_guests as places, calls, people_in_calls},
    },
};
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A call of one of its two people, in which nobody else changes who is asked in until the transaction ends.
///
/// # Errors
/// It isn't there, or the person isn't one of them.
pub fn lock(tx: &mut TenantTx<'_>, call: CallId, person: UserId) -> Result<Call> {
    let row = calls::table.find((tx.tenant().uuid(), call.uuid()));
    row.select(calls::id).for_no_key_update().first::<Uuid>(tx.conn)?;
    of_person(tx, call, person)
}

/// A call of one of its two people.
///
/// # Errors
/// It isn't there, or the person isn't one of them.
pub fn of_person(tx: &mut TenantTx<'_>, call: CallId, person: UserId) -> Result<Call> {
    let row = calls::table
        .find((tx.tenant().uuid(), call.uuid()))
        .filter(calls::buyer_id.eq(person.uuid()).or(calls::seller_id.eq(person.uuid())))
        .select(Row::as_select())
        .first(tx.conn)?;
    named(tx.conn, tx.tenant().uuid(), vec![row])?
        .pop()
        .ok_or_else(Error::not_found)?
}

/// A call.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, call: CallId) -> Result<Call> {
    let row = calls::table.find((tx.tenant().uuid(), call.uuid()));
    let row = row.select(Row::as_select()).first(tx.conn)?;
    named(tx.conn, tx.tenant().uuid(), vec![row])?
        .pop()
        .ok_or_else(Error::not_found)?
}

/// The call that an order was talked in, if it cost something.
///
/// # Errors
/// The database is away.
pub fn paid_of(tx: &mut TenantTx<'_>, order: BookingId) -> Result<Option<Call>> {
    let tenant = tx.tenant().uuid();
    let row = calls::table
        .filter(calls::tenant_id.eq(tenant))
        .filter(calls::booking_id.eq(order.uuid()))
        .filter(calls::charged_minor.gt(0))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    named(tx.conn, tenant, row.into_iter().collect())?.pop().transpose()
}

/// A person's calls, newest first; without a talk that goes on and that they were shown out of.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, person: UserId, limit: i64, offset: i64) -> Result<Vec<Call>> {
    let tenant = tx.tenant().uuid();
    let shown_out = call_guests::over(tx.tenant(), person).select(places::call_id);
    let rows = calls::table
        .filter(calls::tenant_id.eq(tenant))
        .filter(calls::buyer_id.eq(person.uuid()).or(calls::seller_id.eq(person.uuid())))
        .filter(calls::ended_at.is_not_null().or(calls::id.ne_all(shown_out)))
        .order(calls::rang_at.desc())
        .limit(limit)
        .offset(offset)
        .select(Row::as_select())
        .load(tx.conn)?;
    named(tx.conn, tenant, rows)?.into_iter().collect()
}

/// The call that a person is in right now; of a leg, the call that it is in.
///
/// # Errors
/// The database is away.
pub fn current(tx: &mut TenantTx<'_>, person: UserId) -> Result<Option<CallId>> {
    let tenant = tx.tenant().uuid();
    let theirs = people_in_calls::table
        .filter(people_in_calls::tenant_id.eq(tenant))
        .filter(people_in_calls::user_id.eq(person.uuid()))
        .select(people_in_calls::call_id);
    let found: Option<(Uuid, Option<Uuid>)> = calls::table
        .filter(calls::tenant_id.eq(tenant))
        .filter(calls::id.eq_any(theirs))
        .select((calls::id, calls::parent_id))
        .first(tx.conn)
        .optional()?;
    Ok(found.map(|(id, parent)| CallId::from_uuid(parent.unwrap_or(id))))
}

/// Which of these people are in a call right now.
///
/// # Errors
/// The database is away.
pub fn busy(tx: &mut TenantTx<'_>, people: &[UserId]) -> Result<HashSet<UserId>> {
    let ids: Vec<Uuid> = people.iter().map(|id| id.uuid()).collect();
    let busy: Vec<Uuid> = people_in_calls::table
        .filter(people_in_calls::tenant_id.eq(tx.tenant().uuid()))
        .filter(people_in_calls::user_id.eq_any(ids))
        .select(people_in_calls::user_id)
        .load(tx.conn)?;
    Ok(busy.into_iter().map(UserId::from_uuid).collect())
}

impl Db {
    /// Calls that began to ring before a moment and haven't ended, with the right to their tenants' data: what a server
    /// takes up again. One that can't be read holds up no other.
    ///
    /// # Errors
    /// The database is away.
    pub async fn unfinished_calls(&self, before: Moment) -> Result<Vec<(TenantScope, Call)>> {
        self.system_read(move |tx| {
            let rows: Vec<(Uuid, Row)> = calls::table
                .filter(calls::ended_at.is_null())
                .filter(calls::rang_at.le(At(before)))
                .order(calls::rang_at)
                .select((calls::tenant_id, Row::as_select()))
                .load(tx.conn)?;
            let mut by_tenant: HashMap<Uuid, Vec<Row>> = HashMap::new();
            for (tenant, row) in rows {
                by_tenant.entry(tenant).or_default().push(row);
            }
            let mut found = Vec::new();
            for (tenant, rows) in by_tenant {
                let scope = TenantScope::of(TenantId::from_uuid(tenant));
                for call in named(tx.conn, tenant, rows)? {
                    match call {
                        Ok(call) => found.push((scope, call)),
                        Err(error) => tracing::error!(%error, "an unfinished call can't be read"),
                    }
                }
            }
            Ok(found)
        })
        .await
    }
}
