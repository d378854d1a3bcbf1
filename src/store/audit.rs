//! What was done in consoles and studios. Entries are only ever added; the database refuses everything else.

use super::{
    SystemTx, TenantTx,
    moment::At,
    schema::{audit_log, platform_audit_log},
};
use crate::{
    domain::{
        audit::{Action, Actor, ActorId, Entry},
        time::Moment,
    },
    error::Result,
    store::listing::{List, Page, Wanted},
};
use diesel::{
    QueryableByName,
    dsl::exists,
    prelude::*,
    sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// One entry, as both consoles show it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct Written {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// When.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub at: Moment,
    /// At which tenant (`id`, `slug`, `name`), if at one.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub tenant: Option<Value>,
    /// By whom: `kind`, `id`, `name`.
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub actor: Value,
    /// What was done.
    #[diesel(sql_type = Text)]
    pub action: String,
    /// To whom or what.
    #[diesel(sql_type = Text)]
    pub subject: String,
    /// How it was.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// How it is.
    #[diesel(sql_type = Nullable<Jsonb>)]
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
    /// From which network address.
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<String>,
}

fn present(value: &Value) -> Option<&Value> {
    (!value.is_null()).then_some(value)
}

fn parts(actor: &Actor) -> (&'static str, Option<Uuid>) {
    match actor.who {
        ActorId::Platform(id) => ("platform", Some(id.uuid())),
        ActorId::Staff(id) => ("staff", Some(id.uuid())),
        ActorId::Member(id) => ("member", Some(id.uuid())),
        ActorId::System => ("system", None),
    }
}

fn address(actor: &Actor) -> Option<&str> {
    Some(actor.address.as_str()).filter(|address| !address.is_empty())
}

/// Writes down what was done at a tenant, in the transaction that does it.
///
/// # Errors
/// The database is away.
pub fn write(tx: &mut TenantTx<'_>, actor: &Actor, entry: &Entry, now: Moment) -> Result<()> {
    let (kind, id) = parts(actor);
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::tenant_id.eq(tx.tenant().uuid()),
            audit_log::id.eq(Uuid::now_v7()),
            audit_log::at.eq(At(now)),
            audit_log::actor_kind.eq(kind),
            audit_log::actor_id.eq(id),
            audit_log::actor_name.eq(&actor.name),
            audit_log::action.eq(entry.action.name()),
            audit_log::subject.eq(&entry.subject),
            audit_log::before.eq(present(&entry.before)),
            audit_log::after.eq(present(&entry.after)),
            audit_log::address.eq(address(actor)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Whether somebody has done the same since a moment.
///
/// # Errors
/// The database is away.
pub fn has_done(tx: &mut TenantTx<'_>, actor: &Actor, entry: &Entry, since: Moment) -> Result<bool> {
    let (kind, id) = parts(actor);
    let same = audit_log::table
        .filter(audit_log::tenant_id.eq(tx.tenant().uuid()))
        .filter(audit_log::at.gt(At(since)))
        .filter(audit_log::actor_kind.eq(kind))
        .filter(audit_log::actor_id.is_not_distinct_from(id))
        .filter(audit_log::action.eq(entry.action.name()))
        .filter(audit_log::subject.eq(&entry.subject));
    Ok(diesel::select(exists(same)).get_result(tx.conn)?)
}

/// Writes down what was done at the platform and at no tenant of it.
///
/// # Errors
/// The database is away.
pub fn write_platform(tx: &mut SystemTx<'_>, actor: &Actor, entry: &Entry, now: Moment) -> Result<()> {
    let (kind, id) = parts(actor);
    diesel::insert_into(platform_audit_log::table)
        .values((
            platform_audit_log::id.eq(Uuid::now_v7()),
            platform_audit_log::at.eq(At(now)),
            platform_audit_log::actor_kind.eq(kind),
            platform_audit_log::actor_id.eq(id),
            platform_audit_log::actor_name.eq(&actor.name),
            platform_audit_log::action.eq(entry.action.name()),
            platform_audit_log::subject.eq(&entry.subject),
            platform_audit_log::before.eq(present(&entry.before)),
            platform_audit_log::after.eq(present(&entry.after)),
            platform_audit_log::address.eq(address(actor)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

const COLUMNS: &str = "a.id, a.at, a.action, a.subject, a.before, a.after, a.address,
    CASE WHEN a.of IS NOT NULL THEN
        (SELECT jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name) FROM tenants t WHERE t.id = a.of) END AS tenant,
    jsonb_build_object('kind', a.actor_kind, 'id', a.actor_id, 'name', a.actor_name) AS actor";
const SORTS: &[(&str, &str)] = &[("at", "a.at")];

const OF_TENANT: List = List {
    columns: COLUMNS,
    rows: "FROM (SELECT *, NULL::uuid AS of FROM audit_log WHERE tenant_id = $2::uuid) a
        WHERE ($3 IS NULL OR a.action = $3)
          AND ($1 IS NULL OR a.actor_name ILIKE $1 OR a.action ILIKE $1 OR a.subject ILIKE $1)",
    sorts: SORTS,
    newest_first: true,
    key: "a.id",
};

/// Two plain tables, so that each is read in the order of its index and no further than the page goes.
const OF_PLATFORM: List = List {
    columns: COLUMNS,
    rows: "FROM (
            SELECT id, at, actor_kind, actor_id, actor_name, action, subject, before, after, address, tenant_id AS of
            FROM audit_log
            UNION ALL
            SELECT id, at, actor_kind, actor_id, actor_name, action, subject, before, after, address, NULL
            FROM platform_audit_log
        ) a
        WHERE ($2 IS NULL OR a.of = $2::uuid) AND ($3 IS NULL OR a.action = $3)
          AND ($1 IS NULL OR a.actor_name ILIKE $1 OR a.action ILIKE $1 OR a.subject ILIKE $1)",
    sorts: SORTS,
    newest_first: true,
    key: "a.id",
};

/// What was done at a tenant, newest first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted, action: Option<&str>) -> Result<Page<Written>> {
    OF_TENANT.of_tenant(tx, wanted, action)
}

/// What was done anywhere, newest first.
///
/// # Errors
/// The database is away.
pub fn list_all(
    tx: &mut SystemTx<'_>,
    wanted: &Wanted,
    tenant: Option<Uuid>,
    action: Option<&str>,
) -> Result<Page<Written>> {
    let tenant = tenant.map(|id| id.to_string());
    OF_PLATFORM.page(tx.conn, wanted, [tenant.as_deref(), action])
}

/// What was written down last since some moment: when, about what, and what it became.
///
/// # Errors
/// The database is away.
pub fn latest(tx: &mut TenantTx<'_>, action: Action, since: Moment) -> Result<Option<(Moment, String, Option<Value>)>> {
    let row: Option<(At, String, Option<Value>)> = audit_log::table
        .filter(audit_log::tenant_id.eq(tx.tenant().uuid()))
        .filter(audit_log::at.ge(At(since)))
        .filter(audit_log::action.eq(action.name()))
        .order(audit_log::at.desc())
        .select((audit_log::at, audit_log::subject, audit_log::after))
        .first(tx.conn)
        .optional()?;
    Ok(row.map(|(at, subject, after)| (at.into(), subject, after)))
}
