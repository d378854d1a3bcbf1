//! People at private rooms' doors: who waits, who may come in, who has.

use super::{SystemTx, TenantTx, moment::At, schema::private_room_visits};
use crate::{
    domain::{
        ids::{CallId, PrivateRoomId, RoomVisitId, UserId},
        private_room::{GONE_MS, PAUSE_MS},
        time::Moment,
    },
    error::Result,
};
use diesel::prelude::*;
use uuid::Uuid;

/// Visits this old are forgotten, milliseconds.
const KEPT_MS: i64 = 24 * 3_600 * 1_000;

/// SHA-256 of a network.
pub type Network = [u8; 32];

/// Somebody at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Its id.
    pub id: RoomVisitId,
    /// Whose door.
    pub room: PrivateRoomId,
    /// Under which name.
    pub name: String,
    /// Who it is, where that is known.
    pub user: Option<UserId>,
    /// When their page last asked; of somebody who is in, when they came in.
    pub seen: Moment,
    /// Since when they may come in.
    pub admitted: Option<Moment>,
    /// May not.
    pub refused: bool,
    /// The call that they came into.
    pub call: Option<CallId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = private_room_visits)]
struct Row {
    id: Uuid,
    room_id: Uuid,
    name: String,
    user_id: Option<Uuid>,
    seen_at: At,
    admitted_at: Option<At>,
    refused_at: Option<At>,
    call_id: Option<Uuid>,
}

impl From<Row> for Visit {
    fn from(row: Row) -> Self {
        Self {
            id: RoomVisitId::from_uuid(row.id),
            room: PrivateRoomId::from_uuid(row.room_id),
            name: row.name,
            user: row.user_id.map(UserId::from_uuid),
            seen: row.seen_at.0,
            admitted: row.admitted_at.map(|at| at.0),
            refused: row.refused_at.is_some(),
            call: row.call_id.map(CallId::from_uuid),
        }
    }
}

