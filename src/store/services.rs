//! What sellers offer.

use super::{
    TenantTx,
    categories::{Category, Row as CategoryRow},
    listing::pattern,
    moment::At,
    schema::{categories, sellers, services, users},
};
use crate::{
    domain::{
        booking::{Addon, Bookable, Fixed},
        ids::{CategoryId, ServiceId, UserId},
        policy::PolicyChange,
        time::Moment,
    },
    error::{Error, Result},
};
use diesel::{dsl::auto_type, prelude::*};
use uuid::Uuid;

/// Something a seller lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Whose.
    pub seller: UserId,
    /// Its name.
    pub title: String,
    /// What one gets; plain text.
    pub description: String,
    /// Price of a minute in the tenant's currency, minor units.
    pub rate_minor: i64,
    /// Where it is filed.
    pub category: Option<Category>,
    /// What the tenant has set for its seller, whatever the category says.
    pub seller_charges: PolicyChange,
    /// What it changes of the policy that its category has.
    pub policy: PolicyChange,
    /// How it can be booked, if it can.
    pub booking: Option<Bookable>,
    /// What it costs where it isn't done by video.
    pub fixed: Option<Fixed>,
    /// What can be had with it.
    pub addons: Vec<Addon>,
    /// People can ring for it.
    pub video_enabled: bool,
    /// Buyers see it and can ring for it.
    pub published: bool,
    /// Since when.
    pub created_at: Moment,
}

impl Service {
    /// What the tenant has set for its category, and for its seller in place of that.
    pub fn category_policy(&self) -> PolicyChange {
        let category = self.category.as_ref();
        let policy = category.map(|category| category.policy.clone()).unwrap_or_default();
        policy.with(&self.seller_charges)
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = services, treat_none_as_null = true)]
struct Row {
    id: Uuid,
    seller_id: Uuid,
    title: String,
    description: String,
    rate_minor: i64,
    policy: serde_json::Value,
    video_enabled: bool,
    published: bool,
    created_at: At,
    category_id: Option<Uuid>,
    booking: Option<serde_json::Value>,
    fixed: Option<serde_json::Value>,
    addons: serde_json::Value,
}

/// With where each is filed, and whose it is.
#[auto_type]
fn filed() -> _ {
    let same_tenant = categories::tenant_id.eq(services::tenant_id);
    let category = services::category_id.eq(categories::id.nullable());
    let same_tenants = sellers::tenant_id.eq(services::tenant_id);
    let seller = services::seller_id.eq(sellers::user_id);
    services::table
        .left_join(categories::table.on(same_tenant.and(category)))
        .inner_join(sellers::table.on(same_tenants.and(seller)))
}

impl Row {
    fn of(service: &Service) -> Result<Self> {
        Ok(Self {
            id: service.id.uuid(),
            seller_id: service.seller.uuid(),
            title: service.title.clone(),
            description: service.description.clone(),
            rate_minor: service.rate_minor,
            policy: serde_json::to_value(&service.policy).map_err(Error::internal)?,
            video_enabled: service.video_enabled,
            published: service.published,
            created_at: At(service.created_at),
            category_id: service.category.as_ref().map(|category| category.id.uuid()),
            booking: service
                .booking
                .map(serde_json::to_value)
                .transpose()
                .map_err(Error::internal)?,
            fixed: service
                .fixed
                .map(serde_json::to_value)
                .transpose()
                .map_err(Error::internal)?,
            addons: serde_json::to_value(&service.addons).map_err(Error::internal)?,
        })
    }

    fn service(self, category: Option<CategoryRow>, charges: serde_json::Value) -> Result<Service> {
        Ok(Service {
            id: ServiceId::from_uuid(self.id),
            seller: UserId::from_uuid(self.seller_id),
            title: self.title,
            description: self.description,
            rate_minor: self.rate_minor,
            seller_charges: serde_json::from_value(charges).map_err(Error::internal)?,
            policy: serde_json::from_value(self.policy).map_err(Error::internal)?,
            booking: self
                .booking
                .map(serde_json::from_value)
                .transpose()
                .map_err(Error::internal)?,
            fixed: self
                .fixed
                .map(serde_json::from_value)
                .transpose()
                .map_err(Error::internal)?,
            addons: serde_json::from_value(self.addons).map_err(Error::internal)?,
            video_enabled: self.video_enabled,
            published: self.published,
            created_at: self.created_at.into(),
            category: category.map(CategoryRow::category).transpose()?,
        })
    }
}

/// Adds one.
///
/// # Errors
/// The seller has no profile, or the database is away.
pub fn insert(tx: &mut TenantTx<'_>, service: &Service) -> Result<()> {
    tx.lists_changed();
    diesel::insert_into(services::table)
        .values((services::tenant_id.eq(tx.tenant().uuid()), Row::of(service)?))
        .execute(tx.conn)?;
    Ok(())
}

