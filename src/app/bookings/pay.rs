//! Paying for an order.

use super::{act::happen, lapse::lapse_for as lapse, lock_people, refused, settle};
use crate::{
    app::{
        App,
        identity::Viewer,
        safety,
        wallet::{self, Wish},
    },
    domain::{
        booking::Event,
        ids::{BookingId, GatewayAccountId, TopUpId},
        money::Money,
        payment::Purpose,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Kind, Result},
    store::{
        TenantTx,
        bookings::{self, Order},
        frozen,
        ledger::{self, AccountKind, Transfer},
        top_ups::{self, TopUp},
        wallets,
    },
};
use std::net::IpAddr;
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
    // What is due by itself comes first, and stays whatever becomes of the rest.
    lapse(app, viewer, id).await?;
    let (handle, person, now) = (app.clone(), viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            if bookings::find_of(tx, id, person)?.buyer.id != person {
                return Err(Error::not_found());
            }
            pay_in(&handle, tx, id, Source::Wallet, now)
        })
        .await
}

/// Has the buyer's card hold what an order costs: what is due of it is taken once the order is over. Goes on with the
/// payment that was begun for it, if there is one. `from` is where their browser asks from, `return_url` says where the
/// person comes back to.
///
/// # Errors
/// Nothing is to be paid, the order isn't theirs, no way to pay can hold money, the gateway doesn't answer or refuses, or
/// the database is away.
pub async fn pay_by_hold(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    (id, from): (BookingId, IpAddr),
    return_url: impl FnOnce(TopUpId) -> String,
) -> Result<TopUp> {
    lapse(app, viewer, id).await?;
    let (person, now) = (viewer.user.id, app.now());
    let read = move |tx: &mut TenantTx<'_>| {
        let order = bookings::find_of(tx, id, person)?;
        if order.buyer.id != person {
            return Err(Error::not_found());
        }
        order.booking.clone().on(now, Event::Paid).map_err(refused)?;
        Ok((order, top_ups::open_for(tx, person, id)?))
    };
    let (order, begun) = app.db.read(&viewer.scope, read).await?;
    if let Some(begun) = begun.filter(|begun| begun.hold.is_some()) {
        return Ok(begun);
    }
    let wish = Wish {
        amount_minor: order.booking.terms().charged().total_minor(),
        pays_for: Some(Purpose::Order(id)),
        way: None,
        keep: None,
        hold: true,
        from,
    };
    wallet::begin_top_up(app, viewer, tenant, wish, return_url).await
}

/// The same, and where there isn't enough in the wallet, begins a payment of what is missing, or goes on with the one that
/// was begun for it. `from` is where their browser asks from, `return_url` says where the person comes back to.
///
/// # Errors
/// Nothing is to be paid, the order isn't theirs, the gateway doesn't answer or refuses, or the database is away.
pub async fn pay_or_top_up(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    (id, from): (BookingId, IpAddr),
    return_url: impl FnOnce(TopUpId) -> String,
) -> Result<Payment> {
    let refused = match pay(app, viewer, id).await {
        Ok(order) => return Ok(Payment::Paid(Box::new(order))),
        Err(refused) => refused,
    };
    if refused.code() != "insufficient_credit" {
        return Err(refused);
    }
    let person = viewer.user.id;
    let read = move |tx: &mut TenantTx<'_>| top_ups::open_for(tx, person, id);
    let begun = app.db.read(&viewer.scope, read).await?;
    if let Some(begun) = begun.filter(|begun| begun.hold.is_none()) {
        return Ok(Payment::Begun(Box::new(begun)));
    }
    let shown = super::show(app, viewer, id).await?;
    let missing = missing(&shown.order, shown.available);
    let wish = Wish {
        amount_minor: missing.minor,
        pays_for: Some(Purpose::Order(id)),
        way: None,
        keep: None,
        hold: false,
        from,
    };
    let top_up = wallet::begin_top_up(app, viewer, tenant, wish, return_url).await?;
    Ok(Payment::Begun(Box::new(top_up)))
}

