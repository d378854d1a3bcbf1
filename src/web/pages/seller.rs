//! `/sellers/{id}`: who somebody is, what they offer, and the box that rings.

use super::{
    book::by_days,
    cards::{card, offer, review},
    check,
    flash::flash,
    lead_to, no_body, render, render_as,
    views::{
        Amount, Delivery, Message, NextTimes, OpenDay, OpenHours, OpenSpan, ReviewLink, RingBox, RingState, SellerPage,
        ServiceOffer,
    },
};
use crate::{
    app::{
        bookings,
        browse::{self, Offer, Presence, SellerDetails},
        hours::{self, Opening},
        identity::Viewer,
        watching,
    },
    domain::{
        ids::{ServiceId, UserId},
        schedule::Timetable,
        tenant::Tenant,
        time::{Moment, Span, Zone},
    },
    error::Kind,
    store::services::Service,
    web::{Result, Site, Web, WebError, ringing, theme::Tone},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, Query, ServiceConfig},
};
use serde::Deserialize;
use uuid::Uuid;

/// Days in which free times are looked for.
const NEXT_DAYS: i64 = 14;
/// Days of them that are shown, and times of each.
const SHOWN_DAYS: usize = 5;
const SHOWN_TIMES: usize = 6;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(ring).service(watch);
}

#[derive(Deserialize)]
struct Shown {
    service: Option<String>,
}

#[get("/sellers/{id}")]
async fn show(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    id: Path<Uuid>,
    Query(shown): Query<Shown>,
) -> Result<HttpResponse> {
    let chosen = shown.service.and_then(|id| id.parse().ok());
    let view = page(&web, &site, viewer.as_ref(), UserId::from_uuid(*id), chosen).await?;
    render(&site, viewer.as_ref(), &view)
}

#[derive(Deserialize)]
struct Wanted {
    service: Uuid,
}

/// Rings, and leads into the call's room.
#[post("/sellers/{id}")]
async fn ring(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(wanted): Form<Wanted>,
) -> Result<HttpResponse> {
    let service = ServiceId::from_uuid(wanted.service);
    let WebError(refused) = match ringing::ring(&web, &site, &viewer, service).await {
        Ok(call) => return Ok(no_body(&format!("/calls/{}", call.id))),
        Err(error) => error,
    };
    if let Some(way) = check::way(&refused) {
        return Ok(way);
    }
    if !matches!(refused.kind, Kind::Conflict { .. } | Kind::Invalid { .. }) {
        return Err(refused.into());
    }
    let mut view = page(&web, &site, Some(&viewer), UserId::from_uuid(*id), Some(service)).await?;
    view.error = Some(Message::new(refused.public));
    render_as(StatusCode::CONFLICT, &site, Some(&viewer), &view)
}

#[derive(Deserialize)]
struct Watched {
    wanted: Option<String>,
}

/// Has the reader told when the seller is available, or no longer.
#[post("/sellers/{id}/watch")]
async fn watch(web: Data<Web>, viewer: Viewer, id: Path<Uuid>, Form(watched): Form<Watched>) -> Result<HttpResponse> {
    let seller = UserId::from_uuid(*id);
    let done = match watched.wanted {
        Some(_) => watching::watch(&web.app, &viewer, seller).await,
        None => watching::unwatch(&web.app, &viewer, seller).await,
    };
    let back = format!("/sellers/{id}");
    match done {
        Ok(()) => Ok(no_body(&back)),
        // The page says so itself, with the way to ring.
        Err(refused) if refused.code() == "available" => Ok(no_body(&back)),
        Err(refused) if refused.code() == "too_many_watches" => {
            Ok(lead_to(&back, [flash(Tone::Error, "ring_box.too_many_watches")]))
        }
        Err(refused) => Err(refused.into()),
    }
}

async fn page(
    web: &Web,
    site: &Site,
    viewer: Option<&Viewer>,
    id: UserId,
    chosen: Option<ServiceId>,
) -> Result<SellerPage> {
    let seller = browse::seller(&web.app, &site.scope, &site.tenant, id, viewer).await?;
    let free = match seller.timetable {
        Some(_) => next_times(web, site, viewer, &seller.offers, chosen).await?,
        None => None,
    };
    Ok(SellerPage {
        free,
        ..shown(web, site, viewer, seller, chosen)
    })
}

/// The page of a seller, with the box about the chosen service, or the cheapest; without free times.
pub(super) fn shown(
    web: &Web,
    site: &Site,
    viewer: Option<&Viewer>,
    seller: SellerDetails,
    chosen: Option<ServiceId>,
) -> SellerPage {
    let selected = selected(&seller.offers, chosen);
    let selected_id = selected.map(|offer| offer.service.id);
    // Without hours there are no times.
    let bookable = seller.timetable.is_some();
    let here = seller.listed.presence == Presence::Available && !seller.closed;
    let offer = |tenant: &Tenant, one: &Offer, selected| ServiceOffer {
        bookable: bookable && one.service.booking.is_some(),
        at_once: here && seller.takes_requests && one.service.booking.is_some_and(|booking| booking.at_once),
        ..offer(tenant, one, selected)
    };
    let own = seller.reader.is_some_and(|reader| reader.is_seller);
    let link = if own { ReviewLink::Reply } else { ReviewLink::Report };
    SellerPage {
        free: None,
        seller: card(&site.tenant, &seller.listed, web.app.now()),
        ring: selected.map(|chosen| RingBox {
            service: offer(&site.tenant, chosen, true),
            takes_no_requests: here
                && !seller.takes_requests
                && chosen.service.booking.is_some_and(|booking| booking.at_once),
            ..ring_box(site, &seller, chosen)
        }),
        services: seller
            .offers
            .iter()
            .map(|one| offer(&site.tenant, one, Some(one.service.id) == selected_id))
            .collect(),
        hours: seller
            .timetable
            .as_ref()
            .map(|timetable| open_hours(web, site, viewer, timetable)),
        deliveries: seller
            .deliveries
            .iter()
            .filter_map(|service| delivery(site, service))
            .collect(),
        about: seller.about,
        reviews: seller
            .reviews
            .into_iter()
            .map(|published| review(published, false, Some(link)))
            .collect(),
        own,
        calls_count: u32::try_from(seller.paid_calls).unwrap_or(u32::MAX),
        error: None,
    }
}

