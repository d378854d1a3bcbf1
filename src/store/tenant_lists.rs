//! Tenants as the platform's console shows them.

use super::{
    SystemTx,
    listing::{List, Page, Wanted},
    moment::At,
};
use crate::{
    domain::{ids::TenantId, time::Moment},
    error::Result,
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A line of the list.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct Line {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Its subdomain.
    #[diesel(sql_type = Text)]
    pub slug: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Where it answers.
    #[diesel(sql_type = Text)]
    #[serde(skip)]
    pub host: String,
    /// What kind of business it is.
    #[diesel(sql_type = Text)]
    pub vertical: String,
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// `active`, `suspended` or `deleting`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// Since when.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub created_at: Moment,
    /// How many people have accounts.
    #[diesel(sql_type = BigInt)]
    pub users: i64,
    /// How many of them sell.
    #[diesel(sql_type = BigInt)]
    pub sellers: i64,
    /// Calls that aren't over.
    #[diesel(sql_type = BigInt)]
    pub live_calls: i64,
    /// What it is subscribed to: `name`, `expires_at`.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub plan: Option<Value>,
}

/// Columns of a [`Line`], once for the list and once for one tenant.
const COLUMNS: &str = "t.id, t.slug, t.name, t.vertical, t.currency, t.state, t.created_at,
    (SELECT min(host) FROM tenant_hosts h WHERE h.tenant_id = t.id) AS host,
    (SELECT count(*) FROM users u WHERE u.tenant_id = t.id AND NOT u.is_guest) AS users,
    (SELECT count(*) FROM sellers s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
        WHERE s.tenant_id = t.id AND u.erased_at IS NULL) AS sellers,
    (SELECT count(*) FROM calls c WHERE c.tenant_id = t.id AND c.ended_at IS NULL AND c.parent_id IS NULL) AS live_calls,
    (SELECT jsonb_build_object('name', s.plan_name, 'expires_at', (extract(epoch FROM s.expires_at) * 1000)::bigint)
     FROM subscriptions s WHERE s.tenant_id = t.id ORDER BY s.expires_at DESC LIMIT 1) AS plan";

const LIST: List = List {
    columns: COLUMNS,
    rows: "FROM tenants t WHERE NOT t.hidden AND ($2 IS NULL OR t.state = $2)
        AND ($1 IS NULL OR t.name ILIKE $1 OR t.slug ILIKE $1)",
    sorts: &[
        ("created_at", "t.created_at"),
        ("name", "lower(t.name)"),
        ("users", "users"),
        ("sellers", "sellers"),
        ("live_calls", "live_calls"),
    ],
    newest_first: true,
    key: "t.id",
};

/// Tenants, newest first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut SystemTx<'_>, wanted: &Wanted, state: Option<&str>) -> Result<Page<Line>> {
    LIST.page(tx.conn, wanted, [state, None])
}

/// What is known of one tenant besides its [`Line`].
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct Details {
    /// `host`, `kind`, `verified_at` of each of its hosts.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<Object>)]
    pub hosts: Value,
    /// `id`, `name`, `email` of each of its admins.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<Object>)]
    pub admins: Value,
    /// Why it is closed, and since when: `reason`, `at`.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub suspension: Option<Value>,
    /// When it will be deleted.
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = Option<At>)]
    #[serde(serialize_with = "moment")]
    #[schema(value_type = Option<i64>)]
    pub delete_at: Option<At>,
    /// What it changes of the platform's policy.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub policy: Value,
    /// IANA zone.
    #[diesel(sql_type = Text)]
    pub time_zone: String,
    /// ISO code.
    #[diesel(sql_type = Text)]
    pub language: String,
    /// Which theme dresses it.
    #[diesel(sql_type = Text)]
    pub theme: String,
}

fn moment<S: serde::Serializer>(at: &Option<At>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.0).serialize(serializer)
}

/// One tenant.
///
/// # Errors
/// There is none, or the database is away.
pub fn find(tx: &mut SystemTx<'_>, id: TenantId) -> Result<(Line, Details)> {
    let line = sql_query(format!(
        "SELECT {COLUMNS} FROM tenants t WHERE t.id = $1 AND t.erased_at IS NULL"
    ))
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(tx.conn)?;
    let details = sql_query(
        "SELECT t.delete_at, t.policy, t.time_zone, t.language, t.theme,
            (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'host', h.host, 'kind', 'subdomain', 'verified_at', (extract(epoch FROM t.created_at) * 1000)::bigint)
                ORDER BY h.host), '[]') FROM tenant_hosts h WHERE h.tenant_id = t.id)
             || (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'host', d.domain, 'kind', 'domain', 'verified_at',
                CASE WHEN d.state = 'proven' THEN (extract(epoch FROM d.since) * 1000)::bigint END)
                ORDER BY d.domain), '[]') FROM domains d WHERE d.tenant_id = t.id) AS hosts,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email) ORDER BY u.name), '[]')
             FROM staff s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
             WHERE s.tenant_id = t.id AND s.role = 'admin') AS admins,
            CASE WHEN t.suspended_at IS NOT NULL THEN jsonb_build_object(
                'reason', t.suspended_reason, 'at', (extract(epoch FROM t.suspended_at) * 1000)::bigint) END AS suspension
         FROM tenants t WHERE t.id = $1",
    )
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(tx.conn)?;
    Ok((line, details))
}
