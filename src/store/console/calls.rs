//! Calls.

use crate::{
    domain::{ids::CallId, time::Moment},
    error::Result,
    store::{
        TenantTx,
        listing::{List, Page, Wanted},
        moment::At,
        schema::calls as table,
    },
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A call.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct CallLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Who pays: `id`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub buyer: Value,
    /// Who is paid: `id`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub seller: Value,
    /// What was bought.
    #[diesel(sql_type = Text)]
    pub service: String,
    /// `live` or `ended`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// When it began to ring.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub rang_at: Moment,
    /// When both connected.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub live_at: Option<i64>,
    /// When it was over.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub ended_at: Option<i64>,
    /// Why.
    #[diesel(sql_type = Nullable<Text>)]
    pub end_reason: Option<String>,
    /// Time that was charged for.
    #[diesel(sql_type = BigInt)]
    pub billable_ms: i64,
    /// What was charged.
    #[diesel(sql_type = BigInt)]
    pub charged_minor: i64,
    /// In which currency.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// How its people found picture and sound: `role`, `good`, `faults`, `text`, `at`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<Object>)]
    pub feedback: Value,
    /// How good its connections were: `role`, seconds in `good_s`, `fair_s` and `poor_s`, `worst` of 0 to 10,
    /// and `sound_only_s`, in which they heard the other without seeing them.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<Object>)]
    pub quality: Value,
    /// Of a third person's leg, the call that it is in: `id`, `buyer` and `seller` with their names.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub in_call: Option<Value>,
    /// Its own legs: `id`, `buyer` and `seller` with their names, `state`, `billable_ms`, `charged_minor`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<Object>)]
    pub legs: Value,
}

/// Columns of a [`CallLine`], of a call `c` with its buyer `b` and its seller `s`.
pub(in crate::store) const COLUMNS: &str =
    "c.id, c.service_title AS service, c.rang_at, c.end_reason, c.billable_ms, c.charged_minor, c.currency,
    CASE WHEN c.ended_at IS NULL THEN 'live' ELSE 'ended' END AS state,
    (extract(epoch FROM c.live_at) * 1000)::bigint AS live_at,
    (extract(epoch FROM c.ended_at) * 1000)::bigint AS ended_at,
    jsonb_build_object('id', b.id, 'name', b.name) AS buyer,
    jsonb_build_object('id', s.id, 'name', s.name) AS seller,
    coalesce((SELECT jsonb_agg(jsonb_build_object('good', f.good, 'faults', f.faults, 'text', f.body,
            'role', CASE WHEN f.person_id = c.buyer_id THEN 'buyer' ELSE 'seller' END,
            'at', (extract(epoch FROM f.at) * 1000)::bigint) ORDER BY f.at)
        FROM call_feedback f WHERE f.tenant_id = c.tenant_id AND f.call_id = c.id), '[]') AS feedback,
    coalesce((SELECT jsonb_agg(jsonb_build_object('role', q.role, 'good_s', q.good_s, 'fair_s', q.fair_s,
            'poor_s', q.poor_s, 'worst', q.worst,
            'sound_only_s', q.sound_only_s) ORDER BY q.role)
        FROM call_quality q WHERE q.tenant_id = c.tenant_id AND q.call_id = c.id), '[]') AS quality,
    (SELECT jsonb_build_object('id', p.id, 'buyer', pb.name, 'seller', ps.name)
        FROM calls p JOIN users pb ON pb.tenant_id = p.tenant_id AND pb.id = p.buyer_id
        JOIN users ps ON ps.tenant_id = p.tenant_id AND ps.id = p.seller_id
        WHERE p.tenant_id = c.tenant_id AND p.id = c.parent_id) AS in_call,
    coalesce((SELECT jsonb_agg(jsonb_build_object('id', l.id, 'buyer', lb.name, 'seller', ls.name,
            'state', CASE WHEN l.ended_at IS NULL THEN 'live' ELSE 'ended' END,
            'billable_ms', l.billable_ms, 'charged_minor', l.charged_minor) ORDER BY l.rang_at, l.id)
        FROM calls l JOIN users lb ON lb.tenant_id = l.tenant_id AND lb.id = l.buyer_id
        JOIN users ls ON ls.tenant_id = l.tenant_id AND ls.id = l.seller_id
        WHERE l.tenant_id = c.tenant_id AND l.parent_id = c.id), '[]') AS legs";

/// What calls can be sorted by.
pub(in crate::store) const SORTS: &[(&str, &str)] = &[
    ("rang_at", "c.rang_at"),
    ("billable_ms", "c.billable_ms"),
    ("charged_minor", "c.charged_minor"),
];

const CALLS: List = List {
    columns: COLUMNS,
    rows: "FROM calls c JOIN users b ON b.tenant_id = c.tenant_id AND b.id = c.buyer_id
        JOIN users s ON s.tenant_id = c.tenant_id AND s.id = c.seller_id
        WHERE c.tenant_id = $2::uuid AND ($3 IS NULL OR (c.ended_at IS NULL) = ($3 = 'live'))
          AND ($1 IS NULL OR b.name ILIKE $1 OR s.name ILIKE $1 OR c.service_title ILIKE $1)",
    sorts: SORTS,
    newest_first: true,
    key: "c.id",
};

/// Calls, newest first; those that aren't over, those that are, or all.
///
/// # Errors
/// The database is away.
pub fn calls(tx: &mut TenantTx<'_>, wanted: &Wanted, live: Option<bool>) -> Result<Page<CallLine>> {
    CALLS.of_tenant(tx, wanted, live.map(|live| if live { "live" } else { "ended" }))
}

/// Whether a call isn't over yet.
///
/// # Errors
/// Not here, or the database is away.
pub fn is_running(tx: &mut TenantTx<'_>, call: CallId) -> Result<bool> {
    let row = table::table.find((tx.tenant().uuid(), call.uuid()));
    Ok(row.select(table::ended_at.is_null()).first(tx.conn)?)
}
