//! Free times.

use super::{order::can_be_asked, range::Range};
use crate::{
    app::{App, identity::Viewer, safety, subscriptions},
    domain::{
        booking::{Bookable, Fixed},
        ids::{BookingId, ServiceId, UserId},
        schedule::Timetable,
        time::{Moment, Span, Zone},
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        bookings::{self, Order},
        calendar_imports, calls,
        services::{self, Service},
        timetables,
        users::{self, User},
    },
};
use anyhow::anyhow;

/// Most beginnings that are told at once.
pub(super) const MOST_TOLD: usize = 1_000;
/// Most days that are looked at at once.
const MOST_DAYS: i64 = 31;
const DAY_MS: i64 = 86_400_000;

/// What can be booked, and when.
#[derive(Clone, Debug)]
pub struct Offered {
    /// What is booked.
    pub service: Service,
    /// How.
    pub bookable: Bookable,
    /// Who is booked.
    pub seller: User,
    /// When.
    pub times: FreeTimes,
    /// A talk can be asked for at once.
    pub at_once: bool,
}

/// When something can be booked.
#[derive(Clone, Debug)]
pub struct FreeTimes {
    /// The seller's clock.
    pub zone: Zone,
    /// How long a talk lasts, minutes.
    pub length_min: u32,
    /// Beginnings, in order.
    pub starts: Vec<Moment>,
    /// Until when was looked.
    pub until: Moment,
    /// Later ones could be booked, too, if they are free.
    pub more: bool,
}

impl FreeTimes {
    /// What was found when it was looked until then, of what could be booked until `last`.
    fn of(timetable: &Timetable, length_min: u32, starts: Vec<Moment>, until: Moment, last: Moment) -> Self {
        // So many were found that it was looked no further.
        let full = starts.last().filter(|_| starts.len() >= MOST_TOLD);
        let until = full.copied().unwrap_or(until);
        Self {
            zone: timetable.calendar().zone.clone(),
            length_min,
            starts,
            until,
            more: until <= last,
        }
    }
}

/// The times from `from` on, within so many days, at which a talk of so many minutes can begin: the seller is there,
/// and neither the seller nor the reader has given the time away.
///
/// # Errors
/// There is no such service, it can't be booked, not for so long, or the database is away.
pub async fn free_times(
    app: &App,
    scope: &TenantScope,
    viewer: Option<&Viewer>,
    service: ServiceId,
    minutes: Option<u32>,
    (from, days): (Moment, i64),
) -> Result<Offered> {
    let (handle, reader, now) = (app.clone(), viewer.map(|viewer| viewer.user.id), app.now());
    let within = Span {
        from: from.max(now),
        to: from.max(now) + days.clamp(1, MOST_DAYS) * DAY_MS,
    };
    app.db
        .read(scope, move |tx| {
            let (service, bookable) = offered(tx, service)?;
            let length_min = length(&bookable, minutes)?;
            let timetable = timetable(tx, service.seller)?;
            // As many days from the first one on that can be booked.
            let ahead = i64::from(timetable.room().notice_min) * 60_000;
            let first = within.from.max(now + ahead);
            let within = Span {
                from: first,
                to: first + within.ms(),
            };
            let people = People {
                seller: service.seller,
                buyer: reader,
                except: None,
            };
            let seller = users::find(tx, service.seller)?;
            let hidden = match reader {
                Some(reader) => safety::is_hidden(tx, reader, seller.id)?,
                None => false,
            };
            // Whoever is kept from somebody learns nothing of their time either.
            let (starts, last) = match hidden {
                true => (Vec::new(), now),
                false => {
                    let starts = free(tx, people, &bookable, &timetable, length_min, within, now)?;
                    (starts, bookable.last(now))
                }
            };
            let at_once = !hidden
                && can_be_asked(&handle, tx, &bookable, &seller, now)?
                && subscriptions::running(tx, now).is_ok()
                && !calls::busy(tx, &[seller.id])?.contains(&seller.id);
            Ok(Offered {
                at_once,
                seller,
                service,
                bookable,
                times: FreeTimes::of(&timetable, length_min, starts, within.to, last),
            })
        })
        .await
}

/// The times at which the talk of an order of the reader's could begin instead, from `from` on.
///
/// # Errors
/// It isn't there or theirs, or the database is away.
pub async fn other_times(app: &App, viewer: &Viewer, order: BookingId, from: Moment) -> Result<FreeTimes> {
    let (person, now) = (viewer.user.id, app.now());
    let within = Span {
        from: from.max(now),
        to: from.max(now) + MOST_DAYS * DAY_MS,
    };
    app.db
        .read(&viewer.scope, move |tx| {
            let order = bookings::find_of(tx, order, person)?;
            let timetable = timetable(tx, order.seller.id)?;
            let terms = order.booking.terms();
            let starts = free_for(tx, &order, &timetable, within, now)?;
            let last = order.booking.bookable(now).to;
            Ok(FreeTimes::of(&timetable, terms.length_min, starts, within.to, last))
        })
        .await
}

