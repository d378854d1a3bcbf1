//! How much of the platform a tenant may use, and does.

use crate::{
    app::{
        platform::{self, PlatformOwner, PlatformStaff},
        quotas::Used,
    },
    domain::{
        ids::TenantId,
        quota::{QuotaChange, Quotas},
    },
    store::tenants,
    web::{Problem, Result, Web},
};
use actix_web::{
    get, put,
    web::{Data, Json, Path},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change);
}

/// A tenant's quotas.
#[derive(Serialize, ToSchema)]
struct TenantQuotas {
    /// What all may.
    general: Quotas,
    /// What this one may instead.
    own: QuotaChange,
    used: UsedQuotas,
}

/// What is used now, on this server.
#[derive(Serialize, ToSchema)]
struct UsedQuotas {
    sockets: i64,
    mails: i64,
    uploads: i64,
    joins: i64,
}

impl From<Used> for UsedQuotas {
    fn from(used: Used) -> Self {
        Self {
            sockets: used.sockets,
            mails: used.mails,
            uploads: used.uploads,
            joins: used.joins,
        }
    }
}

async fn quotas(web: &Web, id: TenantId) -> Result<Json<TenantQuotas>> {
    let (tenant, _) = web.app.db.system(move |tx| tenants::for_platform(tx, id)).await?;
    Ok(Json(TenantQuotas {
        general: web.app.config.quotas(),
        own: tenant.quotas,
        used: web.app.used(&tenant).into(),
    }))
}

/// What a tenant may use, and does.
#[utoipa::path(tag = "tenants",
    responses((status = 200, body = TenantQuotas), (status = 401, body = Problem), (status = 404, body = Problem)))]
#[get("/tenants/{id}/quotas")]
async fn show(web: Data<Web>, _staff: PlatformStaff, id: Path<Uuid>) -> Result<Json<TenantQuotas>> {
    quotas(&web, TenantId::from_uuid(*id)).await
}

/// Sets what a tenant may use instead of what all may; absent fields are as for all.
#[utoipa::path(tag = "tenants", request_body = QuotaChange, responses((status = 200, body = TenantQuotas),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, body = Problem)))]
#[put("/tenants/{id}/quotas")]
async fn change(
    web: Data<Web>,
    owner: PlatformOwner,
    id: Path<Uuid>,
    Json(own): Json<QuotaChange>,
) -> Result<Json<TenantQuotas>> {
    let id = TenantId::from_uuid(*id);
    platform::change_quotas(&web.app, &owner, id, own).await?;
    web.hosts.forget(id);
    quotas(&web, id).await
}
