//! What tenants bought from the platform. Each row is an invoice in the owner's book and never changes; the tenant's own
//! ledger knows nothing of it.

use super::{
    SystemTx, TenantTx,
    listing::{List, Page, Wanted},
    moment::At,
    schema::subscriptions,
};
use crate::{
    domain::{
        ids::{PlanId, SubscriptionId, TenantId},
        money::Money,
        plan::{Limits, Usage},
        subscription::{Account, Coverage},
        time::{Moment, Span},
    },
    error::{Error, Result},
};
use diesel::{
    PgConnection, QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// What holds for a tenant at some moment.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What it has paid and needs to.
    pub account: Account,
    /// Its zone: paid time ends at the same hour there.
    pub zone: TimeZone,
    /// The plan that holds, or held last: its name.
    pub plan: Option<String>,
    /// What it may have at most.
    pub limits: Limits,
}

impl Terms {
    /// How the tenant stands.
    pub fn coverage(&self, now: Moment) -> Coverage {
        self.account.coverage(&self.zone, now)
    }
}

#[derive(QueryableByName)]
struct TermsRow {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    due_since: Option<At>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    paid_until: Option<At>,
    #[diesel(sql_type = Integer)]
    grace_days: i32,
    #[diesel(sql_type = Text)]
    time_zone: String,
    #[diesel(sql_type = Nullable<Text>)]
    plan: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    limits: Option<Value>,
}

/// Since when tenant `t` needs a subscription by the settings `g`: never if it is free, nor the canary.
pub(in crate::store) const DUE_SINCE: &str = "CASE WHEN g.on_since IS NULL OR t.subscription_free OR t.hidden THEN NULL
        ELSE greatest(g.on_since, t.created_at, t.subscription_due_since) END";

fn read_terms(conn: &mut PgConnection, tenant: TenantId, now: Moment) -> Result<Terms> {
    let row: TermsRow = sql_query(format!(
        "SELECT {DUE_SINCE} AS due_since, g.grace_days, t.time_zone, s.plan_name AS plan, p.limits,
            (SELECT max(expires_at) FROM subscriptions WHERE tenant_id = t.id) AS paid_until
         FROM tenants t CROSS JOIN subscription_settings g
         LEFT JOIN LATERAL (
             SELECT plan_id, plan_name FROM subscriptions WHERE tenant_id = t.id AND starts_at <= $2
             ORDER BY starts_at DESC, expires_at DESC LIMIT 1) s ON true
         LEFT JOIN plans p ON p.id = s.plan_id
         WHERE t.id = $1"
    ))
    .bind::<SqlUuid, _>(tenant.uuid())
    .bind::<Timestamptz, _>(At(now))
    .get_result(conn)?;
    let limits = row
        .limits
        .map(serde_json::from_value)
        .transpose()
        .map_err(Error::internal)?;
    let due_since = row.due_since.map(Moment::from);
    Ok(Terms {
        account: Account {
            due_since,
            paid_until: row.paid_until.map(Moment::from),
            grace_days: row.grace_days,
        },
        zone: TimeZone::get(&row.time_zone).unwrap_or(TimeZone::UTC),
        plan: row.plan,
        // Who needs no plan isn't held to one.
        limits: limits.filter(|_| due_since.is_some()).unwrap_or_default(),
    })
}

/// What holds for the transaction's tenant.
///
/// # Errors
/// The database is away.
pub fn terms(tx: &mut TenantTx<'_>, now: Moment) -> Result<Terms> {
    let tenant = tx.tenant();
    read_terms(tx.conn, tenant, now)
}

#[derive(QueryableByName)]
struct Used {
    #[diesel(sql_type = BigInt)]
    sellers: i64,
    #[diesel(sql_type = BigInt)]
    staff: i64,
    #[diesel(sql_type = BigInt)]
    calls: i64,
}

