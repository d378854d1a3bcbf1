//! Sellers' private rooms, and who has a password of their own for one.

use super::{
    TenantTx,
    moment::At,
    schema::{private_room_users, private_rooms, services, users},
};
use crate::{
    domain::{
        ids::{CallId, PrivateRoomId, RoomUserId, ServiceId, UserId},
        private_room::Opens,
        time::Moment,
    },
    error::{Error, Result},
    store::calls::Party,
};
use anyhow::anyhow;
use diesel::prelude::*;
use uuid::Uuid;

/// A room. Its passwords are read apart, and only to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateRoom {
    /// Its id.
    pub id: PrivateRoomId,
    /// Whose it is.
    pub host: Party,
    /// What is talked about.
    pub service: ServiceId,
    /// Its title now.
    pub service_title: String,
    /// What a minute costs there, if the room isn't free.
    pub rate_minor: i64,
    /// Nothing is charged in it.
    pub free: bool,
    /// Stands in its address.
    pub slug: String,
    /// What it is called.
    pub title: String,
    /// How one comes in.
    pub opens: Opens,
    /// A password of everybody's was set.
    pub has_password: bool,
    /// The newest call that was opened in it.
    pub call: Option<CallId>,
    /// It was closed.
    pub closed: bool,
    /// Its service is offered, and its host isn't suspended.
    pub offered: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = private_rooms)]
struct Row {
    id: Uuid,
    host_id: Uuid,
    service_id: Uuid,
    free: bool,
    slug: String,
    title: String,
    opens_by: String,
    password_hash: Option<String>,
    call_id: Option<Uuid>,
    closed_at: Option<At>,
}

#[diesel::dsl::auto_type]
fn with_what_it_is() -> _ {
    private_rooms::table
        .inner_join(
            users::table.on(users::tenant_id
                .eq(private_rooms::tenant_id)
                .and(users::id.eq(private_rooms::host_id))),
        )
        .inner_join(
            services::table.on(services::tenant_id
                .eq(private_rooms::tenant_id)
                .and(services::id.eq(private_rooms::service_id))),
        )
}

#[diesel::dsl::auto_type]
fn columns() -> _ {
    let row: diesel::dsl::AsSelect<Row, diesel::pg::Pg> = Row::as_select();
    let offered = services::published
        .and(services::video_enabled)
        .and(users::suspended_at.is_null());
    (row, users::name, services::title, services::rate_minor, offered)
}

type Found = (Row, String, String, i64, bool);

fn room((row, host, service_title, rate_minor, offered): Found) -> Result<PrivateRoom> {
    let opens = Opens::named(&row.opens_by);
    Ok(PrivateRoom {
        id: PrivateRoomId::from_uuid(row.id),
        host: Party {
            id: UserId::from_uuid(row.host_id),
            name: host,
        },
        service: ServiceId::from_uuid(row.service_id),
        service_title,
        rate_minor,
        free: row.free,
        slug: row.slug,
        title: row.title,
        opens: opens.ok_or_else(|| Error::internal(anyhow!("unknown way in {:?}", row.opens_by)))?,
        has_password: row.password_hash.is_some(),
        call: row.call_id.map(CallId::from_uuid),
        closed: row.closed_at.is_some(),
        offered,
    })
}

/// What a new room is made of.
pub struct NewRoom<'a> {
    /// Its id.
    pub id: PrivateRoomId,
    /// Whose.
    pub host: UserId,
    /// About what.
    pub service: ServiceId,
    /// Nothing is charged.
    pub free: bool,
    /// For its address.
    pub slug: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// How one comes in.
    pub opens: Opens,
    /// Of the password that is everybody's.
    pub password_hash: Option<&'a str>,
}

