//! What studios and co-sellers get of what sellers earn.

use crate::{
    app::console,
    domain::ids::{StudioId, UserId},
    store::earning_shares::{CoSeller, StudioShare},
    web::{
        Problem, Result, Web,
        extract::{Fresh, Staff, may},
    },
};
use actix_web::{
    HttpResponse, get, put,
    web::{Data, Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(of_seller).service(change_seller).service(change_studio);
}

/// With whom a seller shares.
#[derive(Serialize, ToSchema)]
struct SellerShares {
    /// The studio that gets a part, if one does.
    studio: Option<StudioPart>,
    /// Who else does, by name.
    co_sellers: Vec<CoSeller>,
}

/// What a seller's studio gets.
#[derive(Serialize, ToSchema)]
struct StudioPart {
    id: Uuid,
    name: String,
    /// In basis points.
    bp: u32,
}

/// With whom a seller shares what they earn.
#[utoipa::path(tag = "console", responses((status = 200, body = SellerShares), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/sellers/{id}/shares")]
async fn of_seller(web: Data<Web>, by: Staff<may::Money>, id: Path<Uuid>) -> Result<Json<SellerShares>> {
    let shares = console::seller_shares(&web.app, &by, UserId::from_uuid(*id)).await?;
    Ok(Json(SellerShares {
        studio: shares.studio.map(|(studio, bp)| StudioPart {
            id: studio.id.uuid(),
            name: studio.name,
            bp,
        }),
        co_sellers: shares.co_sellers,
    }))
}

/// With whom a seller is to share.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CoSellers {
    #[schema(max_items = 5)]
    co_sellers: Vec<Part>,
}

/// One of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    seller_id: Uuid,
    /// What they get, in basis points.
    #[schema(minimum = 1, maximum = 10000)]
    bp: u32,
}

/// Sets with whom a seller shares what they earn. What was sold before keeps what was agreed.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, description = "One's own", body = Problem),
    (status = 422, body = Problem)))]
#[put("/admin/sellers/{id}/shares")]
async fn change_seller(
    web: Data<Web>,
    by: Fresh<may::Money>,
    id: Path<Uuid>,
    Json(typed): Json<CoSellers>,
) -> Result<HttpResponse> {
    let others = typed.co_sellers.iter();
    let others = others
        .map(|part| (UserId::from_uuid(part.seller_id), part.bp))
        .collect();
    console::change_co_sellers(&web.app, &by, UserId::from_uuid(*id), others).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a studio is to get.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewShare {
    /// In basis points; 0 ends it.
    #[schema(maximum = 10000)]
    bp: u32,
    /// The manager who is paid it; needed unless it ends.
    manager_id: Option<Uuid>,
}

/// Sets what a studio gets of what its sellers earn. What was sold before keeps what was agreed.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, description = "One's own, or closed", body = Problem),
    (status = 422, body = Problem)))]
#[put("/admin/studios/{id}/share")]
async fn change_studio(
    web: Data<Web>,
    by: Fresh<may::Money>,
    id: Path<Uuid>,
    Json(typed): Json<NewShare>,
) -> Result<HttpResponse> {
    let share = (typed.bp > 0).then(|| StudioShare {
        // Nobody is no manager of it.
        manager: UserId::from_uuid(typed.manager_id.unwrap_or_default()),
        bp: typed.bp,
    });
    console::change_studio_share(&web.app, &by, StudioId::from_uuid(*id), share).await?;
    Ok(HttpResponse::NoContent().finish())
}
