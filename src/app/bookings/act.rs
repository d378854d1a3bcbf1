//! What the two people of an order do about it.

use super::{attend, lapse::lapse_for as lapse, lock_people, refused, remind, settle::settle, slots, tell, wait};
use crate::{
    app::{App, identity::Viewer, notifications, safety},
    domain::{
        booking::{Absent, Agreement, Event, Outcome, State},
        call::CallRole,
        ids::BookingId,
        text,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        bookings::{self, Happened, Order},
    },
};

/// Longest that a delivery can be in words, in characters.
const MOST_DELIVERED_CHARS: usize = 10_000;

/// An answer to an offer, which it names.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Of which order.
    pub order: BookingId,
    /// To which offer.
    pub round: u32,
}

/// Takes the time that the other one offers.
///
/// # Errors
/// There is nothing like that to take, it isn't theirs, or the database is away.
pub async fn accept(app: &App, viewer: &Viewer, Answer { order, round }: Answer) -> Result<Order> {
    act(app, viewer, order, move |by| Event::Accept { by, round }).await
}

/// Turns down the time that the other one offers, or takes back one's own.
///
/// # Errors
/// There is nothing like that to turn down, it isn't theirs, or the database is away.
pub async fn decline(app: &App, viewer: &Viewer, Answer { order, round }: Answer) -> Result<Order> {
    act(app, viewer, order, move |by| Event::Decline { by, round }).await
}

/// Names another time.
///
/// # Errors
/// It isn't free, or can't be booked, it isn't theirs, or the database is away.
pub async fn propose(app: &App, viewer: &Viewer, order: BookingId, start: Moment) -> Result<Order> {
    act(app, viewer, order, move |by| Event::Propose { by, start }).await
}

/// Takes the order back, or calls off what was agreed.
///
/// # Errors
/// It has begun or ended, it isn't theirs, or the database is away.
pub async fn cancel(app: &App, viewer: &Viewer, order: BookingId) -> Result<Order> {
    act(app, viewer, order, |by| Event::Cancel { by }).await
}

/// Takes on what was ordered and is to be delivered.
///
/// # Errors
/// It isn't theirs to take on, or not any more, or the database is away.
pub async fn take_on(app: &App, viewer: &Viewer, order: BookingId) -> Result<Order> {
    only(app, viewer, order, CallRole::Seller).await?;
    act(app, viewer, order, |_| Event::TakeOn).await
}

/// Delivers what was ordered, in words.
///
/// # Errors
/// Nothing, or too much of it; it isn't theirs to deliver, or not any more, or the database is away.
pub async fn deliver(app: &App, viewer: &Viewer, order: BookingId, typed: &str) -> Result<Order> {
    let words = text::paragraphs(typed, 1..=MOST_DELIVERED_CHARS);
    let words = words.ok_or_else(|| Error::field("delivered", "Write 1 to 10,000 characters."))?;
    only(app, viewer, order, CallRole::Seller).await?;
    act_with(
        app,
        viewer,
        order,
        |_| Event::Deliver,
        move |order| order.delivered = words,
    )
    .await
}

/// Accepts what was delivered: it is paid out.
///
/// # Errors
/// It isn't theirs to accept, or not yet, or the database is away.
pub async fn confirm(app: &App, viewer: &Viewer, order: BookingId) -> Result<Order> {
    only(app, viewer, order, CallRole::Buyer).await?;
    act(app, viewer, order, |_| Event::Confirm).await
}

/// Lets nobody but one of the two on.
async fn only(app: &App, viewer: &Viewer, id: BookingId, role: CallRole) -> Result<()> {
    let person = viewer.user.id;
    let order = app
        .db
        .read(&viewer.scope, move |tx| bookings::find_of(tx, id, person))
        .await?;
    if order.role(person) == Some(role) {
        return Ok(());
    }
    Err(Error::conflict("not_yours", "That is for the other one of you to do."))
}

async fn act(
    app: &App,
    viewer: &Viewer,
    id: BookingId,
    event: impl FnOnce(CallRole) -> Event + Send + 'static,
) -> Result<Order> {
    act_with(app, viewer, id, event, |_| ()).await
}

async fn act_with(
    app: &App,
    viewer: &Viewer,
    id: BookingId,
    event: impl FnOnce(CallRole) -> Event + Send + 'static,
    change: impl FnOnce(&mut Order) + Send + 'static,
) -> Result<Order> {
    // What is due by itself comes first, and stays whatever becomes of the rest.
    lapse(app, viewer, id).await?;
    let (handle, person, now) = (app.clone(), viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let order = bookings::find_of(tx, id, person)?;
            let (buyer, seller) = lock_people(tx, order.buyer.id, order.seller.id)?;
            let mut order = bookings::lock_of(tx, id, person)?;
            let role = order.role(person).ok_or_else(Error::not_found)?;
            let event = event(role);
            // Who is kept from the other agrees on nothing more; what is agreed is held, or called off.
            if matches!(event, Event::Propose { .. } | Event::Accept { .. }) {
                let other = if role == CallRole::Buyer { &seller } else { &buyer };
                safety::can_meet(tx, person, other)?;
            }
            // Sellers know when they are there; buyers choose among those times.
            if let Event::Propose {
                by: CallRole::Buyer,
                start,
            } = event
                && !slots::is_free(tx, &order, start, now)?
            {
                return Err(Error::conflict(
                    "slot_taken",
                    "This time isn't free. Choose another one.",
                ));
            }
            change(&mut order);
            happen(&handle, tx, order, event, now)
        })
        .await
}

