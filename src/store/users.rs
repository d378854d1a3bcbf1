//! People's accounts with one tenant.

use super::{
    TenantTx,
    moment::At,
    schema::{sellers, users},
};
use crate::{
    domain::{
        identity::{Email, PersonName},
        ids::UserId,
        time::Moment,
    },
    error::{Error, Result},
};
use diesel::prelude::*;
use uuid::Uuid;

/// A person as requests need them; never the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their account.
    pub id: UserId,
    /// Mail address.
    pub email: String,
    /// Public name.
    pub name: String,
    /// Has proved that the address is theirs.
    pub verified: bool,
    /// IANA zone.
    pub time_zone: String,
    /// ISO code.
    pub language: String,
    /// Nobody can ring.
    pub do_not_disturb: bool,
    /// Calls are answered with "no" at once.
    pub auto_reject: bool,
    /// Has a selling profile.
    pub is_seller: bool,
    /// The account was closed by the tenant's staff.
    pub suspended: bool,
    /// Came into a call by a link and has no account: may be nowhere else.
    pub is_guest: bool,
}

/// What is stored of somebody new.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Their account.
    pub id: UserId,
    /// Mail address.
    pub email: Email,
    /// Public name.
    pub name: PersonName,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// IANA zone, checked.
    pub time_zone: String,
    /// A language the theme has.
    pub language: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(in crate::store) struct Row {
    id: Uuid,
    email: String,
    name: String,
    verified_at: Option<At>,
    time_zone: String,
    language: String,
    do_not_disturb: bool,
    auto_reject: bool,
    suspended_at: Option<At>,
    is_guest: bool,
}

impl Row {
    pub(in crate::store) fn user(self, is_seller: bool) -> User {
        User {
            id: UserId::from_uuid(self.id),
            email: self.email,
            name: self.name,
            verified: self.verified_at.is_some(),
            time_zone: self.time_zone,
            language: self.language,
            do_not_disturb: self.do_not_disturb,
            auto_reject: self.auto_reject,
            suspended: self.suspended_at.is_some(),
            is_guest: self.is_guest,
            is_seller,
        }
    }
}

/// Adds somebody; false if the address is taken here (then nothing changes).
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, new: &NewUser, now: Moment) -> Result<bool> {
    let inserted = diesel::insert_into(users::table)
        .values((
            users::tenant_id.eq(tx.tenant().uuid()),
            users::id.eq(new.id.uuid()),
            users::email.eq(new.email.as_str()),
            users::name.eq(new.name.as_str()),
            users::password_hash.eq(&new.password_hash),
            users::time_zone.eq(&new.time_zone),
            users::language.eq(&new.language),
            users::created_at.eq(At(now)),
        ))
        .on_conflict((users::tenant_id, users::email))
        .do_nothing()
        .execute(tx.conn)?;
    Ok(inserted == 1)
}

