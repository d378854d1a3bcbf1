//! People's accounts and reviews.

use crate::{
    app::console,
    domain::ids::{CallId, ReportId, UserId},
    store::{
        console::{self as lists, UserDetails, UserLine},
        person_reports::{self, ReportLine},
    },
    web::{
        Problem, Result, Site, Web,
        extract::{Fresh, Staff, may},
        listing::{ListQuery, Listed},
        reason::Reason,
    },
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(show)
        .service(suspend)
        .service(restore)
        .service(reset_factor)
        .service(hide)
        .service(unhide)
        .service(keep)
        .service(reports)
        .service(note)
        .service(close);
}

/// Everybody with an account, newest first.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<UserLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/users")]
async fn list(web: Data<Web>, by: Staff<may::Users>, Query(query): Query<ListQuery>) -> Result<Json<Listed<UserLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| lists::users(tx, &query.into()))
        .await?;
    Ok(Json(page.into()))
}

/// Somebody with an account.
#[derive(Serialize, ToSchema)]
struct UserDetail {
    #[serde(flatten)]
    line: UserLine,
    #[serde(flatten)]
    details: UserDetails,
}

/// One account.
#[utoipa::path(tag = "console", responses((status = 200, body = UserDetail), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/users/{id}")]
async fn show(web: Data<Web>, by: Staff<may::Users>, id: Path<Uuid>) -> Result<Json<UserDetail>> {
    let (scope, id) = (by.viewer().scope, UserId::from_uuid(*id));
    let (line, details) = web.app.db.read(&scope, move |tx| lists::user(tx, id)).await?;
    Ok(Json(UserDetail { line, details }))
}

/// Closes somebody's account; a call they are in finishes.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/users/{id}/suspend")]
async fn suspend(
    web: Data<Web>,
    by: Staff<may::Users>,
    id: Path<Uuid>,
    Json(typed): Json<Reason>,
) -> Result<HttpResponse> {
    console::suspend_user(&web.app, &by, UserId::from_uuid(*id), &typed.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Opens somebody's account again.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/admin/users/{id}/restore")]
async fn restore(web: Data<Web>, by: Staff<may::Users>, id: Path<Uuid>) -> Result<HttpResponse> {
    console::restore_user(&web.app, &by, UserId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Forgets the second factor of somebody who can't show a code any more, and signs them out everywhere. They are told.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/users/{id}/reset-factor")]
async fn reset_factor(
    web: Data<Web>,
    site: Site,
    by: Fresh<may::Users>,
    id: Path<Uuid>,
    Json(typed): Json<Reason>,
) -> Result<HttpResponse> {
    console::reset_factor(&web.app, &by, UserId::from_uuid(*id), site.origin(), &typed.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Hides a review, which no longer counts. Its writer and those who reported it are told.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/reviews/{id}/hide")]
async fn hide(
    web: Data<Web>,
    by: Staff<may::Reviews>,
    id: Path<Uuid>,
    Json(typed): Json<Reason>,
) -> Result<HttpResponse> {
    console::hide_review(&web.app, &by, CallId::from_uuid(*id), &typed.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Shows a review again.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem)))]
#[post("/admin/reviews/{id}/show")]
async fn unhide(web: Data<Web>, by: Staff<may::Reviews>, id: Path<Uuid>) -> Result<HttpResponse> {
    console::show_review(&web.app, &by, CallId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Leaves a review that was reported as it is; those who reported it are told.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/admin/reviews/{id}/keep")]
async fn keep(web: Data<Web>, by: Staff<may::Reviews>, id: Path<Uuid>) -> Result<HttpResponse> {
    console::keep_review(&web.app, &by, CallId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What people reported of each other, open ones first.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<ReportLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/reports")]
async fn reports(
    web: Data<Web>,
    by: Staff<may::Users>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<ReportLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| person_reports::reports(tx, &query.into()))
        .await?;
    Ok(Json(page.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    #[schema(max_length = 2000)]
    note: String,
}

/// Writes down what the staff keep in mind of a report, in place of what stood there.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/reports/{id}/note")]
async fn note(web: Data<Web>, by: Staff<may::Users>, id: Path<Uuid>, Json(typed): Json<Note>) -> Result<HttpResponse> {
    console::note_report(&web.app, &by, ReportId::from_uuid(*id), &typed.note).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Closes a report; who made it is told that it was looked at.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/reports/{id}/close")]
async fn close(
    web: Data<Web>,
    by: Staff<may::Users>,
    id: Path<Uuid>,
    Json(typed): Json<Reason>,
) -> Result<HttpResponse> {
    console::close_report(&web.app, &by, ReportId::from_uuid(*id), &typed.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}
