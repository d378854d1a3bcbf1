//! Passwords of private rooms that didn't fit: kept, so that nobody is forgotten with a restart.

use super::{TenantTx, moment::At, schema::private_room_tries};
use crate::{
    domain::{
        ids::PrivateRoomId,
        private_room::{FORGOTTEN_MS, TriedBy, Tries},
        time::Moment,
    },
    error::Result,
};
use diesel::{prelude::*, upsert::excluded};

/// Whose failures are counted, and their hash.
#[derive(Clone, Copy, Debug)]
pub struct Who {
    /// Of what.
    pub by: TriedBy,
    /// SHA-256 of it.
    pub hash: [u8; 32],
}

/// What failed lately, kept from changing until the transaction ends. Whoever tries the same at once waits.
///
/// # Errors
/// The database is away.
pub fn lock(tx: &mut TenantTx<'_>, room: PrivateRoomId, who: Who, now: Moment) -> Result<Tries> {
    let none = Tries::none(now);
    diesel::insert_into(private_room_tries::table)
        .values((
            private_room_tries::tenant_id.eq(tx.tenant().uuid()),
            private_room_tries::room_id.eq(room.uuid()),
            private_room_tries::who.eq(who.hash.as_slice()),
            private_room_tries::kind.eq(who.by.name()),
            private_room_tries::failures.eq(0),
            private_room_tries::last_at.eq(At(none.last)),
            private_room_tries::until.eq(At(none.until)),
            private_room_tries::locked.eq(false),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    let row = private_room_tries::table.find((tx.tenant().uuid(), room.uuid(), who.hash.as_slice()));
    let (failures, last, until, locked): (i32, At, At, bool) = row
        .select((
            private_room_tries::failures,
            private_room_tries::last_at,
            private_room_tries::until,
            private_room_tries::locked,
        ))
        .for_no_key_update()
        .first(tx.conn)?;
    Ok(Tries {
        failures: u32::try_from(failures).unwrap_or(0),
        last: last.0,
        until: until.0,
        locked,
    })
}

/// Writes down how it stands; what is old goes.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, room: PrivateRoomId, who: Who, tries: Tries) -> Result<()> {
    diesel::insert_into(private_room_tries::table)
        .values((
            private_room_tries::tenant_id.eq(tx.tenant().uuid()),
            private_room_tries::room_id.eq(room.uuid()),
            private_room_tries::who.eq(who.hash.as_slice()),
            private_room_tries::kind.eq(who.by.name()),
            private_room_tries::failures.eq(i32::try_from(tries.failures).unwrap_or(i32::MAX)),
            private_room_tries::last_at.eq(At(tries.last)),
            private_room_tries::until.eq(At(tries.until)),
            private_room_tries::locked.eq(tries.locked),
        ))
        .on_conflict((
            private_room_tries::tenant_id,
            private_room_tries::room_id,
            private_room_tries::who,
        ))
        .do_update()
        .set((
            private_room_tries::failures.eq(excluded(private_room_tries::failures)),
            private_room_tries::last_at.eq(excluded(private_room_tries::last_at)),
            private_room_tries::until.eq(excluded(private_room_tries::until)),
            private_room_tries::locked.eq(excluded(private_room_tries::locked)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Forgets what is old of a room.
///
/// # Errors
/// The database is away.
pub fn forget_old(tx: &mut TenantTx<'_>, room: PrivateRoomId, now: Moment) -> Result<()> {
    let old = private_room_tries::table
        .filter(private_room_tries::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_tries::room_id.eq(room.uuid()))
        .filter(private_room_tries::last_at.le(At(now + -FORGOTTEN_MS)));
    diesel::delete(old).execute(tx.conn)?;
    Ok(())
}

/// Forgets everything of a room: the host opens the door again.
///
/// # Errors
/// The database is away.
pub fn unlock(tx: &mut TenantTx<'_>, room: PrivateRoomId) -> Result<()> {
    let all = private_room_tries::table
        .filter(private_room_tries::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_tries::room_id.eq(room.uuid()));
    diesel::delete(all).execute(tx.conn)?;
    Ok(())
}

/// Which of these rooms have a lock that holds, and until when the last one does.
///
/// # Errors
/// The database is away.
pub fn locked(tx: &mut TenantTx<'_>, rooms: &[PrivateRoomId], now: Moment) -> Result<Vec<(PrivateRoomId, Moment)>> {
    let rooms: Vec<_> = rooms.iter().map(|id| id.uuid()).collect();
    let rows: Vec<(uuid::Uuid, Option<At>)> = private_room_tries::table
        .filter(private_room_tries::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_tries::room_id.eq_any(rooms))
        .filter(private_room_tries::locked)
        .filter(private_room_tries::until.gt(At(now)))
        .group_by(private_room_tries::room_id)
        .select((private_room_tries::room_id, diesel::dsl::max(private_room_tries::until)))
        .load(tx.conn)?;
    let lock = |(room, until): (_, Option<At>)| until.map(|until| (PrivateRoomId::from_uuid(room), until.0));
    Ok(rows.into_iter().filter_map(lock).collect())
}