/// What is in use, but for what is stored, which takes longer to add up: [`stored`]. A call has two people; a leg is part of
/// its call.
///
/// # Errors
/// The database is away.
pub fn usage(tx: &mut TenantTx<'_>) -> Result<Usage> {
    let used: Used = sql_query(
        "SELECT (SELECT count(*) FROM sellers s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
                WHERE s.tenant_id = $1 AND u.erased_at IS NULL) AS sellers,
            (SELECT count(*) FROM staff WHERE tenant_id = $1) AS staff,
            (SELECT count(DISTINCT p.call_id) FROM people_in_calls p
                JOIN calls c ON c.tenant_id = p.tenant_id AND c.id = p.call_id
                WHERE p.tenant_id = $1 AND c.parent_id IS NULL) AS calls",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .get_result(tx.conn)?;
    Ok(Usage {
        sellers: used.sellers,
        staff: used.staff,
        concurrent_calls: used.calls,
        storage_mb: 0,
        participants: if used.calls > 0 { 2 } else { 0 },
    })
}

/// Bytes that the tenant's people sent and that are kept: pictures, style sheets, templates, files, recordings. Archives aren't counted:
/// they go by themselves.
///
/// # Errors
/// The database is away.
pub fn stored(tx: &mut TenantTx<'_>) -> Result<i64> {
    let sum: Sum = sql_query(
        "SELECT ((SELECT coalesce(sum(octet_length(body)), 0) FROM look_files WHERE tenant_id = $1)
            + (SELECT coalesce(sum(octet_length(body)), 0) FROM seller_photos WHERE tenant_id = $1)
            + (SELECT coalesce(sum(bytes), 0) FROM message_files WHERE tenant_id = $1)
            + (SELECT coalesce(sum(bytes), 0) FROM recordings WHERE tenant_id = $1)
            + (SELECT coalesce(sum(p.bytes), 0) FROM recordings r JOIN recording_parts p
                   ON p.tenant_id = r.tenant_id AND p.recording_id = r.id
               WHERE r.tenant_id = $1 AND r.state IN ('recording', 'composing', 'failed')))::bigint AS bytes",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .get_result(tx.conn)?;
    Ok(sum.bytes)
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// Something that is bought.
#[derive(Clone, Debug)]
pub struct Bought<'a> {
    /// The payment's id, too.
    pub id: SubscriptionId,
    /// Which plan.
    pub plan: PlanId,
    /// Its name then.
    pub plan_name: &'a str,
    /// For so many months.
    pub months: i32,
    /// What was paid.
    pub amount: Money,
    /// What it covers.
    pub span: Span,
    /// Who sends the invoice.
    pub issuer: &'a str,
    /// Who gets it.
    pub customer: &'a str,
}

#[derive(QueryableByName)]
struct Numbered {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Writes what was bought into the owner's book, with the next invoice's number, which it gives.
///
/// # Errors
/// It is in the book already, or the database is away.
pub fn insert(tx: &mut SystemTx<'_>, tenant: TenantId, bought: &Bought<'_>, now: Moment) -> Result<i64> {
    // Whoever writes an invoice waits here for the one before: no number is lost or given twice.
    // Tenants who came with an archive brought theirs along.
    let Numbered { number } = sql_query(
        "UPDATE invoice_numbers SET last = greatest(last, (SELECT max(invoice_no) FROM subscriptions)) + 1
         RETURNING last AS number",
    )
    .get_result(tx.conn)?;
    diesel::insert_into(subscriptions::table)
        .values((
            subscriptions::tenant_id.eq(tenant.uuid()),
            subscriptions::id.eq(bought.id.uuid()),
            subscriptions::plan_id.eq(bought.plan.uuid()),
            subscriptions::plan_name.eq(bought.plan_name),
            subscriptions::interval_months.eq(bought.months),
            subscriptions::amount_minor.eq(bought.amount.minor),
            subscriptions::currency.eq(bought.amount.currency.code()),
            subscriptions::starts_at.eq(At(bought.span.from)),
            subscriptions::expires_at.eq(At(bought.span.to)),
            subscriptions::created_at.eq(At(now)),
            subscriptions::invoice_no.eq(number),
            subscriptions::issuer.eq(bought.issuer),
            subscriptions::customer.eq(bought.customer),
        ))
        .execute(tx.conn)?;
    Ok(number)
}

/// An invoice, as both consoles list it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct Invoice {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Its number, without gaps over all tenants.
    #[diesel(sql_type = BigInt)]
    pub invoice_no: i64,
    /// Whose (`id`, `slug`, `name`).
    #[diesel(sql_type = Jsonb)]
    #[schema(value_type = Object)]
    pub tenant: Value,
    /// When it was paid.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub at: Moment,
    /// What for.
    #[diesel(sql_type = Text)]
    pub plan: String,
    /// How much.
    #[diesel(sql_type = BigInt)]
    pub amount_minor: i64,
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Beginning of what it covers.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[serde(rename = "from")]
    #[schema(value_type = i64)]
    pub starts: Moment,
    /// Its end.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub until: Moment,
    /// How many months that is.
    #[diesel(sql_type = Integer)]
    pub interval_months: i32,
    /// Who sends it.
    #[diesel(sql_type = Text)]
    #[serde(skip)]
    pub issuer: String,
    /// Who gets it.
    #[diesel(sql_type = Text)]
    #[serde(skip)]
    pub customer: String,
}

