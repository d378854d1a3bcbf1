//! What was done, at all tenants and at none.

use crate::{
    app::platform::PlatformStaff,
    store::{audit, audit::Written},
    web::{
        Problem, Result, Web,
        listing::{ListQuery, Listed},
    },
};
use actix_web::{
    get,
    web::{Data, Json, Query},
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditFilter {
    /// At this tenant only.
    tenant: Option<Uuid>,
    /// Of this kind only, such as `tenant.suspended`.
    action: Option<String>,
}

/// What staff did, newest first.
#[utoipa::path(tag = "audit", params(ListQuery, AuditFilter),
    responses((status = 200, body = Listed<Written>), (status = 401, body = Problem)))]
#[get("/audit")]
async fn list(
    web: Data<Web>,
    _staff: PlatformStaff,
    Query(query): Query<ListQuery>,
    Query(filter): Query<AuditFilter>,
) -> Result<Json<Listed<Written>>> {
    let page = web
        .app
        .db
        .system_read(move |tx| audit::list_all(tx, &query.into(), filter.tenant, filter.action.as_deref()))
        .await?;
    Ok(Json(page.into()))
}
