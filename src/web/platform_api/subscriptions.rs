//! What holds for all subscriptions, how a tenant stands, and the owner's book of invoices.

use crate::{
    app::{
        platform::{self, PlatformOwner, PlatformStaff, SubscriptionChange},
        subscriptions,
    },
    domain::{
        ids::{SubscriptionId, TenantId},
        notice::VARIABLES,
    },
    store::{
        subscription_settings::{self, Settings},
        subscriptions::{self as bought, Invoice},
        tenant_settings, tenants,
    },
    web::{
        Platform, Problem, Result, Web,
        invoices::{invoice_file, invoice_page},
        listing::{ListQuery, Listed},
        pages,
        subscription::Subscription,
    },
};
use actix_web::{
    HttpResponse, get, patch,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(show_settings)
        .service(change)
        .service(show)
        .service(set_free)
        .service(invoices)
        .service(invoice)
        .service(invoice_pdf);
}

/// What holds for all subscriptions.
#[derive(Serialize, ToSchema)]
struct SubscriptionSettings {
    /// Whether tenants need one.
    on: bool,
    /// Days after the end in which everything goes on.
    grace_days: i32,
    /// How many days before the end a mail goes out.
    days_before: Vec<i32>,
    /// Its subject, with variables.
    mail_subject: String,
    /// Its text, with variables.
    mail_body: String,
    /// Who sends invoices.
    issuer: String,
    /// What can stand in braces in subject and text.
    variables: [&'static str; 6],
}

impl From<Settings> for SubscriptionSettings {
    fn from(settings: Settings) -> Self {
        Self {
            on: settings.on_since.is_some(),
            grace_days: settings.grace_days,
            days_before: settings.days_before,
            mail_subject: settings.mail_subject,
            mail_body: settings.mail_body,
            issuer: settings.issuer,
            variables: VARIABLES,
        }
    }
}

/// What is set.
#[utoipa::path(tag = "subscriptions",
    responses((status = 200, body = SubscriptionSettings), (status = 401, body = Problem)))]
#[get("/subscriptions")]
async fn show_settings(web: Data<Web>, _staff: PlatformStaff) -> Result<Json<SubscriptionSettings>> {
    Ok(Json(web.app.db.system_read(subscription_settings::read).await?.into()))
}

/// What is changed; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedSubscriptions {
    on: Option<bool>,
    grace_days: Option<i32>,
    days_before: Option<Vec<i32>>,
    #[schema(max_length = 200)]
    mail_subject: Option<String>,
    #[schema(max_length = 5000)]
    mail_body: Option<String>,
    #[schema(max_length = 1000)]
    issuer: Option<String>,
}

/// Changes what is set. Switched on, all tenants have the days of grace to subscribe in.
#[utoipa::path(tag = "subscriptions", responses((status = 200, body = SubscriptionSettings),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
#[patch("/subscriptions")]
async fn change(
    web: Data<Web>,
    owner: PlatformOwner,
    Json(typed): Json<ChangedSubscriptions>,
) -> Result<Json<SubscriptionSettings>> {
    let change = SubscriptionChange {
        on: typed.on,
        grace_days: typed.grace_days,
        days_before: typed.days_before,
        mail_subject: typed.mail_subject,
        mail_body: typed.mail_body,
        issuer: typed.issuer,
    };
    Ok(Json(
        platform::change_subscriptions(&web.app, &owner, change).await?.into(),
    ))
}

/// How one tenant stands.
#[derive(Serialize, ToSchema)]
struct TenantSubscription {
    /// Marked as in need of none.
    free: bool,
    #[serde(flatten)]
    subscription: Subscription,
}

async fn of_tenant(web: &Web, id: TenantId) -> Result<Json<TenantSubscription>> {
    let found = web.app.db.system(move |tx| {
        let (_, scope) = tenants::for_platform(tx, id)?;
        Ok((scope, tenant_settings::is_subscription_free(tx, id)?))
    });
    let (scope, free) = found.await?;
    let shown = subscriptions::show(&web.app, &scope).await?;
    Ok(Json(TenantSubscription {
        free,
        subscription: Subscription::of(shown, web.app.now()),
    }))
}

/// How a tenant stands.
#[utoipa::path(tag = "subscriptions", responses((status = 200, body = TenantSubscription),
    (status = 401, body = Problem), (status = 404, body = Problem)))]
#[get("/tenants/{id}/subscription")]
async fn show(web: Data<Web>, _staff: PlatformStaff, id: Path<Uuid>) -> Result<Json<TenantSubscription>> {
    of_tenant(&web, TenantId::from_uuid(*id)).await
}

/// Whether a tenant needs a subscription.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Freedom {
    free: bool,
}

/// Marks a tenant as free of subscriptions, or as in need of one; then it has the days of grace from now on.
#[utoipa::path(tag = "subscriptions", responses((status = 200, body = TenantSubscription), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[patch("/tenants/{id}/subscription")]
async fn set_free(
    web: Data<Web>,
    owner: PlatformOwner,
    id: Path<Uuid>,
    Json(typed): Json<Freedom>,
) -> Result<Json<TenantSubscription>> {
    let id = TenantId::from_uuid(*id);
    platform::set_subscription_free(&web.app, &owner, id, typed.free).await?;
    of_tenant(&web, id).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct InvoiceFilter {
    /// Of this tenant only.
    tenant: Option<Uuid>,
}

/// What tenants paid, newest first.
#[utoipa::path(tag = "subscriptions", params(ListQuery, InvoiceFilter),
    responses((status = 200, body = Listed<Invoice>), (status = 401, body = Problem)))]
#[get("/invoices")]
async fn invoices(
    web: Data<Web>,
    _staff: PlatformStaff,
    Query(query): Query<ListQuery>,
    Query(filter): Query<InvoiceFilter>,
) -> Result<Json<Listed<Invoice>>> {
    let page = web
        .app
        .db
        .system_read(move |tx| bought::invoices(tx, &query.into(), filter.tenant))
        .await?;
    Ok(Json(page.into()))
}

/// An invoice as a page to print.
#[utoipa::path(tag = "subscriptions", responses((status = 200, content_type = "text/html", body = String),
    (status = 401, body = Problem), (status = 404, body = Problem)))]
#[get("/invoices/{id}")]
async fn invoice(web: Data<Web>, platform: Platform, _staff: PlatformStaff, id: Path<Uuid>) -> Result<HttpResponse> {
    let id = SubscriptionId::from_uuid(*id);
    let found = web.app.db.system_read(move |tx| bought::invoice(tx, id)).await?;
    pages::render(&platform, None, &invoice_page(found))
}

/// The same as a PDF.
#[utoipa::path(tag = "subscriptions", responses((status = 200, content_type = "application/pdf", body = Vec<u8>),
    (status = 401, body = Problem), (status = 404, body = Problem)))]
#[get("/invoices/{id}/pdf")]
async fn invoice_pdf(
    web: Data<Web>,
    platform: Platform,
    _staff: PlatformStaff,
    id: Path<Uuid>,
) -> Result<HttpResponse> {
    let id = SubscriptionId::from_uuid(*id);
    let found = web.app.db.system_read(move |tx| bought::invoice(tx, id)).await?;
    invoice_file(&platform.frame, None, found).await
}
