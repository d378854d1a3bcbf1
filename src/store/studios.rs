//! Studios: teams of sellers, and who looks after them. A closed one has nobody in it.

use super::{
    TenantTx,
    error::violates,
    listing::{List, Page, Wanted},
    moment::At,
    schema::{studio_managers, studio_sellers, studios},
};
use crate::{
    domain::{
        ids::{StudioId, UserId},
        time::Moment,
    },
    error::{Error, Result},
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A studio, as the list shows it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct StudioLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What it is called.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// How many look after it.
    #[diesel(sql_type = BigInt)]
    pub managers: i64,
    /// How many sell in it.
    #[diesel(sql_type = BigInt)]
    pub sellers: i64,
    /// When it was opened.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub created_at: Moment,
    /// When it was closed.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub closed_at: Option<i64>,
}

const LIST: List = List {
    columns: "s.id, s.name, s.created_at, (extract(epoch FROM s.closed_at) * 1000)::bigint AS closed_at,
        (SELECT count(*) FROM studio_managers m WHERE m.tenant_id = s.tenant_id AND m.studio_id = s.id) AS managers,
        (SELECT count(*) FROM studio_sellers m WHERE m.tenant_id = s.tenant_id AND m.studio_id = s.id) AS sellers",
    rows: "FROM studios s WHERE s.tenant_id = $2::uuid AND ($1 IS NULL OR s.name ILIKE $1)",
    sorts: &[
        ("name", "lower(s.name)"),
        ("sellers", "sellers"),
        ("created_at", "s.created_at"),
    ],
    newest_first: false,
    key: "s.id",
};

/// All studios, by name.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<StudioLine>> {
    LIST.of_tenant(tx, wanted, None)
}

/// A studio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Studio {
    /// Its id.
    pub id: StudioId,
    /// What it is called.
    pub name: String,
    /// It is closed since then.
    pub closed_at: Option<Moment>,
}

type Row = (Uuid, String, Option<At>);

fn studio((id, name, closed_at): Row) -> Studio {
    Studio {
        id: StudioId::from_uuid(id),
        name,
        closed_at: closed_at.map(Moment::from),
    }
}

/// A studio, open or closed.
///
/// # Errors
/// Not here, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: StudioId) -> Result<Studio> {
    let row = studios::table.find((tx.tenant().uuid(), id.uuid()));
    let columns = (studios::id, studios::name, studios::closed_at);
    Ok(studio(row.select(columns).first(tx.conn)?))
}

/// The same, and nobody else changes it or who is in it until the transaction ends.
///
/// # Errors
/// Not here, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: StudioId) -> Result<Studio> {
    let row = studios::table.find((tx.tenant().uuid(), id.uuid()));
    let columns = (studios::id, studios::name, studios::closed_at);
    Ok(studio(row.select(columns).for_update().first(tx.conn)?))
}

/// Opens one.
///
/// # Errors
/// Another one has this name, or the database is away.
pub fn insert(tx: &mut TenantTx<'_>, id: StudioId, name: &str, now: Moment) -> Result<()> {
    let inserted = diesel::insert_into(studios::table)
        .values((
            studios::tenant_id.eq(tx.tenant().uuid()),
            studios::id.eq(id.uuid()),
            studios::name.eq(name),
            studios::created_at.eq(At(now)),
        ))
        .execute(tx.conn);
    named(inserted)
}

/// Gives it another name.
///
/// # Errors
/// Another one has this name, or the database is away.
pub fn rename(tx: &mut TenantTx<'_>, id: StudioId, name: &str) -> Result<()> {
    let changed = diesel::update(studios::table.find((tx.tenant().uuid(), id.uuid())))
        .set(studios::name.eq(name))
        .execute(tx.conn);
    named(changed)
}

