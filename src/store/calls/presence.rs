//! Leaving a call that goes on, and coming back to it.

use super::Call;
use crate::{
    domain::ids::{CallId, UserId},
    error::Result,
    store::{
        TenantTx,
        schema::{calls, people_in_calls},
    },
};
use diesel::{
    dsl::{exists, select},
    prelude::*,
};
use uuid::Uuid;

/// Somebody comes back to a call that they had left while it went on. False if they are in another one by now.
///
/// # Errors
/// The database is away.
pub fn come_back(tx: &mut TenantTx<'_>, call: CallId, person: UserId) -> Result<bool> {
    tx.lists_changed();
    let row = (
        people_in_calls::tenant_id.eq(tx.tenant().uuid()),
        people_in_calls::user_id.eq(person.uuid()),
        people_in_calls::call_id.eq(call.uuid()),
    );
    let come = diesel::insert_into(people_in_calls::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    if come == 1 {
        return Ok(true);
    }
    let theirs = people_in_calls::table
        .find((tx.tenant().uuid(), person.uuid()))
        .select(people_in_calls::call_id);
    let theirs: Option<Uuid> = theirs.first(tx.conn).optional()?;
    Ok(theirs == Some(call.uuid()))
}

/// Whether a call goes on that somebody bought or sells, though they may have left it.
///
/// # Errors
/// The database is away.
pub fn goes_on(tx: &mut TenantTx<'_>, person: UserId) -> Result<bool> {
    let theirs = calls::table
        .filter(calls::tenant_id.eq(tx.tenant().uuid()))
        .filter(calls::ended_at.is_null())
        .filter(calls::buyer_id.eq(person.uuid()).or(calls::seller_id.eq(person.uuid())));
    Ok(select(exists(theirs)).get_result(tx.conn)?)
}

/// Whether whoever came first to a free talk has left it to the others: what is said in it then isn't theirs to read, though
/// it is kept in their conversation with the host. In any other call both are in it until it is over.
///
/// # Errors
/// The database is away.
pub fn is_without_buyer(tx: &mut TenantTx<'_>, call: &Call) -> Result<bool> {
    if !call.terms.free {
        return Ok(false);
    }
    let theirs = people_in_calls::table
        .find((tx.tenant().uuid(), call.buyer.id.uuid()))
        .filter(people_in_calls::call_id.eq(call.id.uuid()));
    let is_in: bool = select(exists(theirs)).get_result(tx.conn)?;
    Ok(!is_in)
}

/// Somebody leaves a call that goes on without them.
///
/// # Errors
/// The database is away.
pub fn leave(tx: &mut TenantTx<'_>, call: CallId, person: UserId) -> Result<()> {
    tx.lists_changed();
    let theirs = people_in_calls::table
        .find((tx.tenant().uuid(), person.uuid()))
        .filter(people_in_calls::call_id.eq(call.uuid()));
    diesel::delete(theirs).execute(tx.conn)?;
    Ok(())
}
