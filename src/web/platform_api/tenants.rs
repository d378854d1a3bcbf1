//! Tenants: founding them, looking after them, closing and opening them.

use crate::{
    app::platform::{self, Change, Invited, NewTenant, PlatformOwner, PlatformStaff},
    domain::{
        brand::{Brand, BrandRadius, BrandScheme, HexColor},
        ids::TenantId,
        tenant::{TenantState, Vertical},
    },
    store::tenant_lists::{self, Details, Line},
    web::{
        Problem, Result, Web,
        listing::{ListQuery, Listed},
        reason::Reason,
    },
};
use actix_web::{
    HttpResponse, get, patch, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(create)
        .service(show)
        .service(change)
        .service(suspend)
        .service(restore)
        .service(delete)
        .service(invite)
        .service(view_as);
}

/// A tenant in a list.
#[derive(Serialize, ToSchema)]
struct TenantLine {
    #[serde(flatten)]
    line: Line,
    /// Where it answers.
    url: String,
}

impl TenantLine {
    fn of(web: &Web, line: Line) -> Self {
        Self {
            url: web.app.origin(&line.host),
            line,
        }
    }
}

/// A tenant.
#[derive(Serialize, ToSchema)]
struct TenantDetail {
    #[serde(flatten)]
    line: TenantLine,
    #[serde(flatten)]
    details: Details,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TenantFilter {
    /// In this state only.
    state: Option<TenantState>,
}

/// Tenants, newest first.
#[utoipa::path(tag = "tenants", params(ListQuery, TenantFilter),
    responses((status = 200, body = Listed<TenantLine>), (status = 401, body = Problem)))]
#[get("/tenants")]
async fn list(
    web: Data<Web>,
    _staff: PlatformStaff,
    Query(query): Query<ListQuery>,
    Query(filter): Query<TenantFilter>,
) -> Result<Json<Listed<TenantLine>>> {
    let state = filter.state.map(TenantState::name);
    let page = web
        .app
        .db
        .system_read(move |tx| tenant_lists::list(tx, &query.into(), state))
        .await?;
    Ok(Json(Listed::of(page, |line| TenantLine::of(&web, line))))
}

/// A tenant to be founded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TenantForm {
    /// Public name.
    #[schema(max_length = 60)]
    name: String,
    /// Subdomain.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$")]
    slug: String,
    /// What kind of business it is.
    #[serde(rename = "vertical")]
    _vertical: Vertical,
    /// ISO 4217.
    currency: String,
    /// IANA zone.
    time_zone: String,
    /// ISO code of a language there are words in.
    language: String,
    /// The colour of the one next action.
    brand: HexColor,
    #[serde(default)]
    scheme: BrandScheme,
    #[serde(default)]
    radius: BrandRadius,
    /// Who is asked to run it.
    admin_email: String,
    admin_name: String,
}

/// Founds a tenant. Its site answers at once; its first admin gets a mail.
#[utoipa::path(tag = "tenants", responses((status = 201, body = TenantDetail), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem)))]
#[post("/tenants")]
async fn create(web: Data<Web>, owner: PlatformOwner, Json(typed): Json<TenantForm>) -> Result<HttpResponse> {
    let new = NewTenant {
        name: typed.name,
        slug: typed.slug,
        currency: typed.currency,
        time_zone: typed.time_zone,
        language: typed.language,
        brand: Brand::new(typed.brand, typed.scheme, typed.radius),
        admin: Invited {
            email: typed.admin_email,
            name: typed.admin_name,
        },
    };
    let default = web.themes.get("default");
    let founded = platform::create(&web.app, &owner, default.languages(), new).await?;
    web.hosts.forget(founded.id);
    Ok(HttpResponse::Created().json(detail(&web, founded.id).await?))
}

async fn detail(web: &Web, id: TenantId) -> Result<TenantDetail> {
    let (line, details) = web.app.db.system_read(move |tx| tenant_lists::find(tx, id)).await?;
    Ok(TenantDetail {
        line: TenantLine::of(web, line),
        details,
    })
}

