//! People who sell: their profiles, their switch, and the cards that lists show of them.

mod cards;

pub use cards::{Card, CardPrice, CardService, Named, card, cards, of_studio};

use super::{
    TenantTx,
    moment::At,
    schema::{sellers, users},
};
use crate::{
    domain::{ids::UserId, policy::PolicyChange, time::Moment},
    error::{Error, Result},
};
use diesel::{dsl::sql, prelude::*, sql_types::Bool};
use uuid::Uuid;

/// A selling profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Whose.
    pub user: UserId,
    /// One line.
    pub headline: String,
    /// A few paragraphs of plain text.
    pub about: String,
    /// Spoken languages, as ISO codes.
    pub languages: Vec<String>,
    /// Address of their picture.
    pub photo_url: Option<String>,
    /// Until when the availability switch is on; in the past or none when it is off.
    pub available_until: Option<Moment>,
}

impl Profile {
    /// Of somebody who hasn't written their own yet.
    pub fn new(user: UserId, headline: String) -> Self {
        Self {
            user,
            headline,
            about: String::new(),
            languages: Vec::new(),
            photo_url: None,
            available_until: None,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sellers)]
struct ProfileRow {
    user_id: Uuid,
    headline: String,
    about: String,
    languages: Vec<Option<String>>,
    photo_url: Option<String>,
    available_until: Option<At>,
}

/// Writes a person's texts; the first time makes them a seller.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, profile: &Profile, now: Moment) -> Result<()> {
    tx.lists_changed();
    let texts = (
        sellers::headline.eq(&profile.headline),
        sellers::about.eq(&profile.about),
        sellers::languages.eq(&profile.languages),
    );
    diesel::insert_into(sellers::table)
        .values((
            sellers::tenant_id.eq(tx.tenant().uuid()),
            sellers::user_id.eq(profile.user.uuid()),
            texts,
            sellers::created_at.eq(At(now)),
        ))
        .on_conflict((sellers::tenant_id, sellers::user_id))
        .do_update()
        .set(texts)
        .execute(tx.conn)?;
    Ok(())
}

/// A person's profile, if they sell.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, user: UserId) -> Result<Option<Profile>> {
    let query = sellers::table
        .find((tx.tenant().uuid(), user.uuid()))
        .select(ProfileRow::as_select());
    Ok(query.first(tx.conn).optional()?.map(ProfileRow::profile))
}

/// The same, and others can't change it (or add to what hangs on it) until the transaction ends.
///
/// # Errors
/// The database is away.
pub fn lock(tx: &mut TenantTx<'_>, user: UserId) -> Result<Option<Profile>> {
    let query = sellers::table
        .find((tx.tenant().uuid(), user.uuid()))
        .select(ProfileRow::as_select());
    Ok(query.for_update().first(tx.conn).optional()?.map(ProfileRow::profile))
}

/// What the tenant has set for a seller of commission and fee, in place of what holds for their categories.
///
/// # Errors
/// They don't sell, or the database is away.
pub fn charges(tx: &mut TenantTx<'_>, user: UserId) -> Result<PolicyChange> {
    let row = sellers::table.find((tx.tenant().uuid(), user.uuid()));
    let charges = row.select(sellers::charges).first(tx.conn)?;
    serde_json::from_value(charges).map_err(Error::internal)
}

/// Sets that.
///
/// # Errors
/// The database is away.
pub fn set_charges(tx: &mut TenantTx<'_>, user: UserId, charges: &PolicyChange) -> Result<()> {
    let charges = serde_json::to_value(charges).map_err(Error::internal)?;
    diesel::update(sellers::table.find((tx.tenant().uuid(), user.uuid())))
        .set(sellers::charges.eq(charges))
        .execute(tx.conn)?;
    Ok(())
}

