//! What sellers ask to be paid out, where it goes, and the batches in which it is sent.

mod list;

pub use list::{PayoutLine, Which, list};

use super::{TenantTx, moment::At, payout_terms::Method};
use crate::{
    domain::{
        ids::{PayoutId, UserId},
        money::{Currency, Money},
        payout::State,
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// A payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// Its id.
    pub id: PayoutId,
    /// Whose money.
    pub seller: UserId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: State,
    /// Where it goes, as far as that is shown.
    pub shown: String,
    /// Who asked for it: the seller, or staff.
    pub requested_by: UserId,
    /// When.
    pub requested_at: Moment,
    /// In which batch it is or was sent.
    pub batch: Option<i32>,
    /// When it was over.
    pub ended_at: Option<Moment>,
    /// Why it was refused or didn't arrive.
    pub reason: String,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    seller_id: Uuid,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    method_shown: String,
    #[diesel(sql_type = SqlUuid)]
    requested_by: Uuid,
    #[diesel(sql_type = Timestamptz)]
    requested_at: At,
    #[diesel(sql_type = Nullable<Integer>)]
    batch_number: Option<i32>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<At>,
    #[diesel(sql_type = Text)]
    reason: String,
}

const COLUMNS: &str = "id, seller_id, currency, amount_minor, state, method_shown, requested_by, requested_at,
    batch_number, ended_at, reason";

impl Row {
    fn payout(self) -> Result<Payout> {
        let unreadable = || Error::internal(anyhow!("payout {} can't be read", self.id));
        let currency = Currency::parse(&self.currency).ok_or_else(unreadable)?;
        let state = State::parse(&self.state).ok_or_else(unreadable)?;
        Ok(Payout {
            id: PayoutId::from_uuid(self.id),
            seller: UserId::from_uuid(self.seller_id),
            amount: Money::new(self.amount_minor, currency),
            state,
            shown: self.method_shown,
            requested_by: UserId::from_uuid(self.requested_by),
            requested_at: self.requested_at.into(),
            batch: self.batch_number,
            ended_at: self.ended_at.map(Into::into),
            reason: self.reason,
        })
    }
}

/// Writes down that somebody asked for a payout.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, payout: &Payout, method: &Method) -> Result<()> {
    sql_query(
        "INSERT INTO payouts (tenant_id, id, seller_id, currency, amount_minor, state, method_kind, method_sealed,
             method_shown, requested_by, requested_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(payout.id.uuid())
    .bind::<SqlUuid, _>(payout.seller.uuid())
    .bind::<Text, _>(payout.amount.currency.code())
    .bind::<BigInt, _>(payout.amount.minor)
    .bind::<Text, _>(payout.state.name())
    .bind::<Text, _>(&method.kind)
    .bind::<Binary, _>(&method.sealed)
    .bind::<Text, _>(&method.shown)
    .bind::<SqlUuid, _>(payout.requested_by.uuid())
    .bind::<Timestamptz, _>(At(payout.requested_at))
    .execute(tx.conn)?;
    Ok(())
}

/// Payouts by their ids; nobody else takes a step with them until the transaction ends. Those that aren't here are left
/// out.
///
/// # Errors
/// The database is away.
pub fn lock(tx: &mut TenantTx<'_>, ids: &[PayoutId]) -> Result<Vec<Payout>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows: Vec<Row> = sql_query(format!(
        "SELECT {COLUMNS} FROM payouts WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .load(tx.conn)?;
    rows.into_iter().map(Row::payout).collect()
}

/// A payout.
///
/// # Errors
/// Not here, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: PayoutId) -> Result<Payout> {
    let row: Row = sql_query(format!(
        "SELECT {COLUMNS} FROM payouts WHERE tenant_id = $1 AND id = $2"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(tx.conn)?;
    row.payout()
}

/// The payouts of a batch that are still on their way.
///
/// # Errors
/// The database is away.
pub fn on_their_way(tx: &mut TenantTx<'_>, batch: i32) -> Result<Vec<PayoutId>> {
    #[derive(QueryableByName)]
    struct Known {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let rows: Vec<Known> = sql_query(
        "SELECT id FROM payouts WHERE tenant_id = $1 AND batch_number = $2 AND state = 'batched' ORDER BY id",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Integer, _>(batch)
    .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| PayoutId::from_uuid(row.id)).collect())
}

/// What became of payouts that were locked.
#[derive(Clone, Copy, Debug)]
pub struct Became<'a> {
    /// Where they stand now.
    pub state: State,
    /// Who approved them just now.
    pub approved_by: Option<UserId>,
    /// The batch they were put into just now.
    pub batch: Option<i32>,
    /// Why, of what is refused or has failed.
    pub reason: &'a str,
}

/// Writes down what became of payouts. Where they were to go is forgotten with those that never went.
///
/// # Errors
/// The database is away, or refuses who approves.
pub fn update(tx: &mut TenantTx<'_>, ids: &[PayoutId], became: Became<'_>, now: Moment) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    sql_query(
        "UPDATE payouts SET state = $3, approved_by = coalesce($4, approved_by),
             approved_at = CASE WHEN $4 IS NULL THEN approved_at ELSE $8 END,
             batch_number = coalesce($5, batch_number), reason = $6, ended_at = CASE WHEN $7 THEN $8 END,
             method_sealed = CASE WHEN $3 IN ('cancelled', 'refused') THEN NULL ELSE method_sealed END
         WHERE tenant_id = $1 AND id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Text, _>(became.state.name())
    .bind::<Nullable<SqlUuid>, _>(became.approved_by.map(|user| user.uuid()))
    .bind::<Nullable<Integer>, _>(became.batch)
    .bind::<Text, _>(became.reason)
    .bind::<Bool, _>(became.state.is_over())
    .bind::<Timestamptz, _>(At(now))
    .execute(tx.conn)?;
    Ok(())
}

/// Keeps what the provider calls a payout.
///
/// # Errors
/// The database is away.
pub fn set_reference(tx: &mut TenantTx<'_>, id: PayoutId, reference: &str) -> Result<()> {
    set(
        tx,
        "UPDATE payouts SET reference = $3 WHERE tenant_id = $1 AND id = $2",
        id,
        reference,
    )
}

/// Says why a payout is still on its way.
///
/// # Errors
/// The database is away.
pub fn set_reason(tx: &mut TenantTx<'_>, id: PayoutId, reason: &str) -> Result<()> {
    set(
        tx,
        "UPDATE payouts SET reason = $3 WHERE tenant_id = $1 AND id = $2",
        id,
        reason,
    )
}

/// Writes down that the provider had too little for a payout, and what its people read.
///
/// # Errors
/// The database is away.
pub fn put_off(tx: &mut TenantTx<'_>, id: PayoutId, reason: &str) -> Result<()> {
    set(
        tx,
        "UPDATE payouts SET reason = $3, tries = tries + 1 WHERE tenant_id = $1 AND id = $2",
        id,
        reason,
    )
}

fn set(tx: &mut TenantTx<'_>, statement: &str, id: PayoutId, text: &str) -> Result<()> {
    sql_query(statement)
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .bind::<Text, _>(text)
        .execute(tx.conn)?;
    Ok(())
}

/// The kinds of accounts that payouts go to.
///
/// # Errors
/// The database is away.
pub fn kinds(tx: &mut TenantTx<'_>, ids: &[PayoutId]) -> Result<Vec<String>> {
    #[derive(QueryableByName)]
    struct Known {
        #[diesel(sql_type = Text)]
        method_kind: String,
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows: Vec<Known> = sql_query("SELECT DISTINCT method_kind FROM payouts WHERE tenant_id = $1 AND id = ANY ($2)")
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<Array<SqlUuid>, _>(ids)
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| row.method_kind).collect())
}

