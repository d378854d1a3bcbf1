//! Finding somebody to talk to.

use super::reviews::ReviewView;
use crate::{
    app::{
        browse::{self, Band, Found, Listed, Offer, Presence, SellerDetails, Typed, Wish},
        identity::Viewer,
        watching,
    },
    domain::{category::Names, ids::UserId, policy::Increment, tenant::Tenant},
    store::{
        sellers::{self, CardPrice},
        services::Service,
    },
    web::{Problem, Result, Site, Web, pages::reader_zone},
};
use actix_web::{
    HttpResponse, delete, get, put,
    web::{Data, Json, Path, Query},
};
use jiff::Timestamp;
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
    /// Price of a minute in minor units; none of a delivery.
    rate_minor: Option<i64>,
    /// Price of a delivery in minor units; none of what is talked about by video.
    price_minor: Option<i64>,
    currency: &'static str,
    increment: Increment,
}

impl CardService {
    fn of(tenant: &Tenant, service: sellers::CardService) -> Self {
        let (rate_minor, price_minor) = match service.price {
            CardPrice::Minute(minor) => (Some(minor), None),
            CardPrice::Delivery(minor) => (None, Some(minor)),
        };
        Self {
            id: service.id.uuid(),
            title: service.title,
            rate_minor,
            price_minor,
            currency: tenant.currency.code(),
            increment: browse::policy(tenant, &service.category_policy, &service.policy).increment,
        }
    }
}

/// A seller in a list.
#[derive(Serialize, ToSchema)]
struct SellerCard {
    id: Uuid,
    name: String,
    headline: String,
    photo_url: Option<String>,
    /// A still of them in their call, while they are live and agree to it; renewed about once a minute.
    snapshot_url: Option<String>,
    /// Spoken languages, as ISO codes.
    languages: Vec<String>,
    /// The cheapest of their services that are talked about by video, or else of those that are delivered.
    service: Option<CardService>,
    rating: Rating,
    /// Can be rung right now.
    available_now: bool,
    /// Has an open page.
    online: bool,
    in_call: bool,
    /// When they can be booked next, if that is within two weeks.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_free: Option<Timestamp>,
}

impl SellerCard {
    fn of(tenant: &Tenant, seller: Listed) -> Self {
        let Listed {
            card,
            online,
            presence,
            snapshot_url,
            next_free,
        } = seller;
        Self {
            id: card.user.uuid(),
            rating: Rating {
                average_tenths: card.average_tenths(),
                count: card.rating_count,
            },
            name: card.name,
            headline: card.headline,
            photo_url: card.photo_url,
            snapshot_url,
            languages: card.languages,
            service: card.service.map(|service| CardService::of(tenant, service)),
            available_now: presence == Presence::Available,
            online,
            in_call: card.in_call,
            next_free: next_free.map(|at| at.timestamp()),
        }
    }
}

/// A page of sellers.
#[derive(Serialize, ToSchema)]
struct Sellers {
    items: Vec<SellerCard>,
    /// The number of the next page, if there is one.
    next_page: Option<u32>,
    /// How many there are on all pages.
    total: usize,
    /// There are more than are told of: of 2,000 at most, the best rated; of 1,000 where times matter.
    cut: bool,
    /// Nobody has the words that were looked for; these have similar ones.
    similar: bool,
    facets: SellerFacets,
}

/// How many sellers each choice would leave, with everything else as it is.
#[derive(Serialize, ToSchema)]
struct SellerFacets {
    categories: Vec<CategoryFacet>,
    languages: Vec<LanguageFacet>,
    /// None where prices hardly differ.
    prices: Vec<PriceFacet>,
    ratings: Vec<RatingFacet>,
}

#[derive(Serialize, ToSchema)]
struct CategoryFacet {
    /// What `category` takes.
    slug: String,
    /// As people read it, by language.
    #[schema(value_type = Object)]
    names: Names,
    sellers: usize,
}

#[derive(Serialize, ToSchema)]
struct LanguageFacet {
    /// What `language` takes.
    code: String,
    sellers: usize,
}

#[derive(Serialize, ToSchema)]
struct PriceFacet {
    /// What `min_minor` takes.
    min_minor: Option<i64>,
    /// What `max_minor` takes.
    max_minor: Option<i64>,
    sellers: usize,
}

#[derive(Serialize, ToSchema)]
struct RatingFacet {
    /// What `rating` takes.
    least_tenths: u32,
    sellers: usize,
}

