//! Payments for subscriptions: the intents, and what became of them.

use super::{TenantTx, moment::At, schema::subscription_payments as payments, top_ups};
use crate::{
    domain::{
        ids::{PlanId, SubscriptionId, UserId},
        money::{Currency, Money},
        payment::State,
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::prelude::*;
use uuid::Uuid;

/// A payment for a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its id; also the gateway's idempotency key and the id of what is bought.
    pub id: SubscriptionId,
    /// Who pays.
    pub user: UserId,
    /// For which plan.
    pub plan: PlanId,
    /// Its name then.
    pub plan_name: String,
    /// For so many months.
    pub months: i32,
    /// Which gateway takes it.
    pub gateway: String,
    /// The gateway's name of it, once known.
    pub reference: Option<String>,
    /// The gateway's payment page, once known.
    pub pay_url: Option<String>,
    /// How much.
    pub amount: Money,
    /// How it stands.
    pub state: State,
    /// Why it was declined, in the person's words.
    pub reason: Option<String>,
    /// When it was begun.
    pub created_at: Moment,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = payments)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    plan_id: Uuid,
    plan_name: String,
    interval_months: i32,
    gateway: String,
    gateway_reference: Option<String>,
    pay_url: Option<String>,
    amount_minor: i64,
    currency: String,
    state: String,
    reason: Option<String>,
    created_at: At,
}

impl Row {
    fn of(payment: &Payment) -> Self {
        Self {
            id: payment.id.uuid(),
            user_id: payment.user.uuid(),
            plan_id: payment.plan.uuid(),
            plan_name: payment.plan_name.clone(),
            interval_months: payment.months,
            gateway: payment.gateway.clone(),
            gateway_reference: payment.reference.clone(),
            pay_url: payment.pay_url.clone(),
            amount_minor: payment.amount.minor,
            currency: payment.amount.currency.code().to_owned(),
            state: payment.state.name().to_owned(),
            reason: payment.reason.clone(),
            created_at: At(payment.created_at),
        }
    }

    fn payment(self) -> Result<Payment> {
        let currency = Currency::parse(&self.currency);
        let currency = currency.ok_or_else(|| Error::internal(anyhow!("unknown currency {:?}", self.currency)))?;
        Ok(Payment {
            id: SubscriptionId::from_uuid(self.id),
            user: UserId::from_uuid(self.user_id),
            plan: PlanId::from_uuid(self.plan_id),
            plan_name: self.plan_name,
            months: self.interval_months,
            gateway: self.gateway,
            reference: self.gateway_reference,
            pay_url: self.pay_url,
            amount: Money::new(self.amount_minor, currency),
            state: top_ups::state(&self.state)?,
            reason: self.reason,
            created_at: self.created_at.into(),
        })
    }
}

/// Stores an intent.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, payment: &Payment) -> Result<()> {
    diesel::insert_into(payments::table)
        .values((
            payments::tenant_id.eq(tx.tenant().uuid()),
            Row::of(payment),
            payments::updated_at.eq(At(payment.created_at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Reads one.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: SubscriptionId) -> Result<Payment> {
    let row = payments::table.find((tx.tenant().uuid(), id.uuid()));
    row.select(Row::as_select()).first(tx.conn)?.payment()
}

/// Reads one and keeps others from changing it until the transaction ends.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: SubscriptionId) -> Result<Payment> {
    let row = payments::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select());
    row.for_update().first(tx.conn)?.payment()
}

/// The tenant's payments without an outcome, newest first.
///
/// # Errors
/// The database is away.
pub fn open(tx: &mut TenantTx<'_>) -> Result<Vec<Payment>> {
    let rows: Vec<Row> = payments::table
        .filter(payments::tenant_id.eq(tx.tenant().uuid()))
        .filter(payments::state.eq_any(["created", "pending", "unknown"]))
        .order((payments::created_at.desc(), payments::id.desc()))
        .limit(20)
        .select(Row::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(Row::payment).collect()
}

/// Writes what the gateway said: state, its name of the payment, its page, why not.
///
/// # Errors
/// The database is away.
pub fn update(tx: &mut TenantTx<'_>, payment: &Payment, now: Moment) -> Result<()> {
    diesel::update(payments::table.find((tx.tenant().uuid(), payment.id.uuid())))
        .set((
            payments::gateway_reference.eq(&payment.reference),
            payments::pay_url.eq(&payment.pay_url),
            payments::state.eq(payment.state.name()),
            payments::reason.eq(&payment.reason),
            payments::updated_at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}
