//! What was agreed to is paid from the wallet, and the time added.

use super::News;
use crate::{
    app::{
        App,
        bookings::{self, lock_people},
        safety, wallet,
    },
    domain::{
        call::{
            Stretch,
            extension::{Event, State},
        },
        ids::{CallId, ExtensionId},
        money::Money,
        time::Moment,
    },
    error::{Error, Kind, Result},
    store::{
        TenantTx, calls,
        calls::Call,
        extensions::{self, Asked},
        ledger::{self, AccountKind, Transfer},
        top_ups,
        users::User,
        wallets,
    },
};
use uuid::Uuid;

/// What came of paying.
pub(super) enum Tried {
    /// There is only so much in the wallet.
    Short(Money),
    /// It is paid, or can't be used any more.
    Over(Box<News>),
}

/// What is to be paid at the gateway, before an extension can be paid from a wallet with so much in it: what is missing,
/// but never less than the least that is taken there.
pub(super) fn missing(asked: &Asked, there: Money) -> Money {
    let least = wallet::least_top_up(asked.currency);
    Money::new((asked.price().minor - there.minor).max(least.minor), asked.currency)
}

/// Pays for an extension that was agreed to, if there is enough. One that can't be used any more fails, and nothing is
/// taken. Both people and the extension are locked.
pub(super) fn try_to_pay(
    app: &App,
    tx: &mut TenantTx<'_>,
    (call, seller): (&Call, &User),
    mut asked: Asked,
    now: Moment,
) -> Result<Tried> {
    let handle = app.clone();
    let paid = tx.attempt(|tx| pay(&handle, tx, (call, seller), &asked, now));
    let event = match &paid {
        Ok(Paid::Short(there)) => return Ok(Tried::Short(*there)),
        Ok(Paid::From { .. }) => Event::Paid,
        Err(error) if error.kind == Kind::Unavailable => return paid.map(|_| Tried::Short(asked.price())),
        Err(refused) => {
            tracing::info!(extension = %asked.id, %refused, "what was agreed to can't be used any more");
            Event::Useless
        }
    };
    asked.extension.on(now, event).map_err(super::refused)?;
    extensions::update(tx, &asked)?;
    let mut news = News::of(call, asked);
    if let Ok(Paid::From { credit, wallet, apart }) = paid {
        if let Some(stretch) = &apart {
            extensions::price_apart(tx, stretch)?;
        }
        (news.credit, news.wallet, news.apart) = (credit, wallet, apart);
    }
    Ok(Tried::Over(Box::new(news)))
}

/// Where an extension was paid from.
enum Paid {
    /// Nowhere: there is only so much.
    Short(Money),
    /// From the wallet: what there is for the call then, and in the wallet, where it was taken out.
    From {
        credit: Option<Money>,
        wallet: Option<Money>,
        /// The minutes, if they have a price of their own.
        apart: Option<Stretch>,
    },
}

fn pay(app: &App, tx: &mut TenantTx<'_>, (call, seller): (&Call, &User), asked: &Asked, now: Moment) -> Result<Paid> {
    if call.ended.is_some() {
        return Err(Error::conflict("call_over", "The call is over."));
    }
    if seller.suspended {
        return Err(safety::away(seller));
    }
    let wallet = AccountKind::Wallet(call.buyer.id);
    let Some(order) = call.booking else {
        // The minutes are paid as they are talked; that the wallet covers them is all there is to it.
        let there = wallets::balance(tx, call.buyer.id, call.currency)?.available();
        return Ok(match there.minor >= asked.price().minor {
            true => Paid::From {
                credit: None,
                wallet: None,
                apart: None,
            },
            false => Paid::Short(there),
        });
    };
    let debit = ledger::account(tx, wallet, call.currency, now)?;
    let credit = ledger::account(tx, call.payer(), call.currency, now)?;
    let there = wallets::balance(tx, call.buyer.id, call.currency)?.available();
    if there.minor < asked.price().minor {
        return Ok(Paid::Short(there));
    }
    let (minutes, price) = (asked.extension.minutes, asked.extension.price);
    let order = bookings::extend(app, tx, order, (minutes, price), now)?;
    // Fee and tax can't be talked.
    let apart = bookings::apart(tx, &order, now)?;
    ledger::lock(tx, &[debit, credit, apart])?;
    let (id, rest_minor) = (asked.id.uuid(), price.total_minor() - price.price_minor());
    for (id, credit, amount_minor) in [
        (id, credit, price.price_minor()),
        (Uuid::new_v5(&id, b"apart"), apart, rest_minor),
    ] {
        if amount_minor == 0 {
            continue;
        }
        let transfer = Transfer {
            id,
            kind: "extension_paid",
            debit,
            credit,
            amount_minor,
            at: now,
        };
        ledger::transfer(tx, &transfer)?;
    }
    Ok(Paid::From {
        credit: Some(ledger::balance(tx, call.payer(), call.currency)?.available()),
        wallet: Some(wallets::balance(tx, call.buyer.id, call.currency)?.available()),
        apart: apart_from_rate(call, asked, order.booking.terms().length_min),
    })
}

