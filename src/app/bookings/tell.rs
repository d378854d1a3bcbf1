//! Telling an order's people what happened to it.

use crate::{
    app::{App, notifications},
    domain::{call::CallRole, notification::Event, time::Moment},
    error::Result,
    store::{TenantTx, bookings::Order, notifications::News},
};

/// Tells one of the two what the other did, or what happened by itself; `what` is the sentence's name.
pub(super) fn tell(
    app: &App,
    tx: &mut TenantTx<'_>,
    order: &Order,
    to: CallRole,
    what: &str,
    now: Moment,
) -> Result<()> {
    notifications::tell(app, tx, order.party(to).id, news(order, to, what, now), now)
}

/// What one of the two is told.
pub(super) fn news(order: &Order, to: CallRole, what: &str, now: Moment) -> News {
    let other = order.party(to.other());
    let at = order
        .booking
        .open_offer()
        .map(|offer| offer.start)
        .or(order.booking.last_booked());
    let at = at.or(order.booking.holds().next()).unwrap_or(now);
    News::about(Event::Booking, other.id, format!("/conferences/{}", order.id))
        .with("what", what)
        .with("title", order.service_title.clone())
        .with("at", at.timestamp().to_string())
        .with("order", order.id.to_string())
}