/// Adds a room.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, new: &NewRoom<'_>, now: Moment) -> Result<()> {
    diesel::insert_into(private_rooms::table)
        .values((
            private_rooms::tenant_id.eq(tx.tenant().uuid()),
            private_rooms::id.eq(new.id.uuid()),
            private_rooms::host_id.eq(new.host.uuid()),
            private_rooms::service_id.eq(new.service.uuid()),
            private_rooms::free.eq(new.free),
            private_rooms::slug.eq(new.slug),
            private_rooms::title.eq(new.title),
            private_rooms::opens_by.eq(new.opens.name()),
            private_rooms::password_hash.eq(new.password_hash),
            private_rooms::created_at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A seller's open rooms, the oldest first.
///
/// # Errors
/// The database is away.
pub fn of_host(tx: &mut TenantTx<'_>, host: UserId) -> Result<Vec<PrivateRoom>> {
    with_what_it_is()
        .filter(private_rooms::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_rooms::host_id.eq(host.uuid()))
        .filter(private_rooms::closed_at.is_null())
        .order((private_rooms::created_at, private_rooms::id))
        .select(columns())
        .load::<Found>(tx.conn)?
        .into_iter()
        .map(room)
        .collect()
}

/// The open room at an address.
///
/// # Errors
/// There is none, or the database is away.
pub fn by_slug(tx: &mut TenantTx<'_>, slug: &str) -> Result<PrivateRoom> {
    let found = with_what_it_is()
        .filter(private_rooms::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_rooms::slug.eq(slug))
        .filter(private_rooms::closed_at.is_null())
        .select(columns())
        .first::<Found>(tx.conn)?;
    room(found)
}

/// An open room of a seller's, kept from changing until the transaction ends.
///
/// # Errors
/// It isn't theirs, or closed, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: PrivateRoomId, host: UserId) -> Result<PrivateRoom> {
    private_rooms::table
        .find((tx.tenant().uuid(), id.uuid()))
        .filter(private_rooms::host_id.eq(host.uuid()))
        .filter(private_rooms::closed_at.is_null())
        .select(private_rooms::id)
        .for_no_key_update()
        .first::<Uuid>(tx.conn)?;
    find(tx, id)
}

/// A room, whoever's.
///
/// # Errors
/// There is none, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: PrivateRoomId) -> Result<PrivateRoom> {
    let found = with_what_it_is()
        .filter(private_rooms::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_rooms::id.eq(id.uuid()))
        .select(columns())
        .first::<Found>(tx.conn)?;
    room(found)
}

/// The address of the room that a call was opened in.
///
/// # Errors
/// The database is away.
pub fn slug_of_call(tx: &mut TenantTx<'_>, call: CallId) -> Result<Option<String>> {
    Ok(private_rooms::table
        .filter(private_rooms::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_rooms::call_id.eq(call.uuid()))
        .filter(private_rooms::closed_at.is_null())
        .select(private_rooms::slug)
        .first(tx.conn)
        .optional()?)
}

/// Of the password that is everybody's, to be compared.
///
/// # Errors
/// The database is away.
pub fn password_hash(tx: &mut TenantTx<'_>, id: PrivateRoomId) -> Result<Option<String>> {
    let row = private_rooms::table.find((tx.tenant().uuid(), id.uuid()));
    Ok(row.select(private_rooms::password_hash).first(tx.conn)?)
}

/// Gives a room another password, or none.
///
/// # Errors
/// The database is away.
pub fn set_password(tx: &mut TenantTx<'_>, id: PrivateRoomId, hash: Option<&str>) -> Result<()> {
    diesel::update(private_rooms::table.find((tx.tenant().uuid(), id.uuid())))
        .set(private_rooms::password_hash.eq(hash))
        .execute(tx.conn)?;
    Ok(())
}

/// Changes what a room is called and how one comes in.
///
/// # Errors
/// The database is away.
pub fn change(tx: &mut TenantTx<'_>, id: PrivateRoomId, title: &str, opens: Opens) -> Result<()> {
    diesel::update(private_rooms::table.find((tx.tenant().uuid(), id.uuid())))
        .set((private_rooms::title.eq(title), private_rooms::opens_by.eq(opens.name())))
        .execute(tx.conn)?;
    Ok(())
}

/// A call was opened in it.
///
/// # Errors
/// The database is away.
pub fn opened(tx: &mut TenantTx<'_>, id: PrivateRoomId, call: CallId) -> Result<()> {
    diesel::update(private_rooms::table.find((tx.tenant().uuid(), id.uuid())))
        .set(private_rooms::call_id.eq(call.uuid()))
        .execute(tx.conn)?;
    Ok(())
}

