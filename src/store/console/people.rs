//! People, what they offer, and what is said of them.

use crate::{
    domain::{ids::UserId, time::Moment},
    error::Result,
    store::{
        TenantTx,
        listing::{List, Page, Wanted},
        moment::At,
    },
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Somebody with an account.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct UserLine {
    /// Their account.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Their mail address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// Since when the address is proved theirs.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub verified_at: Option<i64>,
    /// Since when they have the account.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub created_at: Moment,
    /// Why the account is closed, and since when: `reason`, `at`.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub suspended: Option<Value>,
    /// Calls they had, on either side.
    #[diesel(sql_type = BigInt)]
    pub calls: i64,
    /// Has a selling profile.
    #[diesel(sql_type = Bool)]
    pub is_seller: bool,
}

const USER_COLUMNS: &str = "u.id, u.name, u.email, u.created_at,
    (extract(epoch FROM u.verified_at) * 1000)::bigint AS verified_at,
    CASE WHEN u.suspended_at IS NOT NULL THEN jsonb_build_object('reason', u.suspended_reason,
        'at', (extract(epoch FROM u.suspended_at) * 1000)::bigint) END AS suspended,
    (SELECT count(*) FROM calls c WHERE c.tenant_id = u.tenant_id AND c.buyer_id = u.id
            AND (c.parent_id IS NULL OR c.terms -> 'policy' ->> 'third_person' = 'guest_pays'))
        + (SELECT count(*) FROM calls c WHERE c.tenant_id = u.tenant_id AND c.seller_id = u.id
            AND (c.parent_id IS NULL OR c.terms -> 'policy' ->> 'third_person' = 'buyer_pays')) AS calls,
    EXISTS (SELECT 1 FROM sellers s WHERE s.tenant_id = u.tenant_id AND s.user_id = u.id) AS is_seller";

const USERS: List = List {
    columns: USER_COLUMNS,
    rows: "FROM users u WHERE u.tenant_id = $2::uuid AND NOT u.is_guest AND ($1 IS NULL OR u.name ILIKE $1 OR u.email ILIKE $1)",
    sorts: &[("created_at", "u.created_at"), ("name", "lower(u.name)")],
    newest_first: true,
    key: "u.id",
};

/// Everybody, newest first.
///
/// # Errors
/// The database is away.
pub fn users(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<UserLine>> {
    USERS.of_tenant(tx, wanted, None)
}

/// What is known of somebody besides their [`UserLine`].
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct UserDetails {
    /// What their wallet holds.
    #[diesel(sql_type = BigInt)]
    pub balance_minor: i64,
    /// In which currency.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// IANA zone.
    #[diesel(sql_type = Text)]
    pub time_zone: String,
    /// What they have earned and weren't paid out.
    #[diesel(sql_type = BigInt)]
    pub earned_minor: i64,
    /// Why their money is frozen, and since when: `reason`, `at`.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub frozen: Option<Value>,
    /// They have switched a second factor on.
    #[diesel(sql_type = Bool)]
    pub second_factor: bool,
}

/// Somebody.
///
/// # Errors
/// Not here, or the database is away.
pub fn user(tx: &mut TenantTx<'_>, id: UserId) -> Result<(UserLine, UserDetails)> {
    let key = "u.tenant_id = $1 AND u.id = $2";
    let line = sql_query(format!("SELECT {USER_COLUMNS} FROM users u WHERE {key}"))
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(tx.conn)?;
    let details = sql_query(format!(
        "SELECT u.time_zone, t.currency, coalesce((SELECT balance_minor FROM ledger_accounts a
             WHERE a.tenant_id = u.tenant_id AND a.kind = 'wallet' AND a.owner_id = u.id), 0) AS balance_minor,
             coalesce((SELECT sum(balance_minor) FROM ledger_accounts a WHERE a.tenant_id = u.tenant_id
                 AND a.kind IN ('earnings', 'tips', 'payable', 'paying_out') AND a.owner_id = u.id), 0)::bigint
                 AS earned_minor,
             CASE WHEN u.frozen_at IS NOT NULL THEN jsonb_build_object('reason', u.frozen_reason,
                 'at', (extract(epoch FROM u.frozen_at) * 1000)::bigint) END AS frozen,
             EXISTS (SELECT 1 FROM second_factors f WHERE f.tenant_id = u.tenant_id AND f.user_id = u.id
                 AND f.switched_on_at IS NOT NULL) AS second_factor
         FROM users u JOIN tenants t ON t.id = u.tenant_id WHERE {key}"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(tx.conn)?;
    Ok((line, details))
}

/// Somebody who sells.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct SellerLine {
    /// Their account.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Their mail address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// What they say of themselves.
    #[diesel(sql_type = Text)]
    pub headline: String,
    /// Switched on.
    #[diesel(sql_type = Bool)]
    pub available: bool,
    /// `average_tenths`, `count`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub rating: Value,
    /// How much they offer.
    #[diesel(sql_type = BigInt)]
    pub services: i64,
    /// Calls they were paid for.
    #[diesel(sql_type = BigInt)]
    pub calls: i64,
    /// What is theirs of it and not paid out.
    #[diesel(sql_type = BigInt)]
    pub earned_minor: i64,
    /// The account is closed.
    #[diesel(sql_type = Bool)]
    pub suspended: bool,
    /// They were asked and haven't said yes.
    #[diesel(sql_type = Bool)]
    pub invited: bool,
}

const SELLERS: List = List {
    columns: "u.id, u.name, u.email, s.headline, u.suspended_at IS NOT NULL AS suspended,
        u.verified_at IS NULL AND u.erased_at IS NULL AS invited,
        coalesce(s.available_until > to_timestamp($3::double precision / 1000), false) AS available,
        jsonb_build_object('count', s.rating_count, 'average_tenths',
            CASE WHEN s.rating_count > 0 THEN round(s.rating_sum * 10.0 / s.rating_count)::bigint ELSE 0 END) AS rating,
        (SELECT count(*) FROM services v WHERE v.tenant_id = s.tenant_id AND v.seller_id = s.user_id) AS services,
        (SELECT count(*) FROM calls c WHERE c.tenant_id = s.tenant_id AND c.seller_id = s.user_id
            AND c.charged_minor > 0
            AND (c.parent_id IS NULL OR c.terms -> 'policy' ->> 'third_person' = 'buyer_pays')) AS calls,
        coalesce((SELECT sum(balance_minor) FROM ledger_accounts a WHERE a.tenant_id = s.tenant_id
            AND a.kind IN ('earnings', 'tips', 'payable', 'paying_out') AND a.owner_id = s.user_id), 0)::bigint
            AS earned_minor",
    rows: "FROM sellers s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
        WHERE s.tenant_id = $2::uuid AND ($1 IS NULL OR u.name ILIKE $1 OR u.email ILIKE $1 OR s.headline ILIKE $1)",
    sorts: &[
        ("name", "lower(u.name)"),
        ("calls", "calls"),
        ("earned_minor", "earned_minor"),
    ],
    newest_first: false,
    key: "u.id",
};

/// Everybody who sells, by name.
///
/// # Errors
/// The database is away.
pub fn sellers(tx: &mut TenantTx<'_>, wanted: &Wanted, now: Moment) -> Result<Page<SellerLine>> {
    SELLERS.of_tenant(tx, wanted, Some(&now.0.to_string()))
}

/// Something that is offered.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct ServiceLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What it is called.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// By whom: `id`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub seller: Value,
    /// Price of a minute; zero of what is delivered.
    #[diesel(sql_type = BigInt)]
    pub rate_minor: i64,
    /// Price of what is delivered.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub price_minor: Option<i64>,
    /// In which currency.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// People can see it.
    #[diesel(sql_type = Bool)]
    pub published: bool,
    /// Calls about it.
    #[diesel(sql_type = BigInt)]
    pub calls: i64,
}

