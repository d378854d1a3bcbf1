//! Batches of payouts: numbered without gaps, sent together.

use super::{
    TenantTx,
    listing::{List, Page, Wanted},
    moment::At,
};
use crate::{
    domain::{ids::UserId, money::Currency, time::Moment},
    error::Result,
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A batch that staff send by hand, from a table that they take to their bank.
pub const BY_HAND: &str = "manual";

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Integer)]
    number: i32,
}

/// Opens a batch; gives its number. Whoever does has queued up ([`super::tenants::queue_up`]): so numbers have no gaps.
///
/// # Errors
/// The database is away.
pub fn open(tx: &mut TenantTx<'_>, by: UserId, currency: Currency, method: &str, now: Moment) -> Result<i32> {
    let opened: Number = sql_query(
        "INSERT INTO payout_batches (tenant_id, number, method, currency, made_by, made_at)
         SELECT $1, coalesce((SELECT number FROM payout_batches WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1), 0) + 1,
             $2, $3, $4, $5
         RETURNING number",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Text, _>(method)
    .bind::<Text, _>(currency.code())
    .bind::<SqlUuid, _>(by.uuid())
    .bind::<Timestamptz, _>(At(now))
    .get_result(tx.conn)?;
    Ok(opened.number)
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
    /// Where it stands.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// `iban`, `account` or `payoneer`.
    #[diesel(sql_type = Text)]
    pub method: String,
    /// Where it goes; gone if the seller was erased, or came with an archive.
    #[diesel(sql_type = Nullable<Binary>)]
    pub sealed: Option<Vec<u8>>,
}

/// All lines of a batch, in the order in which they were asked for.
///
/// # Errors
/// The database is away.
pub fn sent(tx: &mut TenantTx<'_>, number: i32) -> Result<Vec<Sent>> {
    Ok(sql_query(
        "SELECT p.id, u.name AS seller, p.amount_minor, p.currency, p.state, p.method_kind AS method,
                p.method_sealed AS sealed
         FROM payouts p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.seller_id
         WHERE p.tenant_id = $1 AND p.batch_number = $2 ORDER BY p.requested_at, p.id",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Integer, _>(number)
    .load(tx.conn)?)
}

/// A batch, as the console's list shows it.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct BatchLine {
    /// Its number.
    #[diesel(sql_type = Integer)]
    pub number: i32,
    /// How it is sent: `manual`.
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
}

const LIST: List = List {
    columns: "b.number, b.method, b.currency, m.name AS made_by, b.made_at AS at, s.payouts, s.amount_minor, s.open, s.failed",
    rows: "FROM payout_batches b JOIN users m ON m.tenant_id = b.tenant_id AND m.id = b.made_by
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
