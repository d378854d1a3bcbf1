//! Paying for an order.

use super::{act::happen, lock_people};
use crate::{
    app::{App, identity::Viewer, wallet},
    domain::{
        booking::{Event, State},
        ids::BookingId,
        money::Money,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        bookings::{self, Order},
        ledger::{self, AccountKind, Transfer},
        top_ups::TopUp,
        wallets,
    },
};
use uuid::Uuid;

/// What came of the wish to pay.
#[derive(Clone, Debug)]
pub enum Payment {
    /// It is paid.
    Paid(Box<Order>),
    /// There isn't enough in the wallet: a payment of what is missing was begun, and pays for the order when it arrives.
    Begun(Box<TopUp>),
}

/// Pays for an order of the reader's from their wallet; the money waits in the order's own account.
///
/// # Errors
/// There isn't enough of it, nothing is to be paid, the order isn't theirs, or the database is away.
pub async fn pay(app: &App, viewer: &Viewer, id: BookingId) -> Result<Order> {
    let (handle, person, now) = (app.clone(), viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            if bookings::find_of(tx, id, person)?.buyer.id != person {
                return Err(Error::not_found());
            }
            pay_in(&handle, tx, id, now)
        })
        .await
}

/// The same, and where there isn't enough in the wallet, begins a payment of what is missing; `return_url` says where
/// the person comes back to.
///
/// # Errors
/// Nothing is to be paid, the order isn't theirs, the gateway doesn't answer or refuses, or the database is away.
pub async fn pay_or_top_up(app: &App, viewer: &Viewer, id: BookingId, return_url: String) -> Result<Payment> {
    let refused = match pay(app, viewer, id).await {
        Ok(order) => return Ok(Payment::Paid(Box::new(order))),
        Err(refused) => refused,
    };
    if refused.code() != "insufficient_credit" {
        return Err(refused);
    }
    let shown = super::show(app, viewer, id).await?;
    let currency = shown.order.currency;
    let missing = shown.order.booking.terms().price_minor - shown.available.minor;
    let (least, _) = wallet::top_up_bounds(currency);
    let top_up = wallet::begin_top_up(app, viewer, currency, missing.max(least.minor), Some(id), |_| {
        return_url
    });
    Ok(Payment::Begun(Box::new(top_up.await?)))
}

/// Pays for an order with money that has arrived for it, if it still is to be paid and there is enough. Says whether it
/// did.
pub(in crate::app) fn pay_if_possible(app: &App, tx: &mut TenantTx<'_>, id: BookingId, now: Moment) -> Result<bool> {
    match pay_in(app, tx, id, now) {
        Ok(_) => Ok(true),
        // Refused before anything was written. The money stays in the wallet.
        Err(refused) if matches!(refused.code(), "insufficient_credit" | "over" | "nothing_to_pay") => Ok(false),
        Err(error) => Err(error),
    }
}

fn pay_in(app: &App, tx: &mut TenantTx<'_>, id: BookingId, now: Moment) -> Result<Order> {
    let order = bookings::find(tx, id)?;
    lock_people(tx, order.buyer.id, order.seller.id)?;
    let order = bookings::lock(tx, id)?;
    if matches!(order.booking.state(), State::Unpaid { .. }) {
        afford(tx, &order)?;
    }
    let order = happen(app, tx, order, Event::Paid, now)?;
    let transfer = Transfer {
        id: Uuid::new_v5(&order.id.uuid(), b"paid"),
        kind: "order_paid",
        debit: ledger::account(tx, AccountKind::Wallet(order.buyer.id), order.currency, now)?,
        credit: ledger::account(tx, AccountKind::Order(order.buyer.id, order.id), order.currency, now)?,
        amount_minor: order.booking.terms().price_minor,
        at: now,
    };
    ledger::transfer(tx, &transfer)?;
    Ok(order)
}

fn afford(tx: &mut TenantTx<'_>, order: &Order) -> Result<()> {
    let price = order.booking.terms().price_minor;
    let there = wallets::balance(tx, order.buyer.id, order.currency)?.available().minor;
    if there >= price {
        return Ok(());
    }
    let missing = Money::new(price - there, order.currency);
    let words = format!("Your credit doesn't cover this. Add {missing} and pay again.");
    Err(Error::conflict("insufficient_credit", words))
}
