//! What happens to orders by themselves.

use super::{act::happen, lock_people};
use crate::{
    app::{App, identity::Viewer},
    domain::{
        booking::{Event, State},
        ids::BookingId,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        bookings::{self, Order},
        jobs,
    },
};
use serde::{Deserialize, Serialize};

/// The job's kind in the outbox; its payload is [`Due`].
pub const LAPSE_JOB: &str = "booking_due";

/// An order to which something may happen by itself now.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Due {
    order: BookingId,
}

/// Has an order looked at again when something is due by itself.
pub(super) fn wait(tx: &mut TenantTx<'_>, order: &Order) -> Result<()> {
    let Some(due) = order.booking.next_deadline() else {
        return Ok(());
    };
    let payload = serde_json::to_value(Due { order: order.id }).map_err(Error::internal)?;
    jobs::enqueue(tx, LAPSE_JOB, payload, due)
}

/// Lets time pass for an order.
///
/// # Errors
/// The database is away; try again.
pub async fn lapse(app: &App, scope: &TenantScope, due: Due) -> Result<()> {
    let (handle, now) = (app.clone(), app.now());
    app.db
        .tenant(scope, move |tx| {
            let order = bookings::find(tx, due.order)?;
            let (_, seller) = lock_people(tx, order.buyer.id, order.seller.id)?;
            let order = bookings::lock(tx, due.order)?;
            if order.booking.next_deadline().is_some_and(|due| due <= now) {
                let event = match order.booking.state() {
                    // Time pays out nobody whose account is closed: that is the buyer's to do, or waits for the staff.
                    State::Delivered { .. } if seller.suspended => Event::PutOff,
                    _ => Event::Tick,
                };
                happen(&handle, tx, order, event, now)?;
            }
            Ok(())
        })
        .await
}

/// The same for somebody who wants to do something about their order, whether or not the job has run.
pub(super) async fn lapse_for(app: &App, viewer: &Viewer, order: BookingId) -> Result<()> {
    let (person, now) = (viewer.user.id, app.now());
    let read = move |tx: &mut TenantTx<'_>| bookings::find_of(tx, order, person);
    let due = app.db.read(&viewer.scope, read).await?.booking.next_deadline();
    match due {
        Some(due) if due <= now => lapse(app, &viewer.scope, Due { order }).await,
        _ => Ok(()),
    }
}

/// The same for an order that the outbox has lost.
///
/// # Errors
/// The database is away; try again.
pub(in crate::app) async fn lapse_lost(app: &App, scope: &TenantScope, order: BookingId) -> Result<()> {
    lapse(app, scope, Due { order }).await
}
