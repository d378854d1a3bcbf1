//! Other people: blocking them and reporting them.

use crate::{
    app::{identity::Viewer, safety},
    domain::{ids::UserId, report::PersonFault},
    web::{Problem, Result, Web},
};
use actix_web::{
    HttpResponse, delete, get, post, put,
    web::{Data, Json, Path},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(blocked).service(block).service(unblock).service(report);
}

/// Somebody whom the reader has blocked.
#[derive(Serialize, ToSchema)]
struct BlockedView {
    id: Uuid,
    name: String,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// Whom the reader has blocked.
#[derive(Serialize, ToSchema)]
struct BlockedList {
    items: Vec<BlockedView>,
}

/// Whom one has blocked, the last first; at most 500.
#[utoipa::path(tag = "people", responses((status = 200, body = BlockedList), (status = 401, body = Problem)))]
#[get("/me/blocks")]
async fn blocked(web: Data<Web>, viewer: Viewer) -> Result<Json<BlockedList>> {
    let found = safety::blocked(&web.app, &viewer).await?;
    let view = |one: crate::store::blocks::Blocked| BlockedView {
        id: one.id.uuid(),
        name: one.name,
        since: one.since.timestamp(),
    };
    Ok(Json(BlockedList {
        items: found.into_iter().map(view).collect(),
    }))
}

/// Blocks somebody: neither rings, writes to, books or sees the other.
#[utoipa::path(tag = "people", responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem), (status = 422, description = "Oneself", body = Problem)))]
#[put("/people/{id}/block")]
async fn block(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    safety::block(&web.app, &viewer, UserId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Blocks somebody no longer.
#[utoipa::path(tag = "people", responses((status = 204), (status = 401, body = Problem)))]
#[delete("/people/{id}/block")]
async fn unblock(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    safety::unblock(&web.app, &viewer, UserId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPersonReport {
    fault: PersonFault,
    /// Needed if the fault is another one.
    #[serde(default)]
    #[schema(max_length = 2000)]
    text: String,
}

/// A report that was made.
#[derive(Serialize, ToSchema)]
struct PersonReported {
    id: Uuid,
}

/// Reports somebody to the staff, once a day.
#[utoipa::path(
    tag = "people",
    responses((status = 201, body = PersonReported), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem))
)]
#[post("/people/{id}/reports")]
async fn report(
    web: Data<Web>,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(typed): Json<NewPersonReport>,
) -> Result<HttpResponse> {
    let made = safety::report(&web.app, &viewer, UserId::from_uuid(*id), typed.fault, &typed.text).await?;
    Ok(HttpResponse::Created().json(PersonReported { id: made.uuid() }))
}