/// One tenant.
#[utoipa::path(tag = "tenants",
    responses((status = 200, body = TenantDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
#[get("/tenants/{id}")]
async fn show(web: Data<Web>, _staff: PlatformStaff, id: Path<Uuid>) -> Result<Json<TenantDetail>> {
    Ok(Json(detail(&web, TenantId::from_uuid(*id)).await?))
}

/// What is changed; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TenantChange {
    name: Option<String>,
    time_zone: Option<String>,
    language: Option<String>,
}

/// Changes a tenant's name, zone or language.
#[utoipa::path(tag = "tenants", responses((status = 200, body = TenantDetail), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
#[patch("/tenants/{id}")]
async fn change(
    web: Data<Web>,
    owner: PlatformOwner,
    id: Path<Uuid>,
    Json(typed): Json<TenantChange>,
) -> Result<Json<TenantDetail>> {
    let id = TenantId::from_uuid(*id);
    let change = Change {
        name: typed.name,
        time_zone: typed.time_zone,
        language: typed.language,
    };
    let default = web.themes.get("default");
    platform::change(&web.app, &owner, id, default.languages(), change).await?;
    changed(&web, id).await
}

/// Closes a tenant's site; running calls finish.
#[utoipa::path(tag = "tenants", responses((status = 200, body = TenantDetail), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
#[post("/tenants/{id}/suspend")]
async fn suspend(
    web: Data<Web>,
    owner: PlatformOwner,
    id: Path<Uuid>,
    Json(typed): Json<Reason>,
) -> Result<Json<TenantDetail>> {
    let id = TenantId::from_uuid(*id);
    platform::suspend(&web.app, &owner, id, &typed.reason).await?;
    changed(&web, id).await
}

/// Opens a tenant's site again.
#[utoipa::path(tag = "tenants", responses((status = 200, body = TenantDetail), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/tenants/{id}/restore")]
async fn restore(web: Data<Web>, owner: PlatformOwner, id: Path<Uuid>) -> Result<Json<TenantDetail>> {
    let id = TenantId::from_uuid(*id);
    platform::restore(&web.app, &owner, id).await?;
    changed(&web, id).await
}

/// Confirms a deletion.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    /// The tenant's subdomain, typed again.
    confirm_slug: String,
}

/// Closes a tenant's site, to be deleted after 30 days in which it can be restored.
#[utoipa::path(tag = "tenants", responses((status = 200, body = TenantDetail), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
#[post("/tenants/{id}/delete")]
async fn delete(
    web: Data<Web>,
    owner: PlatformOwner,
    id: Path<Uuid>,
    Json(typed): Json<Confirmation>,
) -> Result<Json<TenantDetail>> {
    let id = TenantId::from_uuid(*id);
    platform::delete(&web.app, &owner, id, typed.confirm_slug).await?;
    changed(&web, id).await
}

/// Who is asked to run a tenant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAdmin {
    email: String,
    name: String,
}

/// Asks somebody to run a tenant.
#[utoipa::path(tag = "tenants", responses((status = 200, body = TenantDetail), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
#[post("/tenants/{id}/admins")]
async fn invite(
    web: Data<Web>,
    owner: PlatformOwner,
    id: Path<Uuid>,
    Json(typed): Json<NewAdmin>,
) -> Result<Json<TenantDetail>> {
    let id = TenantId::from_uuid(*id);
    let who = Invited {
        email: typed.email,
        name: typed.name,
    };
    platform::invite_admin(&web.app, &owner, id, who).await?;
    changed(&web, id).await
}

/// A link that works once.
#[derive(Serialize, ToSchema)]
struct WayIn {
    url: String,
}

/// A way into the tenant's console, for looking only. The tenant sees who looked.
#[utoipa::path(tag = "tenants",
    responses((status = 200, body = WayIn), (status = 401, body = Problem), (status = 404, body = Problem)))]
#[post("/tenants/{id}/view-as")]
async fn view_as(web: Data<Web>, staff: PlatformStaff, id: Path<Uuid>) -> Result<Json<WayIn>> {
    let url = platform::view_as(&web.app, &staff, TenantId::from_uuid(*id)).await?;
    Ok(Json(WayIn { url }))
}

/// People see it at once.
async fn changed(web: &Web, id: TenantId) -> Result<Json<TenantDetail>> {
    web.hosts.forget(id);
    Ok(Json(detail(web, id).await?))
}
