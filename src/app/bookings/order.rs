//! Ordering a talk at a time, or something that is delivered.

use super::{
    MOST_UNPAID, lock_people, refused,
    slots::{People, free, length, on_offer, timetable},
    tell, wait,
};
use crate::{
    app::{App, browse, calls as app_calls, identity::Viewer, identity_checks, safety, subscriptions},
    domain::{
        booking::{self, Addon, Agreement, Bookable, Booking, Fixed},
        call::{CallRole, Terms},
        identity_check::Side,
        ids::{BookingId, ServiceId},
        order_price::OrderPrice,
        policy::Policy,
        tenant::Tenant,
        text,
        time::{Moment, Span},
    },
    error::{Error, Kind, Result},
    store::{
        TenantTx,
        bookings::{self, Order},
        calendar_imports,
        calls::{self, Party},
        earning_shares, sellers,
        services::Service,
        users::User,
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
    pub when: Option<When>,
    /// With which extras, by their names.
    pub addons: Vec<String>,
    /// What exactly is wanted, in the buyer's words.
    pub brief: String,
}

/// When a talk is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At that time.
    At(Moment),
    /// Now, of a seller who is here for that.
    AtOnce,
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
            safety::can_meet(tx, buyer.id, &seller)?;
            // Buyers hear nothing of what a seller has still to show.
            identity_checks::require(tx, seller.id, Side::Selling).map_err(|error| match error.kind {
                Kind::Conflict { .. } => safety::away(&seller),
                _ => error,
            })?;
            if bookings::count_unpaid(tx, buyer.id)? >= MOST_UNPAID {
                let words = format!("You have {MOST_UNPAID} requests open already. Wait for an answer, or cancel one.");
                return Err(Error::conflict("too_many_open", words));
            }
            let policy = browse::policy(&tenant, &service.category_policy(), &service.policy);
            let booking = match service.fixed {
                Some(fixed) if !service.video_enabled => delivered(&service, fixed, &policy, &wish, now)?,
                _ => {
                    let wanted = Wanted {
                        service: &service,
                        policy: &policy,
                        wish: &wish,
                        buyer: &buyer,
                        seller: &seller,
                    };
                    match wish.when {
                        Some(When::AtOnce) => at_once(&handle, tx, &wanted, now)?,
                        _ => ahead(tx, &wanted, now)?,
                    }
                }
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
                    policy,
                    shares: earning_shares::agreed(tx, seller.id)?,
                    free: false,
                    stretches: Vec::new(),
                },
                booking,
                ordered_at: now,
                brief,
                delivered: String::new(),
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

/// Something that is delivered.
fn delivered(service: &Service, fixed: Fixed, policy: &Policy, wish: &Wish, now: Moment) -> Result<Booking> {
    let terms = booking::Terms {
        price_minor: fixed.price_minor,
        delivery_days: Some(fixed.delivery_days),
        late_cancel_bp: policy.late_cancel_bp,
        ..booking::Terms::default()
    };
    Ok(Booking::ordered(priced(terms, service, policy, wish)?, now))
}

/// A talk that is wanted, and by whom of whom.
struct Wanted<'a> {
    service: &'a Service,
    policy: &'a Policy,
    wish: &'a Wish,
    buyer: &'a User,
    seller: &'a User,
}

impl Wanted<'_> {
    /// How it can be booked, and how long it lasts.
    fn bookable(&self) -> Result<(Bookable, u32)> {
        let bookable = self.service.booking.ok_or_else(Error::not_found)?;
        Ok((bookable, length(&bookable, self.wish.minutes)?))
    }

    /// What is frozen.
    fn terms(&self, notice_min: u32) -> Result<booking::Terms> {
        let (bookable, length_min) = self.bookable()?;
        let terms = bookable.terms(length_min, self.service.rate_minor, notice_min, self.policy);
        priced(terms.ok_or_else(too_dear)?, self.service, self.policy, self.wish)
    }
}

/// An order for a talk that is agreed on: asked for, or bought first.
fn ahead(tx: &mut TenantTx<'_>, wanted: &Wanted<'_>, now: Moment) -> Result<Booking> {
    let (bookable, length_min) = wanted.bookable()?;
    let timetable = timetable(tx, wanted.seller.id)?;
    let terms = wanted.terms(timetable.room().notice_min)?;
    if terms.notice_min >= terms.horizon_days * 24 * 60 {
        return Err(Error::conflict("slot_taken", "Nothing can be booked here yet."));
    }
    if bookable.agreement == Agreement::Negotiated {
        return Ok(Booking::bought(terms, now));
    }
    let Some(When::At(start)) = wanted.wish.when else {
        return Err(Error::field("start", "Choose a time."));
    };
    let then = Span {
        from: start,
        to: start + 1,
    };
    let people = People {
        seller: wanted.seller.id,
        buyer: Some(wanted.buyer.id),
        except: None,
    };
    let free = free(tx, people, &bookable, &timetable, length_min, then, now)?;
    if !free.contains(&start) {
        return Err(Error::conflict(
            "slot_taken",
            "This time isn't free. Choose another one.",
        ));
    }
    Booking::asked(terms, start, now).map_err(refused)
}

/// An order for a talk now: its seller is available, and neither of the two is in a call.
fn at_once(app: &App, tx: &mut TenantTx<'_>, wanted: &Wanted<'_>, now: Moment) -> Result<Booking> {
    let (bookable, _) = wanted.bookable()?;
    let (buyer, seller) = (wanted.buyer, wanted.seller);
    if !can_be_asked(app, tx, &bookable, seller, now)? {
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
    Ok(Booking::asked_at_once(wanted.terms(0)?, now))
}

/// Whether a talk of that kind can be asked for now: its seller is available, takes calls, and has nothing else to do by
/// their calendar elsewhere.
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
        && takes_requests(tx, seller, now)?)
}

/// Whether a seller lets themselves be asked for a talk at once now: they turn nothing down unseen, and aren't busy by
/// their calendar elsewhere.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn takes_requests(tx: &mut TenantTx<'_>, seller: &User, now: Moment) -> Result<bool> {
    let at_once = Span { from: now, to: now + 1 };
    Ok(!seller.auto_reject && calendar_imports::busy(tx, &[seller.id], at_once)?.is_empty())
}

/// With the extras that are wanted, at the prices that they have now, and with fee and tax on all of it.
fn priced(terms: booking::Terms, service: &Service, policy: &Policy, wish: &Wish) -> Result<booking::Terms> {
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
    charged(terms, chosen, policy)
}

fn charged(terms: booking::Terms, addons: Vec<Addon>, policy: &Policy) -> Result<booking::Terms> {
    let terms = terms.with_addons(addons).and_then(|terms| terms.with_charges(policy));
    terms.ok_or_else(too_dear)
}

/// What an order would cost now: so much for what is wanted, and these extras, with fee and tax.
///
/// # Errors
/// That is more money than there is.
pub fn quote(price_minor: i64, addons: Vec<Addon>, policy: &Policy) -> Result<OrderPrice> {
    let terms = booking::Terms {
        price_minor,
        ..booking::Terms::default()
    };
    Ok(charged(terms, addons, policy)?.charged())
}

fn too_dear() -> Error {
    Error::field("minutes", "That costs more than can be paid.")
}
