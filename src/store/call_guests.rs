//! Third persons of calls: what they were asked for, and who came.

use super::{
    TenantTx,
    calls::{Call, Party},
    moment::At,
    schema::{call_guests, calls, users},
};
use crate::{
    domain::{
        guest::GuestRole,
        ids::{CallId, GuestId, TenantId, UserId},
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{dsl::exists, pg::Pg, prelude::*};
use uuid::Uuid;

/// SHA-256 of what stands in a link.
pub type LinkHash = [u8; 32];

/// A place for a third person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// Its id.
    pub id: GuestId,
    /// Of which call.
    pub call: CallId,
    /// As what.
    pub role: GuestRole,
    /// What an interpreter speaks.
    pub languages: Vec<String>,
    /// Who asked.
    pub invited_by: UserId,
    /// When the link can't be used any more.
    pub expires_at: Moment,
    /// Who came.
    pub person: Option<Party>,
    /// When they came, or were let in if that was later.
    pub since: Option<Moment>,
    /// May be in the room.
    pub admitted: bool,
    /// The link was taken back, or they were shown out.
    pub ended: bool,
    /// The leg of theirs, if they pay or are paid.
    pub leg: Option<CallId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = call_guests)]
struct Row {
    id: Uuid,
    call_id: Uuid,
    role: String,
    languages: Vec<Option<String>>,
    invited_by: Uuid,
    expires_at: At,
    user_id: Option<Uuid>,
    came_at: Option<At>,
    admitted_at: Option<At>,
    ended_at: Option<At>,
    leg_id: Option<Uuid>,
}

impl Row {
    fn guest(self, name: Option<String>) -> Result<Guest> {
        let role = GuestRole::named(&self.role);
        Ok(Guest {
            id: GuestId::from_uuid(self.id),
            call: CallId::from_uuid(self.call_id),
            role: role.ok_or_else(|| Error::internal(anyhow!("unknown role {:?}", self.role)))?,
            languages: self.languages.into_iter().flatten().collect(),
            invited_by: UserId::from_uuid(self.invited_by),
            expires_at: self.expires_at.0,
            person: self.user_id.map(|id| Party {
                id: UserId::from_uuid(id),
                name: name.unwrap_or_default(),
            }),
            since: self
                .came_at
                .zip(self.admitted_at)
                .map(|(came, let_in)| came.0.max(let_in.0)),
            admitted: self.admitted_at.is_some(),
            ended: self.ended_at.is_some(),
            leg: self.leg_id.map(CallId::from_uuid),
        })
    }
}

#[diesel::dsl::auto_type]
fn with_people() -> _ {
    call_guests::table.left_join(
        users::table.on(users::tenant_id
            .eq(call_guests::tenant_id)
            .and(call_guests::user_id.eq(users::id.nullable()))),
    )
}

/// All places of a call that weren't taken back, the oldest first.
///
/// # Errors
/// The database is away.
pub fn of_call(tx: &mut TenantTx<'_>, call: CallId) -> Result<Vec<Guest>> {
    with_people()
        .filter(call_guests::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_guests::call_id.eq(call.uuid()))
        .filter(call_guests::ended_at.is_null())
        .order((call_guests::created_at, call_guests::id))
        .select((Row::as_select(), users::name.nullable()))
        .load::<(Row, Option<String>)>(tx.conn)?
        .into_iter()
        .map(|(row, name)| row.guest(name))
        .collect()
}

/// Everybody who ever came to a call, with those who were shown out: for what they said.
///
/// # Errors
/// The database is away.
pub fn who_came(tx: &mut TenantTx<'_>, call: CallId) -> Result<Vec<Guest>> {
    with_people()
        .filter(call_guests::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_guests::call_id.eq(call.uuid()))
        .filter(call_guests::user_id.is_not_null())
        .order((call_guests::created_at, call_guests::id))
        .select((Row::as_select(), users::name.nullable()))
        .load::<(Row, Option<String>)>(tx.conn)?
        .into_iter()
        .map(|(row, name)| row.guest(name))
        .collect()
}

