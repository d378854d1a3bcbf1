//! Talks at agreed times: free times, orders, and what their two people do about them.

mod shown;

use crate::{
    app::{
        bookings::{self, Answer, Shown, When, Wish},
        identity::Viewer,
    },
    domain::{
        booking::{Agreement, Event},
        ids::{BookingId, ServiceId},
        time::Moment,
    },
    error::Error,
    store::bookings::Order,
    web::{Problem, Result, Site, Web, ringing},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path, Query},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shown::Booking;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Days whose free times are told at once.
const USUAL_DAYS: i64 = 14;
/// Orders that a page holds.
const PAGE: i64 = 50;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(free_times).service(book).service(list).service(show);
    config
        .service(accept)
        .service(decline)
        .service(propose)
        .service(cancel)
        .service(pay)
        .service(launch);
    config.service(take_on).service(deliver).service(confirm);
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// From when on; now if absent.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// So many days, 1 to 31.
    days: Option<i64>,
    /// How long a talk is wanted, minutes; the shortest if absent.
    minutes: Option<u32>,
}

/// Times at which a talk can begin.
#[derive(Serialize, ToSchema)]
struct FreeTimes {
    /// Whose clock the seller's hours are by.
    time_zone: String,
    /// Which comes first, the payment or the agreement.
    agreement: Agreement,
    /// How long a talk lasts, minutes; at least so long where it is paid first.
    length_min: u32,
    /// Price of a minute in minor units.
    rate_minor: i64,
    currency: &'static str,
    /// A talk can be asked for now.
    at_once: bool,
    /// In order.
    #[schema(value_type = Vec<String>)]
    starts: Vec<Timestamp>,
}