/// Sellers for whom that is set, by name, at most so many.
///
/// # Errors
/// The database is away.
pub fn with_charges(tx: &mut TenantTx<'_>, most: i64) -> Result<Vec<(UserId, String, PolicyChange)>> {
    let same_tenant = users::tenant_id.eq(sellers::tenant_id);
    let rows: Vec<(Uuid, String, serde_json::Value)> = sellers::table
        .inner_join(users::table.on(same_tenant.and(users::id.eq(sellers::user_id))))
        .filter(sellers::tenant_id.eq(tx.tenant().uuid()))
        .filter(sellers::charges.ne(serde_json::json!({})))
        .order((users::name, users::id))
        .limit(most)
        .select((sellers::user_id, users::name, sellers::charges))
        .load(tx.conn)?;
    rows.into_iter()
        .map(|(id, name, charges)| {
            let charges = serde_json::from_value(charges).map_err(Error::internal)?;
            Ok((UserId::from_uuid(id), name, charges))
        })
        .collect()
}

impl ProfileRow {
    fn profile(self) -> Profile {
        Profile {
            user: UserId::from_uuid(self.user_id),
            headline: self.headline,
            about: self.about,
            languages: self.languages.into_iter().flatten().collect(),
            photo_url: self.photo_url,
            available_until: self.available_until.map(Moment::from),
        }
    }
}

/// Sets the address of a seller's picture.
///
/// # Errors
/// The person doesn't sell, or the database is away.
pub fn set_photo(tx: &mut TenantTx<'_>, user: UserId, photo_url: &str) -> Result<()> {
    tx.lists_changed();
    let changed = diesel::update(sellers::table.find((tx.tenant().uuid(), user.uuid())))
        .set(sellers::photo_url.eq(photo_url))
        .execute(tx.conn)?;
    if changed == 1 { Ok(()) } else { Err(Error::not_found()) }
}

/// Turns the availability switch on until then, or off.
///
/// # Errors
/// The person doesn't sell, or the database is away.
pub fn set_available(tx: &mut TenantTx<'_>, user: UserId, until: Option<Moment>) -> Result<()> {
    tx.lists_changed();
    let changed = diesel::update(sellers::table.find((tx.tenant().uuid(), user.uuid())))
        .set(sellers::available_until.eq(until.map(At)))
        .execute(tx.conn)?;
    if changed == 1 { Ok(()) } else { Err(Error::not_found()) }
}

/// Whose switch is on at this moment and who want calls, at most so many.
///
/// # Errors
/// The database is away.
pub fn switched_on(tx: &mut TenantTx<'_>, now: Moment, most: i64) -> Result<Vec<UserId>> {
    let account = users::tenant_id
        .eq(sellers::tenant_id)
        .and(users::id.eq(sellers::user_id));
    let ids: Vec<Uuid> = sellers::table
        .inner_join(users::table.on(account))
        .filter(sellers::tenant_id.eq(tx.tenant().uuid()))
        .filter(sellers::available_until.gt(At(now)))
        .filter(users::do_not_disturb.eq(false))
        .order((sellers::available_until, sellers::user_id))
        .limit(most)
        .select(sellers::user_id)
        .load(tx.conn)?;
    Ok(ids.into_iter().map(UserId::from_uuid).collect())
}

/// How many of a seller's calls were paid for.
///
/// # Errors
/// The database is away.
pub fn paid_calls(tx: &mut TenantTx<'_>, user: UserId) -> Result<i64> {
    use super::schema::calls;
    // As the console's lists count them.
    let not_twice = sql::<Bool>("(parent_id IS NULL OR terms -> 'policy' ->> 'third_person' = 'buyer_pays')");
    let count = calls::table
        .filter(calls::tenant_id.eq(tx.tenant().uuid()))
        .filter(calls::seller_id.eq(user.uuid()))
        .filter(calls::charged_minor.gt(0))
        .filter(not_twice)
        .count()
        .get_result(tx.conn)?;
    Ok(count)
}
