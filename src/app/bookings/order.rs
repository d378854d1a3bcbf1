//! Ordering a talk at a time, or something that is delivered.

use super::{
    MOST_UNPAID, lock_people, refused,
    slots::{People, free, length, on_offer, timetable},
    tell, wait,
};
use crate::{
    app::{App, browse, identity::Viewer, identity_checks, subscriptions},
    domain::{
        booking::{self, Agreement, Booking, Fixed},
        call::{CallRole, Terms},
        identity_check::Side,
        ids::{BookingId, ServiceId, UserId},
        policy::Policy,
        tenant::Tenant,
        text,
        time::{Moment, Span},
    },
    error::{Error, Result},
    store::{
        TenantTx,
        bookings::{self, Order},
        calls::Party,
        services::Service,
        users,
    },
};

/// Longest that a buyer can say what they want, in characters.
const MOST_BRIEF_CHARS: usize = 2_000;

/// What somebody wants.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Of which service.
    pub service: ServiceId,
    /// For how long, where the buyer says that.
    pub minutes: Option<u32>,
    /// When, where that is asked for before it is paid.
    pub start: Option<Moment>,
    /// With which extras, by their names.
    pub addons: Vec<String>,
    /// What exactly is wanted, in the buyer's words.
    pub brief: String,
}

/// Orders something: asks for a time, or begins to buy what a time is agreed on later for, or what is delivered. Price and
/// policy are frozen now.
///
/// # Errors
/// It can't be had, not at that time, not for so long, not with that, the reader has too many orders open, or the database
/// is away.
pub async fn order(app: &App, viewer: &Viewer, tenant: &Tenant, wish: Wish) -> Result<Order> {
    let (handle, tenant, buyer, now) = (app.clone(), tenant.clone(), viewer.user.id, app.now());
    let brief = text::paragraphs(&wish.brief, 0..=MOST_BRIEF_CHARS);
    let brief = brief.ok_or_else(|| Error::field("brief", "Use at most 2,000 characters."))?;
    app.db
        .tenant(&viewer.scope, move |tx| {
            let service = on_offer(tx, wish.service)?;
            if service.seller == buyer {
                return Err(Error::invalid("You can't book yourself."));
            }
            subscriptions::running(tx, now)?;
            identity_checks::require(tx, buyer, Side::Buying)?;
            let (buyer, seller) = lock_people(tx, buyer, service.seller)?;
            if bookings::count_unpaid(tx, buyer.id)? >= MOST_UNPAID {
                let words = format!("You have {MOST_UNPAID} requests open already. Wait for an answer, or cancel one.");
                return Err(Error::conflict("too_many_open", words));
            }
            let policy = browse::policy(&tenant, &service.category_policy(), &service.policy);
            let booking = match service.fixed {
                Some(fixed) if !service.video_enabled => delivered(&service, fixed, &policy, &wish, now)?,
                _ => talked(tx, &service, &policy, buyer.id, &wish, now)?,
            };
            let party = |user: &users::User| Party {
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
                brief,
                delivered: String::new(),
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

/// Something that is delivered.
fn delivered(service: &Service, fixed: Fixed, policy: &Policy, wish: &Wish, now: Moment) -> Result<Booking> {
    let terms = booking::Terms {
        price_minor: fixed.price_minor,
        delivery_days: Some(fixed.delivery_days),
        late_cancel_bp: policy.late_cancel_bp,
        ..booking::Terms::default()
    };
    Ok(Booking::ordered(with_addons(terms, service, wish)?, now))
}

/// A talk.
fn talked(
    tx: &mut TenantTx<'_>,
    service: &Service,
    policy: &Policy,
    buyer: UserId,
    wish: &Wish,
    now: Moment,
) -> Result<Booking> {
    let bookable = service.booking.ok_or_else(Error::not_found)?;
    let length = length(&bookable, wish.minutes)?;
    let timetable = timetable(tx, service.seller)?;
    let terms = bookable.terms(length, service.rate_minor, timetable.room().notice_min, policy);
    let terms = with_addons(terms.ok_or_else(too_dear)?, service, wish)?;
    if terms.notice_min >= terms.horizon_days * 24 * 60 {
        return Err(Error::conflict("slot_taken", "Nothing can be booked here yet."));
    }
    match bookable.agreement {
        Agreement::Negotiated => Ok(Booking::bought(terms, now)),
        Agreement::PayAfterAccept => {
            let start = wish.start.ok_or_else(|| Error::field("start", "Choose a time."))?;
            let then = Span {
                from: start,
                to: start + 1,
            };
            let people = People {
                seller: service.seller,
                buyer: Some(buyer),
                except: None,
            };
            let free = free(tx, people, &bookable, &timetable, length, then, now)?;
            if !free.contains(&start) {
                return Err(Error::conflict(
                    "slot_taken",
                    "This time isn't free. Choose another one.",
                ));
            }
            Booking::asked(terms, start, now).map_err(refused)
        }
    }
}

/// With the extras that are wanted, at the prices that they have now.
fn with_addons(terms: booking::Terms, service: &Service, wish: &Wish) -> Result<booking::Terms> {
    let chosen: Vec<_> = service
        .addons
        .iter()
        .filter(|addon| wish.addons.contains(&addon.title))
        .cloned()
        .collect();
    if chosen.len() != wish.addons.len() {
        let words = "An extra isn't offered any more. Look at what there is now.";
        return Err(Error::conflict("addon_gone", words));
    }
    terms.with_addons(chosen).ok_or_else(too_dear)
}

fn too_dear() -> Error {
    Error::field("minutes", "That costs more than can be paid.")
}
