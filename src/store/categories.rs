//! What a tenant sorts its offer into.

use super::{
    TenantTx,
    listing::{List, Page, Wanted},
    moment::At,
    schema::categories,
};
use crate::{
    domain::{category::Names, ids::CategoryId, policy::PolicyChange, time::Moment},
    error::{Error, Result},
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Uuid as SqlUuid},
};
use serde::Serialize;
use serde_json::Value;
use std::cmp::Reverse;
use utoipa::ToSchema;
use uuid::Uuid;

/// A category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// As addresses name it; no two of a tenant's have the same.
    pub slug: String,
    /// As people read it.
    pub names: Names,
    /// What is in it is done by video.
    pub video: bool,
    /// What it changes of the tenant's policy.
    pub policy: PolicyChange,
    /// Since when it takes nothing more and isn't browsed.
    pub closed_at: Option<Moment>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = categories, treat_none_as_null = true)]
pub(in crate::store) struct Row {
    id: Uuid,
    slug: String,
    names: Value,
    policy: Value,
    closed_at: Option<At>,
    video: bool,
}

impl Row {
    fn of(category: &Category) -> Result<Self> {
        Ok(Self {
            id: category.id.uuid(),
            slug: category.slug.clone(),
            names: serde_json::to_value(&category.names).map_err(Error::internal)?,
            policy: serde_json::to_value(&category.policy).map_err(Error::internal)?,
            closed_at: category.closed_at.map(At),
            video: category.video,
        })
    }

    pub(in crate::store) fn category(self) -> Result<Category> {
        Ok(Category {
            id: CategoryId::from_uuid(self.id),
            slug: self.slug,
            names: serde_json::from_value(self.names).map_err(Error::internal)?,
            video: self.video,
            policy: serde_json::from_value(self.policy).map_err(Error::internal)?,
            closed_at: self.closed_at.map(Moment::from),
        })
    }
}

/// A category, as the console's list shows it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct CategoryLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// As addresses name it.
    #[diesel(sql_type = Text)]
    pub slug: String,
    /// As people read it, by language.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub names: Value,
    /// What is in it is done by video.
    #[diesel(sql_type = Bool)]
    pub video: bool,
    /// Minutes before an agreed time at which people are reminded; none where the marketplace's own hold.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub reminder_min: Option<i64>,
    /// Minutes after an agreed beginning at which somebody is missed; as above.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub missed_min: Option<i64>,
    /// Minutes before the end at which people are warned first; as above.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub warning_min: Option<i64>,
    /// Services in it.
    #[diesel(sql_type = BigInt)]
    pub services: i64,
    /// When it was closed.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub closed_at: Option<i64>,
}

/// `$3` is the language whose names are sorted by.
const LIST: List = List {
    columns: "c.id, c.slug, c.names, c.video, (c.policy->'reminder_min')::bigint AS reminder_min,
        (c.policy->'missed_min')::bigint AS missed_min, (c.policy->'warnings_min'->>0)::bigint AS warning_min,
        (extract(epoch FROM c.closed_at) * 1000)::bigint AS closed_at,
        (SELECT count(*) FROM services v WHERE v.tenant_id = c.tenant_id AND v.category_id = c.id) AS services",
    rows: "FROM categories c WHERE c.tenant_id = $2::uuid AND $3 IS NOT NULL
        AND ($1 IS NULL OR EXISTS (SELECT 1 FROM jsonb_each_text(c.names) n WHERE n.value ILIKE $1))",
    sorts: &[
        ("name", "lower(coalesce(c.names->>$3, c.slug))"),
        ("services", "services"),
    ],
    newest_first: false,
    key: "c.id",
};

/// All categories, by their name in `language`.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted, language: &str) -> Result<Page<CategoryLine>> {
    LIST.of_tenant(tx, wanted, Some(language))
}

/// How addresses name all of them, closed ones among them.
///
/// # Errors
/// The database is away.
pub fn slugs(tx: &mut TenantTx<'_>) -> Result<Vec<String>> {
    let own = categories::table.filter(categories::tenant_id.eq(tx.tenant().uuid()));
    Ok(own.select(categories::slug).load(tx.conn)?)
}

