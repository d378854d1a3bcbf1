//! The test gateway's books. Only `gateways::payment::test` reads them: to the rest it is somebody else's system.

use super::{
    SystemTx, TenantTx,
    moment::At,
    schema::{test_gateway_methods as methods, test_gateway_payments as payments},
};
use crate::{
    domain::{
        money::{Currency, Money},
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::prelude::*;

/// A payment as the test gateway keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its name for it.
    pub reference: String,
    /// The merchant's name for it.
    pub idempotency_key: String,
    /// How much.
    pub amount: Money,
    /// Where the person goes back to.
    pub return_url: String,
    /// How it stands: `open`, `needs_authentication`, `held`, `charged`, `declined` or `released`.
    pub state: String,
    /// Why it was declined.
    pub reason: Option<String>,
    /// Until then it answers no questions about this payment.
    pub silent_until: Option<Moment>,
    /// When it was opened.
    pub created_at: Moment,
    /// Who gets the money, if not the tenant.
    pub merchant: Option<String>,
    /// What its card is to do when it is charged next, if the card is to be kept: `pays`, `asks`, `declines` or `gets_lost`.
    pub keeps: Option<String>,
    /// The name of the card, once it is kept.
    pub token: Option<String>,
    /// The card only holds it.
    pub holds: bool,
    /// What was taken of what was held, and under which key.
    pub captured: Option<(i64, String)>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = payments)]
struct Row {
    reference: String,
    idempotency_key: String,
    amount_minor: i64,
    currency: String,
    return_url: String,
    state: String,
    reason: Option<String>,
    silent_until: Option<At>,
    created_at: At,
    merchant: Option<String>,
    keeps: Option<String>,
    token: Option<String>,
    holds: bool,
    captured_minor: Option<i64>,
    captured_by: Option<String>,
}

impl Row {
    fn payment(self) -> Result<Payment> {
        let currency = Currency::parse(&self.currency);
        let currency = currency.ok_or_else(|| Error::internal(anyhow!("unknown currency {:?}", self.currency)))?;
        Ok(Payment {
            reference: self.reference,
            idempotency_key: self.idempotency_key,
            amount: Money::new(self.amount_minor, currency),
            return_url: self.return_url,
            state: self.state,
            reason: self.reason,
            silent_until: self.silent_until.map(Moment::from),
            created_at: self.created_at.into(),
            merchant: self.merchant,
            keeps: self.keeps,
            token: self.token,
            holds: self.holds,
            captured: self.captured_minor.zip(self.captured_by),
        })
    }
}

/// Opens a payment, or finds the one that was opened with the same key.
///
/// # Errors
/// The database is away.
pub fn open(tx: &mut TenantTx<'_>, payment: &Payment) -> Result<Payment> {
    let tenant = tx.tenant().uuid();
    diesel::insert_into(payments::table)
        .values((
            payments::tenant_id.eq(tenant),
            payments::reference.eq(&payment.reference),
            payments::idempotency_key.eq(&payment.idempotency_key),
            payments::amount_minor.eq(payment.amount.minor),
            payments::currency.eq(payment.amount.currency.code()),
            payments::return_url.eq(&payment.return_url),
            payments::state.eq(&payment.state),
            payments::created_at.eq(At(payment.created_at)),
            payments::merchant.eq(&payment.merchant),
            payments::reason.eq(&payment.reason),
            payments::silent_until.eq(payment.silent_until.map(At)),
            payments::keeps.eq(&payment.keeps),
            payments::holds.eq(payment.holds),
        ))
        .on_conflict((payments::tenant_id, payments::idempotency_key))
        .do_nothing()
        .execute(tx.conn)?;
    payments::table
        .filter(payments::tenant_id.eq(tenant))
        .filter(payments::idempotency_key.eq(&payment.idempotency_key))
        .select(Row::as_select())
        .first(tx.conn)?
        .payment()
}

/// Reads one.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, reference: &str) -> Result<Payment> {
    payments::table
        .find((tx.tenant().uuid(), reference))
        .select(Row::as_select())
        .first(tx.conn)?
        .payment()
}

/// Reads one and keeps others from changing it until the transaction ends.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, reference: &str) -> Result<Payment> {
    let row = payments::table
        .find((tx.tenant().uuid(), reference))
        .select(Row::as_select());
    row.for_update().first(tx.conn)?.payment()
}

/// Writes how it stands.
///
/// # Errors
/// The database is away.
pub fn update(tx: &mut TenantTx<'_>, payment: &Payment) -> Result<()> {
    diesel::update(payments::table.find((tx.tenant().uuid(), payment.reference.as_str())))
        .set((
            payments::state.eq(&payment.state),
            payments::reason.eq(&payment.reason),
            payments::silent_until.eq(payment.silent_until.map(At)),
            payments::keeps.eq(&payment.keeps),
            payments::token.eq(&payment.token),
            payments::captured_minor.eq(payment.captured.as_ref().map(|(minor, _)| *minor)),
            payments::captured_by.eq(payment.captured.as_ref().map(|(_, key)| key.as_str())),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Reads the one that has this key, if there is one.
///
/// # Errors
/// The database is away.
pub fn by_key(tx: &mut TenantTx<'_>, key: &str) -> Result<Option<Payment>> {
    let row: Option<Row> = payments::table
        .filter(payments::tenant_id.eq(tx.tenant().uuid()))
        .filter(payments::idempotency_key.eq(key))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(Row::payment).transpose()
}

/// Keeps a card that does this when it is charged next.
///
/// # Errors
/// The database is away.
pub fn keep(tx: &mut TenantTx<'_>, token: &str, next: &str, now: Moment) -> Result<()> {
    diesel::insert_into(methods::table)
        .values((
            methods::tenant_id.eq(tx.tenant().uuid()),
            methods::token.eq(token),
            methods::next.eq(next),
            methods::created_at.eq(At(now)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What a kept card does when it is charged.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn kept(tx: &mut TenantTx<'_>, token: &str) -> Result<String> {
    let row = methods::table.find((tx.tenant().uuid(), token));
    Ok(row.select(methods::next).first(tx.conn)?)
}

/// Whether the books can be read at all.
///
/// # Errors
/// They can't.
pub fn check(tx: &mut SystemTx<'_>) -> Result<()> {
    let _: Option<String> = payments::table.select(payments::reference).first(tx.conn).optional()?;
    Ok(())
}
