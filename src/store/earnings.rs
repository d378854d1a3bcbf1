//! What sellers have earned: what is held, what can be paid out, and each line of it. What was held for long enough is
//! found by the entries of the held time only, by index, however much was earned before.

use super::{TenantTx, moment::At};
use crate::{
    domain::{
        ids::{AccountId, BookingId, CallId, UserId},
        money::{Currency, Money},
        payout::releasable_minor,
        time::Moment,
    },
    error::{Error, Result},
    store::ledger::{self, AccountKind},
};
use anyhow::anyhow;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// What a transfer of what was held for long enough is called.
pub const MATURED: &str = "matured";

/// An account in which something was held for long enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matured {
    /// The account.
    pub account: AccountId,
    /// Whose.
    pub seller: UserId,
    /// How much of it.
    pub amount: Money,
}

#[derive(QueryableByName)]
struct MaturedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    owner_id: Uuid,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    balance_minor: i64,
    #[diesel(sql_type = BigInt)]
    lately_minor: i64,
}

/// What came into account `a` after `$2`, less commission of it and what others have of it. What was given back or is held
/// since was of the oldest: it shortens nobody's time. What was held or shared and returns is what came in before.
const LATELY: &str = "
    coalesce((SELECT sum(t.amount_minor) FROM ledger_transfers t WHERE t.tenant_id = a.tenant_id AND t.credit_id = a.id
        AND t.at > $2 AND t.phase IN ('direct', 'posted') AND t.kind NOT IN ('dispute_back', 'studio_share_back', 'co_seller_share_back')), 0)::bigint
    - coalesce((SELECT sum(t.amount_minor) FROM ledger_transfers t WHERE t.tenant_id = a.tenant_id AND t.debit_id = a.id
        AND t.at > $2 AND t.phase IN ('direct', 'posted') AND t.kind IN ('commission', 'tip_commission', 'tax_of_seller', 'studio_share', 'co_seller_share')), 0)::bigint";

impl MaturedRow {
    fn matured(self) -> Result<Matured> {
        let currency = Currency::parse(&self.currency)
            .ok_or_else(|| Error::internal(anyhow!("account {} has an unknown currency", self.id)))?;
        Ok(Matured {
            account: AccountId::from_uuid(self.id),
            seller: UserId::from_uuid(self.owner_id),
            amount: Money::new(releasable_minor(self.balance_minor, self.lately_minor), currency),
        })
    }
}