const INVOICES: List = List {
    columns:
        "s.id, s.invoice_no, s.created_at AS at, s.plan_name AS plan, s.amount_minor, s.currency, s.starts_at AS starts,
        s.expires_at AS until, s.interval_months, s.issuer, s.customer,
        jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name) AS tenant",
    rows:
        "FROM subscriptions s JOIN tenants t ON t.id = s.tenant_id
        WHERE ($2 IS NULL OR s.tenant_id = $2::uuid) AND ($3 IS NULL OR s.id = $3::uuid)
          AND ($1 IS NULL OR t.name ILIKE $1 OR t.slug ILIKE $1 OR s.plan_name ILIKE $1 OR s.invoice_no::text ILIKE $1)",
    sorts: &[
        ("at", "s.created_at"),
        ("invoice_no", "s.invoice_no"),
        ("amount_minor", "s.amount_minor"),
    ],
    newest_first: true,
    key: "s.id",
};

/// The owner's book, newest first.
///
/// # Errors
/// The database is away.
pub fn invoices(tx: &mut SystemTx<'_>, wanted: &Wanted, tenant: Option<Uuid>) -> Result<Page<Invoice>> {
    let tenant = tenant.map(|id| id.to_string());
    INVOICES.page(tx.conn, wanted, [tenant.as_deref(), None])
}

/// One invoice of the owner's book.
///
/// # Errors
/// There is none, or the database is away.
pub fn invoice(tx: &mut SystemTx<'_>, id: SubscriptionId) -> Result<Invoice> {
    one(tx.conn, [None, Some(&id.to_string())])
}

/// The newest of what a tenant bought, newest first.
///
/// # Errors
/// The database is away.
pub fn history(tx: &mut TenantTx<'_>) -> Result<Vec<Invoice>> {
    let tenant = tx.tenant().to_string();
    let newest = Wanted {
        per_page: 100,
        ..Wanted::default()
    };
    Ok(INVOICES.page(tx.conn, &newest, [Some(&tenant), None])?.items)
}

/// One invoice of the transaction's tenant.
///
/// # Errors
/// There is none, or the database is away.
pub fn own_invoice(tx: &mut TenantTx<'_>, id: SubscriptionId) -> Result<Invoice> {
    let tenant = tx.tenant().to_string();
    one(tx.conn, [Some(&tenant), Some(&id.to_string())])
}

fn one(conn: &mut PgConnection, own: [Option<&str>; 2]) -> Result<Invoice> {
    let found = INVOICES.page(conn, &Wanted::default(), own)?.items;
    found.into_iter().next().ok_or_else(Error::not_found)
}
