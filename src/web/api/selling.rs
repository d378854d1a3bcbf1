//! What sellers do: profile, services, availability.

use crate::{
    app::{
        browse,
        identity::Viewer,
        selling::{self, BookableDraft, FixedDraft, ProfileDraft, SellingViewer, ServiceDraft},
    },
    domain::{
        booking::{self, Agreement},
        ids::{CategoryId, ServiceId},
        picture::MAX_BYTES,
        policy::Increment,
        recording::RecordingRule,
        tenant::Tenant,
    },
    store::{sellers::Profile, services::Service},
    web::{Problem, Result, Site, Web, upload},
};
use actix_web::{
    HttpResponse, delete, get, post, put,
    web::{Data, Json, Path, Payload},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(put_profile).service(list).service(add).service(change);
    config.service(publish).service(pause);
    config.service(go_available).service(go_away);
    config.service(set_photo).service(drop_photo);
}

/// A profile's texts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProfileText {
    #[schema(min_length = 1, max_length = 120)]
    headline: String,
    #[serde(default)]
    #[schema(max_length = 5000)]
    about: String,
    /// ISO codes, at most ten.
    #[serde(default)]
    languages: Vec<String>,
}

/// A selling profile.
#[derive(Serialize, ToSchema)]
struct OwnProfile {
    id: Uuid,
    headline: String,
    about: String,
    languages: Vec<String>,
    /// When the availability switch goes off, or went off.
    #[schema(value_type = Option<String>, format = DateTime)]
    available_until: Option<Timestamp>,
}

impl From<Profile> for OwnProfile {
    fn from(profile: Profile) -> Self {
        Self {
            id: profile.user.uuid(),
            headline: profile.headline,
            about: profile.about,
            languages: profile.languages,
            available_until: profile.available_until.map(|until| until.timestamp()),
        }
    }
}

/// Writes one's profile; the first time makes one a seller.
#[utoipa::path(
    tag = "selling",
    responses((status = 200, body = OwnProfile), (status = 401, body = Problem), (status = 422, body = Problem))
)]
#[put("/selling/profile")]
async fn put_profile(web: Data<Web>, viewer: Viewer, Json(typed): Json<ProfileText>) -> Result<Json<OwnProfile>> {
    let ProfileText {
        headline,
        about,
        languages,
    } = typed;
    let profile = selling::save_profile(
        &web.app,
        &viewer,
        ProfileDraft {
            headline,
            about,
            languages,
        },
    )
    .await?;
    Ok(Json(profile.into()))
}

/// A service as its seller writes it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ServiceText {
    #[schema(min_length = 1, max_length = 80)]
    title: String,
    #[serde(default)]
    #[schema(max_length = 2000)]
    description: String,
    /// Where it is to be filed; one of the marketplace's categories.
    category_id: Option<Uuid>,
    /// Price of a minute in minor units, within the tenant's bounds; without video there is none.
    #[serde(default)]
    rate_minor: i64,
    /// Least minutes that are charged, 0 to 240.
    #[serde(default)]
    minimum_minutes: u32,
    /// What is charged at once.
    #[serde(default = "minute")]
    increment: Increment,
    /// Free seconds at the start, 0 to 600.
    #[serde(default)]
    grace_seconds: u32,
    /// Who may have its calls recorded, of those whom the marketplace lets; as usual if absent.
    recording: Option<RecordingRule>,
    /// How it can be booked; not at all if absent.
    booking: Option<Booking>,
    /// What it costs without video.
    fixed: Option<Fixed>,
    /// What can be had with it, at most ten.
    #[serde(default)]
    addons: Vec<Addon>,
    /// People can ring for it.
    #[serde(default = "yes")]
    video_enabled: bool,
    /// People see it.
    #[serde(default = "yes")]
    published: bool,
}