fn named(written: QueryResult<usize>) -> Result<()> {
    match written {
        Ok(_) => Ok(()),
        Err(error) if violates(&error, "one_studio_a_name") => Err(Error::field(
            "name",
            "Another studio has this name. Choose a different one.",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Closes it: nobody is in it any more.
///
/// # Errors
/// The database is away.
pub fn close(tx: &mut TenantTx<'_>, id: StudioId, now: Moment) -> Result<()> {
    let (tenant, id) = (tx.tenant().uuid(), id.uuid());
    let managers = studio_managers::table.filter(studio_managers::tenant_id.eq(tenant));
    diesel::delete(managers.filter(studio_managers::studio_id.eq(id))).execute(tx.conn)?;
    let sellers = studio_sellers::table.filter(studio_sellers::tenant_id.eq(tenant));
    diesel::delete(sellers.filter(studio_sellers::studio_id.eq(id))).execute(tx.conn)?;
    diesel::update(studios::table.find((tenant, id)))
        .set(studios::closed_at.eq(At(now)))
        .execute(tx.conn)?;
    Ok(())
}

/// Somebody in a studio, as the console shows them.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct StudioPerson {
    /// Their account.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Their mail address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// They were asked and haven't said yes.
    #[diesel(sql_type = Bool)]
    pub invited: bool,
}

/// Who looks after a studio, by name.
///
/// # Errors
/// The database is away.
pub fn managers(tx: &mut TenantTx<'_>, id: StudioId) -> Result<Vec<StudioPerson>> {
    people(
        tx,
        id,
        "studio_managers m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id",
    )
}

/// Who sells in a studio, by name.
///
/// # Errors
/// The database is away.
pub fn sellers(tx: &mut TenantTx<'_>, id: StudioId) -> Result<Vec<StudioPerson>> {
    people(
        tx,
        id,
        "studio_sellers m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.seller_id",
    )
}

fn people(tx: &mut TenantTx<'_>, id: StudioId, of: &str) -> Result<Vec<StudioPerson>> {
    let people = sql_query(format!(
        "SELECT u.id, u.name, u.email, u.verified_at IS NULL AS invited FROM {of}
         WHERE m.tenant_id = $1 AND m.studio_id = $2 ORDER BY lower(u.name), u.id"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .load(tx.conn)?;
    Ok(people)
}

/// Lets somebody look after a studio; false if they look after one.
///
/// # Errors
/// The database is away.
pub fn add_manager(tx: &mut TenantTx<'_>, id: StudioId, user: UserId, now: Moment) -> Result<bool> {
    let added = diesel::insert_into(studio_managers::table)
        .values((
            studio_managers::tenant_id.eq(tx.tenant().uuid()),
            studio_managers::user_id.eq(user.uuid()),
            studio_managers::studio_id.eq(id.uuid()),
            studio_managers::created_at.eq(At(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(added == 1)
}

/// Takes a studio from somebody; false if they didn't look after it.
///
/// # Errors
/// The database is away.
pub fn remove_manager(tx: &mut TenantTx<'_>, id: StudioId, user: UserId) -> Result<bool> {
    let row = studio_managers::table.find((tx.tenant().uuid(), user.uuid()));
    let removed = diesel::delete(row.filter(studio_managers::studio_id.eq(id.uuid()))).execute(tx.conn)?;
    Ok(removed == 1)
}

/// Puts a seller into a studio; false if they are in one.
///
/// # Errors
/// The database is away.
pub fn add_seller(tx: &mut TenantTx<'_>, id: StudioId, seller: UserId, now: Moment) -> Result<bool> {
    let added = diesel::insert_into(studio_sellers::table)
        .values((
            studio_sellers::tenant_id.eq(tx.tenant().uuid()),
            studio_sellers::seller_id.eq(seller.uuid()),
            studio_sellers::studio_id.eq(id.uuid()),
            studio_sellers::created_at.eq(At(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(added == 1)
}

/// Takes a seller out of a studio; false if they weren't in it.
///
/// # Errors
/// The database is away.
pub fn remove_seller(tx: &mut TenantTx<'_>, id: StudioId, seller: UserId) -> Result<bool> {
    let row = studio_sellers::table.find((tx.tenant().uuid(), seller.uuid()));
    let removed = diesel::delete(row.filter(studio_sellers::studio_id.eq(id.uuid()))).execute(tx.conn)?;
    Ok(removed == 1)
}

/// The studio that somebody looks after.
///
/// # Errors
/// The database is away.
pub fn managed_by(tx: &mut TenantTx<'_>, user: UserId) -> Result<Option<Studio>> {
    let row = studio_managers::table.find((tx.tenant().uuid(), user.uuid()));
    let id: Option<Uuid> = row.select(studio_managers::studio_id).first(tx.conn).optional()?;
    id.map(|id| find(tx, StudioId::from_uuid(id))).transpose()
}

/// The studio that a seller is in.
///
/// # Errors
/// The database is away.
pub fn of_seller(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Option<Studio>> {
    let row = studio_sellers::table.find((tx.tenant().uuid(), seller.uuid()));
    let id: Option<Uuid> = row.select(studio_sellers::studio_id).first(tx.conn).optional()?;
    id.map(|id| find(tx, StudioId::from_uuid(id))).transpose()
}
