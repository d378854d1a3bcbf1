//! What the marketplace pays the platform.

use crate::{
    app::{console::StaffMember, subscriptions},
    domain::ids::{PlanId, SubscriptionId},
    store::subscriptions::{self as bought, Invoice},
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
        invoices::{invoice_file, invoice_page},
        pages,
        subscription::{PaymentView, Subscription},
    },
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(pay).service(show_payment);
    config.service(invoice).service(invoice_pdf);
}

/// How the marketplace stands with the platform.
#[utoipa::path(tag = "console",
    responses((status = 200, body = Subscription), (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/subscription")]
async fn show(web: Data<Web>, by: Staff<may::Subscription>) -> Result<Json<Subscription>> {
    let shown = subscriptions::show(&web.app, &by.viewer().scope).await?;
    Ok(Json(Subscription::of(shown, web.app.now())))
}

/// What is to be paid for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedPlan {
    plan_id: Uuid,
}

/// Begins a payment for one interval of a plan. The person pays at `redirect_url` and comes back to the console. While a
/// payment for the same plan waits to be paid, it is that one again.
#[utoipa::path(tag = "console", responses((status = 201, body = PaymentView), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/admin/subscription/payments")]
async fn pay(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Subscription>,
    Json(wanted): Json<WantedPlan>,
) -> Result<HttpResponse> {
    let back = |id: SubscriptionId| format!("{}/admin/subscription?payment={id}", site.origin());
    let payment = subscriptions::begin(&web.app, &by, PlanId::from_uuid(wanted.plan_id), back).await?;
    Ok(HttpResponse::Created().json(PaymentView::from(payment)))
}

/// How a payment stands now.
#[utoipa::path(tag = "console", responses((status = 200, body = PaymentView), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/subscription/payments/{id}")]
async fn show_payment(web: Data<Web>, by: Staff<may::Subscription>, id: Path<Uuid>) -> Result<Json<PaymentView>> {
    let payment = subscriptions::confirm(&web.app, &by, SubscriptionId::from_uuid(*id)).await?;
    Ok(Json(payment.into()))
}

/// An invoice as a page to print.
#[utoipa::path(tag = "console", responses((status = 200, content_type = "text/html", body = String),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/subscription/invoices/{id}")]
async fn invoice(web: Data<Web>, site: Site, by: Staff<may::Subscription>, id: Path<Uuid>) -> Result<HttpResponse> {
    let found = own_invoice(&web, &by, *id).await?;
    pages::render(&site, by.viewer().account(), &invoice_page(found))
}

/// The same as a PDF.
#[utoipa::path(tag = "console", responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/subscription/invoices/{id}/pdf")]
async fn invoice_pdf(web: Data<Web>, site: Site, by: Staff<may::Subscription>, id: Path<Uuid>) -> Result<HttpResponse> {
    let found = own_invoice(&web, &by, *id).await?;
    invoice_file(&site.frame, by.viewer().account(), found).await
}

async fn own_invoice(web: &Web, by: &StaffMember, id: Uuid) -> Result<Invoice> {
    let id = SubscriptionId::from_uuid(id);
    Ok(web
        .app
        .db
        .read(&by.viewer().scope, move |tx| bought::own_invoice(tx, id))
        .await?)
}
