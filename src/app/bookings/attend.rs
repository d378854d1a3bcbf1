//! Who stays away (requirement D7): looked at every minute from the agreed beginning on, and decided from that.

use super::{act::happen, lock_people};
use crate::{
    app::App,
    domain::{
        booking::{Event, Here, State, absent},
        ids::BookingId,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        bookings::{self, Order},
        jobs,
        lost::{self, Lost},
    },
};
use serde::{Deserialize, Serialize};

/// The job's kind in the outbox; its payload is [`Look`].
pub const LOOK_JOB: &str = "booking_look";
const MINUTE_MS: i64 = 60_000;

/// The nth look at who is there after a beginning, counted from 0.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Look {
    order: BookingId,
    start: Moment,
    nth: u32,
}

/// Has it looked at who is there when a time that was just agreed on has come.
pub(super) fn expect(tx: &mut TenantTx<'_>, order: &Order) -> Result<()> {
    match order.booking.state() {
        State::Booked { start, change: None } => enqueue(
            tx,
            Look {
                order: order.id,
                start,
                nth: 0,
            },
        ),
        _ => Ok(()),
    }
}

/// Has it looked at from now on who is there, if nothing else will: the looks until now are missing.
///
/// # Errors
/// The database is away; try again.
pub(in crate::app) async fn look_again(app: &App, scope: &TenantScope, id: BookingId) -> Result<()> {
    let now = app.now();
    app.db
        .tenant(scope, move |tx| {
            let order = bookings::lock(tx, id)?;
            let (State::Booked { start, .. } | State::Running { start }) = order.booking.state() else {
                return Ok(());
            };
            if lost::has_job(tx, Lost::Look, id.uuid())? {
                return Ok(());
            }
            let missing = (now - start + MINUTE_MS - 1).max(0) / MINUTE_MS;
            let nth = u32::try_from(missing).map_err(Error::internal)?;
            enqueue(tx, Look { order: id, start, nth })
        })
        .await
}

fn enqueue(tx: &mut TenantTx<'_>, look: Look) -> Result<()> {
    let payload = serde_json::to_value(look).map_err(Error::internal)?;
    jobs::enqueue(tx, LOOK_JOB, payload, look.start + i64::from(look.nth) * MINUTE_MS)
}

/// Looks who is there, and decides once it has been looked at for long enough. While it is being talked nobody is missed.
///
/// # Errors
/// The database is away; try again.
pub async fn look(app: &App, scope: &TenantScope, look: Look) -> Result<()> {
    let (handle, now) = (app.clone(), app.now());
    app.db
        .tenant(scope, move |tx| {
            let order = bookings::find(tx, look.order)?;
            lock_people(tx, order.buyer.id, order.seller.id)?;
            let order = bookings::lock(tx, look.order)?;
            let start = match order.booking.state() {
                State::Booked { start, .. } | State::Running { start } => start,
                _ => return Ok(()),
            };
            if start != look.start {
                return Ok(());
            }
            let running = matches!(order.booking.state(), State::Running { .. });
            let is_here = |person| handle.people.is_online(tx.tenant(), person);
            let here = Here {
                buyer: running || is_here(order.buyer.id),
                seller: running || is_here(order.seller.id),
            };
            // What is seen later than that says nothing of the time that it was to be looked at.
            if now - (start + i64::from(look.nth) * MINUTE_MS) < MINUTE_MS {
                bookings::look(tx, order.id, (start, look.nth), here)?;
            }
            let decided = order.booking.presence_due().is_some_and(|due| due <= now);
            if decided {
                let wanted = order.booking.terms().no_show_min as usize + 1;
                let looks = bookings::looks(tx, order.id, start)?;
                let absent = absent(&looks, wanted, order.booking.was_unanswered());
                happen(&handle, tx, order, Event::Missed { absent }, now)?;
                return Ok(());
            }
            enqueue(
                tx,
                Look {
                    nth: look.nth + 1,
                    ..look
                },
            )
        })
        .await
}
