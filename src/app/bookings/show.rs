//! Orders as their two people see them.

use super::settle;
use crate::{
    app::{App, identity::Viewer, safety},
    domain::{
        booking::{Here, State},
        call::CallRole,
        ids::{BookingId, CallId},
        money::Money,
        refund::Subject,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        bookings::{self, Happened, Order},
        calls,
        refunds::{self, Refund},
        timetables,
        top_ups::{self, TopUp},
        users, wallets,
    },
};

/// How long before an agreed beginning people see whether the other one is there who are kept from each other.
const SOON_MS: i64 = 15 * 60_000;

/// An order with what stands on its page.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The order.
    pub order: Order,
    /// Which of the two reads it.
    pub reader: CallRole,
    /// What happened to it, oldest first.
    pub history: Vec<Happened>,
    /// Where the other one lives: for a seller the clock of their hours.
    pub other_zone: String,
    /// What the reader can spend.
    pub available: Money,
    /// The other one has a page open. Who is kept from the other is told so from shortly before the agreed beginning on.
    pub other_is_here: bool,
    /// The call that it is being talked in.
    pub call: Option<CallId>,
    /// Who was there at each look since the agreed beginning.
    pub looks: Vec<Here>,
    /// What went back of it since it ended, oldest first.
    pub refunds: Vec<Refund>,
    /// The payment that the reader's card holds for it, or held.
    pub hold: Option<TopUp>,
    /// What of that was let go when it ended, in minor units.
    pub let_go_minor: i64,
}

/// An order of the reader's.
///
/// # Errors
/// It isn't there, the reader isn't one of its two people, or the database is away.
pub async fn show(app: &App, viewer: &Viewer, id: BookingId) -> Result<Shown> {
    let (person, people, now) = (viewer.user.id, app.people.clone(), app.now());
    app.db
        .read(&viewer.scope, move |tx| {
            let order = bookings::find_of(tx, id, person)?;
            let reader = order.role(person).ok_or_else(Error::not_found)?;
            let other_zone = match reader {
                CallRole::Seller => users::find(tx, order.buyer.id)?.time_zone,
                CallRole::Buyer => match timetables::find(tx, order.seller.id)? {
                    Some(timetable) => timetable.calendar().zone.name().to_owned(),
                    None => users::find(tx, order.seller.id)?.time_zone,
                },
            };
            let other = order.party(reader.other()).id;
            let is_told = is_soon(&order, now) || !safety::is_hidden(tx, person, other)?;
            Ok(Shown {
                history: bookings::history(tx, id)?,
                available: wallets::balance(tx, person, order.currency)?.available(),
                other_is_here: is_told && people.is_online(tx.tenant(), other),
                looks: match order.booking.last_booked() {
                    Some(start) => bookings::looks(tx, id, start)?,
                    None => Vec::new(),
                },
                call: match order.booking.state() {
                    State::Running { .. } => calls::current(tx, person)?,
                    _ => None,
                },
                refunds: refunds::of(tx, Subject::Order(id))?,
                hold: match reader {
                    CallRole::Buyer => top_ups::hold_of(tx, id)?,
                    CallRole::Seller => None,
                },
                let_go_minor: settle::let_go_of(tx, id)?,
                reader,
                other_zone,
                order,
            })
        })
        .await
}

/// The two meet now, or shortly.
fn is_soon(order: &Order, now: Moment) -> bool {
    match order.booking.state() {
        State::Booked { start, .. } => now >= start + -SOON_MS,
        State::Running { .. } => true,
        _ => false,
    }
}

/// The reader's orders, newest first.
///
/// # Errors
/// The database is away.
pub async fn list(app: &App, viewer: &Viewer, limit: i64, offset: i64) -> Result<Vec<Order>> {
    let person = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| bookings::list(tx, person, limit, offset))
        .await
}
