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

/// No longer; false if they didn't wait.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, watcher: UserId, seller: UserId) -> Result<bool> {
    let row = watches::table.find((tx.tenant().uuid(), watcher.uuid(), seller.uuid()));
    Ok(diesel::delete(row).execute(tx.conn)? == 1)
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

/// Somebody who waits for a seller, and since when.
///
/// # Errors
/// The database is away.
pub fn first(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Option<(UserId, Moment)>> {
    let found: Option<(Uuid, At)> = watches::table
        .filter(watches::tenant_id.eq(tx.tenant().uuid()))
        .filter(watches::seller_id.eq(seller.uuid()))
        .select((watches::watcher_id, watches::created_at))
        .first(tx.conn)
        .optional()?;
    Ok(found.map(|(watcher, asked_at)| (UserId::from_uuid(watcher), asked_at.0)))
}
