//! A person's calls.

use crate::{
    app::{App, guests},
    domain::ids::{BookingId, CallId, UserId},
    error::Result,
    store::{
        TenantScope,
        bookings::{self, Extra},
        call_guests,
        calls::{self, Call},
    },
};
use std::collections::HashMap;
use tallyroom_media_protocol::signaling::{CallRole, RoomRole};

/// A call that takes up money: its own, and what its order brought beyond it.
pub type Settled = (Call, Extra);

/// Newest first, a page of 25.
///
/// # Errors
/// The database is away.
pub async fn list(app: &App, scope: &TenantScope, person: UserId, page: u32) -> Result<Vec<Settled>> {
    const PAGE: i64 = 25;
    let skip = i64::from(page.min(10_000)) * PAGE;
    app.db
        .read(scope, move |tx| {
            let listed = calls::list(tx, person, PAGE, skip)?;
            let orders: Vec<BookingId> = listed.iter().filter_map(held).collect();
            let extras = match orders.is_empty() {
                true => HashMap::new(),
                false => bookings::extras(tx, &orders)?,
            };
            let of = |call: &Call| held(call).and_then(|order| extras.get(&order).copied());
            Ok(listed
                .into_iter()
                .map(|call| {
                    let extra = of(&call).unwrap_or_default();
                    (call, extra)
                })
                .collect())
        })
        .await
}

/// The order that a call was the talk of: of an order's calls the one that cost something.
pub(super) fn held(call: &Call) -> Option<BookingId> {
    let charged = call.ended.is_some_and(|ended| ended.charged_minor > 0);
    call.booking.filter(|_| charged)
}

/// One of the person's calls.
///
/// # Errors
/// It isn't theirs, or isn't there.
pub async fn one(app: &App, scope: &TenantScope, person: UserId, call: CallId) -> Result<Call> {
    app.db.read(scope, move |tx| calls::of_person(tx, call, person)).await
}

/// A call that the person is in: one of the two, or asked in by a link; and as what.
///
/// # Errors
/// They aren't, or it isn't there.
pub async fn joined(app: &App, scope: &TenantScope, person: UserId, call: CallId) -> Result<(Call, RoomRole)> {
    app.db
        .read(scope, move |tx| {
            if let Ok(own) = calls::of_person(tx, call, person) {
                let side = if own.buyer.id == person {
                    CallRole::Buyer
                } else {
                    CallRole::Seller
                };
                guests::not_shown_out(tx, &own, person)?;
                let role = own.room_role(side);
                return Ok((own, role));
            }
            let guest = call_guests::of_person(tx, call, person)?;
            Ok((calls::find(tx, call)?, guest.role.into()))
        })
        .await
}

/// The call the person is in right now.
///
/// # Errors
/// The database is away.
pub async fn current(app: &App, scope: &TenantScope, person: UserId) -> Result<Option<CallId>> {
    app.db.read(scope, move |tx| calls::current(tx, person)).await
}
