//! Who wants to be told when a seller is available.

use super::{TenantTx, moment::At, schema::watches};
use crate::{
    domain::{ids::UserId, time::Moment},
    error::Result,
};
use diesel::{dsl::exists, prelude::*, select};
use uuid::Uuid;

/// Has somebody told of a seller; asking again counts anew.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, watcher: UserId, seller: UserId, now: Moment) -> Result<()> {
    diesel::insert_into(watches::table)
        .values((
            watches::tenant_id.eq(tx.tenant().uuid()),
            watches::watcher_id.eq(watcher.uuid()),
            watches::seller_id.eq(seller.uuid()),
            watches::created_at.eq(At(now)),
        ))
        .on_conflict((watches::tenant_id, watches::watcher_id, watches::seller_id))
        .do_update()
        .set(watches::created_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(())
}

/// No longer.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, watcher: UserId, seller: UserId) -> Result<()> {
    diesel::delete(watches::table.find((tx.tenant().uuid(), watcher.uuid(), seller.uuid()))).execute(tx.conn)?;
    Ok(())
}

/// Whether somebody waits for a seller, asked for since then.
///
/// # Errors
/// The database is away.
pub fn is_there(tx: &mut TenantTx<'_>, watcher: UserId, seller: UserId, since: Moment) -> Result<bool> {
    let row = watches::table.find((tx.tenant().uuid(), watcher.uuid(), seller.uuid()));
    Ok(select(exists(row.filter(watches::created_at.ge(At(since))))).get_result(tx.conn)?)
}

/// How many sellers somebody waits for, after what was asked for before then is forgotten.
///
/// # Errors
/// The database is away.
pub fn count(tx: &mut TenantTx<'_>, watcher: UserId, since: Moment) -> Result<i64> {
    let theirs = watches::table
        .filter(watches::tenant_id.eq(tx.tenant().uuid()))
        .filter(watches::watcher_id.eq(watcher.uuid()));
    diesel::delete(theirs.filter(watches::created_at.lt(At(since)))).execute(tx.conn)?;
    Ok(theirs.count().get_result(tx.conn)?)
}

/// Whether anybody waits for a seller.
///
/// # Errors
/// The database is away.
pub fn is_awaited(tx: &mut TenantTx<'_>, seller: UserId) -> Result<bool> {
    let theirs = watches::table
        .filter(watches::tenant_id.eq(tx.tenant().uuid()))
        .filter(watches::seller_id.eq(seller.uuid()));
    Ok(select(exists(theirs)).get_result(tx.conn)?)
}

/// Those who wait for a seller, asked for since then. None of them waits any more.
///
/// # Errors
/// The database is away.
pub fn take(tx: &mut TenantTx<'_>, seller: UserId, since: Moment) -> Result<Vec<UserId>> {
    let theirs = watches::table
        .filter(watches::tenant_id.eq(tx.tenant().uuid()))
        .filter(watches::seller_id.eq(seller.uuid()));
    let taken: Vec<(Uuid, At)> = diesel::delete(theirs)
        .returning((watches::watcher_id, watches::created_at))
        .get_results(tx.conn)?;
    let young = taken.into_iter().filter(|(_, asked_at)| asked_at.0 >= since);
    Ok(young.map(|(watcher, _)| UserId::from_uuid(watcher)).collect())
}
