//! People who sell: their profiles, their switch, and the cards that lists show of them.

use super::{
    TenantTx,
    moment::At,
    schema::{sellers, users},
};
use crate::{
    domain::{
        ids::{CategoryId, ServiceId, StudioId, UserId},
        policy::PolicyChange,
        time::Moment,
    },
    error::{Error, Result},
};
use diesel::{
    dsl::sql,
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
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

/// A seller as lists show them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Who.
    pub user: UserId,
    /// Public name.
    pub name: String,
    /// One line.
    pub headline: String,
    /// Spoken languages.
    pub languages: Vec<String>,
    /// Address of their picture.
    pub photo_url: Option<String>,
    /// Until when the availability switch is on.
    pub available_until: Option<Moment>,
    /// Stars in all ratings together.
    pub rating_sum: i64,
    /// How many ratings.
    pub rating_count: i64,
    /// Wants no calls, whatever the switch says.
    pub do_not_disturb: bool,
    /// In a call right now.
    pub in_call: bool,
    /// The address of a still of them in it, and when it was taken.
    pub snapshot: Option<(String, Moment)>,
    /// The cheapest published service that is talked about by video, or else the cheapest that is delivered.
    pub service: Option<CardService>,
}

impl Card {
    /// What it names is talked about by video: it can be rung for.
    pub fn talks(&self) -> bool {
        matches!(&self.service, Some(service) if matches!(service.price, CardPrice::Minute(_)))
    }

    /// The average of all ratings times ten, rounded: 48 is 4.8. Zero without ratings.
    pub fn average_tenths(&self) -> u32 {
        crate::domain::rating::Rating::of(self.rating_sum, self.rating_count).map_or(0, |rating| rating.average_tenths)
    }
}

/// What a card names the price of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardService {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub title: String,
    /// What it costs.
    pub price: CardPrice,
    /// What its category changes of the tenant's policy.
    pub category_policy: PolicyChange,
    /// What it changes of that.
    pub policy: PolicyChange,
}

/// A price that a card names, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardPrice {
    /// Of a minute by video.
    Minute(i64),
    /// Of a delivery.
    Delivery(i64),
}

/// Which of a seller's services their card names: the cheapest of these.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named {
    /// Filed there.
    pub category: Option<CategoryId>,
    /// At least that a minute, minor units; a delivery has no such price.
    pub least_minor: Option<i64>,
    /// At most that a minute, minor units; a delivery has no such price.
    pub highest_minor: Option<i64>,
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

#[derive(QueryableByName)]
struct CardRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    headline: String,
    #[diesel(sql_type = Array<Text>)]
    languages: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    photo_url: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    available_until: Option<At>,
    #[diesel(sql_type = BigInt)]
    rating_sum: i64,
    #[diesel(sql_type = BigInt)]
    rating_count: i64,
    #[diesel(sql_type = Bool)]
    do_not_disturb: bool,
    #[diesel(sql_type = Bool)]
    in_call: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    snapshot_at: Option<At>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    service_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Nullable<Bool>)]
    video_enabled: Option<bool>,
    #[diesel(sql_type = Nullable<BigInt>)]
    price_minor: Option<i64>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    category_policy: Option<serde_json::Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    policy: Option<serde_json::Value>,
}

impl CardRow {
    fn card(self) -> Result<Card> {
        let read = |change: Option<serde_json::Value>| {
            let change = change.map(serde_json::from_value::<PolicyChange>).transpose();
            change.map(Option::unwrap_or_default).map_err(Error::internal)
        };
        let price = self.price_minor.map(|minor| match self.video_enabled {
            Some(true) => CardPrice::Minute(minor),
            _ => CardPrice::Delivery(minor),
        });
        let service = match (self.service_id, self.title, price) {
            (Some(id), Some(title), Some(price)) => Some(CardService {
                id: ServiceId::from_uuid(id),
                title,
                price,
                category_policy: read(self.category_policy)?,
                policy: read(self.policy)?,
            }),
            _ => None,
        };
        Ok(Card {
            user: UserId::from_uuid(self.user_id),
            name: self.name,
            headline: self.headline,
            languages: self.languages,
            photo_url: self.photo_url,
            available_until: self.available_until.map(Moment::from),
            rating_sum: self.rating_sum,
            rating_count: self.rating_count,
            do_not_disturb: self.do_not_disturb,
            in_call: self.in_call,
            snapshot: (self.snapshot_at).map(|at| (format!("/snapshots/{}", self.user_id), at.0)),
            service,
        })
    }
}