const SERVICES: List = List {
    columns: "v.id, v.title, v.rate_minor, t.currency, v.published,
        CASE WHEN NOT v.video_enabled THEN (v.fixed ->> 'price_minor')::bigint END AS price_minor,
        jsonb_build_object('id', u.id, 'name', u.name) AS seller,
        (SELECT count(*) FROM calls c WHERE c.tenant_id = v.tenant_id AND c.seller_id = v.seller_id
            AND c.service_id = v.id
            AND (c.parent_id IS NULL OR c.terms -> 'policy' ->> 'third_person' = 'buyer_pays')) AS calls",
    rows: "FROM services v JOIN users u ON u.tenant_id = v.tenant_id AND u.id = v.seller_id
        JOIN tenants t ON t.id = v.tenant_id
        WHERE v.tenant_id = $2::uuid AND ($1 IS NULL OR v.title ILIKE $1 OR u.name ILIKE $1)",
    sorts: &[
        ("title", "lower(v.title)"),
        ("rate_minor", "v.rate_minor"),
        ("calls", "calls"),
    ],
    newest_first: false,
    key: "v.id",
};

/// Everything that is or was offered, by title.
///
/// # Errors
/// The database is away.
pub fn services(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<ServiceLine>> {
    SERVICES.of_tenant(tx, wanted, None)
}

/// A review with whether it is shown.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct ReviewLine {
    /// The call it is about, on which its buyer says one thing.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// When it was written or changed last.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub at: Moment,
    /// 1 to 5.
    #[diesel(sql_type = SmallInt)]
    pub stars: i16,
    /// May be empty.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// By whom: `id`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub from: Value,
    /// About whom: `id`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub seller: Value,
    /// Why it isn't shown, and since when: `reason`, `at`.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub hidden: Option<Value>,
    /// What the seller answers: `text`, `at`.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub reply: Option<Value>,
    /// Reports that nobody has looked at.
    #[diesel(sql_type = Integer)]
    pub open_reports: i32,
    /// The latest 20 reports: `from` (`id`, `name`), `fault`, `text`, `at`, `open`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<Object>)]
    pub reports: Value,
}