/// Those that take services, by slug.
///
/// # Errors
/// The database is away.
pub fn open(tx: &mut TenantTx<'_>) -> Result<Vec<Category>> {
    let rows: Vec<Row> = categories::table
        .filter(categories::tenant_id.eq(tx.tenant().uuid()))
        .filter(categories::closed_at.is_null())
        .order(categories::slug)
        .select(Row::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(Row::category).collect()
}

/// One of them, open or closed.
///
/// # Errors
/// Not here, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: CategoryId) -> Result<Category> {
    let row = categories::table.find((tx.tenant().uuid(), id.uuid()));
    row.select(Row::as_select()).first(tx.conn)?.category()
}

/// The same, and nobody else changes it until the transaction ends.
///
/// # Errors
/// Not here, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: CategoryId) -> Result<Category> {
    let row = categories::table.find((tx.tenant().uuid(), id.uuid()));
    row.for_update().select(Row::as_select()).first(tx.conn)?.category()
}

/// The open one that addresses name so.
///
/// # Errors
/// The database is away.
pub fn by_slug(tx: &mut TenantTx<'_>, slug: &str) -> Result<Option<Category>> {
    let row = categories::table
        .filter(categories::tenant_id.eq(tx.tenant().uuid()))
        .filter(categories::slug.eq(slug).and(categories::closed_at.is_null()))
        .select(Row::as_select());
    row.first(tx.conn).optional()?.map(Row::category).transpose()
}

/// Adds one.
///
/// # Errors
/// Its slug is taken, or the database is away.
pub fn insert(tx: &mut TenantTx<'_>, category: &Category, now: Moment) -> Result<()> {
    let created = (
        categories::tenant_id.eq(tx.tenant().uuid()),
        categories::created_at.eq(At(now)),
    );
    tx.lists_changed();
    diesel::insert_into(categories::table)
        .values((created, Row::of(category)?))
        .execute(tx.conn)?;
    Ok(())
}

/// Writes all of it.
///
/// # Errors
/// Not here, or the database is away.
pub fn update(tx: &mut TenantTx<'_>, category: &Category) -> Result<()> {
    tx.lists_changed();
    let row = categories::table.find((tx.tenant().uuid(), category.id.uuid()));
    diesel::update(row).set(Row::of(category)?).execute(tx.conn)?;
    Ok(())
}

/// Adds those that a tenant starts with: slug, English, German. Whoever has any keeps what they have; says whether these
/// were added.
///
/// # Errors
/// The database is away.
pub fn start(tx: &mut TenantTx<'_>, starting: &[(&str, &str, &str)], now: Moment) -> Result<bool> {
    if !slugs(tx)?.is_empty() {
        return Ok(false);
    }
    for &(slug, english, german) in starting {
        let names = [("en", english), ("de", german)];
        let category = Category {
            id: CategoryId::new(),
            slug: slug.to_owned(),
            names: Names::new(names.map(|(tag, name)| (tag.to_owned(), name.to_owned()))),
            video: true,
            policy: PolicyChange::default(),
            closed_at: None,
        };
        insert(tx, &category, now)?;
    }
    Ok(true)
}

/// A category with how many sell in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The category.
    pub category: Category,
    /// People with something published in it.
    pub sellers: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    sellers: i64,
}

/// The open ones in which somebody sells something, most sellers first.
///
/// # Errors
/// The database is away.
pub fn browsed(tx: &mut TenantTx<'_>) -> Result<Vec<Counted>> {
    let counts: Vec<Count> = sql_query(
        "SELECT v.category_id AS id, count(DISTINCT v.seller_id) AS sellers
         FROM services v JOIN users u ON u.tenant_id = v.tenant_id AND u.id = v.seller_id
         WHERE v.tenant_id = $1 AND v.published AND (v.video_enabled OR v.fixed IS NOT NULL)
           AND v.category_id IS NOT NULL AND u.suspended_at IS NULL
         GROUP BY v.category_id",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .load(tx.conn)?;
    let sellers = |id: CategoryId| {
        counts
            .iter()
            .find(|count| count.id == id.uuid())
            .map(|count| count.sellers)
    };
    let counted = open(tx)?.into_iter().filter_map(|category| {
        let sellers = sellers(category.id)?;
        Some(Counted { category, sellers })
    });
    let mut counted: Vec<Counted> = counted.collect();
    counted.sort_by_key(|counted| Reverse(counted.sellers));
    Ok(counted)
}
