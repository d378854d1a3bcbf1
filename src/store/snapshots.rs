//! Stills of sellers in calls, and who agreed to them. A still's address is made of what is in it.

use super::{
    TenantTx,
    moment::At,
    schema::{call_snapshots, calls, snapshot_consents},
};
use crate::{
    domain::{
        brand::FileHash,
        ids::{CallId, UserId},
        recording::ConsentText,
        time::Moment,
    },
    error::Result,
};
use diesel::{dsl::exists, prelude::*};
use uuid::Uuid;

/// Writes down what somebody answered to that text.
///
/// # Errors
/// The database is away.
pub fn answer(
    tx: &mut TenantTx<'_>,
    person: UserId,
    given: bool,
    text: &'static ConsentText,
    now: Moment,
) -> Result<()> {
    diesel::insert_into(snapshot_consents::table)
        .values((
            snapshot_consents::tenant_id.eq(tx.tenant().uuid()),
            snapshot_consents::id.eq(Uuid::now_v7()),
            snapshot_consents::person_id.eq(person.uuid()),
            snapshot_consents::given.eq(given),
            snapshot_consents::text_version.eq(text.version),
            snapshot_consents::text.eq(text.text),
            snapshot_consents::at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Whether somebody agrees, by what they said last.
///
/// # Errors
/// The database is away.
pub fn agrees(tx: &mut TenantTx<'_>, person: UserId) -> Result<bool> {
    let last: Option<bool> = snapshot_consents::table
        .filter(snapshot_consents::tenant_id.eq(tx.tenant().uuid()))
        .filter(snapshot_consents::person_id.eq(person.uuid()))
        .order((snapshot_consents::at.desc(), snapshot_consents::id.desc()))
        .select(snapshot_consents::given)
        .first(tx.conn)
        .optional()?;
    Ok(last.unwrap_or(false))
}

/// When a seller's still was taken, if there is one of that call.
///
/// # Errors
/// The database is away.
pub fn taken_at(tx: &mut TenantTx<'_>, seller: UserId, call: CallId) -> Result<Option<Moment>> {
    let at: Option<At> = call_snapshots::table
        .find((tx.tenant().uuid(), seller.uuid()))
        .filter(call_snapshots::call_id.eq(call.uuid()))
        .select(call_snapshots::at)
        .first(tx.conn)
        .optional()?;
    Ok(at.map(|at| at.0))
}

/// Keeps a seller's still in place of the one before.
///
/// # Errors
/// The person doesn't sell, or the database is away.
pub fn put(tx: &mut TenantTx<'_>, seller: UserId, call: CallId, still: &[u8], now: Moment) -> Result<()> {
    tx.lists_changed();
    let kept = (
        call_snapshots::call_id.eq(call.uuid()),
        call_snapshots::hash.eq(FileHash::of(still).as_str().to_owned()),
        call_snapshots::body.eq(still),
        call_snapshots::at.eq(At(now)),
    );
    diesel::insert_into(call_snapshots::table)
        .values((
            call_snapshots::tenant_id.eq(tx.tenant().uuid()),
            call_snapshots::seller_id.eq(seller.uuid()),
            kept.clone(),
        ))
        .on_conflict((call_snapshots::tenant_id, call_snapshots::seller_id))
        .do_update()
        .set(kept)
        .execute(tx.conn)?;
    Ok(())
}

/// Takes a seller's still away.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, seller: UserId) -> Result<()> {
    tx.lists_changed();
    diesel::delete(call_snapshots::table.find((tx.tenant().uuid(), seller.uuid()))).execute(tx.conn)?;
    Ok(())
}

/// Takes away what there is of a call.
///
/// # Errors
/// The database is away.
pub(in crate::store) fn remove_of_call(tx: &mut TenantTx<'_>, call: CallId) -> Result<()> {
    let of_call = call_snapshots::table
        .filter(call_snapshots::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_snapshots::call_id.eq(call.uuid()));
    diesel::delete(of_call).execute(tx.conn)?;
    Ok(())
}

/// The still with that in it and when it was taken, if its call goes on.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, hash: &FileHash) -> Result<Option<(Vec<u8>, Moment)>> {
    let goes_on = calls::table
        .filter(calls::tenant_id.eq(call_snapshots::tenant_id))
        .filter(calls::id.eq(call_snapshots::call_id))
        .filter(calls::ended_at.is_null());
    let found: Option<(Vec<u8>, At)> = call_snapshots::table
        .filter(call_snapshots::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_snapshots::hash.eq(hash.as_str()))
        .filter(exists(goes_on))
        .select((call_snapshots::body, call_snapshots::at))
        .first(tx.conn)
        .optional()?;
    Ok(found.map(|(body, at)| (body, at.0)))
}
