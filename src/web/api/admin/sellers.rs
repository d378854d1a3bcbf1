//! Asking people to sell.

use super::staff::Invited;
use crate::{
    app::console,
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
    },
};
use actix_web::{
    HttpResponse, post,
    web::{Data, Json},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(invite);
}

/// Somebody to be asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSeller {
    email: String,
    name: String,
    /// What they do, in a line.
    #[schema(min_length = 1, max_length = 120)]
    headline: String,
}

/// Asks somebody to sell, by mail.
#[utoipa::path(tag = "console", responses((status = 201, body = Invited), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/sellers")]
async fn invite(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Sellers>,
    Json(typed): Json<NewSeller>,
) -> Result<HttpResponse> {
    let newcomer = (typed.email.as_str(), typed.name.as_str());
    let (tenant, origin) = (&site.tenant, site.origin());
    let id = console::invite_seller(&web.app, &by, tenant, origin, newcomer, &typed.headline).await?;
    Ok(HttpResponse::Created().json(Invited { id: id.uuid() }))
}