/// How a service can be booked.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Booking {
    /// Which comes first, the payment or the agreement on a time.
    agreement: Agreement,
    /// How long a talk lasts, 1 to 240 minutes; at least so long where it is paid first.
    length_min: u32,
    /// Within so many days it begins, 1 to 365.
    horizon_days: u32,
    /// While you are available it can be asked for at once, too.
    #[serde(default)]
    at_once: bool,
}

/// A price that isn't by the minute.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Fixed {
    /// In minor units.
    price_minor: i64,
    /// It is delivered within so many days, 1 to 90.
    delivery_days: u32,
}

/// Something that can be had with a service for more money.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Addon {
    #[schema(min_length = 1, max_length = 80)]
    title: String,
    /// In minor units.
    price_minor: i64,
}

impl From<&booking::Addon> for Addon {
    fn from(addon: &booking::Addon) -> Self {
        Self {
            title: addon.title.clone(),
            price_minor: addon.price_minor,
        }
    }
}

fn minute() -> Increment {
    Increment::Minute
}

fn yes() -> bool {
    true
}

impl From<ServiceText> for ServiceDraft {
    fn from(typed: ServiceText) -> Self {
        Self {
            title: typed.title,
            description: typed.description,
            category: typed.category_id.map(CategoryId::from_uuid),
            rate_minor: typed.rate_minor,
            minimum_minutes: typed.minimum_minutes,
            increment: typed.increment,
            grace_seconds: typed.grace_seconds,
            recording: typed.recording,
            booking: typed.booking.map(|booking| BookableDraft {
                agreement: booking.agreement,
                length_min: booking.length_min,
                horizon_days: booking.horizon_days,
                at_once: booking.at_once,
            }),
            fixed: typed.fixed.map(|fixed| FixedDraft {
                price_minor: fixed.price_minor,
                delivery_days: fixed.delivery_days,
            }),
            addons: typed
                .addons
                .into_iter()
                .map(|addon| booking::Addon {
                    title: addon.title,
                    price_minor: addon.price_minor,
                })
                .collect(),
            video_enabled: typed.video_enabled,
            published: typed.published,
        }
    }
}

/// One's own service.
#[derive(Serialize, ToSchema)]
struct OwnService {
    id: Uuid,
    title: String,
    description: String,
    /// Where it is filed.
    category_id: Option<Uuid>,
    rate_minor: i64,
    currency: &'static str,
    minimum_minutes: u32,
    increment: Increment,
    grace_seconds: u32,
    /// Who may have its calls recorded.
    recording: RecordingRule,
    booking: Option<Booking>,
    fixed: Option<Fixed>,
    addons: Vec<Addon>,
    video_enabled: bool,
    published: bool,
}

impl OwnService {
    fn of(tenant: &Tenant, service: Service) -> Self {
        let policy = browse::policy(tenant, &service.category_policy(), &service.policy);
        Self {
            id: service.id.uuid(),
            category_id: service.category.map(|category| category.id.uuid()),
            title: service.title,
            description: service.description,
            rate_minor: service.rate_minor,
            currency: tenant.currency.code(),
            minimum_minutes: policy.minimum_s / 60,
            increment: policy.increment,
            grace_seconds: policy.grace_s,
            recording: policy.recording,
            booking: service.booking.map(|bookable| Booking {
                agreement: bookable.agreement,
                length_min: bookable.length_min,
                horizon_days: bookable.horizon_days,
                at_once: bookable.at_once,
            }),
            fixed: service.fixed.map(|fixed| Fixed {
                price_minor: fixed.price_minor,
                delivery_days: fixed.delivery_days,
            }),
            addons: service.addons.iter().map(Addon::from).collect(),
            video_enabled: service.video_enabled,
            published: service.published,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct OwnServices {
    items: Vec<OwnService>,
}

/// One's own services, oldest first.
#[utoipa::path(tag = "selling", responses((status = 200, body = OwnServices), (status = 401, body = Problem)))]
#[get("/selling/services")]
async fn list(web: Data<Web>, site: Site, viewer: Viewer) -> Result<Json<OwnServices>> {
    let services = selling::list_services(&web.app, &viewer).await?;
    let items = services
        .into_iter()
        .map(|service| OwnService::of(&site.tenant, service))
        .collect();
    Ok(Json(OwnServices { items }))
}

/// Adds a service.
#[utoipa::path(
    tag = "selling",
    responses((status = 201, body = OwnService), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem))
)]
#[post("/selling/services")]
async fn add(web: Data<Web>, site: Site, viewer: Viewer, Json(typed): Json<ServiceText>) -> Result<HttpResponse> {
    let service = selling::save_service(&web.app, &viewer, &site.tenant, None, typed.into()).await?;
    Ok(HttpResponse::Created().json(OwnService::of(&site.tenant, service)))
}

