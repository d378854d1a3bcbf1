//! The host's answer to who knocks at a private room.

use crate::{
    app::{identity::Viewer, private_rooms},
    domain::ids::RoomVisitId,
    web::{Problem, Result, Web},
};
use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(admit).service(refuse);
}

/// Lets somebody in who knocks at a private room of one's own. Their page goes on by itself.
#[utoipa::path(
    tag = "calls",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "answered"))
)]
#[post("/private-rooms/visits/{id}/admit")]
async fn admit(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    private_rooms::answer(&web.app, &viewer, RoomVisitId::from_uuid(*id), true).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Doesn't let somebody in who knocks at a private room of one's own.
#[utoipa::path(
    tag = "calls",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "answered"))
)]
#[post("/private-rooms/visits/{id}/refuse")]
async fn refuse(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    private_rooms::answer(&web.app, &viewer, RoomVisitId::from_uuid(*id), false).await?;
    Ok(HttpResponse::NoContent().finish())
}
