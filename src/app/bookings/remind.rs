//! Reminding both of a talk that begins soon, or ends soon (requirement D4).

use super::tell::{news, tell};
use crate::{
    app::{App, notifications},
    domain::{booking::State, call::CallRole, ids::BookingId, time::Moment},
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        bookings::{self, Order},
        jobs,
        lost::{self, Lost},
    },
};
use serde::{Deserialize, Serialize};

/// The job's kind in the outbox; its payload is [`Soon`].
pub const REMIND_JOB: &str = "booking_soon";

/// A talk that begins soon, if it wasn't moved meanwhile.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Soon {
    order: BookingId,
    start: Moment,
}

/// Has both people reminded of a time that was just agreed on, unless it is too soon for that.
pub(super) fn expect(tx: &mut TenantTx<'_>, order: &Order, now: Moment) -> Result<()> {
    let State::Booked { start, change: None } = order.booking.state() else {
        return Ok(());
    };
    let at = start + -i64::from(order.call_terms.policy.reminder_min) * 60_000;
    if at <= now || order.call_terms.policy.reminder_min == 0 {
        return Ok(());
    }
    enqueue(tx, Soon { order: order.id, start }, at)
}

fn enqueue(tx: &mut TenantTx<'_>, soon: Soon, at: Moment) -> Result<()> {
    jobs::enqueue(tx, REMIND_JOB, serde_json::to_value(soon).map_err(Error::internal)?, at)
}

/// Has both reminded of a time that was agreed on early enough for that, if nothing else will.
///
/// # Errors
/// The database is away; try again.
pub(in crate::app) async fn remind_again(app: &App, scope: &TenantScope, id: BookingId) -> Result<()> {
    let now = app.now();
    app.db
        .tenant(scope, move |tx| {
            let order = bookings::lock(tx, id)?;
            let State::Booked { start, .. } = order.booking.state() else {
                return Ok(());
            };
            if lost::has_job(tx, Lost::Reminder, id.uuid())? {
                return Ok(());
            }
            let at = start + -i64::from(order.call_terms.policy.reminder_min) * 60_000;
            enqueue(tx, Soon { order: id, start }, at.max(now))
        })
        .await
}

/// Reminds both, once for each time that was agreed on.
///
/// # Errors
/// The database is away; try again.
pub async fn remind(app: &App, scope: &TenantScope, soon: Soon) -> Result<()> {
    let (handle, now) = (app.clone(), app.now());
    app.db
        .tenant(scope, move |tx| {
            super::hold_people(tx, soon.order)?;
            let order = bookings::lock(tx, soon.order)?;
            let stands = matches!(order.booking.state(), State::Booked { start, .. } if start == soon.start);
            // Somebody else was told to do it, too, or the job runs again.
            if !stands || now >= soon.start || !bookings::mark_reminded(tx, soon.order, soon.start)? {
                return Ok(());
            }
            for role in [CallRole::Buyer, CallRole::Seller] {
                tell(&handle, tx, &order, role, "soon", now)?;
            }
            Ok(())
        })
        .await
}

/// Tells both that the talk of an order ends in so many minutes, once: pages beside the room's, and devices, show it too.
///
/// # Errors
/// The database is away; try again.
pub async fn ends_soon(app: &App, scope: &TenantScope, id: BookingId, minutes_left: u32) -> Result<()> {
    let (handle, now) = (app.clone(), app.now());
    app.db
        .tenant(scope, move |tx| {
            super::hold_people(tx, id)?;
            let order = bookings::lock(tx, id)?;
            if !matches!(order.booking.state(), State::Running { .. }) || !bookings::mark_warned(tx, id)? {
                return Ok(());
            }
            for role in [CallRole::Buyer, CallRole::Seller] {
                let news = news(&order, role, "ends_soon").with("count", minutes_left);
                notifications::tell(&handle, tx, order.party(role).id, news, now)?;
            }
            Ok(())
        })
        .await
}
