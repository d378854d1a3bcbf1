//! A talk that goes on gets longer.

use super::{act::happen, refused};
use crate::{
    app::App,
    domain::{
        booking::{Event, State},
        ids::BookingId,
        order_price::OrderPrice,
        time::{Moment, Span},
    },
    error::{Error, Result},
    store::{
        TenantTx,
        bookings::{self, Order},
    },
};

/// Makes an order's talk so many minutes longer, for so much; the money is moved in the same transaction.
/// Both people are locked.
///
/// # Errors
/// It doesn't go on, it can't be that long, one of the two has other plans then, or the database is away.
pub(in crate::app) fn extend(
    app: &App,
    tx: &mut TenantTx<'_>,
    id: BookingId,
    (minutes, price): (u32, OrderPrice),
    now: Moment,
) -> Result<Order> {
    let order = bookings::lock(tx, id)?;
    happen(app, tx, order, Event::Extended { minutes, price }, now)
}

/// # Errors
/// The same talk can't be that much longer.
pub(in crate::app) fn refuse_unless_longer(
    tx: &mut TenantTx<'_>,
    id: BookingId,
    minutes: u32,
    price: OrderPrice,
    now: Moment,
) -> Result<()> {
    let order = bookings::find(tx, id)?;
    let mut longer = order.booking.clone();
    longer.on(now, Event::Extended { minutes, price }).map_err(refused)?;
    let State::Running { start } = order.booking.state() else {
        return Ok(());
    };
    let added = Span {
        from: order.booking.lasts(start).to,
        to: longer.lasts(start).to,
    };
    let people = [order.buyer.id, order.seller.id];
    if bookings::taken(tx, &people, Some(id), added)?.is_empty() {
        return Ok(());
    }
    let words = "One of you has another appointment right after this. Ask for fewer minutes.";
    Err(Error::conflict("time_taken", words))
}
