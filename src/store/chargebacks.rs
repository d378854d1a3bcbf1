//! What banks took back of payments, and what is held of sellers for it.

use super::{
    TenantTx,
    moment::At,
    refunds::{columns, subject},
    schema::{chargeback_shares, chargebacks},
};
use crate::{
    domain::{
        chargeback::Stage,
        ids::{BookingId, CallId, DisputeId, GatewayAccountId, TopUpId, UserId},
        money::{Currency, Money},
        refund::Subject,
        time::Moment,
    },
    error::{Error, Result},
    store::disputes::Held,
};
use anyhow::anyhow;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid},
};
use serde_json::Value;
use uuid::Uuid;

/// A bank's claim for a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chargeback {
    /// Its id.
    pub id: DisputeId,
    /// The account at the provider that the payment came in through; none of the built-in one.
    pub account: Option<GatewayAccountId>,
    /// The provider's name of it.
    pub reference: String,
    /// The provider's name of the payment.
    pub charge: String,
    /// The payment, if it is known.
    pub top_up: Option<TopUpId>,
    /// Who paid.
    pub buyer: Option<UserId>,
    /// How much is claimed.
    pub amount: Money,
    /// Why, in the provider's words.
    pub reason: String,
    /// How it stands.
    pub stage: Stage,
    /// What of it was taken from the buyer's wallet, in minor units.
    pub wallet_minor: i64,
    /// When it became known.
    pub opened_at: Moment,
}

/// What is held of one seller, for something that the buyer paid them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its id; what is held has an account of that name.
    pub id: DisputeId,
    /// For what.
    pub subject: Subject,
    /// Whose.
    pub seller: UserId,
    /// All of it, in minor units.
    pub gross_minor: i64,
    /// What of that isn't the seller's: the tenant's part, and all tax.
    pub commission_minor: i64,
    /// The tax of that.
    pub tax_minor: i64,
    /// The seller's part, by where it was taken from.
    pub held: Held,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = chargebacks)]
struct Row {
    id: Uuid,
    account_id: Option<Uuid>,
    reference: String,
    charge: String,
    top_up_id: Option<Uuid>,
    buyer_id: Option<Uuid>,
    amount_minor: i64,
    currency: String,
    reason: String,
    stage: String,
    wallet_minor: i64,
    opened_at: At,
}

impl Row {
    fn chargeback(self) -> Result<Chargeback> {
        let unreadable = || Error::internal(anyhow!("chargeback {} can't be read", self.id));
        let currency = Currency::parse(&self.currency).ok_or_else(unreadable)?;
        Ok(Chargeback {
            id: DisputeId::from_uuid(self.id),
            account: self.account_id.map(GatewayAccountId::from_uuid),
            top_up: self.top_up_id.map(TopUpId::from_uuid),
            buyer: self.buyer_id.map(UserId::from_uuid),
            amount: Money::new(self.amount_minor, currency),
            stage: Stage::parse(&self.stage).ok_or_else(unreadable)?,
            wallet_minor: self.wallet_minor,
            opened_at: self.opened_at.into(),
            reference: self.reference,
            charge: self.charge,
            reason: self.reason,
        })
    }
}

/// What is known of a provider's claim.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, account: Option<GatewayAccountId>, reference: &str) -> Result<Option<Chargeback>> {
    let row: Option<Row> = chargebacks::table
        .filter(chargebacks::tenant_id.eq(tx.tenant().uuid()))
        .filter(chargebacks::account_id.is_not_distinct_from(account.map(GatewayAccountId::uuid)))
        .filter(chargebacks::reference.eq(reference))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(Row::chargeback).transpose()
}

/// What is known of a provider's claim; nobody else changes it until the transaction ends.
///
/// # Errors
/// The database is away.
pub fn lock(tx: &mut TenantTx<'_>, account: Option<GatewayAccountId>, reference: &str) -> Result<Option<Chargeback>> {
    let row: Option<Row> = chargebacks::table
        .filter(chargebacks::tenant_id.eq(tx.tenant().uuid()))
        .filter(chargebacks::account_id.is_not_distinct_from(account.map(GatewayAccountId::uuid)))
        .filter(chargebacks::reference.eq(reference))
        .select(Row::as_select())
        .for_update()
        .first(tx.conn)
        .optional()?;
    row.map(Row::chargeback).transpose()
}

/// A claim.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn get(tx: &mut TenantTx<'_>, id: DisputeId) -> Result<Chargeback> {
    let row = chargebacks::table.find((tx.tenant().uuid(), id.uuid()));
    let row: Row = row.select(Row::as_select()).first(tx.conn)?;
    row.chargeback()
}