/// The place that a link leads to, kept from changing until the transaction ends.
///
/// # Errors
/// There is none, or the database is away.
pub fn by_link(tx: &mut TenantTx<'_>, link: LinkHash) -> Result<Guest> {
    let found = call_guests::table
        .filter(call_guests::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_guests::link_hash.eq(link.as_slice()))
        .select(Row::as_select())
        .for_no_key_update()
        .first::<Row>(tx.conn)?;
    found.guest(None)
}

/// Adds a place.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, new: &Guest, link: LinkHash, now: Moment) -> Result<()> {
    diesel::insert_into(call_guests::table)
        .values((
            call_guests::tenant_id.eq(tx.tenant().uuid()),
            call_guests::id.eq(new.id.uuid()),
            call_guests::call_id.eq(new.call.uuid()),
            call_guests::role.eq(new.role.name()),
            call_guests::languages.eq(&new.languages),
            call_guests::invited_by.eq(new.invited_by.uuid()),
            call_guests::created_at.eq(At(now)),
            call_guests::expires_at.eq(At(new.expires_at)),
            call_guests::link_hash.eq(link.as_slice()),
            call_guests::admitted_at.eq(new.admitted.then_some(At(now))),
            call_guests::leg_id.eq(new.leg.map(CallId::uuid)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Somebody came by the link.
///
/// # Errors
/// The database is away.
pub fn take(tx: &mut TenantTx<'_>, id: GuestId, person: UserId, now: Moment) -> Result<()> {
    diesel::update(call_guests::table.find((tx.tenant().uuid(), id.uuid())))
        .set((call_guests::user_id.eq(person.uuid()), call_guests::came_at.eq(At(now))))
        .execute(tx.conn)?;
    Ok(())
}

/// Whoever came by a link has a leg.
///
/// # Errors
/// The database is away.
pub fn pays(tx: &mut TenantTx<'_>, id: GuestId, leg: CallId) -> Result<()> {
    diesel::update(call_guests::table.find((tx.tenant().uuid(), id.uuid())))
        .set(call_guests::leg_id.eq(leg.uuid()))
        .execute(tx.conn)?;
    Ok(())
}

/// The place that a leg is for.
///
/// # Errors
/// There is none any more, or the database is away.
pub fn of_leg(tx: &mut TenantTx<'_>, leg: CallId) -> Result<Guest> {
    let (row, name) = with_people()
        .filter(call_guests::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_guests::leg_id.eq(leg.uuid()))
        .select((Row::as_select(), users::name.nullable()))
        .first::<(Row, Option<String>)>(tx.conn)?;
    row.guest(name)
}

/// Whoever was rung takes the place that was kept for them; the buyer let them in by asking.
///
/// # Errors
/// It was taken back, or the database is away.
pub fn seat(tx: &mut TenantTx<'_>, leg: CallId, person: UserId, now: Moment) -> Result<()> {
    let theirs = call_guests::table
        .filter(call_guests::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_guests::leg_id.eq(leg.uuid()))
        .filter(call_guests::ended_at.is_null());
    let changed = diesel::update(theirs)
        .set((
            call_guests::user_id.eq(person.uuid()),
            call_guests::came_at.eq(At(now)),
            call_guests::admitted_at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    if changed == 1 { Ok(()) } else { Err(Error::not_found()) }
}

/// A leg is over, and so is its place.
///
/// # Errors
/// The database is away.
pub fn end_of_leg(tx: &mut TenantTx<'_>, leg: CallId, now: Moment) -> Result<()> {
    let its = call_guests::table
        .filter(call_guests::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_guests::leg_id.eq(leg.uuid()))
        .filter(call_guests::ended_at.is_null());
    diesel::update(its)
        .set(call_guests::ended_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(())
}

/// The buyer lets them in; false if there is no such guest of the call who waits.
///
/// # Errors
/// The database is away.
pub fn admit(tx: &mut TenantTx<'_>, call: CallId, id: GuestId, now: Moment) -> Result<bool> {
    let changed = diesel::update(call_guests::table.find((tx.tenant().uuid(), id.uuid())))
        .filter(call_guests::call_id.eq(call.uuid()))
        .filter(call_guests::ended_at.is_null())
        .filter(call_guests::admitted_at.is_null())
        .set(call_guests::admitted_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(changed == 1)
}

/// Takes a place away; false if there is none.
///
/// # Errors
/// The database is away.
pub fn end(tx: &mut TenantTx<'_>, call: CallId, id: GuestId, now: Moment) -> Result<bool> {
    let changed = diesel::update(call_guests::table.find((tx.tenant().uuid(), id.uuid())))
        .filter(call_guests::call_id.eq(call.uuid()))
        .filter(call_guests::ended_at.is_null())
        .set(call_guests::ended_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(changed == 1)
}

/// Whether the host of a free talk has shown out somebody who came first to it. The call stays theirs, and they have no
/// place but one that is over.
///
/// # Errors
/// The database is away.
pub fn is_out(tx: &mut TenantTx<'_>, call: &Call, person: UserId) -> Result<bool> {
    if !call.terms.free || call.buyer.id != person {
        return Ok(false);
    }
    let theirs = over(tx.tenant(), person).filter(call_guests::call_id.eq(call.id.uuid()));
    Ok(diesel::select(exists(theirs)).get_result(tx.conn)?)
}

/// A person's places that are over.
pub(super) fn over(tenant: TenantId, person: UserId) -> call_guests::BoxedQuery<'static, Pg> {
    call_guests::table
        .filter(call_guests::tenant_id.eq(tenant.uuid()))
        .filter(call_guests::user_id.eq(person.uuid()))
        .filter(call_guests::ended_at.is_not_null())
        .into_boxed()
}

/// Shows out whoever came first to a free talk.
///
/// # Errors
/// The database is away.
pub fn bar_first(tx: &mut TenantTx<'_>, call: &Call, link: LinkHash, now: Moment) -> Result<()> {
    diesel::insert_into(call_guests::table)
        .values((
            call_guests::tenant_id.eq(tx.tenant().uuid()),
            call_guests::id.eq(GuestId::new().uuid()),
            call_guests::call_id.eq(call.id.uuid()),
            call_guests::role.eq(GuestRole::Visitor.name()),
            call_guests::invited_by.eq(call.seller.id.uuid()),
            call_guests::created_at.eq(At(now)),
            call_guests::expires_at.eq(At(now)),
            call_guests::link_hash.eq(link.as_slice()),
            call_guests::user_id.eq(call.buyer.id.uuid()),
            call_guests::came_at.eq(At(now)),
            call_guests::admitted_at.eq(At(now)),
            call_guests::ended_at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A call that the person is asked into and may enter, or waits to.
///
/// # Errors
/// They aren't, or the database is away.
pub fn of_person(tx: &mut TenantTx<'_>, call: CallId, person: UserId) -> Result<Guest> {
    let (row, name) = with_people()
        .filter(call_guests::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_guests::call_id.eq(call.uuid()))
        .filter(call_guests::user_id.eq(person.uuid()))
        .filter(call_guests::ended_at.is_null())
        .select((Row::as_select(), users::name.nullable()))
        .first::<(Row, Option<String>)>(tx.conn)?;
    row.guest(name)
}

/// Whether somebody was asked into a call and let in, whatever became of their place.
///
/// # Errors
/// The database is away.
pub fn has_come(tx: &mut TenantTx<'_>, call: CallId, person: UserId) -> Result<bool> {
    let theirs = call_guests::table
        .filter(call_guests::tenant_id.eq(tx.tenant().uuid()))
        .filter(call_guests::call_id.eq(call.uuid()))
        .filter(call_guests::user_id.eq(person.uuid()))
        .filter(call_guests::admitted_at.is_not_null());
    Ok(diesel::select(exists(theirs)).get_result(tx.conn)?)
}

/// Whether somebody has a place as a third person in a call that goes on.
///
/// # Errors
/// The database is away.
pub fn is_in_call(tx: &mut TenantTx<'_>, person: UserId) -> Result<bool> {
    let tenant = tx.tenant().uuid();
    let going_on = calls::table
        .filter(calls::tenant_id.eq(tenant))
        .filter(calls::ended_at.is_null())
        .select(calls::id);
    let theirs = call_guests::table
        .filter(call_guests::tenant_id.eq(tenant))
        .filter(call_guests::user_id.eq(person.uuid()))
        .filter(call_guests::ended_at.is_null())
        .filter(call_guests::call_id.eq_any(going_on));
    Ok(diesel::select(exists(theirs)).get_result(tx.conn)?)
}
