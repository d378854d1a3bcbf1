//! The talk itself: begun by the seller (requirement E4), settled when it has ended.

use super::{act::happen, lapse::lapse_for as lapse, lock_people, settle};
use crate::{
    app::{App, calls as app_calls, identity::Viewer, subscriptions},
    domain::{
        booking::{Agreement, Event, State},
        call::{CallRole, EndReason, Terms},
        ids::{BookingId, CallId},
        policy::Increment,
        quota::Counted,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        bookings::{self, Order},
        calls::{self, Call, CallRefused, Ended},
        extensions, ledger, reviews,
    },
};

/// Begins the talk of an order of the reader's, who is its seller: it rings for the buyer, who has a page open. It may
/// begin before its time. What both agreed to begin at once either of them begins, and nobody has to answer.
///
/// # Errors
/// The other isn't here, either is in another call, nothing is booked, it isn't the reader's to begin, as many calls were
/// begun here as may be, or the database is away.
pub async fn launch(app: &App, viewer: &Viewer, tenant: &Tenant, id: BookingId) -> Result<Call> {
    // What is due by itself comes first, and stays whatever becomes of the rest.
    lapse(app, viewer, id).await?;
    let (handle, tenant, person, now) = (app.clone(), tenant.clone(), viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let order = bookings::find_of(tx, id, person)?;
            let role = order.role(person).ok_or_else(Error::not_found)?;
            if role == CallRole::Buyer && !is_at_once(&order) {
                return Err(Error::forbidden("Only the one who is booked can begin the call."));
            }
            let plan = subscriptions::running(tx, now)?;
            lock_people(tx, order.buyer.id, order.seller.id)?;
            let order = bookings::lock(tx, id)?;
            if !matches!(order.booking.state(), State::Booked { .. }) {
                return Err(Error::conflict("not_booked", "Nothing is booked here."));
            }
            let other = order.party(role.other()).clone();
            if !handle.people.is_online(tx.tenant(), other.id) {
                let words = format!("{} isn't here right now. Begin when they are.", other.name);
                return Err(Error::conflict("not_available", words));
            }
            let order = happen(&handle, tx, order, Event::Begun, now)?;
            let call = call(tx, &order, now)?;
            let accounts = app_calls::accounts(tx, &call, now)?;
            subscriptions::one_more_call(tx, &plan)?;
            handle.count(tx.tenant(), handle.quotas(&tenant), Counted::Joins)?;
            match calls::insert(tx, &call, accounts) {
                Ok(()) => Ok(call),
                Err(CallRefused::SellerBusy) if role == CallRole::Seller => Err(app_calls::in_a_call()),
                Err(CallRefused::BuyerBusy) if role == CallRole::Buyer => Err(app_calls::in_a_call()),
                Err(CallRefused::SellerBusy | CallRefused::BuyerBusy) => {
                    let words = format!("{} is in another call. Begin when it is over.", other.name);
                    Err(Error::conflict("busy", words))
                }
                Err(CallRefused::Other(error)) => Err(error),
            }
        })
        .await
}

/// Whether both agreed to begin when it is paid.
fn is_at_once(order: &Order) -> bool {
    order.booking.terms().agreement == Agreement::Instant
}

/// The call of an order: it uses up what was paid for, to the second, and then ends.
fn call(tx: &mut TenantTx<'_>, order: &Order, now: Moment) -> Result<Call> {
    let mut policy = order.call_terms.policy.clone();
    // Seconds that are free each time it begins would make a talk of any length free.
    (policy.increment, policy.grace_s, policy.minimum_s, policy.rescue_s) = (Increment::Second, 0, 0, 0);
    if is_at_once(order) {
        policy.ring_s = 0;
    }
    let mut call = Call {
        id: CallId::new(),
        buyer: order.buyer.clone(),
        seller: order.seller.clone(),
        service: order.service,
        service_title: order.service_title.clone(),
        currency: order.currency,
        // Who shares in it is the order's to say.
        terms: Terms::new(order.call_terms.rate_minor, policy),
        opening_minor: 0,
        rang_at: now,
        caller_rating: reviews::of_buyer(tx, order.buyer.id)?,
        ended: None,
        booking: Some(order.id),
        parent: None,
    };
    call.terms.stretches = extensions::priced_apart(tx, order.id)?;
    call.opening_minor = ledger::balance(tx, call.payer(), order.currency)?.available().minor;
    Ok(call)
}

/// What the end of its call means to an order; of one that didn't get beyond the check also whether the seller pressed
/// connect, and the buyer didn't. In a transaction that has written that end.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn call_ended(
    app: &App,
    tx: &mut TenantTx<'_>,
    id: BookingId,
    call: &Ended,
    only_seller_connected: bool,
) -> Result<()> {
    let now = call.at;
    let order = bookings::find(tx, id)?;
    lock_people(tx, order.buyer.id, order.seller.id)?;
    let order = bookings::lock(tx, id)?;
    if !matches!(order.booking.state(), State::Running { .. }) {
        return Ok(());
    }
    // A call that costs nothing was no talk: it can begin again.
    let took_place = call.charged_minor > 0;
    let event = match took_place {
        true => Event::Held {
            charged_minor: call.charged_minor,
            // Without credit all of it was talked, but for time that was paid in the last moment.
            rest_refunded: !matches!(call.reason, EndReason::BuyerEnded | EndReason::BuyerLost),
        },
        false => Event::Stopped {
            unanswered: only_seller_connected || matches!(call.reason, EndReason::Missed | EndReason::Rejected),
        },
    };
    let order = happen(app, tx, order, event, now)?;
    if took_place {
        settle::rest(tx, &order, call, now)?;
    }
    Ok(())
}
