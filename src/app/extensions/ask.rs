//! The seller asks for more time.

use super::News;
use crate::{
    app::{App, bookings, bookings::lock_people, identity::Viewer},
    domain::{
        call::extension::{Event, Extension, MOST_MINUTES, Refused},
        ids::{CallId, ExtensionId},
        order_price::OrderPrice,
    },
    error::{Error, Result},
    store::{
        calls::{self, Call},
        extensions::{self, Asked},
    },
};

/// How often can be asked in a call.
pub(super) const MOST_ASKED: i64 = 50;

/// Asks the buyer of a call of the reader's, who is its seller, for so many minutes more at the call's rate. The question
/// lapses after a minute.
///
/// # Errors
/// The minutes are out of bounds or one of the two has other plans then, one question is open already, it isn't the
/// reader's to ask, the call is over, or the database is away.
pub async fn ask(app: &App, viewer: &Viewer, call: CallId, minutes: u32) -> Result<Asked> {
    let (person, now) = (viewer.user.id, app.now());
    let news = app
        .db
        .tenant(&viewer.scope, move |tx| {
            let found = calls::of_person(tx, call, person)?;
            if found.seller.id != person {
                let words = "Only the one who is paid can ask for more time.";
                return Err(Error::conflict("not_yours", words));
            }
            lock_people(tx, found.buyer.id, found.seller.id)?;
            let call = calls::find(tx, call)?;
            if call.ended.is_some() {
                return Err(Error::conflict("call_over", "The call is over."));
            }
            let extension =
                Extension::ask(minutes, call.terms.rate_minor, |minor| charged(&call, minor), now).map_err(refused)?;
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

fn refused(why: Refused) -> Error {
    match why {
        Refused::Minutes => Error::field("minutes", format!("Choose from 1 to {MOST_MINUTES} minutes.")),
        Refused::Price => Error::field("minutes", "This call has no price that could grow."),
    }
}