/// Writes all of it but its seller and age.
///
/// # Errors
/// It isn't there or not that seller's, it would go back on a site that staff took it off, or the database is away.
pub fn update(tx: &mut TenantTx<'_>, service: &Service) -> Result<()> {
    tx.lists_changed();
    let row = services::table.find((tx.tenant().uuid(), service.id.uuid()));
    let (seller, age, withheld): (Uuid, At, bool) = row
        .for_update()
        .select((services::seller_id, services::created_at, services::withheld))
        .first(tx.conn)?;
    if seller != service.seller.uuid() {
        return Err(Error::not_found());
    }
    if withheld && service.published {
        let words = "The people who run this marketplace took this off the site. Ask them before you publish it again.";
        return Err(Error::conflict("withheld", words));
    }
    let written = Row {
        created_at: age,
        ..Row::of(service)?
    };
    diesel::update(row).set(written).execute(tx.conn)?;
    Ok(())
}

/// Reads one.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: ServiceId) -> Result<Service> {
    let (row, category, charges): (Row, _, _) = filed()
        .filter(services::tenant_id.eq(tx.tenant().uuid()))
        .filter(services::id.eq(id.uuid()))
        .select((Row::as_select(), Option::<CategoryRow>::as_select(), sellers::charges))
        .first(tx.conn)?;
    row.service(category, charges)
}

/// A seller's services, oldest first.
///
/// # Errors
/// The database is away.
pub fn of_seller(tx: &mut TenantTx<'_>, seller: UserId, limit: i64) -> Result<Vec<Service>> {
    let rows: Vec<(Row, Option<CategoryRow>, serde_json::Value)> = filed()
        .filter(services::tenant_id.eq(tx.tenant().uuid()))
        .filter(services::seller_id.eq(seller.uuid()))
        .order((services::created_at, services::id))
        .limit(limit)
        .select((Row::as_select(), Option::<CategoryRow>::as_select(), sellers::charges))
        .load(tx.conn)?;
    rows.into_iter()
        .map(|(row, category, charges)| row.service(category, charges))
        .collect()
}

/// What these sellers can be rung for, as far as they take calls, with a text in name or title, each with its seller's name, by
/// that; at most so many.
///
/// # Errors
/// The text is too long, or the database is away.
pub fn talked(tx: &mut TenantTx<'_>, sellers: &[UserId], search: &str, most: i64) -> Result<Vec<(Service, String)>> {
    let ids = sellers.iter().map(|seller| seller.uuid());
    let account = users::tenant_id
        .eq(services::tenant_id)
        .and(users::id.eq(services::seller_id));
    let mut offered = filed()
        .inner_join(users::table.on(account))
        .filter(services::tenant_id.eq(tx.tenant().uuid()))
        .filter(services::seller_id.eq_any(ids))
        .filter(services::published.and(services::video_enabled))
        .filter(users::auto_reject.eq(false).and(users::suspended_at.is_null()))
        .order((users::name, services::title, services::id))
        .limit(most)
        .select((
            Row::as_select(),
            Option::<CategoryRow>::as_select(),
            sellers::charges,
            users::name,
        ))
        .into_boxed();
    if let Some(pattern) = pattern(search)? {
        offered = offered.filter(users::name.ilike(pattern.clone()).or(services::title.ilike(pattern)));
    }
    let rows: Vec<(Row, Option<CategoryRow>, serde_json::Value, String)> = offered.load(tx.conn)?;
    let rows = rows.into_iter();
    rows.map(|(row, category, charges, name)| Ok((row.service(category, charges)?, name)))
        .collect()
}

/// How what these sellers have published can be booked, each with whose it is: in one category, or in any.
///
/// # Errors
/// The database is away.
pub fn bookable(
    tx: &mut TenantTx<'_>,
    sellers: &[UserId],
    category: Option<CategoryId>,
) -> Result<Vec<(UserId, Bookable)>> {
    let ids = sellers.iter().map(|seller| seller.uuid());
    let mut offered = services::table
        .filter(services::tenant_id.eq(tx.tenant().uuid()))
        .filter(services::seller_id.eq_any(ids))
        .filter(services::published.and(services::video_enabled))
        .filter(services::booking.is_not_null())
        .select((services::seller_id, services::booking.assume_not_null()))
        .into_boxed();
    if let Some(category) = category {
        offered = offered.filter(services::category_id.eq(category.uuid()));
    }
    let rows: Vec<(Uuid, serde_json::Value)> = offered.load(tx.conn)?;
    let rows = rows.into_iter();
    rows.map(|(seller, booking)| {
        let bookable = serde_json::from_value(booking).map_err(Error::internal)?;
        Ok((UserId::from_uuid(seller), bookable))
    })
    .collect()
}

/// Puts a service on the site, or takes it off, until staff put it back. Gives its title, and whether it was there
/// before.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn publish(tx: &mut TenantTx<'_>, id: ServiceId, published: bool) -> Result<(String, bool)> {
    tx.lists_changed();
    let row = services::table.find((tx.tenant().uuid(), id.uuid()));
    let before = row
        .for_update()
        .select((services::title, services::published))
        .first(tx.conn)?;
    diesel::update(row)
        .set((services::published.eq(published), services::withheld.eq(!published)))
        .execute(tx.conn)?;
    Ok(before)
}
