//! The steps of payouts, with the money that goes with them.

use crate::{
    app::{
        App,
        letters::{self, Letter, PayoutNews},
        notifications,
    },
    domain::{
        ids::{PayoutId, UserId},
        money::Money,
        notification::Event,
        payout::{Flow, State, Step},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        ledger::{self, AccountKind, Transfer},
        notifications::News,
        payouts::{self, Became, Payout},
        tenants,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Where sellers see their earnings, a path.
const PAGE: &str = "/sell/earnings";
/// What the transfers of a payout are called.
pub(super) const ASKED: &str = "payout";
const BACK: &str = "payout_back";
const PAID: &str = "payout_paid";

/// Takes a step with payouts that were locked: all of them, or none.
///
/// # Errors
/// One of them can't take it from where it stands, its seller's money is frozen, or the database is away.
pub(in crate::app) fn take(
    tx: &mut TenantTx<'_>,
    locked: &[Payout],
    step: Step,
    became: Became<'_>,
    now: Moment,
) -> Result<()> {
    if let Some(other) = locked.iter().find(|payout| payout.state.on(step) != Some(became.state)) {
        let words = format!(
            "This payout of {} can't be changed like that any more. Load the page again.",
            other.amount
        );
        return Err(Error::conflict("payout_state", words));
    }
    let ids: Vec<PayoutId> = locked.iter().map(|payout| payout.id).collect();
    payouts::update(tx, &ids, became, now)?;
    let mut transfers = Vec::new();
    for payout in locked {
        let currency = payout.amount.currency;
        let (kind, to) = match step.moves() {
            Flow::Stays => continue,
            Flow::Returns => (BACK, AccountKind::Payable(payout.seller)),
            Flow::Leaves => (PAID, AccountKind::Bank),
        };
        transfers.push(Transfer {
            id: Uuid::new_v5(&payout.id.uuid(), kind.as_bytes()),
            kind,
            debit: ledger::account(tx, AccountKind::PayingOut(payout.seller), currency, now)?,
            credit: ledger::account(tx, to, currency, now)?,
            amount_minor: payout.amount.minor,
            at: now,
        });
    }
    if !transfers.is_empty() {
        ledger::transfer_all(tx, &transfers)?;
    }
    Ok(())
}

/// Tells a payout's seller what became of it.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn tell(
    app: &App,
    tx: &mut TenantTx<'_>,
    payout: &Payout,
    (state, reason): (State, &str),
    now: Moment,
) -> Result<()> {
    let news = News::of(Event::Payout, PAGE.to_owned())
        .with("what", state.name())
        .with("amount", money(payout.amount))
        .with("to", payout.shown.as_str())
        .with("reason", reason);
    notifications::tell(app, tx, payout.seller, news, now)
}

/// Writes to a seller about their money, whatever they like to be told.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn write(
    app: &App,
    tx: &mut TenantTx<'_>,
    seller: UserId,
    news: PayoutNews,
    now: Moment,
) -> Result<()> {
    let link = format!("{}{PAGE}", app.origin(&tenants::host(tx)?));
    letters::post(tx, seller, Letter::Payout { news, link }, now)
}

/// Writes to a seller that so much was asked for.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn asked(app: &App, tx: &mut TenantTx<'_>, payout: &Payout, now: Moment) -> Result<()> {
    let news = PayoutNews::Asked {
        minor: payout.amount.minor,
        currency: payout.amount.currency.code().to_owned(),
        to: payout.shown.clone(),
    };
    write(app, tx, payout.seller, news, now)
}

/// An amount as texts and the audit log have it.
pub(in crate::app) fn money(amount: Money) -> Value {
    json!({"minor": amount.minor, "currency": amount.currency.code()})
}
