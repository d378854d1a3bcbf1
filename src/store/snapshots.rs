//! Stills of sellers in calls, and who agreed to them. A still's address is its seller's, so lists needn't be read again
//! for each new one.

use super::{
    TenantTx,
    moment::At,
    schema::{call_snapshots, calls, sellers, snapshot_consents},
};
use crate::{
    domain::{
        brand::FileHash,
        ids::{CallId, UserId},
        snapshot::is_fresh,
        time::Moment,
    },
    error::Result,
};
use diesel::{dsl::exists, prelude::*};
use uuid::Uuid;

/// What somebody said to a text.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Said {
    /// They agree.
    pub given: bool,
    /// Which text.
    pub version: String,
    /// Word for word.
    pub text: String,
}

/// A still as it is shown.
#[derive(Clone, Debug)]
pub struct Still {
    /// Of what is in it.
    pub hash: String,
    /// A JPEG.
    pub body: Vec<u8>,
    /// When it was taken.
    pub at: Moment,
}

/// Until the transaction ends neither what a seller said nor their still is changed by others who hold it. Nothing to hold
/// is there of who doesn't sell.
///
/// # Errors
/// The database is away.
pub fn hold(tx: &mut TenantTx<'_>, seller: UserId) -> Result<()> {
    let row = sellers::table.find((tx.tenant().uuid(), seller.uuid()));
    let held = row.select(sellers::user_id).for_no_key_update();
    held.first::<Uuid>(tx.conn).optional()?;
    Ok(())
}

/// Writes down what somebody said.
///
/// # Errors
/// The database is away.
pub fn answer(tx: &mut TenantTx<'_>, person: UserId, said: &Said, now: Moment) -> Result<()> {
    diesel::insert_into(snapshot_consents::table)
        .values((
            snapshot_consents::tenant_id.eq(tx.tenant().uuid()),
            snapshot_consents::id.eq(Uuid::now_v7()),
            snapshot_consents::person_id.eq(person.uuid()),
            snapshot_consents::given.eq(said.given),
            snapshot_consents::text_version.eq(&said.version),
            snapshot_consents::text.eq(&said.text),
            snapshot_consents::at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What somebody said last; that holds.
///
/// # Errors
/// The database is away.
pub fn last_said(tx: &mut TenantTx<'_>, person: UserId) -> Result<Option<Said>> {
    let last = snapshot_consents::table
        .filter(snapshot_consents::tenant_id.eq(tx.tenant().uuid()))
        .filter(snapshot_consents::person_id.eq(person.uuid()))
        .order((snapshot_consents::at.desc(), snapshot_consents::id.desc()))
        .select((
            snapshot_consents::given,
            snapshot_consents::text_version,
            snapshot_consents::text,
        ))
        .first(tx.conn)
        .optional()?;
    Ok(last)
}

/// Whether somebody agrees.
///
/// # Errors
/// The database is away.
pub fn agrees(tx: &mut TenantTx<'_>, person: UserId) -> Result<bool> {
    Ok(last_said(tx, person)?.is_some_and(|said| said.given))
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
    if !taken_at(tx, seller, call)?.is_some_and(|last| is_fresh(last, now)) {
        tx.lists_changed();
    }
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
    let still = call_snapshots::table.find((tx.tenant().uuid(), seller.uuid()));
    if diesel::delete(still).execute(tx.conn)? > 0 {
        tx.lists_changed();
    }
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
    if diesel::delete(of_call).execute(tx.conn)? > 0 {
        tx.lists_changed();
    }
    Ok(())
}

/// A seller's still, if its call goes on.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Option<Still>> {
    let goes_on = calls::table
        .filter(calls::tenant_id.eq(call_snapshots::tenant_id))
        .filter(calls::id.eq(call_snapshots::call_id))
        .filter(calls::ended_at.is_null());
    let found: Option<(String, Vec<u8>, At)> = call_snapshots::table
        .find((tx.tenant().uuid(), seller.uuid()))
        .filter(exists(goes_on))
        .select((call_snapshots::hash, call_snapshots::body, call_snapshots::at))
        .first(tx.conn)
        .optional()?;
    Ok(found.map(|(hash, body, at)| Still { hash, body, at: at.0 }))
}