impl SellerFacets {
    fn of(found: &Found) -> Self {
        let category = |(category, sellers): (&browse::Category, usize)| CategoryFacet {
            slug: category.slug.clone(),
            names: category.names.clone(),
            sellers,
        };
        let price = |band: &Band| PriceFacet {
            min_minor: band.least_minor,
            max_minor: band.highest_minor,
            sellers: band.count,
        };
        let facets = &found.facets;
        Self {
            categories: found
                .filed()
                .filter(|(_, sellers)| *sellers > 0)
                .map(category)
                .collect(),
            languages: (facets.languages.iter().cloned())
                .map(|(code, sellers)| LanguageFacet { code, sellers })
                .collect(),
            prices: facets.rates.iter().map(price).collect(),
            ratings: (facets.ratings.iter())
                .map(|&(least_tenths, sellers)| RatingFacet { least_tenths, sellers })
                .collect(),
        }
    }
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

/// A published service that is delivered.
#[derive(Serialize, ToSchema)]
struct OfferedDelivery {
    id: Uuid,
    title: String,
    description: String,
    /// Its price in minor units, without extras.
    price_minor: i64,
    currency: &'static str,
    /// Within so many days from when it is taken on.
    delivery_days: u32,
}

impl OfferedDelivery {
    fn of(tenant: &Tenant, service: Service) -> Option<Self> {
        let fixed = service.fixed?;
        Some(Self {
            id: service.id.uuid(),
            title: service.title,
            description: service.description,
            price_minor: fixed.price_minor,
            currency: tenant.currency.code(),
            delivery_days: fixed.delivery_days,
        })
    }
}

/// A seller's page.
#[derive(Serialize, ToSchema)]
struct SellerProfile {
    #[serde(flatten)]
    card: SellerCard,
    about: String,
    services: Vec<OfferedService>,
    /// What is delivered instead of talked about.
    deliveries: Vec<OfferedDelivery>,
    reviews: Vec<ReviewView>,
    /// Calls that were paid for.
    paid_calls: i64,
}

#[derive(Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only those who can be rung, or are in a call; nobody who only delivers.
    available: bool,
    /// Words that must be in names, headlines, services or their categories, up to 100 characters. If nobody has them,
    /// similar ones will do.
    q: String,
    /// Only those with something in this category; its slug.
    category: String,
    /// Only those who speak it; its ISO code.
    language: String,
    /// Only those with something at this price of a minute or more, minor units. A delivery has no price of a minute.
    min_minor: Option<i64>,
    /// Only those with something at this price of a minute or less, minor units. A delivery has no price of a minute.
    max_minor: Option<i64>,
    /// Only those rated so or better, tenths of a star: 45 is 4.5.
    rating: Option<u32>,
    /// Only those who can be booked on that day of the reader's: `today`, `tomorrow`, `week` (the next seven days) or a
    /// date within a year.
    free: String,
    /// A time of that day by the reader's clock, such as `14:30`: a talk can begin then, or within the hour.
    at: String,
    /// `best` (who fits best, then who is here, then who is rated best), `price`, `rating` or `next` (who can be booked
    /// next).
    sort: String,
    /// From 1.
    page: u32,
}

/// Sellers, 24 a page.
#[utoipa::path(tag = "sellers", params(Wanted), responses((status = 200, body = Sellers), (status = 404, body = Problem),
    (status = 422, body = Problem)), security(()))]
#[get("/sellers")]
async fn list(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Sellers>> {
    let page = wanted.page.max(1);
    let typed = Typed {
        query: &wanted.q,
        category: &wanted.category,
        language: &wanted.language,
        least_minor: wanted.min_minor,
        highest_minor: wanted.max_minor,
        rating_tenths: wanted.rating,
        available: wanted.available,
        day: &wanted.free,
        at: &wanted.at,
        sort: &wanted.sort,
    };
    let wish = Wish::of(&typed, &reader_zone(&site, viewer.as_ref()), web.app.now())?;
    let found = browse::search(&web.app, &site.scope, viewer.as_ref(), wish, page).await?;
    let facets = SellerFacets::of(&found);
    let items = found
        .sellers
        .into_iter()
        .map(|seller| SellerCard::of(&site.tenant, seller))
        .collect();
    Ok(Json(Sellers {
        items,
        next_page: found.more.then(|| page.saturating_add(1)),
        total: found.total,
        cut: found.cut,
        similar: found.similar,
        facets,
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
        deliveries,
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
        deliveries: deliveries
            .into_iter()
            .filter_map(|service| OfferedDelivery::of(&site.tenant, service))
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
