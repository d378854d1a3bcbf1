//! What tenants can subscribe to.

use crate::{
    app::platform::{self, PlanDraft, PlatformOwner, PlatformStaff},
    domain::{ids::PlanId, plan::Limits},
    store::plans::{self, Line},
    web::{
        Problem, Result, Web,
        listing::{ListQuery, Listed},
    },
};
use actix_web::{
    HttpResponse, get, patch, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(create).service(change);
}

/// Plans, by name.
#[utoipa::path(tag = "plans", params(ListQuery),
    responses((status = 200, body = Listed<Line>), (status = 401, body = Problem)))]
#[get("/plans")]
async fn list(web: Data<Web>, _staff: PlatformStaff, Query(query): Query<ListQuery>) -> Result<Json<Listed<Line>>> {
    let page = web.app.db.system_read(move |tx| plans::list(tx, &query.into())).await?;
    Ok(Json(page.into()))
}

/// A plan as typed; a new one needs name, price, currency and interval, and of one that is changed absent fields stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlanForm {
    #[schema(max_length = 60)]
    name: Option<String>,
    price_minor: Option<i64>,
    /// ISO 4217.
    currency: Option<String>,
    /// 1 to 36.
    interval_months: Option<i32>,
    /// Null is no limit.
    limits: Option<Limits>,
    /// Tenants can choose it.
    offered: Option<bool>,
}

impl From<PlanForm> for PlanDraft {
    fn from(typed: PlanForm) -> Self {
        Self {
            name: typed.name,
            price_minor: typed.price_minor,
            currency: typed.currency,
            months: typed.interval_months,
            limits: typed.limits,
            offered: typed.offered,
        }
    }
}

/// Something that was made.
#[derive(Serialize, ToSchema)]
struct PlanMade {
    id: Uuid,
}

/// Adds a plan.
#[utoipa::path(tag = "plans", responses((status = 201, body = PlanMade), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem)))]
#[post("/plans")]
async fn create(web: Data<Web>, owner: PlatformOwner, Json(typed): Json<PlanForm>) -> Result<HttpResponse> {
    let id = platform::create_plan(&web.app, &owner, typed.into()).await?;
    Ok(HttpResponse::Created().json(PlanMade { id: id.uuid() }))
}

/// Changes a plan. What was bought keeps its price and time; limits hold for everybody from now on.
#[utoipa::path(tag = "plans", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
#[patch("/plans/{id}")]
async fn change(
    web: Data<Web>,
    owner: PlatformOwner,
    id: Path<Uuid>,
    Json(typed): Json<PlanForm>,
) -> Result<HttpResponse> {
    platform::change_plan(&web.app, &owner, PlanId::from_uuid(*id), typed.into()).await?;
    Ok(HttpResponse::NoContent().finish())
}
