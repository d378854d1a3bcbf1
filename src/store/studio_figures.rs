//! What a studio's manager sees of its sellers: figures as the tenant's dashboard counts them, and calls that run.

use super::{
    TenantTx,
    console::{EXTRA, LEGS, MOVED, OF_SELLER, came_of, rounded},
    moment::At,
};
use crate::{
    domain::{
        ids::{StudioId, UserId},
        time::Moment,
    },
    error::Result,
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid},
};
use std::collections::HashMap;
use uuid::Uuid;

/// What came of a seller's calls over a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Calls that were talked.
    pub calls: i64,
    /// Minutes that were billed.
    pub minutes: i64,
    /// What is theirs of it.
    pub earned_minor: i64,
}

#[derive(QueryableByName)]
struct FiguresRow {
    #[diesel(sql_type = SqlUuid)]
    seller_id: Uuid,
    #[diesel(sql_type = BigInt)]
    calls: i64,
    #[diesel(sql_type = BigInt)]
    billable_ms: i64,
    #[diesel(sql_type = BigInt)]
    earned_minor: i64,
}

/// Each seller's figures since then. As on the dashboard a call counts when it ends, and what the ledger has moved for
/// calls that still run counts now.
///
/// # Errors
/// The database is away.
pub fn figures(tx: &mut TenantTx<'_>, studio: StudioId, since: Moment) -> Result<HashMap<UserId, Figures>> {
    let came = came_of(OF_SELLER);
    let rows: Vec<FiguresRow> = sql_query(format!(
        "SELECT m.seller_id, ended.calls, ended.billable_ms,
            ended.charged_minor - ended.commission_minor + extra_minor - extra_commission_minor
                + moved.charged_minor - moved.commission_minor AS earned_minor
         FROM studio_sellers m
         CROSS JOIN LATERAL (SELECT {came} FROM calls c
             WHERE c.tenant_id = m.tenant_id AND c.seller_id = m.seller_id AND c.ended_at >= $3) ended
         CROSS JOIN LATERAL (SELECT {EXTRA} FROM bookings b
             WHERE b.tenant_id = m.tenant_id AND b.seller_id = m.seller_id AND b.closed_at >= $3) extra
         CROSS JOIN LATERAL (SELECT {MOVED} FROM calls r {LEGS}
             WHERE r.tenant_id = m.tenant_id AND r.seller_id = m.seller_id AND r.ended_at IS NULL) moved
         WHERE m.tenant_id = $1 AND m.studio_id = $2"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(studio.uuid())
    .bind::<Timestamptz, _>(At(since))
    .load(tx.conn)?;
    let figures = rows.into_iter().map(|row| {
        let figures = Figures {
            calls: row.calls,
            minutes: rounded(row.billable_ms),
            earned_minor: row.earned_minor,
        };
        (UserId::from_uuid(row.seller_id), figures)
    });
    Ok(figures.collect())
}

/// A call of a studio's seller that isn't over.
#[derive(Clone, Debug, QueryableByName)]
pub struct RunningCall {
    /// Who is paid.
    #[diesel(sql_type = SqlUuid)]
    pub seller_id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub seller_name: String,
    /// Who pays.
    #[diesel(sql_type = Text)]
    pub buyer_name: String,
    /// When it began to ring.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    pub rang_at: Moment,
}

/// The studio's calls that aren't over, the longest first.
///
/// # Errors
/// The database is away.
pub fn running(tx: &mut TenantTx<'_>, studio: StudioId) -> Result<Vec<RunningCall>> {
    let calls = sql_query(
        "SELECT s.id AS seller_id, s.name AS seller_name, b.name AS buyer_name, c.rang_at
         FROM studio_sellers m
         JOIN calls c ON c.tenant_id = m.tenant_id AND c.seller_id = m.seller_id AND c.ended_at IS NULL
         JOIN users s ON s.tenant_id = c.tenant_id AND s.id = c.seller_id
         JOIN users b ON b.tenant_id = c.tenant_id AND b.id = c.buyer_id
         WHERE m.tenant_id = $1 AND m.studio_id = $2 ORDER BY c.rang_at, c.id",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(studio.uuid())
    .load(tx.conn)?;
    Ok(calls)
}
