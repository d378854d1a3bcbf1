//! What the platform's console lists of all tenants. Tenants that no list shows have no part in it, but their jobs have:
//! somebody must look after them.

use super::{
    SystemTx,
    console::{CALL_COLUMNS, CALL_SORTS, CallLine},
    listing::{List, Page, Wanted},
    moment::At,
};
use crate::{domain::time::Moment, error::Result};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use serde_json::Value;
use std::sync::LazyLock;
use utoipa::ToSchema;
use uuid::Uuid;

/// Somebody with an account at some tenant.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct AnyUser {
    /// At which tenant: `id`, `slug`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub tenant: Value,
    /// Their account.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Their mail address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// Has a selling profile.
    #[diesel(sql_type = Bool)]
    pub is_seller: bool,
    /// Since when the address is proved theirs.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub verified_at: Option<i64>,
    /// Since when they have the account.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub created_at: Moment,
}

const USERS: List = List {
    columns: "u.id, u.name, u.email, u.created_at, (extract(epoch FROM u.verified_at) * 1000)::bigint AS verified_at,
        jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name) AS tenant,
        EXISTS (SELECT 1 FROM sellers s WHERE s.tenant_id = u.tenant_id AND s.user_id = u.id) AS is_seller",
    rows: "FROM users u JOIN tenants t ON t.id = u.tenant_id AND NOT u.is_guest
        WHERE NOT t.hidden AND ($2 IS NULL OR u.tenant_id = $2::uuid)
          AND ($1 IS NULL OR u.name ILIKE $1 OR u.email ILIKE $1)",
    sorts: &[("created_at", "u.created_at"), ("name", "lower(u.name)")],
    newest_first: true,
    key: "u.id",
};

/// Everybody with an account anywhere, newest first.
///
/// # Errors
/// The database is away.
pub fn users(tx: &mut SystemTx<'_>, wanted: &Wanted, tenant: Option<Uuid>) -> Result<Page<AnyUser>> {
    let tenant = tenant.map(|id| id.to_string());
    USERS.page(tx.conn, wanted, [tenant.as_deref(), None])
}

/// A call at some tenant.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct AnyCall {
    /// At which tenant: `id`, `slug`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub tenant: Value,
    /// The call.
    #[diesel(embed)]
    #[serde(flatten)]
    pub call: CallLine,
}

static CALLS_COLUMNS: LazyLock<String> = LazyLock::new(|| {
    format!("{CALL_COLUMNS}, jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name) AS tenant")
});

static CALLS: LazyLock<List> = LazyLock::new(|| List {
    columns: &CALLS_COLUMNS,
    rows: "FROM calls c JOIN tenants t ON t.id = c.tenant_id
        JOIN users b ON b.tenant_id = c.tenant_id AND b.id = c.buyer_id
        JOIN users s ON s.tenant_id = c.tenant_id AND s.id = c.seller_id
        WHERE NOT t.hidden AND ($2 IS NULL OR c.tenant_id = $2::uuid)
          AND ($3 IS NULL OR (c.ended_at IS NULL) = ($3 = 'live'))
          AND ($1 IS NULL OR b.name ILIKE $1 OR s.name ILIKE $1 OR c.service_title ILIKE $1)",
    sorts: CALL_SORTS,
    newest_first: true,
    key: "c.id",
});

/// Calls, newest first; those that aren't over, those that are, or all.
///
/// # Errors
/// The database is away.
pub fn calls(
    tx: &mut SystemTx<'_>,
    wanted: &Wanted,
    tenant: Option<Uuid>,
    live: Option<bool>,
) -> Result<Page<AnyCall>> {
    let tenant = tenant.map(|id| id.to_string());
    let state = live.map(|live| if live { "live" } else { "ended" });
    CALLS.page(tx.conn, wanted, [tenant.as_deref(), state])
}

/// A job that isn't done.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct OpenJob {
    /// At which tenant: `id`, `slug`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub tenant: Value,
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What is to be done.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// `due` or `dead`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// How often it was tried.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    /// When it is to be run, or was to be run last.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub run_at: Moment,
    /// What went wrong last.
    #[diesel(sql_type = Nullable<Text>)]
    pub last_error: Option<String>,
    /// Since when it is there.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub created_at: Moment,
}

const JOBS: List = List {
    columns: "j.id, j.kind, j.state, j.attempts, j.run_at, j.last_error, j.created_at,
        jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name) AS tenant",
    rows: "FROM jobs j JOIN tenants t ON t.id = j.tenant_id
        WHERE j.state IN ('due', 'dead') AND ($2 IS NULL OR j.state = $2)
          AND ($1 IS NULL OR j.kind ILIKE $1 OR j.last_error ILIKE $1 OR t.name ILIKE $1)",
    sorts: &[
        ("run_at", "j.run_at"),
        ("attempts", "j.attempts"),
        ("created_at", "j.created_at"),
    ],
    newest_first: true,
    key: "j.id",
};

/// Jobs that wait, and those that were given up.
///
/// # Errors
/// The database is away.
pub fn jobs(tx: &mut SystemTx<'_>, wanted: &Wanted, state: Option<&str>) -> Result<Page<OpenJob>> {
    JOBS.page(tx.conn, wanted, [state, None])
}

/// The platform in numbers.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct Figures {
    /// How many tenants are `active`, `suspended`, `deleting`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub tenants: Value,
    /// How many people have accounts.
    #[diesel(sql_type = BigInt)]
    pub users: i64,
    /// Calls that aren't over.
    #[diesel(sql_type = BigInt)]
    pub live_calls: i64,
    /// Calls that began to ring today.
    #[diesel(sql_type = BigInt)]
    pub calls_today: i64,
    /// Minutes that were talked in them, as far as they are over.
    #[diesel(sql_type = BigInt)]
    pub minutes_today: i64,
    /// Jobs that were given up.
    #[diesel(sql_type = BigInt)]
    pub dead_jobs: i64,
}

/// The platform in numbers, of the day that began at `today`.
///
/// # Errors
/// The database is away.
pub fn figures(tx: &mut SystemTx<'_>, today: Moment) -> Result<Figures> {
    let figures = sql_query(
        "WITH shown AS (SELECT id, state FROM tenants WHERE NOT hidden),
            today AS (
                SELECT count(*) AS calls, coalesce(sum(c.billable_ms), 0)::bigint / 60000 AS minutes
                FROM calls c JOIN shown t ON t.id = c.tenant_id WHERE c.rang_at >= $1 AND c.parent_id IS NULL)
         SELECT (SELECT jsonb_build_object(
                'active', count(*) FILTER (WHERE state = 'active'),
                'suspended', count(*) FILTER (WHERE state = 'suspended'),
                'deleting', count(*) FILTER (WHERE state = 'deleting')) FROM shown) AS tenants,
            (SELECT count(*) FROM users u JOIN shown t ON t.id = u.tenant_id WHERE NOT u.is_guest) AS users,
            (SELECT count(*) FROM calls c JOIN shown t ON t.id = c.tenant_id WHERE c.ended_at IS NULL
                AND c.parent_id IS NULL) AS live_calls,
            (SELECT count(*) FROM jobs WHERE state = 'dead') AS dead_jobs,
            today.calls AS calls_today, today.minutes AS minutes_today
         FROM today",
    )
    .bind::<Timestamptz, _>(At(today))
    .get_result(tx.conn)?;
    Ok(figures)
}
