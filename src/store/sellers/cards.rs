//! Sellers as lists show them.

use crate::{
    domain::{
        ids::{CategoryId, ServiceId, StudioId, UserId},
        policy::PolicyChange,
        rating::Rating,
        time::Moment,
    },
    error::{Error, Result},
    store::{TenantTx, moment::At},
};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

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
        Rating::of(self.rating_sum, self.rating_count).map_or(0, |rating| rating.average_tenths)
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

/// Cards of everybody who sells in a studio, by name.
///
/// # Errors
/// The database is away.
pub fn of_studio(tx: &mut TenantTx<'_>, studio: StudioId) -> Result<Vec<Card>> {
    let in_it = "s.user_id IN (SELECT seller_id FROM studio_sellers WHERE tenant_id = $1 AND studio_id = ANY ($5))
         ORDER BY lower(u.name), s.user_id";
    read_cards(tx, in_it, vec![studio.uuid()], Named::default())
}
