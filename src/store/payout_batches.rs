//! Batches of payouts: numbered without gaps, sent together.

use super::{
    TenantTx,
    listing::{List, Page, Wanted},
    moment::At,
};
use crate::{
    domain::{
        ids::{GatewayAccountId, PayoutId, UserId},
        money::Currency,
        payout_provider::PayoutWay,
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Integer)]
    number: i32,
}

/// Opens a batch; gives its number. Whoever does has queued up ([`super::tenants::queue_up`]): so numbers have no gaps.
///
/// # Errors
/// The database is away.
pub fn open(
    tx: &mut TenantTx<'_>,
    by: UserId,
    currency: Currency,
    (way, account): (PayoutWay, Option<GatewayAccountId>),
    now: Moment,
) -> Result<i32> {
    let opened: Number = sql_query(
        "INSERT INTO payout_batches (tenant_id, number, method, currency, made_by, made_at, account_id)
         SELECT $1, coalesce((SELECT number FROM payout_batches WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1), 0) + 1,
             $2, $3, $4, $5, $6
         RETURNING number",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Text, _>(way.name())
    .bind::<Text, _>(currency.code())
    .bind::<SqlUuid, _>(by.uuid())
    .bind::<Timestamptz, _>(At(now))
    .bind::<Nullable<SqlUuid>, _>(account.map(|id| id.uuid()))
    .get_result(tx.conn)?;
    Ok(opened.number)
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// How it is sent.
    pub way: PayoutWay,
    /// Through which account, where the provider pays by itself.
    pub account: Option<GatewayAccountId>,
    /// When it was put together.
    pub made_at: Moment,
    /// The marketplace whose sellers are paid.
    pub from: String,
}

#[derive(QueryableByName)]
struct BatchRow {
    #[diesel(sql_type = Text)]
    method: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    account_id: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    made_at: At,
    #[diesel(sql_type = Text)]
    name: String,
}

/// A batch.
///
/// # Errors
/// Not here, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, number: i32) -> Result<Batch> {
    let row: BatchRow = sql_query(
        "SELECT b.method, b.account_id, b.made_at, t.name FROM payout_batches b JOIN tenants t ON t.id = b.tenant_id
         WHERE b.tenant_id = $1 AND b.number = $2",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Integer, _>(number)
    .get_result(tx.conn)?;
    Ok(Batch {
        way: PayoutWay::parse(&row.method).ok_or_else(|| Error::internal(anyhow!("unknown way {:?}", row.method)))?,
        account: row.account_id.map(GatewayAccountId::from_uuid),
        made_at: row.made_at.into(),
        from: row.name,
    })
}

/// A line of a batch as it is sent, its destination still sealed.
#[derive(Clone, Debug, QueryableByName)]
pub struct Sent {
    /// The payout.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The seller's name.
    #[diesel(sql_type = Text)]
    pub seller: String,
    /// How much.
    #[diesel(sql_type = BigInt)]
    pub amount_minor: i64,
    /// In which currency.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// How often the provider had too little for it.
    #[diesel(sql_type = Integer)]
    pub tries: i32,
    /// Where it goes; gone if the seller was erased, or came with an archive.
    #[diesel(sql_type = Nullable<Binary>)]
    pub sealed: Option<Vec<u8>>,
}

const SENT: &str = "SELECT p.id, u.name AS seller, p.amount_minor, p.currency, p.tries, p.method_sealed AS sealed
    FROM payouts p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.seller_id
    WHERE p.tenant_id = $1 AND p.batch_number = $2";

/// What a batch's file tells: all that wasn't said to have failed, in the order in which it was asked for.
///
/// # Errors
/// The database is away.
pub fn sent(tx: &mut TenantTx<'_>, number: i32) -> Result<Vec<Sent>> {
    let all = format!("{SENT} AND p.state <> 'failed' ORDER BY p.requested_at, p.id");
    Ok(sql_query(all)
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<Integer, _>(number)
        .load(tx.conn)?)
}

/// What of a batch is still on its way, by its ids, after that one; theirs wait whose money is frozen or whose
/// account is closed.
///
/// # Errors
/// The database is away.
pub fn to_send(tx: &mut TenantTx<'_>, number: i32, after: Option<PayoutId>, limit: i64) -> Result<Vec<Sent>> {
    let some = format!(
        "{SENT} AND p.state = 'batched' AND u.frozen_at IS NULL AND u.suspended_at IS NULL
         AND ($3 IS NULL OR p.id > $3) ORDER BY p.id LIMIT $4"
    );
    Ok(sql_query(some)
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<Integer, _>(number)
        .bind::<Nullable<SqlUuid>, _>(after.map(|id| id.uuid()))
        .bind::<BigInt, _>(limit)
        .load(tx.conn)?)
}

/// One line of a batch as it is sent, if it is still on its way.
///
/// # Errors
/// The database is away.
pub fn line(tx: &mut TenantTx<'_>, number: i32, payout: PayoutId) -> Result<Option<Sent>> {
    let one = format!("{SENT} AND p.state = 'batched' AND p.id = $3");
    let found = sql_query(one)
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<Integer, _>(number)
        .bind::<SqlUuid, _>(payout.uuid())
        .get_result(tx.conn);
    Ok(found.optional()?)
}

/// The batches that a provider pays in which something is still on its way to that person.
///
/// # Errors
/// The database is away.
pub fn carried_to(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Vec<i32>> {
    let rows: Vec<Number> = sql_query(
        "SELECT DISTINCT b.number FROM payouts p
         JOIN payout_batches b ON b.tenant_id = p.tenant_id AND b.number = p.batch_number
         WHERE p.tenant_id = $1 AND p.seller_id = $2 AND p.state = 'batched' AND b.account_id IS NOT NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(seller.uuid())
    .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

/// Whether something is still on its way through that account.
///
/// # Errors
/// The database is away.
pub fn is_any_open_through(tx: &mut TenantTx<'_>, account: GatewayAccountId) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Known {
        #[diesel(sql_type = Bool)]
        open: bool,
    }
    let known: Known = sql_query(
        "SELECT EXISTS (SELECT 1 FROM payouts p
             JOIN payout_batches b ON b.tenant_id = p.tenant_id AND b.number = p.batch_number
             WHERE p.tenant_id = $1 AND b.account_id = $2 AND p.state = 'batched') AS open",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(account.uuid())
    .get_result(tx.conn)?;
    Ok(known.open)
}

/// A batch, as the console's list shows it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct BatchLine {
    /// Its number.
    #[diesel(sql_type = Integer)]
    pub number: i32,
    /// How it is sent: `manual`, `payoneer` or `stripe_connect`.
    #[diesel(sql_type = Text)]
    pub method: String,
    /// In which currency.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Who put it together.
    #[diesel(sql_type = Text)]
    pub made_by: String,
    /// When.
    #[diesel(sql_type = Timestamptz, deserialize_as = At)]
    #[schema(value_type = i64)]
    pub at: Moment,
    /// Payouts in it.
    #[diesel(sql_type = BigInt)]
    pub payouts: i64,
    /// All of them together.
    #[diesel(sql_type = BigInt)]
    pub amount_minor: i64,
    /// How many are still on their way.
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// How many didn't arrive.
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    /// The provider pays it by itself, and can be asked.
    #[diesel(sql_type = Bool)]
    pub by_itself: bool,
}

const LIST: List = List {
    columns: "b.number, b.method, b.currency, m.name AS made_by, b.made_at AS at, s.payouts, s.amount_minor, s.open, s.failed,
        g.sealed_keys IS NOT NULL AS by_itself",
    rows: "FROM payout_batches b JOIN users m ON m.tenant_id = b.tenant_id AND m.id = b.made_by
        LEFT JOIN gateway_accounts g ON g.tenant_id = b.tenant_id AND g.id = b.account_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS payouts, coalesce(sum(p.amount_minor), 0)::bigint AS amount_minor,
                count(*) FILTER (WHERE p.state = 'batched') AS open, count(*) FILTER (WHERE p.state = 'failed') AS failed
            FROM payouts p WHERE p.tenant_id = b.tenant_id AND p.batch_number = b.number) s
        WHERE b.tenant_id = $2::uuid AND ($3 IS NULL OR b.number::text = $3) AND ($1 IS NULL OR b.number::text ILIKE $1)",
    sorts: &[("number", "b.number")],
    newest_first: true,
    key: "b.number",
};

/// Batches, newest first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<BatchLine>> {
    LIST.of_tenant(tx, wanted, None)
}
