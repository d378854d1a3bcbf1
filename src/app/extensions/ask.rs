//! The seller asks for more time, or the buyer adds it.

use super::News;
use crate::{
    app::{App, bookings, bookings::lock_people, identity::Viewer},
    domain::{
        call::extension::{Event, Extension, MOST_MINUTES, Refused, amounts},
        ids::{CallId, ExtensionId},
        money::{Currency, Money, typed_minor},
        order_price::OrderPrice,
    },
    error::{Error, Result},
    store::{
        calls::{self, Call},
        extensions::{self, Asked},
    },
};

/// Below it blocks of time at the end of what is paid can cost nothing, and the next ones must wait for their price.
const LEAST_RATE_MINOR: i64 = 6;

/// How often can be asked in a call.
pub(super) const MOST_ASKED: i64 = 50;

/// Asks the buyer of a call of the reader's, who is its seller, for so many minutes more, at the call's rate or for an
/// amount as the seller typed it. The question lapses after a minute.
/// The buyer of a talk that was paid for before adds minutes at the rate without a question, and pays as for those that they
/// agreed to.
///
/// # Errors
/// The minutes or the amount are out of bounds or one of the two has other plans then, one question is open already, it isn't the
/// reader's to ask, the call is over, or the database is away.
pub async fn ask(app: &App, viewer: &Viewer, call: CallId, (minutes, amount): (u32, Option<String>)) -> Result<Asked> {
    let (person, now) = (viewer.user.id, app.now());
    let news = app
        .db
        .tenant(&viewer.scope, move |tx| {
            let found = calls::of_person(tx, call, person)?;
            let by_buyer = found.buyer.id == person;
            if by_buyer && (found.booking.is_none() || amount.is_some()) {
                let words = "Only the one who is paid can ask for that.";
                return Err(Error::conflict("not_yours", words));
            }
            lock_people(tx, found.buyer.id, found.seller.id)?;
            let call = calls::find(tx, call)?;
            if call.ended.is_some() {
                return Err(Error::conflict("call_over", "The call is over."));
            }
            if call.terms.free {
                let words = "This talk costs nothing: it goes on for as long as you like.";
                return Err(Error::conflict("free", words));
            }
            let extension = match amount {
                None => Extension::ask(minutes, call.terms.rate_minor, |minor| charged(&call, minor), now),
                Some(typed) => {
                    let amount = Money::new(chosen(&call, &typed)?, call.currency);
                    Extension::ask_for(minutes, amount, |minor| charged(&call, minor), now)
                }
            };
            let mut extension = extension.map_err(|why| refused(why, call.currency))?;
            if by_buyer {
                // Nobody has to be asked.
                extension.on(now, Event::Yes).map_err(super::refused)?;
            }
            if let Some(mut before) = extensions::lock_open(tx, call.id)? {
                before.extension.on(now, Event::Tick).map_err(super::refused)?;
                if before.extension.is_open() {
                    let words = format!("{} hasn't answered yet. Wait for the answer.", call.buyer.name);
                    return Err(Error::conflict("asked_already", words));
                }
                extensions::update(tx, &before)?;
            }
            if extensions::of_call(tx, call.id, MOST_ASKED)?.len() >= MOST_ASKED as usize {
                let words = "You have asked very often in this call. Talk about it instead.";
                return Err(Error::conflict("asked_too_often", words));
            }
            if let Some(order) = call.booking {
                bookings::refuse_unless_longer(tx, order, minutes, extension.price, now)?;
            }
            let asked = Asked {
                id: ExtensionId::new(),
                call: call.id,
                currency: call.currency,
                asked_at: now,
                agreed_at: None,
                extension,
            };
            extensions::insert(tx, &asked)?;
            if by_buyer {
                extensions::update(tx, &asked)?;
            }
            Ok(News::of(&call, asked))
        })
        .await?;
    news.tell(app, &viewer.scope);
    Ok(news.asked)
}

/// Where it was paid for before, fee and tax come with the price; what is paid as it goes is all there is.
fn charged(call: &Call, price_minor: i64) -> Option<OrderPrice> {
    let policy = &call.terms.policy;
    match call.booking {
        Some(_) => OrderPrice::of_more(price_minor, policy.service_fee, policy.tax),
        None => Some(OrderPrice::bare(price_minor)),
    }
}

/// The amount that was typed, in minor units, where there can be one.
fn chosen(call: &Call, typed: &str) -> Result<i64> {
    if call.booking.is_none() {
        let words = "This call is paid as it goes. Ask for minutes at its rate.";
        return Err(Error::conflict("not_prepaid", words));
    }
    if call.terms.rate_minor < LEAST_RATE_MINOR {
        let words = "This call costs too little a minute for another amount.";
        return Err(Error::conflict("rate_too_low", words));
    }
    typed_minor(typed, call.currency).ok_or_else(|| {
        let words = match call.currency.exponent() {
            0 => "Give a whole amount without decimals, such as 500.".to_owned(),
            decimals => format!("Give an amount with at most {decimals} decimals, such as 12.50."),
        };
        Error::field("amount", words)
    })
}

fn refused(why: Refused, currency: Currency) -> Error {
    match why {
        Refused::Amount => {
            let (least, most) = amounts(currency);
            Error::field("amount", format!("Choose an amount from {least} to {most}."))
        }
        Refused::Minutes => Error::field("minutes", format!("Choose from 1 to {MOST_MINUTES} minutes.")),
        Refused::Price => Error::field("minutes", "This call has no price that could grow."),
    }
}
