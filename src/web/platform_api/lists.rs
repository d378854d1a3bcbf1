//! People, calls and jobs of all tenants, and what is done about them.

use crate::{
    app::{
        platform::{self, PlatformOwner, PlatformStaff},
        recordings::fetch_as_owner,
    },
    domain::ids::{CallId, RecordingId, TenantId},
    store::{
        platform_lists::{self, AnyCall, AnyUser, OpenJob},
        recording_lists::{self, RecordingLine},
    },
    web::{
        Problem, Result, Web,
        films::{Wanted, film, range},
        listing::{CallState, ListQuery, Listed, RecordingFilter},
        reason::Reason,
    },
};
use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Json, Path, Query},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(users)
        .service(calls)
        .service(end_call)
        .service(recordings)
        .service(watch)
        .service(jobs)
        .service(retry)
        .service(drop_job);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UserFilter {
    /// At this tenant only.
    tenant: Option<Uuid>,
}

/// Everybody with an account anywhere, newest first.
#[utoipa::path(tag = "platform", params(ListQuery, UserFilter),
    responses((status = 200, body = Listed<AnyUser>), (status = 401, body = Problem)))]
#[get("/users")]
async fn users(
    web: Data<Web>,
    _staff: PlatformStaff,
    Query(query): Query<ListQuery>,
    Query(filter): Query<UserFilter>,
) -> Result<Json<Listed<AnyUser>>> {
    let page = web
        .app
        .db
        .system_read(move |tx| platform_lists::users(tx, &query.into(), filter.tenant))
        .await?;
    Ok(Json(page.into()))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CallFilter {
    /// In this state only.
    state: Option<CallState>,
    /// At this tenant only.
    tenant: Option<Uuid>,
}

/// Calls anywhere, newest first.
#[utoipa::path(tag = "platform", params(ListQuery, CallFilter),
    responses((status = 200, body = Listed<AnyCall>), (status = 401, body = Problem)))]
#[get("/calls")]
async fn calls(
    web: Data<Web>,
    _staff: PlatformStaff,
    Query(query): Query<ListQuery>,
    Query(filter): Query<CallFilter>,
) -> Result<Json<Listed<AnyCall>>> {
    let live = filter.state.map(CallState::is_live);
    let page = web
        .app
        .db
        .system_read(move |tx| platform_lists::calls(tx, &query.into(), filter.tenant, live))
        .await?;
    Ok(Json(page.into()))
}

/// Ends a running call. Both are told why; what was used until now is charged.
#[utoipa::path(tag = "platform", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/calls/{tenant}/{id}/end")]
async fn end_call(
    web: Data<Web>,
    owner: PlatformOwner,
    path: Path<(Uuid, Uuid)>,
    Json(typed): Json<Reason>,
) -> Result<HttpResponse> {
    let (tenant, id) = (TenantId::from_uuid(path.0), CallId::from_uuid(path.1));
    let (scope, because) = platform::end_call(&web.app, &owner, tenant, id, &typed.reason).await?;
    web.live.registry.stop(&scope, id, because).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Recordings of calls anywhere, newest first.
#[utoipa::path(tag = "platform", params(ListQuery, UserFilter, RecordingFilter),
    responses((status = 200, body = Listed<RecordingLine>), (status = 401, body = Problem)))]
#[get("/recordings")]
async fn recordings(
    web: Data<Web>,
    _staff: PlatformStaff,
    Query(query): Query<ListQuery>,
    Query(at): Query<UserFilter>,
    Query(filter): Query<RecordingFilter>,
) -> Result<Json<Listed<RecordingLine>>> {
    let state = filter.state.map(|state| state.name());
    let page = web
        .app
        .db
        .system_read(move |tx| recording_lists::all(tx, &query.into(), at.tenant, state))
        .await?;
    Ok(Json(page.into()))
}

/// A recording; a `Range` gets a piece of it. Its tenant's log says who watched it.
#[utoipa::path(tag = "platform", params(Wanted), responses((status = 200, content_type = "video/mp4", body = Vec<u8>),
    (status = 206, content_type = "video/mp4", body = Vec<u8>), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem, description = "not_ready"), (status = 302, description = "A download, where files are in a bucket"), (status = 416, description = "Beyond its end")))]
#[get("/tenants/{tenant}/recordings/{id}/film")]
async fn watch(
    web: Data<Web>,
    owner: PlatformOwner,
    request: HttpRequest,
    path: Path<(Uuid, Uuid)>,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse> {
    let (tenant, id) = (TenantId::from_uuid(path.0), RecordingId::from_uuid(path.1));
    let file = fetch_as_owner(&web.app, &owner, tenant, id, range(&request), wanted.download).await?;
    film(&web, id, file, &wanted).await
}

/// How a job stands.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JobState {
    /// Waits for its time.
    Due,
    /// Was given up.
    Dead,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct JobFilter {
    /// In this state only.
    state: Option<JobState>,
}

/// Jobs that aren't done, the latest first.
#[utoipa::path(tag = "platform", params(ListQuery, JobFilter),
    responses((status = 200, body = Listed<OpenJob>), (status = 401, body = Problem)))]
#[get("/jobs")]
async fn jobs(
    web: Data<Web>,
    _staff: PlatformStaff,
    Query(query): Query<ListQuery>,
    Query(filter): Query<JobFilter>,
) -> Result<Json<Listed<OpenJob>>> {
    let state = filter.state.map(|state| match state {
        JobState::Due => "due",
        JobState::Dead => "dead",
    });
    let page = web
        .app
        .db
        .system_read(move |tx| platform_lists::jobs(tx, &query.into(), state))
        .await?;
    Ok(Json(page.into()))
}

/// Has a dead job tried again.
#[utoipa::path(tag = "platform", responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem)))]
#[post("/jobs/{tenant}/{id}/retry")]
async fn retry(web: Data<Web>, staff: PlatformStaff, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    platform::retry_job(&web.app, &staff, TenantId::from_uuid(path.0), path.1).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Forgets a dead job.
#[utoipa::path(tag = "platform", responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem)))]
#[post("/jobs/{tenant}/{id}/drop")]
async fn drop_job(web: Data<Web>, staff: PlatformStaff, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    platform::drop_job(&web.app, &staff, TenantId::from_uuid(path.0), path.1).await?;
    Ok(HttpResponse::NoContent().finish())
}
