//! Ordering a talk.

use super::{
    MOST_UNPAID, lock_people, refused,
    slots::{People, free, length, offered, timetable},
    tell, wait,
};
use crate::{
    app::{App, browse, identity::Viewer, subscriptions},
    domain::{
        booking::{Agreement, Booking},
        call::{CallRole, Terms},
        ids::{BookingId, ServiceId},
        tenant::Tenant,
        time::{Moment, Span},
    },
    error::{Error, Result},
    store::{
        bookings::{self, Order},
        calls::Party,
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
    pub start: Option<Moment>,
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
            if bookings::count_unpaid(tx, buyer.id)? >= MOST_UNPAID {
                let words = format!("You have {MOST_UNPAID} requests open already. Wait for an answer, or cancel one.");
                return Err(Error::conflict("too_many_open", words));
            }
            let length = length(&bookable, wish.minutes)?;
            let timetable = timetable(tx, service.seller)?;
            let policy = browse::policy(&tenant, &service.category_policy(), &service.policy);
            let terms = bookable.terms(length, service.rate_minor, timetable.room().notice_min, &policy);
            let terms = terms.ok_or_else(|| Error::field("minutes", "That costs more than can be paid."))?;
            if terms.notice_min >= terms.horizon_days * 24 * 60 {
                return Err(Error::conflict("slot_taken", "Nothing can be booked here yet."));
            }
            let booking = match bookable.agreement {
                Agreement::Negotiated => Booking::bought(terms, now),
                Agreement::PayAfterAccept => {
                    let start = wish.start.ok_or_else(|| Error::field("start", "Choose a time."))?;
                    let then = Span {
                        from: start,
                        to: start + 1,
                    };
                    let people = People {
                        seller: seller.id,
                        buyer: Some(buyer.id),
                        except: None,
                    };
                    let free = free(tx, people, &bookable, &timetable, length, then, now)?;
                    if !free.contains(&start) {
                        return Err(Error::conflict(
                            "slot_taken",
                            "This time isn't free. Choose another one.",
                        ));
                    }
                    Booking::asked(terms, start, now).map_err(refused)?
                }
            };
            let party = |user: &crate::store::users::User| Party {
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
                    policy,
                },
                booking,
                ordered_at: now,
            };
            bookings::insert(tx, &order)?;
            wait(tx, &order)?;
            if order.booking.open_offer().is_some() {
                tell::tell(&handle, tx, &order, CallRole::Seller, "asked", now)?;
            }
            Ok(order)
        })
        .await
}
