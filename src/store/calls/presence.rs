//! Leaving a call that goes on, and coming back to it.

use super::Call;
use crate::{
    domain::ids::{CallId, UserId},
    error::Result,
    store::{TenantTx, schema::people_in_calls},
};
use diesel::{
    dsl::{exists, select},
    prelude::*,
};

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
    Ok(come == 1)
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