/// A seller's latest payouts, newest first.
///
/// # Errors
/// The database is away.
pub fn of_seller(tx: &mut TenantTx<'_>, seller: UserId, limit: i64) -> Result<Vec<Payout>> {
    let rows: Vec<Row> = sql_query(format!(
        "SELECT {COLUMNS} FROM payouts WHERE tenant_id = $1 AND seller_id = $2
         ORDER BY requested_at DESC, id DESC LIMIT $3"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(seller.uuid())
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    rows.into_iter().map(Row::payout).collect()
}

/// What a seller has under way and was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Sums {
    /// Payouts that aren't over.
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// All that was ever paid, in minor units.
    #[diesel(sql_type = BigInt)]
    pub paid_minor: i64,
}

/// Whether a seller is being paid out.
///
/// # Errors
/// The database is away.
pub fn has_open(tx: &mut TenantTx<'_>, seller: UserId) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Known {
        #[diesel(sql_type = Bool)]
        open: bool,
    }
    let known: Known = sql_query(
        "SELECT EXISTS (SELECT 1 FROM payouts WHERE tenant_id = $1 AND seller_id = $2
             AND state IN ('requested', 'approved', 'batched')) AS open",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(seller.uuid())
    .get_result(tx.conn)?;
    Ok(known.open)
}

/// What a seller has under way and was paid in a currency.
///
/// # Errors
/// The database is away.
pub fn sums(tx: &mut TenantTx<'_>, seller: UserId, currency: Currency) -> Result<Sums> {
    Ok(sql_query(
        "SELECT count(*) FILTER (WHERE state IN ('requested', 'approved', 'batched')) AS open,
                coalesce(sum(amount_minor) FILTER (WHERE state = 'paid' AND currency = $3), 0)::bigint AS paid_minor
         FROM payouts WHERE tenant_id = $1 AND seller_id = $2",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(seller.uuid())
    .bind::<Text, _>(currency.code())
    .get_result(tx.conn)?)
}