/// Somebody comes to the door; old visits are forgotten.
///
/// # Errors
/// The database is away.
pub fn insert(
    tx: &mut TenantTx<'_>,
    visit: &Visit,
    (token, network): (&[u8; 32], &Network),
    now: Moment,
) -> Result<()> {
    let tenant = tx.tenant().uuid();
    let old = private_room_visits::table
        .filter(private_room_visits::tenant_id.eq(tenant))
        .filter(private_room_visits::room_id.eq(visit.room.uuid()))
        .filter(private_room_visits::created_at.lt(At(now + -KEPT_MS)));
    diesel::delete(old).execute(tx.conn)?;
    diesel::insert_into(private_room_visits::table)
        .values((
            private_room_visits::tenant_id.eq(tenant),
            private_room_visits::id.eq(visit.id.uuid()),
            private_room_visits::room_id.eq(visit.room.uuid()),
            private_room_visits::token_hash.eq(token.as_slice()),
            private_room_visits::name.eq(&visit.name),
            private_room_visits::user_id.eq(visit.user.map(UserId::uuid)),
            private_room_visits::network.eq(network.as_slice()),
            private_room_visits::created_at.eq(At(now)),
            private_room_visits::seen_at.eq(At(visit.seen)),
            private_room_visits::admitted_at.eq(visit.admitted.map(At)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// How many knocked at a room's door since a moment.
///
/// # Errors
/// The database is away.
pub fn knocked_since(tx: &mut TenantTx<'_>, room: PrivateRoomId, since: Moment) -> Result<usize> {
    // Whoever has a password is admitted as they come.
    let knocked = private_room_visits::admitted_at
        .is_null()
        .or(private_room_visits::admitted_at.ne(private_room_visits::created_at.nullable()));
    let came: i64 = private_room_visits::table
        .filter(private_room_visits::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_visits::room_id.eq(room.uuid()))
        .filter(private_room_visits::created_at.gt(At(since)))
        .filter(knocked)
        .count()
        .get_result(tx.conn)?;
    Ok(usize::try_from(came).unwrap_or(usize::MAX))
}

/// Who waits at these rooms' doors and hasn't been answered, the first first.
///
/// # Errors
/// The database is away.
pub fn waiting(tx: &mut TenantTx<'_>, rooms: &[PrivateRoomId], now: Moment) -> Result<Vec<Visit>> {
    let rooms: Vec<Uuid> = rooms.iter().map(|id| id.uuid()).collect();
    let rows: Vec<Row> = private_room_visits::table
        .filter(private_room_visits::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_visits::room_id.eq_any(rooms))
        .filter(private_room_visits::seen_at.gt(At(now + -GONE_MS)))
        .filter(private_room_visits::admitted_at.is_null())
        .filter(private_room_visits::refused_at.is_null())
        .order((private_room_visits::created_at, private_room_visits::id))
        .select(Row::as_select())
        .load(tx.conn)?;
    Ok(rows.into_iter().map(Visit::from).collect())
}

/// How many of those who wait at a room's door come from a network, and until when that is refused.
///
/// # Errors
/// The database is away.
pub fn of_network(
    tx: &mut TenantTx<'_>,
    room: PrivateRoomId,
    network: Network,
    now: Moment,
) -> Result<(usize, Option<Moment>)> {
    let rows: Vec<(At, Option<At>)> = private_room_visits::table
        .filter(private_room_visits::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_visits::room_id.eq(room.uuid()))
        .filter(private_room_visits::network.eq(network.as_slice()))
        .filter(private_room_visits::admitted_at.is_null())
        .select((private_room_visits::seen_at, private_room_visits::refused_at))
        .load(tx.conn)?;
    let waits = |(seen, refused): &&(At, Option<At>)| refused.is_none() && seen.0 > now + -GONE_MS;
    let waiting = rows.iter().filter(waits).count();
    let refused = rows
        .iter()
        .filter_map(|(_, refused)| *refused)
        .map(|at| at.0 + PAUSE_MS);
    Ok((waiting, refused.max().filter(|until| *until > now)))
}

/// Whether somebody of that network was let into that room lately.
///
/// # Errors
/// The database is away.
pub fn let_in_before(tx: &mut TenantTx<'_>, room: PrivateRoomId, network: Network) -> Result<bool> {
    let there = private_room_visits::table
        .filter(private_room_visits::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_visits::room_id.eq(room.uuid()))
        .filter(private_room_visits::network.eq(network.as_slice()))
        .filter(private_room_visits::admitted_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(there)).get_result(tx.conn)?)
}

/// Forgets those who may come into a room and haven't: of one name, or all.
///
/// # Errors
/// The database is away.
pub fn take_back(tx: &mut TenantTx<'_>, room: PrivateRoomId, name: Option<&str>) -> Result<()> {
    let admitted = private_room_visits::table
        .filter(private_room_visits::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_visits::room_id.eq(room.uuid()))
        .filter(private_room_visits::admitted_at.is_not_null())
        .filter(private_room_visits::call_id.is_null());
    match name {
        Some(name) => diesel::delete(admitted.filter(private_room_visits::name.eq(name))).execute(tx.conn)?,
        None => diesel::delete(admitted).execute(tx.conn)?,
    };
    Ok(())
}

/// Forgets everybody who never got into a room.
///
/// # Errors
/// The database is away.
pub fn forget(tx: &mut TenantTx<'_>, room: PrivateRoomId) -> Result<()> {
    let outside = private_room_visits::table
        .filter(private_room_visits::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_visits::room_id.eq(room.uuid()))
        .filter(private_room_visits::call_id.is_null());
    diesel::delete(outside).execute(tx.conn)?;
    Ok(())
}

/// Forgets what is too old, at all tenants.
///
/// # Errors
/// The database is away.
pub fn sweep(tx: &mut SystemTx<'_>, now: Moment) -> Result<usize> {
    let old = private_room_visits::table.filter(private_room_visits::created_at.lt(At(now + -KEPT_MS)));
    Ok(diesel::delete(old).execute(tx.conn)?)
}

/// The room that somebody is at.
///
/// # Errors
/// There is no such visit, or the database is away.
pub fn room_of(tx: &mut TenantTx<'_>, id: RoomVisitId) -> Result<PrivateRoomId> {
    let row = private_room_visits::table.find((tx.tenant().uuid(), id.uuid()));
    let room = row.select(private_room_visits::room_id).first(tx.conn)?;
    Ok(PrivateRoomId::from_uuid(room))
}

/// The visit that a page knows, kept from changing until the transaction ends.
///
/// # Errors
/// There is none at that room, or the database is away.
pub fn by_token(tx: &mut TenantTx<'_>, room: PrivateRoomId, token: [u8; 32]) -> Result<Visit> {
    let row: Row = private_room_visits::table
        .filter(private_room_visits::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_visits::room_id.eq(room.uuid()))
        .filter(private_room_visits::token_hash.eq(token.as_slice()))
        .select(Row::as_select())
        .for_no_key_update()
        .first(tx.conn)?;
    Ok(row.into())
}

/// A visit, kept from changing until the transaction ends.
///
/// # Errors
/// There is none, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: RoomVisitId) -> Result<Visit> {
    let row: Row = private_room_visits::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select())
        .for_no_key_update()
        .first(tx.conn)?;
    Ok(row.into())
}

/// Their page is still there.
///
/// # Errors
/// The database is away.
pub fn seen(tx: &mut TenantTx<'_>, id: RoomVisitId, now: Moment) -> Result<()> {
    diesel::update(private_room_visits::table.find((tx.tenant().uuid(), id.uuid())))
        .set(private_room_visits::seen_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(())
}

/// The host lets them in, or doesn't.
///
/// # Errors
/// The database is away.
pub fn answer(tx: &mut TenantTx<'_>, id: RoomVisitId, admit: bool, now: Moment) -> Result<()> {
    diesel::update(private_room_visits::table.find((tx.tenant().uuid(), id.uuid())))
        .set((
            private_room_visits::admitted_at.eq(admit.then_some(At(now))),
            private_room_visits::refused_at.eq((!admit).then_some(At(now))),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// They came into a call.
///
/// # Errors
/// The database is away.
pub fn entered(tx: &mut TenantTx<'_>, id: RoomVisitId, user: UserId, call: CallId) -> Result<()> {
    diesel::update(private_room_visits::table.find((tx.tenant().uuid(), id.uuid())))
        .set((
            private_room_visits::user_id.eq(user.uuid()),
            private_room_visits::call_id.eq(call.uuid()),
        ))
        .execute(tx.conn)?;
    Ok(())
}
