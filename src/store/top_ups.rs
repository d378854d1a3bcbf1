//! Payments into wallets: the intents, and what became of them.

use super::{TenantTx, moment::At, schema::top_ups};
use crate::{
    domain::{
        ids::{BookingId, TopUpId, UserId},
        money::{Currency, Money},
        payment::State,
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::prelude::*;
use uuid::Uuid;

/// A payment into a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopUp {
    /// Its id; also the gateway's idempotency key and the ledger transfer's id.
    pub id: TopUpId,
    /// Whose wallet.
    pub user: UserId,
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
    /// The order that it is meant to pay.
    pub pays_for: Option<BookingId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = top_ups)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    gateway: String,
    gateway_reference: Option<String>,
    pay_url: Option<String>,
    amount_minor: i64,
    currency: String,
    state: String,
    reason: Option<String>,
    created_at: At,
    booking_id: Option<Uuid>,
}

/// A state as the database names it.
pub(in crate::store) fn state(name: &str) -> Result<State> {
    State::parse(name).ok_or_else(|| Error::internal(anyhow!("unknown payment state {name:?}")))
}

impl Row {
    fn top_up(self) -> Result<TopUp> {
        let currency = Currency::parse(&self.currency);
        let currency = currency.ok_or_else(|| Error::internal(anyhow!("unknown currency {:?}", self.currency)))?;
        Ok(TopUp {
            id: TopUpId::from_uuid(self.id),
            user: UserId::from_uuid(self.user_id),
            gateway: self.gateway,
            reference: self.gateway_reference,
            pay_url: self.pay_url,
            amount: Money::new(self.amount_minor, currency),
            state: state(&self.state)?,
            reason: self.reason,
            created_at: self.created_at.into(),
            pays_for: self.booking_id.map(BookingId::from_uuid),
        })
    }
}

/// Stores an intent.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, top_up: &TopUp) -> Result<()> {
    diesel::insert_into(top_ups::table)
        .values((
            top_ups::tenant_id.eq(tx.tenant().uuid()),
            top_ups::id.eq(top_up.id.uuid()),
            top_ups::user_id.eq(top_up.user.uuid()),
            top_ups::gateway.eq(&top_up.gateway),
            top_ups::amount_minor.eq(top_up.amount.minor),
            top_ups::currency.eq(top_up.amount.currency.code()),
            top_ups::state.eq(top_up.state.name()),
            top_ups::created_at.eq(At(top_up.created_at)),
            top_ups::updated_at.eq(At(top_up.created_at)),
            top_ups::booking_id.eq(top_up.pays_for.map(BookingId::uuid)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Reads one.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: TopUpId) -> Result<TopUp> {
    top_ups::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select())
        .first(tx.conn)?
        .top_up()
}

/// Reads one and keeps others from changing it until the transaction ends.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: TopUpId) -> Result<TopUp> {
    let row = top_ups::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select());
    row.for_update().first(tx.conn)?.top_up()
}

/// The person's payments without an outcome, newest first.
///
/// # Errors
/// The database is away.
pub fn open(tx: &mut TenantTx<'_>, user: UserId, limit: i64) -> Result<Vec<TopUp>> {
    let rows: Vec<Row> = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::user_id.eq(user.uuid()))
        .filter(top_ups::state.eq_any(["created", "pending", "unknown"]))
        .order((top_ups::created_at.desc(), top_ups::id.desc()))
        .limit(limit)
        .select(Row::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(Row::top_up).collect()
}

/// The person's payment for an order whose page is open.
///
/// # Errors
/// The database is away.
pub fn open_for(tx: &mut TenantTx<'_>, user: UserId, order: BookingId) -> Result<Option<TopUp>> {
    let row: Option<Row> = top_ups::table
        .filter(top_ups::tenant_id.eq(tx.tenant().uuid()))
        .filter(top_ups::user_id.eq(user.uuid()))
        .filter(top_ups::state.eq("pending"))
        .filter(top_ups::booking_id.eq(order.uuid()))
        .order(top_ups::created_at.desc())
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(Row::top_up).transpose()
}

/// Writes what the gateway said: state, its name of the payment, its page, why not.
///
/// # Errors
/// The database is away.
pub fn update(tx: &mut TenantTx<'_>, top_up: &TopUp, now: Moment) -> Result<()> {
    diesel::update(top_ups::table.find((tx.tenant().uuid(), top_up.id.uuid())))
        .set((
            top_ups::gateway_reference.eq(&top_up.reference),
            top_ups::pay_url.eq(&top_up.pay_url),
            top_ups::state.eq(top_up.state.name()),
            top_ups::reason.eq(&top_up.reason),
            top_ups::updated_at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}