/// What is to be paid at the gateway, before an order can be paid from the wallet: what is missing, but never less than
/// the least that is taken there.
pub fn missing(order: &Order, available: Money) -> Money {
    let short = order.booking.terms().charged().total_minor() - available.minor;
    let least = wallet::least_top_up(order.currency);
    let minor = if short > 0 { short.max(least.minor) } else { 0 };
    Money::new(minor, order.currency)
}

/// Pays for an order with money that has arrived for it, if it still is to be paid and there is enough. Says whether it
/// did. Whatever is wrong with the order, the money that arrived stays in the wallet.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn pay_if_possible(
    app: &App,
    tx: &mut TenantTx<'_>,
    id: BookingId,
    source: Source,
    now: Moment,
) -> Result<bool> {
    let handle = app.clone();
    let paid = tx.attempt(|tx| pay_in(&handle, tx, id, source, now));
    match paid {
        Ok(_) => Ok(true),
        Err(error) if error.kind == Kind::Unavailable => Err(error),
        Err(refused) => {
            tracing::info!(order = %id, %refused, "a payment arrived for an order that can't be paid any more");
            Ok(false)
        }
    }
}

/// What an order is paid with.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) enum Source {
    /// The buyer's credit.
    Wallet,
    /// What a card holds for it.
    Held {
        /// At which provider; the built-in one without.
        account: Option<GatewayAccountId>,
        /// How much.
        amount: Money,
    },
}

fn pay_in(app: &App, tx: &mut TenantTx<'_>, id: BookingId, source: Source, now: Moment) -> Result<Order> {
    let order = bookings::find(tx, id)?;
    let (_, seller) = lock_people(tx, order.buyer.id, order.seller.id)?;
    if seller.suspended {
        return Err(safety::away(&seller));
    }
    let order = bookings::lock(tx, id)?;
    order.booking.clone().on(now, Event::Paid).map_err(refused)?;
    let (kind, from) = match source {
        Source::Wallet => {
            afford(tx, &order)?;
            ("order_paid", AccountKind::Wallet(order.buyer.id))
        }
        Source::Held { account, amount } => {
            cover(tx, &order, amount)?;
            ("order_held", AccountKind::Authorised(account))
        }
    };
    // Before anything follows from it: an order that is over with its payment gives the money back at once.
    let transfer = Transfer {
        id: Uuid::new_v5(&order.id.uuid(), b"paid"),
        kind,
        debit: ledger::account(tx, from, order.currency, now)?,
        credit: ledger::account(tx, AccountKind::Order(order.buyer.id, order.id), order.currency, now)?,
        amount_minor: order.booking.terms().charged().total_minor(),
        at: now,
    };
    ledger::transfer(tx, &transfer)?;
    settle::set_rest_apart(tx, &order, now)?;
    happen(app, tx, order, Event::Paid, now)
}

/// What is held is what is to be paid, and nobody keeps its owner from spending.
fn cover(tx: &mut TenantTx<'_>, order: &Order, held: Money) -> Result<()> {
    if frozen::is_frozen(tx, order.buyer.id)? {
        return Err(frozen::refusal());
    }
    if held.minor == order.booking.terms().charged().total_minor() && held.currency == order.currency {
        return Ok(());
    }
    Err(Error::conflict(
        "price_changed",
        "The price has changed meanwhile. Pay again.",
    ))
}

fn afford(tx: &mut TenantTx<'_>, order: &Order) -> Result<()> {
    let total = order.booking.terms().charged().total_minor();
    let there = wallets::balance(tx, order.buyer.id, order.currency)?.available().minor;
    if there >= total {
        return Ok(());
    }
    let missing = Money::new(total - there, order.currency);
    let words = format!("Your credit doesn't cover this. Add {missing} and pay again.");
    Err(Error::conflict("insufficient_credit", words))
}
