//! Third persons who are paid: who could be brought into a call, and bringing them in.

use crate::{
    app::{
        calls,
        identity::Viewer,
        legs::{self, Agreed, Provider, Wanted},
    },
    domain::{
        guest::GuestRole,
        ids::{CallId, ServiceId},
    },
    error::Error,
    signaling::RoomHandle,
    store::calls::Call,
    web::{Problem, Result, Site, Web, ringing},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use tallyroom_media_protocol::signaling::{CallPhase, RoomRole};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(bring_in).service(decline);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Search {
    /// Part of a name, or of a service's title.
    #[serde(default)]
    q: String,
}

/// What somebody could be brought in for.
#[derive(Serialize, ToSchema)]
struct ProviderRow {
    service_id: Uuid,
    /// The provider's public name.
    name: String,
    service_title: String,
    /// Price of a minute in minor units.
    rate_minor: i64,
    /// The unit in which time is charged, seconds.
    increment_s: i64,
    /// Least time that is charged, seconds.
    minimum_s: u32,
    /// What is reserved at the start, in minor units: the larger of minimum and first increment.
    opening_minor: i64,
    currency: &'static str,
}

#[derive(Serialize, ToSchema)]
struct Providers {
    items: Vec<ProviderRow>,
}

/// Who could be brought into a call of one's own right now, at most twenty, by name.
#[utoipa::path(
    tag = "calls",
    params(Search),
    responses((status = 200, body = Providers), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "call_over; not_offered: who pays is the call's policy's"),
        (status = 422, body = Problem))
)]
#[get("/calls/{id}/providers")]
async fn list(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Query(search): Query<Search>,
) -> Result<Json<Providers>> {
    let found = legs::providers(&web.app, &viewer, &site.tenant, CallId::from_uuid(*id), &search.q).await?;
    let currency = site.tenant.currency.code();
    let row = |provider: Provider| ProviderRow {
        service_id: provider.offer.service.id.uuid(),
        name: provider.name,
        service_title: provider.offer.service.title,
        rate_minor: provider.offer.service.rate_minor,
        increment_s: provider.offer.policy.increment.seconds(),
        minimum_s: provider.offer.policy.minimum_s,
        opening_minor: provider.offer.opening_minor,
        currency,
    };
    Ok(Json(Providers {
        items: found.into_iter().map(row).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLeg {
    /// What the provider is paid for.
    service_id: Uuid,
    /// As what they come.
    role: GuestRole,
    /// Of an interpreter: one to three ISO 639-1 codes.
    #[serde(default)]
    #[schema(max_items = 3)]
    languages: Vec<String>,
    /// The price of a minute that was shown, in minor units: what is agreed to.
    rate_minor: i64,
    /// What was shown to be reserved at the start, in minor units: agreed to with it.
    opening_minor: i64,
}

/// A leg that was begun.
#[derive(Serialize, ToSchema)]
struct Begun {
    /// Its id: in history it is a call of its own.
    id: Uuid,
    /// The provider's public name.
    name: String,
    rate_minor: i64,
    currency: &'static str,
}

impl Begun {
    fn of(leg: &Call) -> Self {
        Self {
            id: leg.id.uuid(),
            name: leg.seller.name.clone(),
            rate_minor: leg.terms.rate_minor,
            currency: leg.currency.code(),
        }
    }
}

/// Brings a provider into a live call. By the buyer this is their yes to the price: the provider is rung, and paid by the
/// buyer while both are there. By the seller it is a question to the buyer (202), and nothing begins.
#[utoipa::path(
    tag = "calls",
    responses((status = 201, body = Begun), (status = 202, description = "The buyer is asked"),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "call_over, not_live, not_offered, in_the_call, not_available, busy, \
            price_changed, insufficient_credit, subscription_over, room_full"),
        (status = 422, body = Problem), (status = 429, body = Problem))
)]
#[post("/calls/{id}/legs")]
async fn bring_in(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(typed): Json<NewLeg>,
) -> Result<HttpResponse> {
    let call = CallId::from_uuid(*id);
    let room = room(&web, &site, &viewer, call).await?;
    let view = room.view(viewer.user.id).await?;
    if !matches!(view.phase, CallPhase::Live | CallPhase::Suspended) {
        let words = "Somebody can be brought in once the call has begun.";
        return Err(Error::conflict("not_live", words).into());
    }
    let wanted = Wanted {
        service: ServiceId::from_uuid(typed.service_id),
        role: typed.role,
        languages: typed.languages,
        agreed: Agreed {
            rate_minor: typed.rate_minor,
            opening_minor: typed.opening_minor,
        },
    };
    let (service, role) = (wanted.service, wanted.role);
    if view.role == RoomRole::Seller {
        let offered = legs::offered(&web.app, &viewer, &site.tenant, call, wanted).await?;
        room.propose(viewer.user.id, service, role, offered).await?;
        return Ok(HttpResponse::Accepted().finish());
    }
    let leg = ringing::bring_in(&web, &site, &viewer, call, wanted).await?;
    room.brought_in(service);
    Ok(HttpResponse::Created().json(Begun::of(&leg)))
}

/// The buyer doesn't want whom the seller would bring in, or the seller takes the question back.
#[utoipa::path(
    tag = "calls",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem))
)]
#[post("/calls/{id}/legs/decline")]
async fn decline(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let room = room(&web, &site, &viewer, CallId::from_uuid(*id)).await?;
    room.decline_proposed(viewer.user.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The room of a call of the reader's.
async fn room(web: &Web, site: &Site, viewer: &Viewer, call: CallId) -> Result<RoomHandle> {
    calls::one(&web.app, &site.scope, viewer.user.id, call).await?;
    let room = web.live.registry.room(&site.scope, call);
    Ok(room.ok_or_else(|| Error::conflict("call_over", "The call is over."))?)
}