/// Claims for a charge of one of these names through an account, whose payment isn't known.
///
/// # Errors
/// The database is away.
pub fn unlinked(tx: &mut TenantTx<'_>, account: Option<GatewayAccountId>, charges: &[&str]) -> Result<Vec<DisputeId>> {
    let Some(account) = account else { return Ok(Vec::new()) };
    let rows: Vec<Uuid> = chargebacks::table
        .filter(chargebacks::tenant_id.eq(tx.tenant().uuid()))
        .filter(chargebacks::top_up_id.is_null())
        .filter(chargebacks::charge.eq_any(charges))
        .filter(chargebacks::account_id.eq(account.uuid()))
        .order(chargebacks::id)
        .select(chargebacks::id)
        .load(tx.conn)?;
    Ok(rows.into_iter().map(DisputeId::from_uuid).collect())
}

/// What banks claim of a payment beside one claim, unless they gave it back, in minor units.
///
/// # Errors
/// The database is away.
pub fn claimed_of_payment(tx: &mut TenantTx<'_>, payment: TopUpId, beside: DisputeId) -> Result<i64> {
    let sum: Sum = sql_query(
        "SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM chargebacks
         WHERE tenant_id = $1 AND top_up_id = $2 AND id <> $3 AND stage <> 'won'",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(payment.uuid())
    .bind::<SqlUuid, _>(beside.uuid())
    .get_result(tx.conn)?;
    Ok(sum.minor)
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    minor: i64,
}

/// Writes down whose payment a claim is for. Whoever does has locked it.
///
/// # Errors
/// The database is away.
pub fn link(tx: &mut TenantTx<'_>, id: DisputeId, payment: TopUpId, buyer: UserId) -> Result<()> {
    diesel::update(chargebacks::table.find((tx.tenant().uuid(), id.uuid())))
        .set((
            chargebacks::top_up_id.eq(payment.uuid()),
            chargebacks::buyer_id.eq(buyer.uuid()),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Writes down a new claim. False if it is known already; whoever wrote it first wins, and the other waits for that.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, new: &Chargeback) -> Result<bool> {
    let added = diesel::insert_into(chargebacks::table)
        .values((
            chargebacks::tenant_id.eq(tx.tenant().uuid()),
            chargebacks::id.eq(new.id.uuid()),
            chargebacks::account_id.eq(new.account.map(GatewayAccountId::uuid)),
            chargebacks::reference.eq(&new.reference),
            chargebacks::charge.eq(&new.charge),
            chargebacks::top_up_id.eq(new.top_up.map(TopUpId::uuid)),
            chargebacks::buyer_id.eq(new.buyer.map(UserId::uuid)),
            chargebacks::amount_minor.eq(new.amount.minor),
            chargebacks::currency.eq(new.amount.currency.code()),
            chargebacks::reason.eq(&new.reason),
            chargebacks::stage.eq(new.stage.name()),
            chargebacks::opened_at.eq(At(new.opened_at)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(added == 1)
}

/// Writes down what was taken of the buyer's wallet and held of sellers, and what is known.
///
/// # Errors
/// The database is away.
pub fn hold(tx: &mut TenantTx<'_>, id: DisputeId, wallet_minor: i64, shares: &[Share], evidence: &Value) -> Result<()> {
    let tenant = tx.tenant().uuid();
    diesel::update(chargebacks::table.find((tenant, id.uuid())))
        .set((
            chargebacks::wallet_minor.eq(wallet_minor),
            chargebacks::evidence.eq(evidence),
        ))
        .execute(tx.conn)?;
    for share in shares {
        let (call, order) = columns(share.subject);
        diesel::insert_into(chargeback_shares::table)
            .values((
                chargeback_shares::tenant_id.eq(tenant),
                chargeback_shares::id.eq(share.id.uuid()),
                chargeback_shares::chargeback_id.eq(id.uuid()),
                chargeback_shares::call_id.eq(call),
                chargeback_shares::booking_id.eq(order),
                chargeback_shares::seller_id.eq(share.seller.uuid()),
                chargeback_shares::gross_minor.eq(share.gross_minor),
                chargeback_shares::commission_minor.eq(share.commission_minor),
                chargeback_shares::tax_minor.eq(share.tax_minor),
                chargeback_shares::held_earnings_minor.eq(share.held.earnings_minor),
                chargeback_shares::held_payable_minor.eq(share.held.payable_minor),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

type ShareRow = (Uuid, Option<Uuid>, Option<Uuid>, Uuid, i64, i64, i64, i64, i64);

/// What is held of sellers for a claim.
///
/// # Errors
/// The database is away.
pub fn shares(tx: &mut TenantTx<'_>, id: DisputeId) -> Result<Vec<Share>> {
    let rows: Vec<ShareRow> = chargeback_shares::table
        .filter(chargeback_shares::tenant_id.eq(tx.tenant().uuid()))
        .filter(chargeback_shares::chargeback_id.eq(id.uuid()))
        .order(chargeback_shares::id)
        .select((
            chargeback_shares::id,
            chargeback_shares::call_id,
            chargeback_shares::booking_id,
            chargeback_shares::seller_id,
            chargeback_shares::gross_minor,
            chargeback_shares::commission_minor,
            chargeback_shares::tax_minor,
            chargeback_shares::held_earnings_minor,
            chargeback_shares::held_payable_minor,
        ))
        .load(tx.conn)?;
    rows.into_iter()
        .map(
            |(id, call, order, seller, gross_minor, commission_minor, tax_minor, earnings_minor, payable_minor)| {
                let unreadable = || Error::internal(anyhow!("chargeback share {id} can't be read"));
                Ok(Share {
                    id: DisputeId::from_uuid(id),
                    subject: subject(call, order).ok_or_else(unreadable)?,
                    seller: UserId::from_uuid(seller),
                    gross_minor,
                    commission_minor,
                    tax_minor,
                    held: Held {
                        earnings_minor,
                        payable_minor,
                    },
                })
            },
        )
        .collect()
}

/// What of something is or was claimed by banks, unless they gave it back.
///
/// # Errors
/// The database is away.
pub fn claimed_of(tx: &mut TenantTx<'_>, subject: Subject) -> Result<Claimed> {
    sums_of(tx, subject, "c.stage <> 'won'")
}

/// What of something is gone for good because banks took it back.
///
/// # Errors
/// The database is away.
pub fn lost_of(tx: &mut TenantTx<'_>, subject: Subject) -> Result<Claimed> {
    sums_of(tx, subject, "c.stage = 'lost'")
}

fn sums_of(tx: &mut TenantTx<'_>, subject: Subject, which: &str) -> Result<Claimed> {
    let (call, order) = columns(subject);
    let claimed = sql_query(format!(
        "SELECT coalesce(sum(s.gross_minor), 0)::bigint AS gross_minor,
             coalesce(sum(s.commission_minor), 0)::bigint AS commission_minor,
             coalesce(sum(s.tax_minor), 0)::bigint AS tax_minor
         FROM chargeback_shares s
         JOIN chargebacks c ON c.tenant_id = s.tenant_id AND c.id = s.chargeback_id AND {which}
         WHERE s.tenant_id = $1 AND (s.call_id = $2 OR s.booking_id = $3)"
    ))
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Nullable<SqlUuid>, _>(call)
    .bind::<Nullable<SqlUuid>, _>(order)
    .get_result(tx.conn)?;
    Ok(claimed)
}

/// What banks claimed of something.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Claimed {
    /// All of it, in minor units.
    #[diesel(sql_type = BigInt)]
    pub gross_minor: i64,
    /// What of that isn't the seller's.
    #[diesel(sql_type = BigInt)]
    pub commission_minor: i64,
    /// The tax of that.
    #[diesel(sql_type = BigInt)]
    pub tax_minor: i64,
}

/// Writes down how it stands now.
///
/// # Errors
/// The database is away.
pub fn set_stage(tx: &mut TenantTx<'_>, id: DisputeId, stage: Stage, now: Moment) -> Result<()> {
    diesel::update(chargebacks::table.find((tx.tenant().uuid(), id.uuid())))
        .set((chargebacks::stage.eq(stage.name()), chargebacks::closed_at.eq(At(now))))
        .execute(tx.conn)?;
    Ok(())
}

/// What was known when it became known.
///
/// # Errors
/// Not here, or the database is away.
pub fn evidence(tx: &mut TenantTx<'_>, id: DisputeId) -> Result<Value> {
    let row = chargebacks::table.find((tx.tenant().uuid(), id.uuid()));
    Ok(row.select(chargebacks::evidence).first(tx.conn)?)
}

#[derive(QueryableByName)]
struct Paid {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    call_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    booking_id: Option<Uuid>,
    #[diesel(sql_type = SqlUuid)]
    seller_id: Uuid,
}

/// What a buyer has paid for and is over, the newest first, with who earned it.
///
/// # Errors
/// The database is away.
pub fn newest_paid(tx: &mut TenantTx<'_>, buyer: UserId, since: Moment, limit: i64) -> Result<Vec<(Subject, UserId)>> {
    let rows: Vec<Paid> = sql_query(
        "SELECT call_id, booking_id, seller_id FROM (
             (SELECT id AS call_id, NULL::uuid AS booking_id, seller_id, ended_at AS at FROM calls
              WHERE tenant_id = $1 AND buyer_id = $2 AND booking_id IS NULL AND charged_minor > 0
                AND rang_at >= $3 AND ended_at IS NOT NULL
              ORDER BY rang_at DESC LIMIT $4)
             UNION ALL
             (SELECT NULL, id, seller_id, closed_at FROM bookings
              WHERE tenant_id = $1 AND buyer_id = $2 AND closed_at >= $3
              ORDER BY ordered_at DESC LIMIT $4)
         ) paid ORDER BY at DESC LIMIT $4",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(buyer.uuid())
    .bind::<Timestamptz, _>(At(since))
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    let paid = rows.into_iter().filter_map(|row| {
        let subject = match (row.call_id, row.booking_id) {
            (Some(call), _) => Subject::Call(CallId::from_uuid(call)),
            (None, order) => Subject::Order(BookingId::from_uuid(order?)),
        };
        Some((subject, UserId::from_uuid(row.seller_id)))
    });
    Ok(paid.collect())
}
