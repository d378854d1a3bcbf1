//! A tenant's figures over a stretch of time.
//!
//! A call counts when it ends, with the sums of its bill, which are those that the ledger moved; so does what an order
//! brings beyond its call. What the ledger has moved for calls that still run counts now.

use crate::{
    domain::time::Moment,
    error::Result,
    store::{TenantTx, moment::At},
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;

const MINUTE_MS: i64 = 60_000;
/// A call `c` that isn't inside another.
const BY_ITSELF: &str = "c.parent_id IS NULL";
/// A call `c` that its seller isn't in twice: a leg counts for a third person who is paid, and not again for the call's seller.
pub(in crate::store) const OF_SELLER: &str =
    "(c.parent_id IS NULL OR c.terms -> 'policy' ->> 'third_person' = 'buyer_pays')";
/// What came of calls `c` that have ended: the money of all, number and minutes of those that are counted.
pub(in crate::store) fn came_of(counted: &str) -> String {
    format!(
        "count(*) FILTER (WHERE c.live_at IS NOT NULL AND {counted}) AS calls,
        coalesce(sum(c.billable_ms) FILTER (WHERE {counted}), 0)::bigint AS billable_ms,
        coalesce(sum(c.charged_minor), 0)::bigint AS charged_minor,
        coalesce(sum(c.commission_minor), 0)::bigint AS commission_minor,
        coalesce(sum(c.tax_minor), 0)::bigint AS tax_minor"
    )
}
/// What orders `b` that have ended brought beyond their calls' minutes: time that was paid for and not used, late
/// cancelling, staying away, fee and tax.
pub(in crate::store) const EXTRA: &str = "coalesce(sum(b.extra_minor), 0)::bigint AS extra_minor,
    coalesce(sum(b.extra_commission_minor), 0)::bigint AS extra_commission_minor,
    coalesce(sum(b.extra_tax_minor), 0)::bigint AS extra_tax_minor";
/// What the ledger has moved in the transfers `t` of [`LEGS`].
pub(in crate::store) const MOVED: &str =
    "coalesce(sum(t.amount_minor) FILTER (WHERE t.phase = 'posted'), 0)::bigint AS charged_minor,
    coalesce(sum(t.amount_minor) FILTER (WHERE t.kind = 'commission'), 0)::bigint AS commission_minor";
/// Joins the transfers of running calls `r`. The ledger is read leg by leg (OFFSET 0), whatever the planner knows of it.
pub(in crate::store) const LEGS: &str = "JOIN call_legs l ON l.tenant_id = r.tenant_id AND l.call_id = r.id
    CROSS JOIN LATERAL (
        SELECT phase, kind, amount_minor FROM ledger_transfers t
        WHERE t.leg_id = l.id AND t.tenant_id = l.tenant_id OFFSET 0) t";

/// A tenant's figures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Dashboard {
    /// Of all amounts.
    pub currency: String,
    /// Calls that run now.
    pub live_calls: i64,
    /// Minutes that were billed.
    pub minutes: i64,
    /// What buyers paid for calls.
    pub revenue_minor: i64,
    /// The tenant's part of it.
    pub commission_minor: i64,
    /// Payments into wallets that came to nothing.
    pub failed_payments: i64,
    /// How often picture and sound of a call were found good by one of its people.
    pub thumbs_up: i64,
    /// And how often not.
    pub thumbs_down: i64,
    /// The same, step by step.
    pub series: Vec<DashboardStep>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DashboardStep {
    /// When it begins.
    #[schema(value_type = i64)]
    pub from_at: Moment,
    /// Calls that were talked.
    pub calls: i64,
    /// Minutes that were billed.
    pub minutes: i64,
    /// What buyers paid for calls.
    pub charged_minor: i64,
    /// The tenant's part of it.
    pub commission_minor: i64,
}

#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = Integer)]
    step: i32,
    #[diesel(sql_type = BigInt)]
    calls: i64,
    #[diesel(sql_type = BigInt)]
    billable_ms: i64,
    #[diesel(sql_type = BigInt)]
    charged_minor: i64,
    #[diesel(sql_type = BigInt)]
    commission_minor: i64,
}

#[derive(QueryableByName)]
struct Now {
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    live_calls: i64,
    #[diesel(sql_type = BigInt)]
    charged_minor: i64,
    #[diesel(sql_type = BigInt)]
    commission_minor: i64,
    #[diesel(sql_type = BigInt)]
    failed_payments: i64,
    #[diesel(sql_type = BigInt)]
    thumbs_up: i64,
    #[diesel(sql_type = BigInt)]
    thumbs_down: i64,
}