/// Closes a room: its address leads nowhere any more, and its passwords are forgotten.
///
/// # Errors
/// The database is away.
pub fn close(tx: &mut TenantTx<'_>, id: PrivateRoomId, now: Moment) -> Result<()> {
    let tenant = tx.tenant().uuid();
    diesel::update(private_rooms::table.find((tenant, id.uuid())))
        .set((
            private_rooms::closed_at.eq(At(now)),
            private_rooms::password_hash.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    let named = private_room_users::table
        .filter(private_room_users::tenant_id.eq(tenant))
        .filter(private_room_users::room_id.eq(id.uuid()));
    diesel::delete(named).execute(tx.conn)?;
    Ok(())
}

/// How a name is compared.
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Somebody with a password of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomUser {
    /// Their id.
    pub id: RoomUserId,
    /// For which room.
    pub room: PrivateRoomId,
    /// Their name, which they come in under.
    pub name: String,
}

/// Those who have a password of their own for one of these rooms, by their names.
///
/// # Errors
/// The database is away.
pub fn users_of(tx: &mut TenantTx<'_>, rooms: &[PrivateRoomId]) -> Result<Vec<RoomUser>> {
    let rooms: Vec<Uuid> = rooms.iter().map(|id| id.uuid()).collect();
    let rows: Vec<(Uuid, Uuid, String)> = private_room_users::table
        .filter(private_room_users::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_users::room_id.eq_any(rooms))
        .order((private_room_users::name_key, private_room_users::id))
        .select((
            private_room_users::id,
            private_room_users::room_id,
            private_room_users::name,
        ))
        .load(tx.conn)?;
    let user = |(id, room, name)| RoomUser {
        id: RoomUserId::from_uuid(id),
        room: PrivateRoomId::from_uuid(room),
        name,
    };
    Ok(rows.into_iter().map(user).collect())
}

/// Adds somebody; false if there is one of that name.
///
/// # Errors
/// The database is away.
pub fn add_user(tx: &mut TenantTx<'_>, user: &RoomUser, hash: &str, now: Moment) -> Result<bool> {
    let added = diesel::insert_into(private_room_users::table)
        .values((
            private_room_users::tenant_id.eq(tx.tenant().uuid()),
            private_room_users::id.eq(user.id.uuid()),
            private_room_users::room_id.eq(user.room.uuid()),
            private_room_users::name.eq(&user.name),
            private_room_users::name_key.eq(name_key(&user.name)),
            private_room_users::password_hash.eq(hash),
            private_room_users::created_at.eq(At(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(added == 1)
}

/// Gives somebody another password; their name, or none if there is no such person of the room.
///
/// # Errors
/// The database is away.
pub fn set_user_password(
    tx: &mut TenantTx<'_>,
    room: PrivateRoomId,
    id: RoomUserId,
    hash: &str,
) -> Result<Option<String>> {
    Ok(
        diesel::update(private_room_users::table.find((tx.tenant().uuid(), id.uuid())))
            .filter(private_room_users::room_id.eq(room.uuid()))
            .set(private_room_users::password_hash.eq(hash))
            .returning(private_room_users::name)
            .get_result(tx.conn)
            .optional()?,
    )
}

/// Takes somebody's password away; their name, or none if there is no such person of the room.
///
/// # Errors
/// The database is away.
pub fn remove_user(tx: &mut TenantTx<'_>, room: PrivateRoomId, id: RoomUserId) -> Result<Option<String>> {
    let user = private_room_users::table
        .find((tx.tenant().uuid(), id.uuid()))
        .filter(private_room_users::room_id.eq(room.uuid()));
    let removed = diesel::delete(user).returning(private_room_users::name);
    Ok(removed.get_result(tx.conn).optional()?)
}

/// The name as the host wrote it and the hash of somebody's password, to be compared.
///
/// # Errors
/// The database is away.
pub fn user_password(tx: &mut TenantTx<'_>, room: PrivateRoomId, name: &str) -> Result<Option<(String, String)>> {
    Ok(private_room_users::table
        .filter(private_room_users::tenant_id.eq(tx.tenant().uuid()))
        .filter(private_room_users::room_id.eq(room.uuid()))
        .filter(private_room_users::name_key.eq(name_key(name)))
        .select((private_room_users::name, private_room_users::password_hash))
        .first(tx.conn)
        .optional()?)
}
