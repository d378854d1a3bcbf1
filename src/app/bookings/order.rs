//! Ordering a talk.

use super::{
    MOST_UNPAID, lock_people, refused,
    slots::{People, free, length, offered, timetable},
    tell, wait,
};
use crate::{
    app::{App, browse, calls as app_calls, identity::Viewer, safety, subscriptions},
    domain::{
        booking::{self, Agreement, Bookable, Booking},
        call::{CallRole, Terms},
        ids::{BookingId, ServiceId},
        tenant::Tenant,
        time::{Moment, Span},
    },
    error::{Error, Result},
    store::{
        TenantTx,
        bookings::{self, Order},
        calls::{self, Party},
        sellers,
        services::Service,
        users::User,
    },
};

/// What somebody wants.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Of which service.
    pub service: ServiceId,
    /// For how long, where the buyer says that.
    pub minutes: Option<u32>,
    /// When, where that is asked for before it is paid.
    pub when: Option<When>,
}

/// When a talk is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At that time.
    At(Moment),
    /// Now, of a seller who is here for that.
    AtOnce,
}

/// Orders a talk: asks for a time, or begins to buy what a time is agreed on later for. Price and policy are frozen now.
///
/// # Errors
/// It can't be booked, not at that time, not for so long, the reader has too many orders open, or the database is away.
pub async fn order(app: &App, viewer: &Viewer, tenant: &Tenant, wish: Wish) -> Result<Order> {
    let (handle, tenant, buyer, now) = (app.clone(), tenant.clone(), viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let (service, bookable) = offered(tx, wish.service)?;
            if service.seller == buyer {
                return Err(Error::invalid("You can't book yourself."));
            }
            subscriptions::running(tx, now)?;
            let (buyer, seller) = lock_people(tx, buyer, service.seller)?;
            safety::can_meet(tx, buyer.id, &seller)?;
            if bookings::count_unpaid(tx, buyer.id)? >= MOST_UNPAID {
                let words = format!("You have {MOST_UNPAID} requests open already. Wait for an answer, or cancel one.");
                return Err(Error::conflict("too_many_open", words));
            }
            let length = length(&bookable, wish.minutes)?;
            let booking = match wish.when {
                Some(When::AtOnce) => at_once(&handle, tx, (&service, &bookable), length, (&buyer, &seller), now)?,
                when => ahead(tx, (&service, &bookable), length, (&buyer, &seller), when, now)?,
            };
            let party = |user: &User| Party {
                id: user.id,
                name: user.name.clone(),
            };
            let order = Order {
                id: BookingId::new(),
                buyer: party(&buyer),
                seller: party(&seller),
                service: service.id,
                service_title: service.title.clone(),
                currency: tenant.currency,
                call_terms: Terms {
                    rate_minor: service.rate_minor,
                    policy: browse::policy(&tenant, &service.category_policy(), &service.policy),
                },
                booking,
                ordered_at: now,
            };
            bookings::insert(tx, &order).map_err(|error| match error.code() {
                "slot_taken" if wish.when == Some(When::AtOnce) => {
                    let words = format!(
                        "{} has something else to do right now. Book a time instead.",
                        order.seller.name
                    );
                    Error::conflict("busy", words)
                }
                _ => error,
            })?;
            wait(tx, &order)?;
            if order.booking.open_offer().is_some() {
                let what = match wish.when {
                    Some(When::AtOnce) => "asked_at_once",
                    _ => "asked",
                };
                tell::tell(&handle, tx, &order, CallRole::Seller, what, now)?;
            }
            Ok(order)
        })
        .await
}

/// An order for a talk that is agreed on: asked for, or bought first.
fn ahead(
    tx: &mut TenantTx<'_>,
    (service, bookable): (&Service, &Bookable),
    length_min: u32,
    (buyer, seller): (&User, &User),
    when: Option<When>,
    now: Moment,
) -> Result<Booking> {
    let timetable = timetable(tx, seller.id)?;
    let terms = frozen(service, bookable, length_min, timetable.room().notice_min)?;
    if terms.notice_min >= terms.horizon_days * 24 * 60 {
        return Err(Error::conflict("slot_taken", "Nothing can be booked here yet."));
    }
    if bookable.agreement == Agreement::Negotiated {
        return Ok(Booking::bought(terms, now));
    }
    let Some(When::At(start)) = when else {
        return Err(Error::field("start", "Choose a time."));
    };
    let then = Span {
        from: start,
        to: start + 1,
    };
    let people = People {
        seller: seller.id,
        buyer: Some(buyer.id),
        except: None,
    };
    let free = free(tx, people, bookable, &timetable, length_min, then, now)?;
    if !free.contains(&start) {
        return Err(Error::conflict(
            "slot_taken",
            "This time isn't free. Choose another one.",
        ));
    }
    Booking::asked(terms, start, now).map_err(refused)
}

/// An order for a talk now: its seller is available, and neither of the two is in a call.
fn at_once(
    app: &App,
    tx: &mut TenantTx<'_>,
    (service, bookable): (&Service, &Bookable),
    length_min: u32,
    (buyer, seller): (&User, &User),
    now: Moment,
) -> Result<Booking> {
    if !can_be_asked(app, tx, bookable, seller, now)? {
        let words = format!("{} can't be asked right now. Book a time instead.", seller.name);
        return Err(Error::conflict("not_available", words));
    }
    let busy = calls::busy(tx, &[buyer.id, seller.id])?;
    if busy.contains(&buyer.id) {
        return Err(app_calls::in_a_call());
    }
    if busy.contains(&seller.id) {
        let words = format!("{} is in another call. Nothing was charged.", seller.name);
        return Err(Error::conflict("busy", words));
    }
    Ok(Booking::asked_at_once(frozen(service, bookable, length_min, 0)?, now))
}

/// Whether a talk of that kind can be asked for now: its seller is available, and takes calls.
pub(super) fn can_be_asked(
    app: &App,
    tx: &mut TenantTx<'_>,
    bookable: &Bookable,
    seller: &User,
    now: Moment,
) -> Result<bool> {
    let until = sellers::find(tx, seller.id)?.and_then(|profile| profile.available_until);
    Ok(bookable.at_once
        && until.is_some_and(|until| until > now)
        && app.people.is_online(tx.tenant(), seller.id)
        && !seller.do_not_disturb
        && !seller.auto_reject)
}

fn frozen(service: &Service, bookable: &Bookable, length_min: u32, notice_min: u32) -> Result<booking::Terms> {
    let terms = bookable.terms(length_min, service.rate_minor, notice_min);
    terms.ok_or_else(|| Error::field("minutes", "That costs more than can be paid."))
}