/// Lets something happen to an order, with all that follows from it. Both people are locked.
pub(super) fn happen(app: &App, tx: &mut TenantTx<'_>, mut order: Order, event: Event, now: Moment) -> Result<Order> {
    let (stood, time) = (order.booking.clone(), tell::time(&order.booking));
    order.booking.on(now, event).map_err(refused)?;
    if order.booking == stood {
        return Ok(order);
    }
    let (before, after) = (stood.state(), order.booking.state());
    bookings::update(tx, &order, Happened { at: now, event })?;
    settle(tx, &order, now)?;
    wait(tx, &order)?;
    if agreed(before) != agreed(after) {
        remind::expect(tx, &order, now)?;
        attend::expect(tx, &order)?;
    }
    for (to, what) in news(&order, before, event) {
        let mut news = tell::news(&order, to, what);
        // What was offered isn't offered any more, and is what it is about.
        if let Some(time) = time
            && (matches!(what, "declined" | "expired") || !news.params.contains_key("at"))
        {
            news = news.with("at", time.timestamp().to_string());
        }
        match what {
            "cancelled_own" => notifications::write(app, tx, order.party(to).id, &news, now)?,
            _ => notifications::tell(app, tx, order.party(to).id, news, now)?,
        }
    }
    Ok(order)
}

/// The beginning that is booked.
fn agreed(state: State) -> Option<Moment> {
    match state {
        State::Booked { start, .. } | State::Running { start } => Some(start),
        _ => None,
    }
}

/// Who is told of it, and what.
fn news(order: &Order, before: State, event: Event) -> Vec<(CallRole, &'static str)> {
    let both = |what| vec![(CallRole::Buyer, what), (CallRole::Seller, what)];
    match (event, order.booking.state()) {
        (Event::Paid, State::Booked { .. }) if order.booking.terms().agreement == Agreement::Instant => {
            vec![(CallRole::Seller, "begins")]
        }
        (Event::Propose { by, .. }, _) => vec![(by.other(), "proposed")],
        (Event::Accept { .. }, State::Unpaid { .. }) => vec![(CallRole::Buyer, "accepted")],
        (Event::Accept { .. }, _) if matches!(before, State::Booked { .. }) => both("moved"),
        (Event::Accept { .. } | Event::Paid, State::Booked { .. }) => both("booked"),
        (Event::Paid, State::Ordered { .. }) => vec![(CallRole::Seller, "ordered")],
        (Event::TakeOn, _) => vec![(CallRole::Buyer, "taken_on")],
        (Event::Deliver, _) => vec![(CallRole::Buyer, "delivered")],
        (Event::Confirm, _) => vec![(CallRole::Seller, "confirmed")],
        (
            Event::Tick,
            State::Closed {
                outcome: Outcome::Accepted,
            },
        ) => both("confirmed_by_time"),
        (Event::Tick, _) if matches!(before, State::Working { .. }) => both("not_delivered"),
        (Event::Decline { by, .. }, _) => vec![(by.other(), "declined")],
        // A seller has never heard of what was begun to be bought.
        (Event::Cancel { .. }, _) if matches!(before, State::Unpaid { start: None, .. }) => Vec::new(),
        // What is in both calendars goes from both.
        (Event::Cancel { by }, _) if agreed(before).is_some() => {
            vec![(by.other(), "cancelled"), (by, "cancelled_own")]
        }
        (Event::Cancel { by }, _) => vec![(by.other(), "cancelled")],
        (
            Event::Missed { .. } | Event::Tick,
            State::Closed {
                outcome: Outcome::Missed { absent },
            },
        ) => match absent {
            Absent::Both => both("missed"),
            Absent::Buyer => vec![(CallRole::Buyer, "missed_own"), (CallRole::Seller, "missed_other")],
            Absent::Seller => vec![(CallRole::Buyer, "missed_other"), (CallRole::Seller, "missed_own")],
        },
        (Event::Tick, _) if matches!(before, State::Unpaid { start: None, .. }) => vec![(CallRole::Buyer, "not_paid")],
        (
            Event::Tick,
            State::Closed {
                outcome: Outcome::NotPaid,
            },
        ) => both("not_paid"),
        (Event::Tick, _) => both("expired"),
        _ => Vec::new(),
    }
}