/// The offer that the box is about.
fn selected(offers: &[Offer], chosen: Option<ServiceId>) -> Option<&Offer> {
    let is_chosen = |offer: &&Offer| Some(offer.service.id) == chosen;
    offers.iter().find(is_chosen).or_else(|| cheapest(offers))
}

/// Something that is delivered.
fn delivery(site: &Site, service: &Service) -> Option<Delivery> {
    let fixed = service.fixed?;
    Some(Delivery {
        id: service.id.uuid(),
        title: service.title.clone(),
        description: service.description.clone(),
        price: Amount::new(fixed.price_minor, site.tenant.currency.code()),
        days: fixed.delivery_days,
    })
}

/// When the chosen service can be booked next, or else the first that can be.
async fn next_times(
    web: &Web,
    site: &Site,
    viewer: Option<&Viewer>,
    offers: &[Offer],
    chosen: Option<ServiceId>,
) -> Result<Option<NextTimes>> {
    let is_bookable = |offer: &&Offer| offer.service.booking.is_some() && offer.service.video_enabled;
    let Some(offer) = selected(offers, chosen)
        .filter(is_bookable)
        .or_else(|| offers.iter().find(is_bookable))
    else {
        return Ok(None);
    };
    let (now, service) = (web.app.now(), &offer.service);
    let found = bookings::free_times(&web.app, &site.scope, viewer, service.id, None, (now, NEXT_DAYS)).await;
    let times = match found {
        Ok(offered) => offered.times,
        // It was just taken back.
        Err(gone) if gone.kind == Kind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut times = by_days(site, viewer, &times, now);
    times.days.truncate(SHOWN_DAYS);
    for day in &mut times.days {
        day.more = day.times.len() > SHOWN_TIMES;
        day.times.truncate(SHOWN_TIMES);
    }
    Ok(Some(NextTimes {
        service: service.id.uuid(),
        title: service.title.clone(),
        times,
    }))
}

/// When somebody is there, by the reader's clock.
fn open_hours(web: &Web, site: &Site, viewer: Option<&Viewer>, timetable: &Timetable) -> OpenHours {
    let (now, own) = (web.app.now(), &timetable.calendar().zone);
    let reader = viewer.map_or(&site.tenant.time_zone, |viewer| &viewer.user.time_zone);
    let reader = Zone::named(reader).unwrap_or_else(|| own.clone());
    let openings = hours::openings(timetable, &reader, now);
    let spans = openings.iter().flat_map(|opening| &opening.spans);
    let mut ends = spans.flat_map(|span| [span.from, span.to]).chain([now]);
    let elsewhere = ends.any(|at| reader.differs_at(own, at));
    let span = |span: Span| OpenSpan {
        here: on_the_wall(&reader, span),
        there: elsewhere.then(|| on_the_wall(own, span)),
    };
    let day = |opening: Opening| OpenDay {
        day: opening.day,
        spans: opening.spans.into_iter().map(span).collect(),
    };
    OpenHours {
        days: openings.into_iter().map(day).collect(),
        zone: own.name().to_owned(),
        elsewhere,
        now: now.timestamp(),
    }
}

/// A stretch of time by a zone's clock. It ends by the clock that it was by until then: an hour that a changed clock
/// shows again ends at three, not at two.
pub(super) fn on_the_wall(zone: &Zone, span: Span) -> String {
    let at = |moment: Moment| zone.rules().to_datetime(moment.timestamp());
    let (from, last) = (at(span.from), at(span.to + -1));
    let to = i32::from(last.hour()) * 60 + i32::from(last.minute()) + 1;
    format!("{:02}:{:02}–{:02}:{:02}", from.hour(), from.minute(), to / 60, to % 60)
}

/// What the cards name the price of.
fn cheapest(offers: &[Offer]) -> Option<&Offer> {
    offers.iter().min_by_key(|offer| offer.service.rate_minor)
}

fn ring_box(site: &Site, seller: &SellerDetails, chosen: &Offer) -> RingBox {
    let amount = |minor| Amount::new(minor, site.tenant.currency.code());
    let available = seller.reader.map(|reader| reader.available.minor);
    RingBox {
        service: offer(&site.tenant, chosen, true),
        state: ring_state(seller, chosen),
        needed: amount(chosen.opening_minor),
        available: available.map(amount),
        watched: seller.reader.map(|reader| reader.watches),
        takes_no_requests: false,
        lasts_minutes: available.map(|minor| chosen.lasts_minutes(minor)),
        ring_seconds: chosen.policy.ring_s,
    }
}

fn ring_state(seller: &SellerDetails, chosen: &Offer) -> RingState {
    match (seller.reader, seller.listed.presence) {
        (Some(reader), _) if reader.is_seller => RingState::Own,
        _ if seller.closed => RingState::Closed,
        (Some(reader), _) if reader.busy => RingState::Busy,
        (_, Presence::InCall) => RingState::InCall,
        (_, Presence::Away) => RingState::Away,
        (None, Presence::Available) => RingState::LogIn,
        (Some(reader), Presence::Available) if reader.available.minor < chosen.opening_minor => RingState::TopUp,
        (Some(_), Presence::Available) => RingState::Ready,
    }
}
