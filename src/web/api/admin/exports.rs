//! Archives of the whole tenant.

use crate::{
    app::archive,
    store::exports::{self, Export},
    web::{
        Problem, Result, Web,
        extract::{Staff, may},
        listing::{ListQuery, Listed},
    },
};
use actix_web::{
    HttpResponse, get,
    http::header,
    post,
    web::{Data, Json, Path, Query},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(ask).service(fetch);
}

/// An archive of the tenant.
#[derive(Serialize, ToSchema)]
struct ExportLine {
    id: Uuid,
    /// Who asked for it.
    asked_by: String,
    /// `waiting`, `running`, `failed` (and tried again), `done` or `expired`.
    state: String,
    /// Tables that are written.
    tables_done: i32,
    /// All tables; 0 until it runs.
    tables: i32,
    rows: i64,
    bytes: i64,
    created_at: i64,
    /// Until when it can be fetched.
    expires_at: Option<i64>,
}

impl From<Export> for ExportLine {
    fn from(export: Export) -> Self {
        Self {
            id: export.id,
            asked_by: export.asked_by,
            state: export.state,
            tables_done: export.tables_done,
            tables: export.tables,
            rows: export.rows,
            bytes: export.bytes,
            created_at: export.created_at.0.0,
            expires_at: export.expires_at.map(|at| at.0.0),
        }
    }
}

/// Archives that were asked for, newest first.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<ExportLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/exports")]
async fn list(
    web: Data<Web>,
    by: Staff<may::Export>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<ExportLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| exports::list(tx, &query.into()))
        .await?;
    Ok(Json(Listed::of(page, ExportLine::from)))
}

/// An archive that is being made.
#[derive(Serialize, ToSchema)]
struct Asked {
    id: Uuid,
}

/// Asks for an archive of everything; it is made in the background.
#[utoipa::path(tag = "console", responses((status = 202, body = Asked), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 409, description = "One is being made", body = Problem)))]
#[post("/admin/exports")]
async fn ask(web: Data<Web>, by: Staff<may::Export>) -> Result<HttpResponse> {
    let id = archive::ask(&web.app, &by).await?;
    Ok(HttpResponse::Accepted().json(Asked { id }))
}

/// Fetches an archive.
#[utoipa::path(tag = "console", responses((status = 200, content_type = "application/gzip"),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/exports/{id}/archive")]
async fn fetch(web: Data<Web>, by: Staff<may::Export>, id: Path<Uuid>) -> Result<HttpResponse> {
    let bytes = archive::fetch(&web.app, &by, *id).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/gzip")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"tenant.tar.gz\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(bytes))
}