/// Minutes at another price than the call's rate come behind those that were paid for before. The order is that long by
/// now.
fn apart_from_rate(call: &Call, asked: &Asked, length_min: u32) -> Option<Stretch> {
    let minutes = i64::from(asked.extension.minutes);
    let at_rate = call.terms.rate_minor.checked_mul(minutes) == Some(asked.extension.price.price_minor());
    (!at_rate).then(|| asked.stretch((i64::from(length_min) - minutes) * 60))
}

/// Pays for an extension with money that has arrived for it, if it still is to be paid and there is enough. Whatever is
/// wrong with it, the money that arrived stays in the wallet. Both people are locked.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn pay_if_possible(
    app: &App,
    tx: &mut TenantTx<'_>,
    id: ExtensionId,
    now: Moment,
) -> Result<Option<News>> {
    let mut asked = extensions::lock(tx, id)?;
    let call = calls::find(tx, asked.call)?;
    let (_, seller) = lock_people(tx, call.buyer.id, call.seller.id)?;
    let before = asked.extension.state;
    asked.extension.on(now, Event::Tick).map_err(super::refused)?;
    if asked.extension.state != State::Paying {
        extensions::update(tx, &asked)?;
        return Ok((asked.extension.state != before).then(|| News::of(&call, asked)));
    }
    match try_to_pay(app, tx, (&call, &seller), asked, now)? {
        Tried::Short(_) => Ok(None),
        Tried::Over(news) => Ok(Some(*news)),
    }
}

/// Keeps payments from beginning for what isn't to be paid any more, or is being paid already. The buyer is locked.
///
/// # Errors
/// That is so, or the database is away.
pub(in crate::app) fn refuse_unless_payable(tx: &mut TenantTx<'_>, id: ExtensionId, now: Moment) -> Result<()> {
    let mut asked = extensions::find(tx, id)?;
    asked.extension.on(now, Event::Tick).map_err(super::refused)?;
    if asked.extension.state != State::Paying {
        return Err(Error::conflict(
            "answered",
            "This was answered already, or has run out.",
        ));
    }
    match top_ups::open_for_extension(tx, id)? {
        Some(_) => Err(Error::conflict("being_paid", "This is being paid already.")),
        None => Ok(()),
    }
}

/// The call is over: what was left open comes to nothing. In the transaction that has written that end.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn call_ended(tx: &mut TenantTx<'_>, call: CallId, now: Moment) -> Result<()> {
    if let Some(mut open) = extensions::lock_open(tx, call)? {
        open.extension.on(now, Event::CallEnded).map_err(super::refused)?;
        extensions::update(tx, &open)?;
    }
    Ok(())
}

/// Locks both people of an extension's call.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn lock_both(tx: &mut TenantTx<'_>, id: ExtensionId) -> Result<()> {
    let asked = extensions::find(tx, id)?;
    let call = calls::find(tx, asked.call)?;
    lock_people(tx, call.buyer.id, call.seller.id).map(|_| ())
}
