//! Paying for an order.

use super::{act::happen, lock_people};
use crate::{
    app::{App, identity::Viewer},
    domain::{booking::Event, ids::BookingId, money::Money, time::Moment},
    error::{Error, Result},
    store::{
        TenantTx,
        bookings::{self, Order},
        ledger::{self, AccountKind, Transfer},
        wallets,
    },
};
use uuid::Uuid;

/// Pays for an order of the reader's from their wallet; the money waits in the order's own account.
///
/// # Errors
/// There isn't enough of it, nothing is to be paid, the order isn't theirs, or the database is away.
pub async fn pay(app: &App, viewer: &Viewer, id: BookingId) -> Result<Order> {
    let (handle, person, now) = (app.clone(), viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let order = bookings::find_of(tx, id, person)?;
            if order.buyer.id != person {
                return Err(Error::not_found());
            }
            lock_people(tx, order.buyer.id, order.seller.id)?;
            let order = bookings::lock_of(tx, id, person)?;
            let order = happen(&handle, tx, order, Event::Paid, now)?;
            take(tx, &order, now)?;
            Ok(order)
        })
        .await
}

fn take(tx: &mut TenantTx<'_>, order: &Order, now: Moment) -> Result<()> {
    let price = Money::new(order.booking.terms().price_minor, order.currency);
    let there = wallets::balance(tx, order.buyer.id, order.currency)?.available();
    if there.minor < price.minor {
        let missing = Money::new(price.minor - there.minor, order.currency);
        let words = format!("Your credit doesn't cover this. Add {missing} and pay again.");
        return Err(Error::conflict("insufficient_credit", words));
    }
    let transfer = Transfer {
        id: Uuid::new_v5(&order.id.uuid(), b"paid"),
        kind: "order_paid",
        debit: ledger::account(tx, AccountKind::Wallet(order.buyer.id), order.currency, now)?,
        credit: ledger::account(tx, AccountKind::Order(order.buyer.id, order.id), order.currency, now)?,
        amount_minor: price.minor,
        at: now,
    };
    ledger::transfer(tx, &transfer)?;
    Ok(())
}
