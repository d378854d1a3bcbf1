//! Invoices, receipts and credit notes of the reader.

use crate::{
    app::{documents, identity::Viewer},
    domain::{document::Kind, ids::DocumentId},
    store::documents::Document as Stored,
    web::{Problem, Result, Site, Web, documents::document_file},
};
use actix_web::{
    HttpResponse, get,
    web::{Data, Json, Path, Query},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(pdf);
}

/// An invoice, a receipt or a credit note.
#[derive(Serialize, ToSchema)]
struct Document {
    id: Uuid,
    kind: Kind,
    /// Such as `2026-00017`, or `TEST-2026-00017` of play money; neither has gaps within a year.
    number: String,
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// What was sold; empty for payments.
    title: String,
    /// Who did it.
    seller: Option<String>,
    /// Number of the invoice that it corrects.
    corrects: Option<String>,
    total_minor: i64,
    currency: &'static str,
}

impl From<Stored> for Document {
    fn from(stored: Stored) -> Self {
        Self {
            id: stored.id.uuid(),
            kind: stored.kind(),
            number: stored.number.to_string(),
            issued_at: stored.issued_at.timestamp(),
            title: stored.content.title,
            seller: stored.content.seller,
            corrects: stored.content.corrects,
            total_minor: stored.total.minor,
            currency: stored.total.currency.code(),
        }
    }
}

/// A page of documents.
#[derive(Serialize, ToSchema)]
struct Documents {
    /// Newest first.
    items: Vec<Document>,
    /// The number of the next page, if there is one.
    next_page: Option<u32>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Paged {
    /// From 1.
    #[serde(default)]
    page: u32,
}

/// The reader's invoices, receipts and credit notes, 25 a page.
#[utoipa::path(tag = "wallet", params(Paged),
    responses((status = 200, body = Documents), (status = 401, body = Problem)))]
#[get("/documents")]
async fn list(web: Data<Web>, viewer: Viewer, Query(paged): Query<Paged>) -> Result<Json<Documents>> {
    let page = paged.page.clamp(1, documents::LAST_PAGE);
    let found = documents::list(&web.app, &viewer, page).await?;
    Ok(Json(Documents {
        items: found.documents.into_iter().map(Document::from).collect(),
        next_page: found.more.then(|| page + 1),
    }))
}

/// One of them as a PDF, in the reader's language.
#[utoipa::path(tag = "wallet", responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
    (status = 401, body = Problem), (status = 404, body = Problem)))]
#[get("/documents/{id}/pdf")]
async fn pdf(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let found = documents::find(&web.app, &viewer, DocumentId::from_uuid(*id)).await?;
    document_file(&site.frame, &site.tenant, Some(&viewer), found).await
}
