//! What staff stop: calls that run, and services that are on the site.

use crate::{
    app::console,
    domain::ids::{CallId, ServiceId},
    web::{
        Problem, Result, Web,
        extract::{Staff, may},
        reason::Reason,
    },
};
use actix_web::{
    HttpResponse, post,
    web::{Data, Json, Path},
};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(end_call).service(publish).service(unpublish);
}

/// Ends a running call. Both are told why; what was used until now is charged.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/calls/{id}/end")]
async fn end_call(
    web: Data<Web>,
    by: Staff<may::Calls>,
    id: Path<Uuid>,
    Json(typed): Json<Reason>,
) -> Result<HttpResponse> {
    let (scope, id) = (by.viewer().scope, CallId::from_uuid(*id));
    let because = console::end_call(&web.app, &by, id, &typed.reason).await?;
    web.live.registry.stop(&scope, id, because).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Puts a service on the site again.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/admin/services/{id}/publish")]
async fn publish(web: Data<Web>, by: Staff<may::Services>, id: Path<Uuid>) -> Result<HttpResponse> {
    console::publish_service(&web.app, &by, ServiceId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a service off the site; nobody can ring for it any more.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/admin/services/{id}/unpublish")]
async fn unpublish(web: Data<Web>, by: Staff<may::Services>, id: Path<Uuid>) -> Result<HttpResponse> {
    console::unpublish_service(&web.app, &by, ServiceId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
