//! The metering tick: due blocks of all live calls in one statement (see the migration).

use super::{SystemTx, TenantTx};
use crate::{
    domain::{
        call::{MeterOp, MeterOpKind, MeterOutcome},
        ids::{CallId, TenantId},
        time::Moment,
    },
    error::{Error, Result},
    store::moment::At,
};
use anyhow::anyhow;
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, BigInt, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// One operation on one leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegOp {
    /// Whose ledger.
    pub tenant: TenantId,
    /// The leg; a call's only leg has the call's id.
    pub leg: CallId,
    /// What to do.
    pub op: MeterOp,
}

/// The ledger's answer to one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegAnswer {
    /// The leg.
    pub leg: CallId,
    /// The block.
    pub block: u32,
    /// What became of it.
    pub outcome: MeterOutcome,
    /// What the payer can spend after the tick, in minor units.
    pub available_minor: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    leg_id: Uuid,
    #[diesel(sql_type = Integer)]
    block_no: i32,
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = BigInt)]
    available_minor: i64,
}

/// Carries out all operations at `now`; repeating them changes nothing. One answer an operation.
///
/// # Errors
/// The database is away (nothing was done), or an operation pays for a block that was never reserved.
pub fn tick(tx: &mut SystemTx<'_>, now: Moment, ops: &[LegOp]) -> Result<Vec<LegAnswer>> {
    let tenants: Vec<Uuid> = ops.iter().map(|op| op.tenant.uuid()).collect();
    let legs: Vec<Uuid> = ops.iter().map(|op| op.leg.uuid()).collect();
    let blocks: Vec<i32> = ops
        .iter()
        .map(|op| i32::try_from(op.op.block).unwrap_or(i32::MAX))
        .collect();
    let (mut kinds, mut amounts, mut commissions) = (Vec::new(), Vec::new(), Vec::new());
    for op in ops {
        let (kind, amount, commission) = match op.op.kind {
            MeterOpKind::Reserve { amount_minor } => (0, amount_minor, 0),
            MeterOpKind::Post {
                amount_minor,
                commission_minor,
            } => (1, amount_minor, commission_minor),
            MeterOpKind::Release => (2, 0, 0),
        };
        kinds.push(kind);
        amounts.push(amount);
        commissions.push(commission);
    }
    let rows: Vec<Row> =
        sql_query("SELECT leg_id, block_no, outcome, available_minor FROM meter_tick($1, $2, $3, $4, $5, $6, $7)")
            .bind::<Array<SqlUuid>, _>(tenants)
            .bind::<Array<SqlUuid>, _>(legs)
            .bind::<Array<Integer>, _>(blocks)
            .bind::<Array<SmallInt>, _>(kinds)
            .bind::<Array<BigInt>, _>(amounts)
            .bind::<Array<BigInt>, _>(commissions)
            .bind::<Timestamptz, _>(At(now))
            .load(tx.conn)?;
    rows.into_iter().map(answer).collect()
}

fn answer(row: Row) -> Result<LegAnswer> {
    let outcome = match row.outcome.as_str() {
        "reserved" => MeterOutcome::Reserved,
        "refused" => MeterOutcome::Refused,
        "posted" => MeterOutcome::Posted,
        "released" => MeterOutcome::Released,
        other => {
            let fault = anyhow!(
                "block {} of leg {} can't be paid: {other} hold",
                row.block_no,
                row.leg_id
            );
            return Err(Error::internal(fault));
        }
    };
    Ok(LegAnswer {
        leg: CallId::from_uuid(row.leg_id),
        block: u32::try_from(row.block_no).map_err(Error::internal)?,
        outcome,
        available_minor: row.available_minor,
    })
}

/// What a call moved, by whom it was moved for, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct LegTotals {
    /// From the buyer's wallet.
    #[diesel(sql_type = BigInt)]
    pub charged_minor: i64,
    /// To the seller, after commission.
    #[diesel(sql_type = BigInt)]
    pub seller_minor: i64,
    /// To the tenant.
    #[diesel(sql_type = BigInt)]
    pub tenant_minor: i64,
    /// All of the call's entries added up: zero.
    #[diesel(sql_type = BigInt)]
    pub sum_minor: i64,
}

/// Adds up the ledger's entries of one leg.
///
/// # Errors
/// The database is away.
pub fn leg_totals(tx: &mut TenantTx<'_>, leg: CallId) -> Result<LegTotals> {
    let totals = sql_query(
        "SELECT coalesce(-sum(e.amount_minor) FILTER (WHERE e.account_id = l.payer_id), 0)::bigint AS charged_minor,
                coalesce(sum(e.amount_minor) FILTER (WHERE e.account_id = l.payee_id), 0)::bigint AS seller_minor,
                coalesce(sum(e.amount_minor) FILTER (WHERE e.account_id = l.revenue_id), 0)::bigint AS tenant_minor,
                coalesce(sum(e.amount_minor), 0)::bigint AS sum_minor
         FROM call_legs l
         LEFT JOIN ledger_entries e ON e.tenant_id = l.tenant_id AND e.leg_id = l.id
         WHERE l.tenant_id = $1 AND l.id = $2",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(leg.uuid())
    .get_result(tx.conn)?;
    Ok(totals)
}