/// Cards of sellers `s` who are users `u`, each with their cheapest service `v` in category `$2` from `$3` to `$4` a minute;
/// null is any, and then deliveries will do where there is no talk. `$5` is for whoever asks.
const CARDS: &str =
    "SELECT s.user_id, u.name, s.headline, s.languages, s.photo_url, s.available_until, s.rating_sum, s.rating_count,
        u.do_not_disturb, v.id AS service_id, v.title, v.video_enabled, v.price_minor, v.policy, v.category_policy,
        EXISTS (SELECT 1 FROM people_in_calls i WHERE i.tenant_id = s.tenant_id AND i.user_id = s.user_id) AS in_call,
        n.at AS snapshot_at
    FROM sellers s
    JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
    LEFT JOIN call_snapshots n ON n.tenant_id = s.tenant_id AND n.seller_id = s.user_id AND EXISTS (
        SELECT 1 FROM calls c WHERE c.tenant_id = n.tenant_id AND c.id = n.call_id AND c.ended_at IS NULL)
    LEFT JOIN LATERAL (
        SELECT o.id, o.title, o.video_enabled, p.price_minor, o.policy, c.policy AS category_policy
        FROM services o
        CROSS JOIN LATERAL (SELECT CASE WHEN o.video_enabled THEN o.rate_minor
            ELSE (o.fixed ->> 'price_minor')::bigint END AS price_minor) p
        LEFT JOIN categories c ON c.tenant_id = o.tenant_id AND c.id = o.category_id
        WHERE o.tenant_id = s.tenant_id AND o.seller_id = s.user_id AND o.published
          AND p.price_minor IS NOT NULL AND ($2 IS NULL OR o.category_id = $2)
          AND ($3 IS NULL OR o.video_enabled AND o.rate_minor >= $3)
          AND ($4 IS NULL OR o.video_enabled AND o.rate_minor <= $4)
        ORDER BY o.video_enabled DESC, p.price_minor, o.created_at, o.id LIMIT 1) v ON true
    WHERE s.tenant_id = $1";

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

/// One seller's card.
///
/// # Errors
/// There is no such seller, or the database is away.
pub fn card(tx: &mut TenantTx<'_>, user: UserId) -> Result<Card> {
    let found = cards(tx, &[user], Named::default())?;
    found.into_iter().next().ok_or_else(Error::not_found)
}

/// Cards of these sellers, in this order.
///
/// # Errors
/// The database is away.
pub fn cards(tx: &mut TenantTx<'_>, sellers: &[UserId], named: Named) -> Result<Vec<Card>> {
    if sellers.is_empty() {
        return Ok(Vec::new());
    }
    let ids = sellers.iter().map(|seller| seller.uuid()).collect();
    read_cards(
        tx,
        "s.user_id = ANY ($5) ORDER BY array_position($5, s.user_id)",
        ids,
        named,
    )
}

fn read_cards(tx: &mut TenantTx<'_>, whose: &str, ids: Vec<Uuid>, named: Named) -> Result<Vec<Card>> {
    let rows: Vec<CardRow> = sql_query(format!("{CARDS} AND {whose}"))
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<Nullable<SqlUuid>, _>(named.category.map(CategoryId::uuid))
        .bind::<Nullable<BigInt>, _>(named.least_minor)
        .bind::<Nullable<BigInt>, _>(named.highest_minor)
        .bind::<Array<SqlUuid>, _>(ids)
        .load(tx.conn)?;
    rows.into_iter().map(CardRow::card).collect()
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

/// Cards of everybody who sells in a studio, by name.
///
/// # Errors
/// The database is away.
pub fn of_studio(tx: &mut TenantTx<'_>, studio: StudioId) -> Result<Vec<Card>> {
    let in_it = "s.user_id IN (SELECT seller_id FROM studio_sellers WHERE tenant_id = $1 AND studio_id = ANY ($5))
         ORDER BY lower(u.name), s.user_id";
    read_cards(tx, in_it, vec![studio.uuid()], Named::default())
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
