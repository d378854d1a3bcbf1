//! Stills of oneself in lists, while one sells in a live call.

use super::calls::view;
use crate::{
    app::{
        identity::Viewer,
        snapshots::{self, Showing},
    },
    domain::{ids::CallId, snapshot::MAX_BYTES},
    error::Error,
    web::{Problem, Result, Site, Web, upload},
};
use actix_web::{
    HttpResponse, delete, put,
    web::{Data, Json, Path, Payload},
};
use serde::Deserialize;
use tallyroom_media_protocol::signaling::CallPhase;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(answer).service(show_oneself).service(hide_oneself);
}

/// An answer to the text that was shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SnapshotConsent {
    /// Whether lists may show stills of oneself.
    given: bool,
    /// Which text; what is taken back is taken back, whatever stands here.
    text_version: String,
}

/// Agrees that lists show stills of oneself during calls in which one sells, or takes that back: then they go at once.
/// Only who sells can agree, and not many times a minute.
#[utoipa::path(tag = "selling",
    responses((status = 204), (status = 401, body = Problem), (status = 409, body = Problem, description = "no_profile"),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
#[put("/selling/snapshots")]
async fn answer(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    Json(typed): Json<SnapshotConsent>,
) -> Result<HttpResponse> {
    if typed.given {
        web.limits.snapshot(site.tenant.id, viewer.user.id)?;
        snapshots::agree(&web.app, &viewer, &typed.text_version).await?;
    } else {
        snapshots::withdraw(&web.app, &viewer).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Shows a still of oneself in lists, in place of the one before: a picture of at most 100 KB, made anew, once in twenty
/// seconds at most. It goes with the call, and after three minutes without another.
#[utoipa::path(tag = "calls", request_body(content = Vec<u8>, content_type = "image/jpeg"),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "not_live, call_over, not_allowed, no_consent"),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
#[put("/calls/{id}/snapshot")]
async fn show_oneself(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    payload: Payload,
) -> Result<HttpResponse> {
    let call = CallId::from_uuid(*id);
    if view(&web, &site, &viewer, call).await?.phase != CallPhase::Live {
        return Err(Error::conflict("not_live", "The call isn\u{2019}t live.").into());
    }
    let showing = Showing::of(&web.app, &viewer, call).await?;
    web.limits.snapshot(site.tenant.id, viewer.user.id)?;
    let sent = upload::passing(payload, MAX_BYTES, "picture").await?;
    snapshots::put(&web.app, showing, sent).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes the still of oneself out of lists until the next: one's picture isn't seen in the call any more.
#[utoipa::path(tag = "calls",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
#[delete("/calls/{id}/snapshot")]
async fn hide_oneself(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    snapshots::hide(&web.app, &viewer, CallId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
