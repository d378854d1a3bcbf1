//! `/account/documents`: invoices, receipts and credit notes to keep.

use super::{
    render,
    views::{Amount, DocumentRow, DocumentsPage},
};
use crate::{
    app::{documents, identity::Viewer},
    domain::{document::About, ids::DocumentId, refund::Subject},
    store::documents::Document,
    web::{Result, Site, Web, documents::document_file},
};
use actix_web::{
    HttpResponse, get,
    web::{Data, Path, Query, ServiceConfig},
};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(pdf);
}

#[derive(Deserialize)]
struct Paged {
    #[serde(default)]
    page: u32,
}

#[get("/account/documents")]
async fn list(web: Data<Web>, site: Site, viewer: Viewer, Query(paged): Query<Paged>) -> Result<HttpResponse> {
    let page = paged.page.clamp(1, documents::LAST_PAGE);
    let found = documents::list(&web.app, &viewer, page).await?;
    let view = DocumentsPage {
        documents: found.documents.into_iter().map(row).collect(),
        older_url: found.more.then(|| format!("/account/documents?page={}", page + 1)),
    };
    render(&site, Some(&viewer), &view)
}

fn row(document: Document) -> DocumentRow {
    DocumentRow {
        id: document.id.uuid(),
        kind: document.kind().name(),
        number: document.number.to_string(),
        at: document.issued_at.timestamp(),
        total: Amount::new(document.total.minor, document.total.currency.code()),
        title: document.content.title,
        seller: document.content.seller,
    }
}

#[get("/account/documents/{id}/pdf")]
async fn pdf(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let found = documents::find(&web.app, &viewer, DocumentId::from_uuid(*id)).await?;
    document_file(&site.frame, &site.tenant, Some(&viewer), found).await
}

/// Where the reader gets the invoice of something, if it is theirs and numbered.
pub(super) async fn invoice_url(web: &Web, viewer: &Viewer, of: Subject) -> Result<Option<String>> {
    let about = match of {
        Subject::Call(call) => About::Call(call),
        Subject::Order(order) => About::Order(order),
    };
    let found = documents::of(&web.app, viewer, about).await?;
    Ok(found.map(|id| format!("/account/documents/{id}/pdf")))
}
