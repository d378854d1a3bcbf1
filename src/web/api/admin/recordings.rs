//! The tenant's recordings, for its staff.

use crate::{
    app::recordings,
    domain::{
        ids::RecordingId,
        plan::{Limits, megabytes},
    },
    store::{
        TenantTx,
        recording_lists::{self, RecordingLine},
        subscriptions,
    },
    web::{
        Problem, Result, Web,
        extract::{Staff, may},
        films::{Wanted, film, range},
        listing::{ListQuery, Listed, RecordingFilter},
    },
};
use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    web::{Data, Json, Path, Query},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(storage).service(watch).service(remove);
}

/// Recordings of calls, newest first.
#[utoipa::path(tag = "console", params(ListQuery, RecordingFilter),
    responses((status = 200, body = Listed<RecordingLine>), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
#[get("/admin/recordings")]
async fn list(
    web: Data<Web>,
    by: Staff<may::Recordings>,
    Query(query): Query<ListQuery>,
    Query(filter): Query<RecordingFilter>,
) -> Result<Json<Listed<RecordingLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| {
            recording_lists::of_tenant(tx, &query.into(), filter.state.map(|state| state.name()))
        })
        .await?;
    Ok(Json(page.into()))
}

/// What is stored, of what the plan has.
#[derive(Serialize, ToSchema)]
struct Storage {
    /// Recordings and everything that people sent, in megabytes.
    used_mb: i64,
    /// The plan's; none is no limit.
    limit_mb: Option<u32>,
}

/// How much space is used.
#[utoipa::path(tag = "console", responses((status = 200, body = Storage), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
#[get("/admin/recordings/storage")]
async fn storage(web: Data<Web>, by: Staff<may::Recordings>) -> Result<Json<Storage>> {
    let now = web.app.now();
    let read = move |tx: &mut TenantTx<'_>| {
        let Limits { storage_mb, .. } = subscriptions::terms(tx, now)?.limits;
        Ok((subscriptions::stored(tx)?, storage_mb))
    };
    let (bytes, limit_mb) = web.app.db.read(&by.viewer().scope, read).await?;
    Ok(Json(Storage {
        used_mb: megabytes(bytes),
        limit_mb,
    }))
}

/// A recording; a `Range` gets a piece of it. Who watched it is written down.
#[utoipa::path(tag = "console", params(Wanted), responses((status = 200, content_type = "video/mp4", body = Vec<u8>),
    (status = 206, content_type = "video/mp4", body = Vec<u8>), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem, description = "not_ready"), (status = 302, description = "A download, where files are in a bucket"), (status = 416, description = "Beyond its end")))]
#[get("/admin/recordings/{id}/film")]
async fn watch(
    web: Data<Web>,
    by: Staff<may::Recordings>,
    request: HttpRequest,
    id: Path<Uuid>,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse> {
    let id = RecordingId::from_uuid(*id);
    let file = recordings::fetch_as_staff(&web.app, &by, id, range(&request), wanted.download).await?;
    film(&web, id, file, &wanted).await
}

/// Deletes a recording for everybody; who agreed to it stays known.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem, description = "recording_gone")))]
#[delete("/admin/recordings/{id}")]
async fn remove(web: Data<Web>, by: Staff<may::Recordings>, id: Path<Uuid>) -> Result<HttpResponse> {
    recordings::delete(&web.app, &by, RecordingId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