/// The figures of the steps between these bounds; it is the last step now.
///
/// # Errors
/// The database is away.
pub fn dashboard(tx: &mut TenantTx<'_>, bounds: &[Moment]) -> Result<Dashboard> {
    let from = bounds.first().copied().unwrap_or_default();
    let (ended, now) = (ended(tx, bounds)?, now(tx, from)?);
    let mut series: Vec<DashboardStep> = bounds
        .windows(2)
        .map(|step| DashboardStep {
            from_at: step[0],
            calls: 0,
            minutes: 0,
            charged_minor: 0,
            commission_minor: 0,
        })
        .collect();
    for row in &ended {
        // The database counts buckets from 1.
        let step = usize::try_from(row.step - 1).ok().and_then(|step| series.get_mut(step));
        if let Some(step) = step {
            step.calls = row.calls;
            step.minutes = rounded(row.billable_ms);
            step.charged_minor = row.charged_minor;
            step.commission_minor = row.commission_minor;
        }
    }
    if let Some(present) = series.last_mut() {
        present.charged_minor += now.charged_minor;
        present.commission_minor += now.commission_minor;
    }
    Ok(Dashboard {
        currency: now.currency,
        live_calls: now.live_calls,
        minutes: rounded(ended.iter().map(|row| row.billable_ms).sum()),
        revenue_minor: series.iter().map(|step| step.charged_minor).sum(),
        commission_minor: series.iter().map(|step| step.commission_minor).sum(),
        failed_payments: now.failed_payments,
        thumbs_up: now.thumbs_up,
        thumbs_down: now.thumbs_down,
        series,
    })
}

/// Whole minutes, as they are shown.
pub(in crate::store) fn rounded(ms: i64) -> i64 {
    (ms + MINUTE_MS / 2) / MINUTE_MS
}

fn ended(tx: &mut TenantTx<'_>, bounds: &[Moment]) -> Result<Vec<Ended>> {
    let ends = (bounds.first(), bounds.last());
    let bounds: Vec<At> = bounds.iter().copied().map(At).collect();
    let came = came_of(BY_ITSELF);
    let rows = sql_query(format!(
        "SELECT step, sum(calls)::bigint AS calls, sum(billable_ms)::bigint AS billable_ms,
            sum(charged_minor)::bigint AS charged_minor,
            sum(commission_minor - tax_minor)::bigint AS commission_minor
         FROM (
            SELECT width_bucket(c.ended_at, $2) AS step, {came}
            FROM calls c WHERE c.tenant_id = $1 AND c.ended_at >= $3 AND c.ended_at < $4 GROUP BY 1
            UNION ALL
            SELECT width_bucket(b.closed_at, $2), 0, 0, {EXTRA}
            FROM bookings b WHERE b.tenant_id = $1 AND b.closed_at >= $3 AND b.closed_at < $4
                AND (b.extra_minor > 0 OR b.extra_commission_minor > 0)
            GROUP BY 1) part
         GROUP BY 1"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Array<Timestamptz>, _>(bounds)
    .bind::<Timestamptz, _>(At(ends.0.copied().unwrap_or_default()))
    .bind::<Timestamptz, _>(At(ends.1.copied().unwrap_or_default()))
    .load(tx.conn)?;
    Ok(rows)
}

/// What runs, and payments that failed and what was said of calls since `from`.
fn now(tx: &mut TenantTx<'_>, from: Moment) -> Result<Now> {
    let now = sql_query(format!(
        "WITH running AS (SELECT tenant_id, id, parent_id FROM calls WHERE tenant_id = $1 AND ended_at IS NULL),
            moved AS (SELECT {MOVED} FROM running r {LEGS}),
            thumbs AS (SELECT count(*) FILTER (WHERE good) AS up, count(*) FILTER (WHERE NOT good) AS down
                FROM call_feedback WHERE tenant_id = $1 AND at >= $2)
         SELECT t.currency, (SELECT count(*) FROM running WHERE parent_id IS NULL) AS live_calls, moved.charged_minor, moved.commission_minor,
            (SELECT count(*) FROM top_ups p
             WHERE p.tenant_id = $1 AND p.state = 'declined' AND p.updated_at >= $2) AS failed_payments,
            thumbs.up AS thumbs_up, thumbs.down AS thumbs_down
         FROM tenants t, moved, thumbs WHERE t.id = $1"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Timestamptz, _>(At(from))
    .get_result(tx.conn)?;
    Ok(now)
}
