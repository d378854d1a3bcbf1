//! Invoices, receipts and credit notes of all customers, and who issues them.

use crate::{
    app::{console, documents::issuer},
    domain::{
        document::{Issuer, Kind},
        ids::DocumentId,
    },
    store::documents::{self, DocumentLine},
    web::{
        Problem, Result, Site, Web,
        documents::document_file,
        extract::{Staff, may},
        listing::{ListQuery, Listed},
    },
};
use actix_web::{
    HttpResponse, get, put,
    web::{Data, Json, Path, Query},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(pdf)
        .service(show_issuer)
        .service(change_issuer);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// All if absent.
    kind: Option<Kind>,
}

/// All documents, or those of one kind, the newest first.
#[utoipa::path(tag = "console", params(ListQuery, Filter), responses((status = 200, body = Listed<DocumentLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/documents")]
async fn list(
    web: Data<Web>,
    by: Staff<may::Money>,
    Query(query): Query<ListQuery>,
    Query(filter): Query<Filter>,
) -> Result<Json<Listed<DocumentLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| documents::list(tx, &query.into(), filter.kind))
        .await?;
    Ok(Json(page.into()))
}

/// A document as a PDF.
#[utoipa::path(tag = "console", responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/documents/{id}/pdf")]
async fn pdf(web: Data<Web>, site: Site, by: Staff<may::Money>, id: Path<Uuid>) -> Result<HttpResponse> {
    let (scope, id) = (by.viewer().scope, DocumentId::from_uuid(*id));
    let found = web.app.db.read(&scope, move |tx| documents::find(tx, id)).await?;
    document_file(&site.frame, &site.tenant, by.viewer().account(), found).await
}

/// Who issues documents: the marketplace by its name, until more is set.
#[utoipa::path(tag = "console", responses((status = 200, body = Issuer), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
#[get("/admin/document-issuer")]
async fn show_issuer(web: Data<Web>, by: Staff<may::Money>) -> Result<Json<Issuer>> {
    Ok(Json(web.app.db.read(&by.viewer().scope, issuer).await?))
}

/// Sets who issues documents from now on.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 422, body = Problem)))]
#[put("/admin/document-issuer")]
async fn change_issuer(web: Data<Web>, by: Staff<may::Money>, Json(typed): Json<Issuer>) -> Result<HttpResponse> {
    console::change_issuer(&web.app, &by, typed).await?;
    Ok(HttpResponse::NoContent().finish())
}