/// Whether the talk of an order could begin then.
pub(super) fn is_free(tx: &mut TenantTx<'_>, order: &Order, start: Moment, now: Moment) -> Result<bool> {
    let timetable = timetable(tx, order.seller.id)?;
    let then = Span {
        from: start,
        to: start + 1,
    };
    Ok(free_for(tx, order, &timetable, then, now)?.contains(&start))
}

/// The times at which the talk of an order could begin, by what was agreed on when it was ordered; the service may be
/// another one now.
fn free_for(
    tx: &mut TenantTx<'_>,
    order: &Order,
    timetable: &Timetable,
    within: Span,
    now: Moment,
) -> Result<Vec<Moment>> {
    let terms = order.booking.terms();
    let bookable = Bookable {
        agreement: terms.agreement,
        length_min: terms.length_min,
        horizon_days: terms.horizon_days,
        at_once: false,
    };
    let people = People {
        seller: order.seller.id,
        buyer: Some(order.buyer.id),
        except: Some(order.id),
    };
    let mut starts = free(tx, people, &bookable, timetable, terms.length_min, within, now)?;
    let may = order.booking.bookable(now);
    starts.retain(|start| may.from < *start && *start <= may.to);
    Ok(starts)
}

/// Whose time is looked at.
#[derive(Clone, Copy)]
pub(super) struct People {
    pub seller: UserId,
    /// Nobody in particular, as long as they aren't signed in.
    pub buyer: Option<UserId>,
    /// What this order has given away is free for itself.
    pub except: Option<BookingId>,
}

/// A service that can be booked, and how.
fn offered(tx: &mut TenantTx<'_>, service: ServiceId) -> Result<(Service, Bookable)> {
    let service = on_offer(tx, service)?;
    match service.booking {
        Some(bookable) if service.video_enabled => Ok((service, bookable)),
        _ => Err(Error::not_found()),
    }
}

/// A service that can be booked, or ordered and delivered.
pub(super) fn on_offer(tx: &mut TenantTx<'_>, service: ServiceId) -> Result<Service> {
    let service = services::find(tx, service)?;
    let seller = users::find(tx, service.seller)?;
    let how = match service.video_enabled {
        true => service.booking.is_some(),
        false => service.fixed.is_some(),
    };
    match how && service.published && seller.verified && !seller.suspended {
        true => Ok(service),
        false => Err(Error::not_found()),
    }
}

/// Something that can be ordered and is delivered.
#[derive(Clone, Debug)]
pub struct Deliverable {
    /// What it is.
    pub service: Service,
    /// What it costs.
    pub fixed: Fixed,
    /// Who sells it.
    pub seller: User,
    /// The reader and the seller are kept from each other: nothing is ordered.
    pub hidden: bool,
}

/// Something that can be ordered and is delivered, as `viewer` sees it.
///
/// # Errors
/// There is no such thing, or the database is away.
pub async fn deliverable(
    app: &App,
    scope: &TenantScope,
    viewer: Option<&Viewer>,
    service: ServiceId,
) -> Result<Deliverable> {
    let reader = viewer.map(|viewer| viewer.user.id);
    app.db
        .read(scope, move |tx| {
            let service = on_offer(tx, service)?;
            let fixed = service.fixed.filter(|_| !service.video_enabled);
            let seller = users::find(tx, service.seller)?;
            let hidden = match reader {
                Some(reader) => safety::is_hidden(tx, reader, seller.id)?,
                None => false,
            };
            Ok(Deliverable {
                fixed: fixed.ok_or_else(Error::not_found)?,
                service,
                seller,
                hidden,
            })
        })
        .await
}

/// How long a talk lasts for which so many minutes are wanted.
pub(super) fn length(bookable: &Bookable, minutes: Option<u32>) -> Result<u32> {
    bookable.length(minutes).ok_or_else(|| {
        let least = bookable.length_min;
        Error::field("minutes", format!("Choose {least} minutes or more, up to four hours."))
    })
}

/// When a seller is there; never, if they didn't say.
pub(super) fn timetable(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Timetable> {
    if let Some(timetable) = timetables::find(tx, seller)? {
        return Ok(timetable);
    }
    let name = users::find(tx, seller)?.time_zone;
    let zone = Zone::named(&name).ok_or_else(|| Error::internal(anyhow!("somebody lives in {name}")))?;
    Ok(Timetable::closed(zone))
}

/// See [`free_times`].
pub(super) fn free(
    tx: &mut TenantTx<'_>,
    people: People,
    bookable: &Bookable,
    timetable: &Timetable,
    length_min: u32,
    within: Span,
    now: Moment,
) -> Result<Vec<Moment>> {
    let asked = Bookable {
        length_min,
        ..*bookable
    };
    let Some(range) = Range::of(timetable.room(), &asked, within, now) else {
        return Ok(Vec::new());
    };
    let mut held = |person| bookings::taken(tx, &[person], people.except, range.around());
    let spans = |held: Vec<(UserId, Span)>| held.into_iter().map(|(_, span)| span).collect();
    let sellers: Vec<Span> = spans(held(people.seller)?);
    let mut others: Vec<Span> = people.buyer.map(held).transpose()?.map(spans).unwrap_or_default();
    others.extend(spans(calendar_imports::busy(tx, &[people.seller], range.around())?));
    Ok(range.starts(timetable, &sellers, others, MOST_TOLD))
}
