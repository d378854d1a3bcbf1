//! Telling an order's people what happened to it.

use crate::{
    app::{App, notifications},
    domain::{
        booking::{Booking, State},
        call::CallRole,
        notification::Event,
        order_price::OrderPrice,
        time::Moment,
    },
    error::Result,
    store::{TenantTx, bookings::Order, notifications::News},
};
use serde_json::json;

/// Tells one of the two what the other did, or what happened by itself; `what` is the sentence's name.
pub(super) fn tell(
    app: &App,
    tx: &mut TenantTx<'_>,
    order: &Order,
    to: CallRole,
    what: &str,
    now: Moment,
) -> Result<()> {
    let mut news = news(order, to, what);
    let let_go_minor = super::let_go_of(tx, order.id)?;
    if let (true, Some(parts)) = (let_go_minor > 0, order.booking.settlement()) {
        let minor = parts.refund_minor - let_go_minor;
        let money = |minor: i64| json!({"minor": minor, "currency": order.currency.code()});
        news = match to {
            CallRole::Buyer => news.with("refund", money(minor)).with("let_go", money(let_go_minor)),
            CallRole::Seller => news,
        };
    }
    notifications::tell(app, tx, order.party(to).id, news, now)
}

/// What one of the two is told: of which time, until when something is to be done about it, and what becomes of the money.
pub(super) fn news(order: &Order, to: CallRole, what: &str) -> News {
    let (other, booking) = (order.party(to.other()), &order.booking);
    let money = |minor: i64| json!({"minor": minor, "currency": order.currency.code()});
    let mut news = News::about(Event::Booking, other.id, format!("/conferences/{}", order.id))
        .with("what", what)
        .with("title", order.service_title.clone())
        .with("order", order.id.to_string())
        .with("role", if to == CallRole::Buyer { "buyer" } else { "seller" })
        .with("price", money(seen_by(to, booking.terms().charged())));
    let mut add = |name: &str, at: Option<Moment>| {
        if let Some(at) = at {
            news.params.insert(name.to_owned(), at.timestamp().to_string().into());
        }
    };
    add(
        "at",
        match what {
            // Whatever else is proposed: what is booked begins.
            "soon" => booking.last_booked(),
            _ => time(booking),
        },
    );
    if !matches!(booking.state(), State::Booked { change: None, .. }) {
        add("until", booking.next_deadline());
    }
    // What was offered, or turned down, wasn't to take its place yet.
    if let (State::Booked { start, .. }, "proposed" | "declined" | "expired") = (booking.state(), what) {
        add("kept", Some(start));
    }
    match booking.settlement() {
        Some(parts) => news
            .with("refund", money(parts.refund_minor))
            .with("due", money(seen_by(to, parts.due))),
        None => news,
    }
}

/// What a price is to one of the two: buyers pay fee and tax with it, sellers asked for it without.
fn seen_by(role: CallRole, price: OrderPrice) -> i64 {
    match role {
        CallRole::Buyer => price.total_minor(),
        CallRole::Seller => price.price_minor(),
    }
}

/// Which time there is to speak of.
pub(super) fn time(booking: &Booking) -> Option<Moment> {
    let offered = booking.open_offer().map(|offer| offer.start);
    offered.or(booking.last_booked()).or(booking.holds().next())
}