const REVIEWS: List = List {
    columns: "r.call_id AS id, r.at, r.stars, r.body AS text,
        jsonb_build_object('id', b.id, 'name', b.name) AS \"from\",
        jsonb_build_object('id', s.id, 'name', s.name) AS seller,
        CASE WHEN r.hidden_at IS NOT NULL THEN jsonb_build_object('reason', r.hidden_reason,
            'at', (extract(epoch FROM r.hidden_at) * 1000)::bigint) END AS hidden,
        CASE WHEN r.reply IS NOT NULL THEN jsonb_build_object('text', r.reply,
            'at', (extract(epoch FROM r.replied_at) * 1000)::bigint) END AS reply,
        r.open_reports,
        coalesce((SELECT jsonb_agg(jsonb_build_object('from', jsonb_build_object('id', u.id, 'name', u.name),
                'fault', p.fault, 'text', p.body, 'at', (extract(epoch FROM p.at) * 1000)::bigint,
                'open', p.settled_at IS NULL) ORDER BY p.at DESC)
            FROM (SELECT * FROM review_reports p WHERE p.tenant_id = r.tenant_id AND p.call_id = r.call_id
                  AND p.author = r.author ORDER BY p.at DESC LIMIT 20) p
            JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.reporter_id), '[]') AS reports",
    rows: "FROM reviews r JOIN users b ON b.tenant_id = r.tenant_id AND b.id = r.buyer_id
        JOIN users s ON s.tenant_id = r.tenant_id AND s.id = r.seller_id
        WHERE r.tenant_id = $2::uuid AND r.author = 'buyer'
          AND ($1 IS NULL OR r.body ILIKE $1 OR b.name ILIKE $1 OR s.name ILIKE $1)",
    sorts: &[("open_reports", "r.open_reports"), ("at", "r.at"), ("stars", "r.stars")],
    newest_first: true,
    key: "r.call_id",
};

/// What buyers said of sellers; what was reported and not looked at first.
///
/// # Errors
/// The database is away.
pub fn reviews(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<ReviewLine>> {
    REVIEWS.of_tenant(tx, wanted, None)
}
