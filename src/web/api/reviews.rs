//! Rating calls, and what becomes of reviews: answers and reports.

use crate::{
    app::{identity::Viewer, reviews},
    domain::{ids::CallId, report::ReviewFault},
    store::reviews::{Published, Reply, Review},
    web::{Problem, Result, Site, Web},
};
use actix_web::{
    HttpResponse, get, post, put,
    web::{Data, Json, Path},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(rate).service(show).service(answer).service(report);
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRating {
    #[schema(minimum = 1, maximum = 5)]
    stars: i64,
    #[serde(default)]
    #[schema(max_length = 2000)]
    text: String,
}

/// A rating as stored.
#[derive(Serialize, ToSchema)]
struct RatingView {
    stars: i16,
    text: String,
}

impl From<Review> for RatingView {
    fn from(review: Review) -> Self {
        Self {
            stars: review.stars,
            text: review.text,
        }
    }
}

/// Rates the other side of a call, within 30 days of its end; rating again replaces.
#[utoipa::path(
    tag = "calls",
    responses((status = 200, body = RatingView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem))
)]
#[put("/calls/{id}/rating")]
async fn rate(
    web: Data<Web>,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(typed): Json<NewRating>,
) -> Result<Json<RatingView>> {
    let review = reviews::rate(&web.app, &viewer, CallId::from_uuid(*id), typed.stars, &typed.text).await?;
    Ok(Json(review.into()))
}

/// What a seller answers.
#[derive(Serialize, ToSchema)]
pub(super) struct ReplyView {
    text: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl From<Reply> for ReplyView {
    fn from(reply: Reply) -> Self {
        Self {
            text: reply.text,
            at: reply.at.timestamp(),
        }
    }
}

/// What a buyer said after a paid call.
#[derive(Serialize, ToSchema)]
pub(super) struct ReviewView {
    /// Its call's.
    id: Uuid,
    author: String,
    stars: i16,
    text: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    reply: Option<ReplyView>,
}

impl From<Published> for ReviewView {
    fn from(published: Published) -> Self {
        let Published {
            review, author, reply, ..
        } = published;
        Self {
            id: review.call.uuid(),
            author,
            stars: review.stars,
            text: review.text,
            at: review.at.timestamp(),
            reply: reply.map(ReplyView::from),
        }
    }
}

/// A review, with whether it is hidden: only its two people see it then.
#[derive(Serialize, ToSchema)]
struct OneReview {
    #[serde(flatten)]
    review: ReviewView,
    /// Why the staff hid it.
    hidden: Option<String>,
    /// The reader can answer it, or change their answer.
    can_reply: bool,
    /// The reader has reported it.
    reported: bool,
}

/// One review.
#[utoipa::path(tag = "reviews", responses((status = 200, body = OneReview), (status = 404, body = Problem)), security(()))]
#[get("/reviews/{id}")]
async fn show(web: Data<Web>, site: Site, viewer: Option<Viewer>, id: Path<Uuid>) -> Result<Json<OneReview>> {
    let id = CallId::from_uuid(*id);
    let mut found = reviews::read(&web.app, &site.scope, viewer.as_ref(), id).await?;
    Ok(Json(OneReview {
        hidden: found.published.hidden.take(),
        can_reply: found.can_reply,
        reported: found.reported,
        review: found.published.into(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReply {
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

/// Answers a review about oneself; answering again replaces, for 14 days.
#[utoipa::path(
    tag = "reviews",
    responses((status = 200, body = ReviewView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem))
)]
#[put("/reviews/{id}/reply")]
async fn answer(
    web: Data<Web>,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(typed): Json<NewReply>,
) -> Result<Json<ReviewView>> {
    let published = reviews::reply(&web.app, &viewer, CallId::from_uuid(*id), &typed.text).await?;
    Ok(Json(published.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReport {
    fault: ReviewFault,
    /// Needed if the fault is another one.
    #[serde(default)]
    #[schema(max_length = 1000)]
    text: String,
}

/// Reports a review to the staff, once.
#[utoipa::path(
    tag = "reviews",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem))
)]
#[post("/reviews/{id}/reports")]
async fn report(web: Data<Web>, viewer: Viewer, id: Path<Uuid>, Json(typed): Json<NewReport>) -> Result<HttpResponse> {
    reviews::report(&web.app, &viewer, CallId::from_uuid(*id), typed.fault, &typed.text).await?;
    Ok(HttpResponse::NoContent().finish())
}
