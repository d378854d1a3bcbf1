//! Finding somebody to talk to.

use super::reviews::ReviewView;
use crate::{
    app::{
        browse::{self, Listed, Listing, Offer, Presence, SellerDetails, Wish},
        identity::Viewer,
        safety, watching,
    },
    domain::{ids::UserId, policy::Increment, tenant::Tenant},
    web::{Problem, Result, Site, Web},
};
use actix_web::{
    HttpResponse, delete, get, put,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(show).service(watch).service(unwatch);
}

/// Stars so far.
#[derive(Serialize, ToSchema)]
struct Rating {
    /// Average times ten: 48 is 4.8.
    average_tenths: u32,
    /// How many.
    count: i64,
}

/// What a card names the price of.
#[derive(Serialize, ToSchema)]
struct CardService {
    id: Uuid,
    title: String,
    /// Price of a minute in minor units.
    rate_minor: i64,
    currency: &'static str,
    increment: Increment,
}

/// A seller in a list.
#[derive(Serialize, ToSchema)]
struct SellerCard {
    id: Uuid,
    name: String,
    headline: String,
    photo_url: Option<String>,
    /// Spoken languages, as ISO codes.
    languages: Vec<String>,
    /// The cheapest of their services.
    service: Option<CardService>,
    rating: Rating,
    /// Can be rung right now.
    available_now: bool,
    /// Has an open page.
    online: bool,
    in_call: bool,
}

impl SellerCard {
    fn of(tenant: &Tenant, seller: Listed) -> Self {
        let Listed { card, online, presence } = seller;
        Self {
            id: card.user.uuid(),
            rating: Rating {
                average_tenths: card.average_tenths(),
                count: card.rating_count,
            },
            name: card.name,
            headline: card.headline,
            photo_url: card.photo_url,
            languages: card.languages,
            service: card.service.map(|service| CardService {
                id: service.id.uuid(),
                title: service.title,
                rate_minor: service.rate_minor,
                currency: tenant.currency.code(),
                increment: browse::policy(tenant, &service.category_policy, &service.policy).increment,
            }),
            available_now: presence == Presence::Available,
            online,
            in_call: card.in_call,
        }
    }
}

/// A page of sellers.
#[derive(Serialize, ToSchema)]
struct Sellers {
    items: Vec<SellerCard>,
    /// The number of the next page, if there is one.
    next_page: Option<u32>,
}

/// A published service.
#[derive(Serialize, ToSchema)]
struct OfferedService {
    id: Uuid,
    title: String,
    description: String,
    /// Price of a minute in minor units.
    rate_minor: i64,
    currency: &'static str,
    increment: Increment,
    /// Least minutes that are charged.
    minimum_minutes: u32,
    /// Free seconds at the start.
    grace_seconds: u32,
    /// What must be in the wallet to start.
    opening_minor: i64,
}

impl OfferedService {
    fn of(tenant: &Tenant, offer: Offer) -> Self {
        Self {
            id: offer.service.id.uuid(),
            title: offer.service.title,
            description: offer.service.description,
            rate_minor: offer.service.rate_minor,
            currency: tenant.currency.code(),
            increment: offer.policy.increment,
            minimum_minutes: offer.policy.minimum_s / 60,
            grace_seconds: offer.policy.grace_s,
            opening_minor: offer.opening_minor,
        }
    }
}

/// A seller's page.
#[derive(Serialize, ToSchema)]
struct SellerProfile {
    #[serde(flatten)]
    card: SellerCard,
    about: String,
    services: Vec<OfferedService>,
    reviews: Vec<ReviewView>,
    /// Calls that were paid for.
    paid_calls: i64,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only those who can be rung, or are in a call.
    #[serde(default)]
    available: bool,
    /// Words to look for in names, headlines and services.
    #[serde(default)]
    q: String,
    /// Only those with something in this category; its slug.
    category: Option<String>,
    /// From 1.
    #[serde(default)]
    page: u32,
}

/// Sellers, 24 a page; who can be rung now comes first.
#[utoipa::path(tag = "sellers", params(Wanted), responses((status = 200, body = Sellers), (status = 404, body = Problem)),
    security(()))]
#[get("/sellers")]
async fn list(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Sellers>> {
    let page = wanted.page.max(1);
    let hidden = safety::hidden_from(&web.app, viewer.as_ref()).await?;
    let wish = Wish::new(&wanted.q, wanted.category).without(hidden);
    let Listing { sellers, more } = if wanted.available {
        browse::live(&web.app, &site.scope, wish, page).await?
    } else {
        browse::search(&web.app, &site.scope, wish, page).await?
    };
    let items = sellers
        .into_iter()
        .map(|seller| SellerCard::of(&site.tenant, seller))
        .collect();
    Ok(Json(Sellers {
        items,
        next_page: more.then(|| page.saturating_add(1)),
    }))
}

/// One seller with services and reviews.
#[utoipa::path(
    tag = "sellers",
    responses((status = 200, body = SellerProfile), (status = 404, body = Problem)),
    security(())
)]
#[get("/sellers/{id}")]
async fn show(web: Data<Web>, site: Site, viewer: Option<Viewer>, id: Path<Uuid>) -> Result<Json<SellerProfile>> {
    let id = UserId::from_uuid(*id);
    let SellerDetails {
        listed,
        about,
        offers,
        reviews,
        paid_calls,
        ..
    } = browse::seller(&web.app, &site.scope, &site.tenant, id, viewer.as_ref()).await?;
    Ok(Json(SellerProfile {
        card: SellerCard::of(&site.tenant, listed),
        about,
        services: offers
            .into_iter()
            .map(|offer| OfferedService::of(&site.tenant, offer))
            .collect(),
        reviews: reviews.into_iter().map(ReviewView::from).collect(),
        paid_calls,
    }))
}

/// Has one told, once, when a seller is available.
#[utoipa::path(
    tag = "sellers",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "Available already, or one waits for too many", body = Problem),
        (status = 422, description = "Oneself", body = Problem))
)]
#[put("/sellers/{id}/watch")]
async fn watch(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    watching::watch(&web.app, &viewer, UserId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// No longer has one told.
#[utoipa::path(tag = "sellers", responses((status = 204), (status = 401, body = Problem),
    (status = 404, body = Problem)))]
#[delete("/sellers/{id}/watch")]
async fn unwatch(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    watching::unwatch(&web.app, &viewer, UserId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
