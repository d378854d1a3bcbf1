//! People at private rooms' doors: who waits, who may come in, who has.

use super::{TenantTx, moment::At, schema::private_room_visits};
use crate::{
    domain::{
        ids::{CallId, PrivateRoomId, RoomVisitId, UserId},
        private_room::GONE_MS,
        time::Moment,
    },
    error::Result,
};
use diesel::prelude::*;
use uuid::Uuid;

/// Visits this old are forgotten, milliseconds.
const KEPT_MS: i64 = 24 * 3_600 * 1_000;

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
    /// May come in.
    pub admitted: bool,
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
            admitted: row.admitted_at.is_some(),
            refused: row.refused_at.is_some(),
            call: row.call_id.map(CallId::from_uuid),
        }
    }
}

/// Somebody comes to the door; old visits are forgotten.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, visit: &Visit, token: [u8; 32], now: Moment) -> Result<()> {
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
            private_room_visits::created_at.eq(At(now)),
            private_room_visits::seen_at.eq(At(now)),
            private_room_visits::admitted_at.eq(visit.admitted.then_some(At(now))),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// How many came to a room's door since a moment.
///
/// # Errors
/// The database is away.
pub fn count_since(tx: &mut TenantTx<'_>, room: PrivateRoomId, since: Moment) -> Result<usize> {
    let came: i64 = private_room_visits::table
        .filter(private_room_visits::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_visits::room_id.eq(room.uuid()))
        .filter(private_room_visits::created_at.gt(At(since)))
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
