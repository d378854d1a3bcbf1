//! A studio for its manager, and for a seller who is in one.

use crate::{
    app::{
        browse::Presence,
        identity::Viewer,
        studio::{self, Overview, StudioSeller},
    },
    domain::ids::UserId,
    error::Error,
    store::studio_figures::RunningCall,
    web::{Problem, Result, Site, Web},
};
use actix_web::{
    HttpResponse, delete, get,
    web::{Data, Json, Path},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(switch_off).service(own).service(leave);
}

/// A studio at this moment.
#[derive(Serialize, ToSchema)]
struct StudioOverview {
    name: String,
    /// How many days the figures reach back.
    days: u32,
    /// Of all amounts.
    currency: &'static str,
    /// By name.
    sellers: Vec<StudioMember>,
    /// What of their earnings one is paid for the studio, in basis points; null is nothing.
    share_bp: Option<u32>,
    /// Calls that aren't over, the longest first.
    calls: Vec<StudioCall>,
}

/// One of its sellers.
#[derive(Serialize, ToSchema)]
struct StudioMember {
    id: Uuid,
    name: String,
    /// `available`, `in_call` or `away`.
    presence: &'static str,
    /// The availability switch is on.
    switched_on: bool,
    /// Calls that were talked.
    calls: i64,
    /// Minutes that were billed.
    minutes: i64,
    /// What is theirs of it.
    earned_minor: i64,
}

impl From<StudioSeller> for StudioMember {
    fn from(seller: StudioSeller) -> Self {
        Self {
            id: seller.listed.card.user.uuid(),
            presence: match seller.listed.presence {
                Presence::Available => "available",
                Presence::InCall => "in_call",
                Presence::Away => "away",
            },
            name: seller.listed.card.name,
            switched_on: seller.switched_on,
            calls: seller.figures.calls,
            minutes: seller.figures.minutes,
            earned_minor: seller.figures.earned_minor,
        }
    }
}

/// A call of one of them.
#[derive(Serialize, ToSchema)]
struct StudioCall {
    seller_id: Uuid,
    seller_name: String,
    buyer_name: String,
    /// When it began to ring.
    #[schema(value_type = String, format = DateTime)]
    rang_at: Timestamp,
}

impl From<RunningCall> for StudioCall {
    fn from(call: RunningCall) -> Self {
        Self {
            seller_id: call.seller_id,
            seller_name: call.seller_name,
            buyer_name: call.buyer_name,
            rang_at: call.rang_at.timestamp(),
        }
    }
}

/// The studio one looks after.
#[utoipa::path(tag = "studio", responses((status = 200, body = StudioOverview), (status = 401, body = Problem),
    (status = 404, description = "One looks after none", body = Problem)))]
#[get("/studio")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer) -> Result<Json<StudioOverview>> {
    let Overview {
        name,
        sellers,
        share_bp,
        calls,
    } = studio::show(&web.app, &viewer).await?;
    Ok(Json(StudioOverview {
        name,
        days: studio::DAYS,
        currency: site.tenant.currency.code(),
        sellers: sellers.into_iter().map(StudioMember::from).collect(),
        share_bp,
        calls: calls.into_iter().map(StudioCall::from).collect(),
    }))
}

/// Switches a seller of one's studio off. Only they switch themselves on again.
#[utoipa::path(tag = "studio", responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
#[delete("/studio/sellers/{id}/availability")]
async fn switch_off(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    studio::switch_off(&web.app, &viewer, site.client, UserId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The studio one sells in.
#[derive(Serialize, ToSchema)]
struct OwnStudio {
    id: Uuid,
    name: String,
}

/// The studio one sells in.
#[utoipa::path(tag = "selling", responses((status = 200, body = OwnStudio), (status = 401, body = Problem),
    (status = 404, description = "One is in none", body = Problem)))]
#[get("/selling/studio")]
async fn own(web: Data<Web>, viewer: Viewer) -> Result<Json<OwnStudio>> {
    let found = studio::of_seller(&web.app, &viewer).await?;
    let found = found.ok_or_else(Error::not_found)?;
    Ok(Json(OwnStudio {
        id: found.id.uuid(),
        name: found.name,
    }))
}

/// Leaves the studio one sells in, and sells on.
#[utoipa::path(tag = "selling", responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
#[delete("/selling/studio")]
async fn leave(web: Data<Web>, site: Site, viewer: Viewer) -> Result<HttpResponse> {
    studio::leave(&web.app, &viewer, site.client).await?;
    Ok(HttpResponse::NoContent().finish())
}
