//! Recordings as the consoles list them.

use super::{
    SystemTx, TenantTx,
    listing::{List, Page, Wanted},
    moment::At,
};
use crate::{domain::time::Moment, error::Result};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A recording of a call.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct RecordingLine {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Of which call.
    #[diesel(sql_type = SqlUuid)]
    pub call_id: Uuid,
    /// At which tenant: `id`, `slug`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub tenant: Value,
    /// Who paid: `id`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub buyer: Value,
    /// Who was paid: `id`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub seller: Value,
    /// What the call was about.
    #[diesel(sql_type = Text)]
    pub service: String,
    /// `recording`, `composing`, `ready`, `failed` or `deleted`.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// Why it ended: `stopped`, `withdrawn`, `call_over`, `disk_full` or `failed`.
    #[diesel(sql_type = Nullable<Text>)]
    pub ending: Option<String>,
    /// How far composing is, percent.
    #[diesel(sql_type = SmallInt)]
    pub progress: i16,
    /// Its size.
    #[diesel(sql_type = BigInt)]
    pub bytes: i64,
    /// Its length.
    #[diesel(sql_type = BigInt)]
    pub length_ms: i64,
    /// When it was asked for.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub asked_at: Moment,
    /// Until when it is kept.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub retained_until: Option<i64>,
    /// Who answered what, to which version of the text, and when: `name`, `answer`, `version`, `at`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Vec<Object>)]
    pub consents: Value,
}

const COLUMNS: &str = "r.id, r.call_id, r.state, r.ending, r.progress, r.bytes, r.length_ms, r.asked_at,
    (extract(epoch FROM r.retained_until) * 1000)::bigint AS retained_until, c.service_title AS service,
    jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name) AS tenant,
    jsonb_build_object('id', b.id, 'name', b.name) AS buyer,
    jsonb_build_object('id', s.id, 'name', s.name) AS seller,
    coalesce((SELECT jsonb_agg(jsonb_build_object('name', u.name, 'answer', a.answer, 'version', a.text_version,
            'at', (extract(epoch FROM a.at) * 1000)::bigint) ORDER BY a.at, a.id)
        FROM recording_consents a JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.person_id
        WHERE a.tenant_id = r.tenant_id AND a.recording_id = r.id), '[]') AS consents";

const SORTS: &[(&str, &str)] = &[
    ("asked_at", "r.asked_at"),
    ("length_ms", "r.length_ms"),
    ("bytes", "r.bytes"),
];

const OF_TENANT: List = List {
    columns: COLUMNS,
    rows: "FROM recordings r JOIN tenants t ON t.id = r.tenant_id
        JOIN calls c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
        JOIN users b ON b.tenant_id = c.tenant_id AND b.id = c.buyer_id
        JOIN users s ON s.tenant_id = c.tenant_id AND s.id = c.seller_id
        WHERE r.tenant_id = $2::uuid AND r.began_at IS NOT NULL AND ($3 IS NULL OR r.state = $3)
          AND ($1 IS NULL OR b.name ILIKE $1 OR s.name ILIKE $1 OR c.service_title ILIKE $1)",
    sorts: SORTS,
    newest_first: true,
    key: "r.id",
};

/// The tenant's, newest first; those in a state, or all.
///
/// # Errors
/// The database is away.
pub fn of_tenant(tx: &mut TenantTx<'_>, wanted: &Wanted, state: Option<&str>) -> Result<Page<RecordingLine>> {
    OF_TENANT.of_tenant(tx, wanted, state)
}

const ALL: List = List {
    columns: COLUMNS,
    rows: "FROM recordings r JOIN tenants t ON t.id = r.tenant_id
        JOIN calls c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
        JOIN users b ON b.tenant_id = c.tenant_id AND b.id = c.buyer_id
        JOIN users s ON s.tenant_id = c.tenant_id AND s.id = c.seller_id
        WHERE NOT t.hidden AND r.began_at IS NOT NULL AND ($2 IS NULL OR r.tenant_id = $2::uuid)
          AND ($3 IS NULL OR r.state = $3)
          AND ($1 IS NULL OR b.name ILIKE $1 OR s.name ILIKE $1 OR c.service_title ILIKE $1)",
    sorts: SORTS,
    newest_first: true,
    key: "r.id",
};

/// Those of all tenants, newest first; of a tenant, in a state, or all.
///
/// # Errors
/// The database is away.
pub fn all(
    tx: &mut SystemTx<'_>,
    wanted: &Wanted,
    tenant: Option<Uuid>,
    state: Option<&str>,
) -> Result<Page<RecordingLine>> {
    let tenant = tenant.map(|id| id.to_string());
    ALL.page(tx.conn, wanted, [tenant.as_deref(), state])
}