/// Accounts with something in them that came in until `cutoff` and wasn't released: of at most `limit` accounts after
/// another one, and the last of those that were looked at. Frozen ones are left out.
///
/// # Errors
/// The database is away.
pub fn matured_after(
    tx: &mut TenantTx<'_>,
    after: Option<AccountId>,
    cutoff: Moment,
    limit: i64,
) -> Result<(Vec<Matured>, Option<AccountId>)> {
    let rows: Vec<MaturedRow> = sql_query(format!(
        "SELECT a.id, a.owner_id, a.currency, a.balance_minor, {LATELY} AS lately_minor
         FROM ledger_accounts a
         WHERE a.tenant_id = $1 AND a.kind IN ('earnings', 'tips') AND a.balance_minor > 0 AND NOT a.frozen
           AND ($3 IS NULL OR a.id > $3)
         ORDER BY a.id LIMIT $4"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Timestamptz, _>(At(cutoff))
    .bind::<Nullable<SqlUuid>, _>(after.map(|id| id.uuid()))
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    let last = rows.last().map(|row| AccountId::from_uuid(row.id));
    let found = rows.into_iter().map(MaturedRow::matured).collect::<Result<Vec<_>>>()?;
    Ok((found.into_iter().filter(|one| one.amount.minor > 0).collect(), last))
}

/// What was held for long enough in these accounts. Whoever releases it has locked them.
///
/// # Errors
/// The database is away.
pub fn matured_in(tx: &mut TenantTx<'_>, accounts: &[AccountId], cutoff: Moment) -> Result<Vec<Matured>> {
    let rows: Vec<MaturedRow> = sql_query(format!(
        "SELECT a.id, a.owner_id, a.currency, a.balance_minor, {LATELY} AS lately_minor
         FROM ledger_accounts a WHERE a.tenant_id = $1 AND a.id = ANY ($3) AND NOT a.frozen"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Timestamptz, _>(At(cutoff))
    .bind::<Array<SqlUuid>, _>(accounts.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .load(tx.conn)?;
    let found = rows.into_iter().map(MaturedRow::matured).collect::<Result<Vec<_>>>()?;
    Ok(found.into_iter().filter(|one| one.amount.minor > 0).collect())
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The accounts of a seller that hold something back.
///
/// # Errors
/// The database is away.
pub fn holding(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Vec<AccountId>> {
    let rows: Vec<Id> = sql_query(
        "SELECT id FROM ledger_accounts WHERE tenant_id = $1 AND kind IN ('earnings', 'tips') AND owner_id = $2
             AND balance_minor > 0",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(seller.uuid())
    .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| AccountId::from_uuid(row.id)).collect())
}

/// Which of these transfers happened already.
///
/// # Errors
/// The database is away.
pub fn happened(tx: &mut TenantTx<'_>, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let rows: Vec<Id> = sql_query("SELECT id FROM ledger_transfers WHERE tenant_id = $1 AND id = ANY ($2)")
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<Array<SqlUuid>, _>(ids)
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Where a seller's money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Earned lately, and held.
    pub held: Money,
    /// When the next part of that can be paid out.
    pub next_at: Option<Moment>,
    /// What can be paid out; negative if more was taken back than there was.
    pub available: Money,
    /// Asked for, and on its way.
    pub on_its_way: Money,
}

impl Standing {
    /// All that wasn't paid out.
    pub fn total(self) -> Money {
        let minor = self.held.minor + self.available.minor + self.on_its_way.minor;
        Money::new(minor, self.available.currency)
    }
}

#[derive(QueryableByName)]
struct First {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<At>,
}

/// Where a seller's money is, when all that came in until `cutoff` can be paid out, also what no job has released yet.
///
/// # Errors
/// The database is away.
pub fn standing(
    tx: &mut TenantTx<'_>,
    seller: UserId,
    currency: Currency,
    cutoff: Moment,
    hold_ms: i64,
) -> Result<Standing> {
    let mut total = |kind| ledger::balance(tx, kind, currency).map(|balance| balance.total.minor);
    let earned = total(AccountKind::Earnings(seller))? + total(AccountKind::Tips(seller))?;
    let payable = total(AccountKind::Payable(seller))?;
    let on_its_way = total(AccountKind::PayingOut(seller))?;
    let holding = holding(tx, seller)?;
    let matured = matured_in(tx, &holding, cutoff)?;
    let matured = matured.iter().filter(|one| one.amount.currency == currency);
    let matured: i64 = matured.map(|one| one.amount.minor).sum();
    let first: First = sql_query(
        "SELECT min(t.at) AS at FROM unnest($3) AS a (id)
         CROSS JOIN LATERAL (
             SELECT t.at FROM ledger_transfers t WHERE t.tenant_id = $1 AND t.credit_id = a.id AND t.at > $2
                 AND t.phase IN ('direct', 'posted') AND t.amount_minor > 0
             ORDER BY t.at LIMIT 1) t",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Timestamptz, _>(At(cutoff))
    .bind::<Array<SqlUuid>, _>(holding.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .get_result(tx.conn)?;
    let of = |minor| Money::new(minor, currency);
    // What was taken back and isn't there is made up for by what could be paid out.
    let (held, missing) = ((earned - matured).max(0), (earned - matured).min(0));
    Ok(Standing {
        held: of(held),
        next_at: first.at.filter(|_| held > 0).map(|at| Moment::from(at) + hold_ms),
        available: of(payable + matured + missing),
        on_its_way: of(on_its_way),
    })
}

/// One line of a seller's statement. A call's blocks are one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When (of a call: the last block).
    pub at: Moment,
    /// What for, as the transfer says.
    pub kind: String,
    /// Positive in, negative out.
    pub amount: Money,
    /// All that wasn't paid out after it.
    pub balance: Money,
    /// The call it was for.
    pub call: Option<CallId>,
    /// The order it was for.
    pub order: Option<BookingId>,
    /// Who the other person was.
    pub name: Option<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Timestamptz)]
    at: At,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    amount_minor: i64,
    #[diesel(sql_type = BigInt)]
    balance_minor: i64,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    call_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    order_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
}

/// A seller's statement, newest first: all that changed what they are owed. What merely goes from held to payable, or is
/// asked for, isn't in it.
///
/// # Errors
/// The database is away.
pub fn statement(
    tx: &mut TenantTx<'_>,
    seller: UserId,
    currency: Currency,
    skip: i64,
    limit: i64,
) -> Result<Vec<Line>> {
    let rows: Vec<Row> = sql_query(
        "WITH own AS (
             SELECT id FROM ledger_accounts
             WHERE tenant_id = $1 AND kind IN ('earnings', 'tips', 'payable', 'paying_out') AND owner_id = $2
               AND currency = $3
         ), moved AS (
             SELECT t.id, t.kind, t.leg_id, t.at, t.amount_minor, t.debit_id AS other_id
             FROM own JOIN ledger_transfers t ON t.tenant_id = $1 AND t.credit_id = own.id AND t.phase IN ('direct', 'posted')
             WHERE t.debit_id NOT IN (SELECT id FROM own)
             UNION ALL
             SELECT t.id, t.kind, t.leg_id, t.at, -t.amount_minor, t.credit_id
             FROM own JOIN ledger_transfers t ON t.tenant_id = $1 AND t.debit_id = own.id AND t.phase IN ('direct', 'posted')
             WHERE t.credit_id NOT IN (SELECT id FROM own)
         ), grouped AS (
             SELECT coalesce(md5(leg_id || kind)::uuid, id) AS id, kind, leg_id, other_id, max(at) AS at,
                    sum(amount_minor)::bigint AS amount_minor
             FROM moved GROUP BY 1, 2, 3, 4
         ), lines AS (
             SELECT *, (sum(amount_minor) OVER (ORDER BY at, id))::bigint AS balance_minor FROM grouped
             WHERE amount_minor <> 0
             ORDER BY at DESC, id DESC OFFSET $4 LIMIT $5
         )
         SELECT lines.at, lines.kind, lines.amount_minor, lines.balance_minor, coalesce(c.id, s.call_id) AS call_id,
                coalesce(b.id, s.booking_id) AS order_id, u.name
         FROM lines
         LEFT JOIN call_legs l ON l.tenant_id = $1 AND l.id = lines.leg_id
         LEFT JOIN calls c ON c.tenant_id = $1 AND c.id = l.call_id
         LEFT JOIN ledger_accounts o ON o.tenant_id = $1 AND o.id = lines.other_id AND o.kind = 'order'
         LEFT JOIN bookings b ON b.tenant_id = $1 AND b.id = o.order_id
         LEFT JOIN tips p ON p.tenant_id = $1 AND p.id = lines.id
         -- Of what others sell nobody reads more than whose it was.
         LEFT JOIN earning_shares h ON h.tenant_id = $1 AND h.id = lines.id
         LEFT JOIN earning_shares s ON s.tenant_id = $1 AND s.id = lines.id AND s.seller_id = $2
         LEFT JOIN users u ON u.tenant_id = $1
             AND u.id = coalesce(c.buyer_id, b.buyer_id, p.buyer_id, s.sharer_id, h.seller_id)
         ORDER BY lines.at DESC, lines.id DESC",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(seller.uuid())
    .bind::<Text, _>(currency.code())
    .bind::<BigInt, _>(skip)
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    let line = |row: Row| Line {
        at: row.at.into(),
        kind: row.kind,
        amount: Money::new(row.amount_minor, currency),
        balance: Money::new(row.balance_minor, currency),
        call: row.call_id.map(CallId::from_uuid),
        order: row.order_id.map(BookingId::from_uuid),
        name: row.name,
    };
    Ok(rows.into_iter().map(line).collect())
}