/// Writes a service anew. Calls that were agreed keep their price.
#[utoipa::path(
    tag = "selling",
    responses((status = 200, body = OwnService), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem))
)]
#[put("/selling/services/{id}")]
async fn change(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(typed): Json<ServiceText>,
) -> Result<Json<OwnService>> {
    let id = ServiceId::from_uuid(*id);
    let service = selling::save_service(&web.app, &viewer, &site.tenant, Some(id), typed.into()).await?;
    Ok(Json(OwnService::of(&site.tenant, service)))
}

/// Puts a service on the site.
#[utoipa::path(
    tag = "selling",
    responses((status = 200, body = OwnService), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem))
)]
#[post("/selling/services/{id}/publish")]
async fn publish(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<Json<OwnService>> {
    let service = selling::publish(&web.app, &viewer, ServiceId::from_uuid(*id), true).await?;
    Ok(Json(OwnService::of(&site.tenant, service)))
}

/// Takes a service off the site until it is put back. Calls that were agreed take place.
#[utoipa::path(
    tag = "selling",
    responses((status = 200, body = OwnService), (status = 401, body = Problem), (status = 404, body = Problem))
)]
#[post("/selling/services/{id}/pause")]
async fn pause(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<Json<OwnService>> {
    let service = selling::publish(&web.app, &viewer, ServiceId::from_uuid(*id), false).await?;
    Ok(Json(OwnService::of(&site.tenant, service)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Hours {
    #[schema(minimum = 1, maximum = 12)]
    hours: i64,
}

/// Until when somebody is available.
#[derive(Serialize, ToSchema)]
struct Until {
    #[schema(value_type = String, format = DateTime)]
    available_until: Timestamp,
}

/// Switches oneself on for so many hours, counted from now.
#[utoipa::path(
    tag = "selling",
    responses((status = 200, body = Until), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem))
)]
#[put("/selling/availability")]
async fn go_available(web: Data<Web>, viewer: Viewer, Json(typed): Json<Hours>) -> Result<Json<Until>> {
    let until = selling::go_available(&web.app, &viewer, typed.hours).await?;
    Ok(Json(Until {
        available_until: until.timestamp(),
    }))
}

/// Switches oneself off.
#[utoipa::path(
    tag = "selling",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem))
)]
#[delete("/selling/availability")]
async fn go_away(web: Data<Web>, viewer: Viewer) -> Result<HttpResponse> {
    selling::go_away(&web.app, &viewer).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Shows a photo of oneself: PNG, JPEG, WebP or GIF, known by what is in it, cut to a square and made anew.
#[utoipa::path(tag = "selling", request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[put("/selling/photo")]
async fn set_photo(web: Data<Web>, site: Site, viewer: Viewer, payload: Payload) -> Result<HttpResponse> {
    let seller = SellingViewer::of(&viewer)?;
    let sent = upload::bytes(&web, &site, payload, MAX_BYTES, "picture").await?;
    selling::set_photo(&web.app, seller, sent).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Shows one's initials again.
#[utoipa::path(tag = "selling",
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem)))]
#[delete("/selling/photo")]
async fn drop_photo(web: Data<Web>, viewer: Viewer) -> Result<HttpResponse> {
    selling::drop_photo(&web.app, &viewer).await?;
    Ok(HttpResponse::NoContent().finish())
}
