//! Browsers that are told things while no page of ours is open.

use crate::{
    app::{identity::Viewer, notifications},
    error::Error,
    store::push_subscriptions::Device,
    web::{Problem, Result, Web},
};
use actix_web::{
    HttpResponse, delete, get, put,
    web::{Data, Json, Query},
};
use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

/// Browsers write base64url without padding, other programs with.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(key).service(remember).service(forget);
}

/// What browsers subscribe with.
#[derive(Serialize, ToSchema)]
struct PushKey {
    /// An uncompressed point of P-256 in base64url: `applicationServerKey`.
    public_key: String,
}

/// What a browser's `PushSubscription` says of itself.
#[derive(Deserialize, ToSchema)]
struct Subscription {
    #[schema(max_length = 1000)]
    endpoint: String,
    keys: SubscriptionKeys,
}

/// In base64url.
#[derive(Deserialize, ToSchema)]
struct SubscriptionKeys {
    p256dh: String,
    auth: String,
}

/// Which browser.
#[derive(Deserialize, IntoParams)]
struct Which {
    endpoint: String,
}

/// What browsers subscribe with.
#[utoipa::path(tag = "notifications", responses((status = 200, body = PushKey), (status = 401, body = Problem)))]
#[get("/me/push")]
async fn key(web: Data<Web>, _viewer: Viewer) -> Json<PushKey> {
    let public_key = web.app.push.public_key().to_owned();
    Json(PushKey { public_key })
}

/// Has the browser that one is signed in with told things, until one signs out there.
#[utoipa::path(
    tag = "notifications",
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem))
)]
#[put("/me/push")]
async fn remember(web: Data<Web>, viewer: Viewer, Json(sent): Json<Subscription>) -> Result<HttpResponse> {
    let read = |text: &str| {
        BASE64
            .decode(text)
            .map_err(|_| Error::field("keys", "These aren't the keys of a browser."))
    };
    let device = Device {
        endpoint: sent.endpoint,
        p256dh: read(&sent.keys.p256dh)?,
        auth: read(&sent.keys.auth)?,
    };
    notifications::remember_device(&web.app, &viewer, device).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Has a browser of one's own told nothing any more.
#[utoipa::path(tag = "notifications", params(Which), responses((status = 204), (status = 401, body = Problem)))]
#[delete("/me/push")]
async fn forget(web: Data<Web>, viewer: Viewer, Query(which): Query<Which>) -> Result<HttpResponse> {
    notifications::forget_device(&web.app, &viewer, which.endpoint).await?;
    Ok(HttpResponse::NoContent().finish())
}