/// Adds somebody without an account, as whom nobody can sign in.
///
/// # Errors
/// The database is away.
pub fn insert_guest(
    tx: &mut TenantTx<'_>,
    id: UserId,
    name: &PersonName,
    zone_and_language: (&str, &str),
    now: Moment,
) -> Result<()> {
    let (time_zone, language) = zone_and_language;
    diesel::insert_into(users::table)
        .values((
            users::tenant_id.eq(tx.tenant().uuid()),
            users::id.eq(id.uuid()),
            // A name that no mail server may have (RFC 2606), so nobody is ever written to.
            users::email.eq(format!("{id}@guest.invalid")),
            users::name.eq(name.as_str()),
            users::password_hash.eq(""),
            users::time_zone.eq(time_zone),
            users::language.eq(language),
            users::created_at.eq(At(now)),
            users::is_guest.eq(true),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The person.
///
/// # Errors
/// Not here, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: UserId) -> Result<User> {
    let (row, seller) = people()
        .filter(users::tenant_id.eq(tx.tenant().uuid()).and(users::id.eq(id.uuid())))
        .select((Row::as_select(), sellers::user_id.nullable()))
        .first::<(Row, Option<Uuid>)>(tx.conn)?;
    Ok(row.user(seller.is_some()))
}

/// Keeps others who want this person for an order or a talk waiting until the transaction ends. What merely names the
/// person is written meanwhile.
///
/// # Errors
/// Not here, or the database is away.
pub fn hold(tx: &mut TenantTx<'_>, id: UserId) -> Result<User> {
    let row = users::table.find((tx.tenant().uuid(), id.uuid()));
    row.select(users::id).for_no_key_update().first::<Uuid>(tx.conn)?;
    find(tx, id)
}

/// Keeps these people from being frozen, closed or erased until the transaction ends: for what names them.
///
/// # Errors
/// The database is away.
pub fn keep(tx: &mut TenantTx<'_>, people: &[UserId]) -> Result<()> {
    let ids: Vec<Uuid> = people.iter().map(|id| id.uuid()).collect();
    users::table
        .filter(users::tenant_id.eq(tx.tenant().uuid()))
        .filter(users::id.eq_any(ids))
        .order(users::id)
        .select(users::id)
        .for_key_share()
        .load::<Uuid>(tx.conn)?;
    Ok(())
}

/// Somebody whom nobody else wants meanwhile, and whose account nobody else changes until the transaction ends.
///
/// # Errors
/// Not here, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: UserId) -> Result<User> {
    let row = users::table.find((tx.tenant().uuid(), id.uuid()));
    row.select(users::id).for_update().first::<Uuid>(tx.conn)?;
    find(tx, id)
}

/// Who has this address here, and their password's hash.
///
/// # Errors
/// The database is away.
pub fn by_email(tx: &mut TenantTx<'_>, email: &Email) -> Result<Option<(User, String)>> {
    let found = people()
        .filter(
            users::tenant_id
                .eq(tx.tenant().uuid())
                .and(users::email.eq(email.as_str())),
        )
        .select((Row::as_select(), sellers::user_id.nullable(), users::password_hash))
        .first::<(Row, Option<Uuid>, String)>(tx.conn)
        .optional()?;
    Ok(found.map(|(row, seller, hash)| (row.user(seller.is_some()), hash)))
}

/// Lets a later registration of an address that nobody has proved theirs replace the earlier one.
///
/// # Errors
/// The database is away.
pub fn replace_unverified(tx: &mut TenantTx<'_>, id: UserId, new: &NewUser) -> Result<()> {
    diesel::update(users::table.find((tx.tenant().uuid(), id.uuid())))
        .filter(users::verified_at.is_null())
        .set((
            users::name.eq(new.name.as_str()),
            users::password_hash.eq(&new.password_hash),
            users::time_zone.eq(&new.time_zone),
            users::language.eq(&new.language),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Notes that the address is theirs; false if that was known.
///
/// # Errors
/// The database is away.
pub fn mark_verified(tx: &mut TenantTx<'_>, id: UserId, now: Moment) -> Result<bool> {
    let marked = diesel::update(users::table.find((tx.tenant().uuid(), id.uuid())))
        .filter(users::verified_at.is_null())
        .set(users::verified_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(marked == 1)
}

/// Sets a new password.
///
/// # Errors
/// The database is away.
pub fn set_password(tx: &mut TenantTx<'_>, id: UserId, password_hash: &str) -> Result<()> {
    diesel::update(users::table.find((tx.tenant().uuid(), id.uuid())))
        .set(users::password_hash.eq(password_hash))
        .execute(tx.conn)?;
    Ok(())
}

/// Closes somebody's account, or opens it again without a reason; nobody can ring a closed one.
///
/// # Errors
/// Not here, or the database is away.
pub fn suspend(tx: &mut TenantTx<'_>, id: UserId, reason: Option<&str>, now: Moment) -> Result<()> {
    tx.lists_changed();
    let key = (tx.tenant().uuid(), id.uuid());
    let changed = diesel::update(users::table.find(key))
        .set((
            users::suspended_at.eq(reason.map(|_| At(now))),
            users::suspended_reason.eq(reason),
        ))
        .execute(tx.conn)?;
    if changed == 0 {
        return Err(Error::not_found());
    }
    if reason.is_some() {
        diesel::update(sellers::table.find(key))
            .set(sellers::available_until.eq(None::<At>))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// What a person changes of themselves; absent fields stay.
#[derive(AsChangeset, Clone, Debug, Default, PartialEq, Eq)]
#[diesel(table_name = users)]
pub struct Details {
    /// Public name.
    pub name: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// ISO code.
    pub language: Option<String>,
    /// Nobody can ring.
    pub do_not_disturb: Option<bool>,
    /// Calls are answered with "no" at once.
    pub auto_reject: Option<bool>,
}

/// Changes what is set of `details`.
///
/// # Errors
/// Not here, or the database is away.
pub fn update(tx: &mut TenantTx<'_>, id: UserId, details: &Details) -> Result<User> {
    tx.lists_changed();
    if *details != Details::default() {
        diesel::update(users::table.find((tx.tenant().uuid(), id.uuid())))
            .set(details)
            .execute(tx.conn)?;
    }
    find(tx, id)
}

/// People and, where they have one, their selling profile.
#[diesel::dsl::auto_type]
fn people() -> _ {
    users::table.left_join(
        sellers::table.on(sellers::tenant_id
            .eq(users::tenant_id)
            .and(sellers::user_id.eq(users::id))),
    )
}
