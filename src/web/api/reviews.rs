//! Rating calls.

use crate::{
    app::{identity::Viewer, reviews},
    domain::ids::CallId,
    store::reviews::Review,
    web::{Problem, Result, Web},
};
use actix_web::{
    put,
    web::{Data, Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(rate);
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