/// When a talk can begin: the seller is there, and neither of the two has given the time away.
#[utoipa::path(tag = "bookings", params(Asked),
    responses((status = 200, body = FreeTimes), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[get("/services/{id}/times")]
async fn free_times(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    id: Path<Uuid>,
    Query(asked): Query<Asked>,
) -> Result<Json<FreeTimes>> {
    let from = asked.from.map_or(web.app.now(), Moment::from);
    let days = asked.days.unwrap_or(USUAL_DAYS);
    let service = ServiceId::from_uuid(*id);
    let viewer = viewer.as_ref();
    let free = bookings::free_times(&web.app, &site.scope, viewer, service, asked.minutes, (from, days)).await?;
    Ok(Json(FreeTimes {
        time_zone: free.times.zone.name().to_owned(),
        agreement: free.bookable.agreement,
        length_min: free.bookable.length_min,
        rate_minor: free.service.rate_minor,
        currency: site.tenant.currency.code(),
        at_once: free.at_once,
        starts: free.times.starts.into_iter().map(Moment::timestamp).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    service_id: Uuid,
    /// For how long, minutes, where it is paid first; the shortest if absent.
    minutes: Option<u32>,
    /// When, where that is asked for before it is paid.
    #[schema(value_type = Option<String>, format = DateTime)]
    start: Option<Timestamp>,
    /// Now, in place of a time: the seller has a minute to answer, then the buyer ten to pay.
    #[serde(default)]
    at_once: bool,
    /// With which extras, by their names.
    #[serde(default)]
    addons: Vec<String>,
    /// What exactly is wanted.
    #[serde(default)]
    #[schema(max_length = 2000)]
    brief: String,
}

/// Orders a talk: asks for a time or for a talk at once, or begins to buy what a time is agreed on later for.
#[utoipa::path(tag = "bookings",
    responses((status = 201, body = Booking), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/bookings")]
async fn book(web: Data<Web>, site: Site, viewer: Viewer, Json(wanted): Json<Wanted>) -> Result<HttpResponse> {
    let when = match (wanted.at_once, wanted.start) {
        (true, Some(_)) => return Err(Error::field("start", "Choose a time, or a talk at once.").into()),
        (true, None) => Some(When::AtOnce),
        (false, start) => start.map(|start| When::At(start.into())),
    };
    let wish = Wish {
        service: ServiceId::from_uuid(wanted.service_id),
        minutes: wanted.minutes,
        when,
        addons: wanted.addons,
        brief: wanted.brief,
    };
    let order = ringing::order(&web, &site, &viewer, wish).await?;
    Ok(HttpResponse::Created().json(Booking::read_by(&viewer, order)?.into_inner()))
}

#[derive(Serialize, ToSchema)]
struct Bookings {
    items: Vec<Booking>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Paged {
    /// How many to leave out.
    offset: Option<i64>,
}

/// One's orders, as buyer and as seller, newest first.
#[utoipa::path(tag = "bookings", params(Paged), responses((status = 200, body = Bookings), (status = 401, body = Problem)))]
#[get("/bookings")]
async fn list(web: Data<Web>, viewer: Viewer, Query(paged): Query<Paged>) -> Result<Json<Bookings>> {
    let offset = paged.offset.unwrap_or(0).clamp(0, 10_000);
    let orders = bookings::list(&web.app, &viewer, PAGE, offset).await?;
    let own = |order: Order| order.role(viewer.user.id).map(|role| Booking::of(order, role));
    Ok(Json(Bookings {
        items: orders.into_iter().filter_map(own).collect(),
    }))
}

/// An order with its history.
#[derive(Serialize, ToSchema)]
struct Told {
    #[serde(flatten)]
    booking: Booking,
    /// Where the other one lives.
    other_time_zone: String,
    /// What happened to it since it was made, oldest first.
    #[schema(value_type = Vec<Object>)]
    history: Vec<Happened>,
}

#[derive(Serialize)]
struct Happened {
    at: Timestamp,
    event: Event,
}

/// One of one's orders.
#[utoipa::path(tag = "bookings",
    responses((status = 200, body = Told), (status = 401, body = Problem), (status = 404, body = Problem)))]
#[get("/bookings/{id}")]
async fn show(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<Json<Told>> {
    let Shown {
        order,
        reader,
        history,
        other_zone,
        ..
    } = bookings::show(&web.app, &viewer, BookingId::from_uuid(*id)).await?;
    let history = history.into_iter();
    Ok(Json(Told {
        booking: Booking::of(order, reader),
        other_time_zone: other_zone,
        history: history
            .map(|happened| Happened {
                at: happened.at.timestamp(),
                event: happened.event,
            })
            .collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Answered {
    /// Which offer was seen.
    round: u32,
}

/// Takes the time that the other one offers.
#[utoipa::path(tag = "bookings",
    responses((status = 200, body = Booking), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
#[post("/bookings/{id}/accept")]
async fn accept(
    web: Data<Web>,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(answered): Json<Answered>,
) -> Result<Json<Booking>> {
    let order = bookings::accept(&web.app, &viewer, answer(*id, &answered)).await?;
    Booking::read_by(&viewer, order)
}

/// Turns down the time that the other one offers, or takes back one's own.
#[utoipa::path(tag = "bookings",
    responses((status = 200, body = Booking), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
#[post("/bookings/{id}/decline")]
async fn decline(
    web: Data<Web>,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(answered): Json<Answered>,
) -> Result<Json<Booking>> {
    let order = bookings::decline(&web.app, &viewer, answer(*id, &answered)).await?;
    Booking::read_by(&viewer, order)
}

fn answer(order: Uuid, answered: &Answered) -> Answer {
    Answer {
        order: BookingId::from_uuid(order),
        round: answered.round,
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Proposed {
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
}

/// Names a time, or another one. What is agreed stands until the other one takes it.
#[utoipa::path(tag = "bookings",
    responses((status = 200, body = Booking), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
#[post("/bookings/{id}/propose")]
async fn propose(
    web: Data<Web>,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(proposed): Json<Proposed>,
) -> Result<Json<Booking>> {
    let start = Moment::from(proposed.start);
    let order = bookings::propose(&web.app, &viewer, BookingId::from_uuid(*id), start).await?;
    Booking::read_by(&viewer, order)
}

/// Takes an order back, or calls off what was agreed; what that costs is said beforehand.
#[utoipa::path(tag = "bookings",
    responses((status = 200, body = Booking), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
#[post("/bookings/{id}/cancel")]
async fn cancel(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<Json<Booking>> {
    let order = bookings::cancel(&web.app, &viewer, BookingId::from_uuid(*id)).await?;
    Booking::read_by(&viewer, order)
}

/// Takes on what was ordered and is to be delivered, as its seller.
#[utoipa::path(tag = "bookings",
    responses((status = 200, body = Booking), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/bookings/{id}/take-on")]
async fn take_on(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<Json<Booking>> {
    let order = bookings::take_on(&web.app, &viewer, BookingId::from_uuid(*id)).await?;
    Booking::read_by(&viewer, order)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeliveredText {
    #[schema(min_length = 1, max_length = 10000)]
    text: String,
}

/// Delivers what was ordered, as its seller.
#[utoipa::path(tag = "bookings",
    responses((status = 200, body = Booking), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/bookings/{id}/deliver")]
async fn deliver(
    web: Data<Web>,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(typed): Json<DeliveredText>,
) -> Result<Json<Booking>> {
    let order = bookings::deliver(&web.app, &viewer, BookingId::from_uuid(*id), &typed.text).await?;
    Booking::read_by(&viewer, order)
}

/// Accepts what was delivered, as its buyer: it is paid out. After a week it is accepted by itself.
#[utoipa::path(tag = "bookings",
    responses((status = 200, body = Booking), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/bookings/{id}/confirm")]
async fn confirm(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<Json<Booking>> {
    let order = bookings::confirm(&web.app, &viewer, BookingId::from_uuid(*id)).await?;
    Booking::read_by(&viewer, order)
}

/// Pays for an order from one's wallet.
#[utoipa::path(tag = "bookings",
    responses((status = 200, body = Booking), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
#[post("/bookings/{id}/pay")]
async fn pay(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<Json<Booking>> {
    let order = bookings::pay(&web.app, &viewer, BookingId::from_uuid(*id)).await?;
    Booking::read_by(&viewer, order)
}

/// The call that began.
#[derive(Serialize, ToSchema)]
struct Launched {
    call_id: Uuid,
}

/// Begins the talk, as its seller: it rings for the buyer, who has a page open. It may begin before its time. A talk at once
/// either of the two begins, and nobody is rung.
#[utoipa::path(tag = "bookings",
    responses((status = 201, body = Launched), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem)))]
#[post("/bookings/{id}/launch")]
async fn launch(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let call = ringing::launch(&web, &site, &viewer, BookingId::from_uuid(*id)).await?;
    Ok(HttpResponse::Created().json(Launched {
        call_id: call.id.uuid(),
    }))
}
