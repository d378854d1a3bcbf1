//! Third persons in calls: asking them in by a link, letting them in, showing them out.

use crate::{
    app::{guests, identity::Viewer},
    domain::{
        guest::GuestRole,
        ids::{CallId, GuestId},
    },
    store::call_guests::Guest,
    web::{Problem, Result, Site, Web},
};
use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(invite)
        .service(list)
        .service(admit)
        .service(remove_first)
        .service(remove);
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGuest {
    role: GuestRole,
    /// Of an interpreter: one to three ISO 639-1 codes.
    #[serde(default)]
    #[schema(max_items = 3)]
    languages: Vec<String>,
}

/// A place for a third person.
#[derive(Serialize, ToSchema)]
struct GuestPlace {
    id: Uuid,
    role: GuestRole,
    languages: Vec<String>,
    /// The name of whoever came.
    name: Option<String>,
    /// May be in the room.
    admitted: bool,
    /// Their leg, if they pay or are paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    leg_id: Option<Uuid>,
    /// When the link can't be used any more, milliseconds since the Unix epoch.
    expires_at_ms: i64,
    /// The link, which is told only once.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl GuestPlace {
    fn of(guest: Guest, link: Option<String>) -> Self {
        Self {
            id: guest.id.uuid(),
            role: guest.role,
            languages: guest.languages,
            name: guest.person.map(|person| person.name),
            admitted: guest.admitted,
            leg_id: guest.leg.map(CallId::uuid),
            expires_at_ms: guest.expires_at.0,
            link,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct Guests {
    items: Vec<GuestPlace>,
}

/// Makes a place in a call of one's own, and the link to it. Whom the buyer asks may come in at once; whom the seller asks,
/// the buyer lets in. To a free talk only its host asks, and whom they ask may come in at once. Who pays for them, if anybody, is the call's policy's.
#[utoipa::path(
    tag = "calls",
    responses((status = 201, body = GuestPlace), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "call_over, room_full"), (status = 422, body = Problem))
)]
#[post("/calls/{id}/guests")]
async fn invite(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(wanted): Json<NewGuest>,
) -> Result<HttpResponse> {
    let call = CallId::from_uuid(*id);
    let invited = guests::invite(&web.app, &viewer, call, wanted.role, wanted.languages).await?;
    let link = format!("{}{}", site.origin(), invited.path);
    Ok(HttpResponse::Created().json(GuestPlace::of(invited.guest, Some(link))))
}

/// Who is asked into a call of one's own; of a free talk, for its host.
#[utoipa::path(
    tag = "calls",
    responses((status = 200, body = Guests), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem))
)]
#[get("/calls/{id}/guests")]
async fn list(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<Json<Guests>> {
    let places = guests::list(&web.app, &viewer, CallId::from_uuid(*id)).await?;
    let items = places.into_iter().map(|place| GuestPlace::of(place, None)).collect();
    Ok(Json(Guests { items }))
}

/// The buyer lets somebody in whom the seller asked; in a free talk its host does.
#[utoipa::path(
    tag = "calls",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem))
)]
#[post("/calls/{id}/guests/{guest}/admit")]
async fn admit(web: Data<Web>, site: Site, viewer: Viewer, ids: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (call, guest) = (CallId::from_uuid(ids.0), GuestId::from_uuid(ids.1));
    guests::admit(&web.app, &viewer, call, guest).await?;
    if let Some(room) = web.live.registry.room(&site.scope, call) {
        room.guests_changed();
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Shows out whoever came first to a free talk, as its host: they have no place of their own there, and don't come back to
/// it.
#[utoipa::path(
    tag = "calls",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem))
)]
#[delete("/calls/{id}/guests/first")]
async fn remove_first(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let call = CallId::from_uuid(*id);
    guests::remove_first(&web.app, &viewer, call).await?;
    if let Some(room) = web.live.registry.room(&site.scope, call) {
        room.show_first_out();
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a link back, or shows out who came by it: the buyer anybody, the seller whom they asked, in a free talk only its
/// host.
#[utoipa::path(
    tag = "calls",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem))
)]
#[delete("/calls/{id}/guests/{guest}")]
async fn remove(web: Data<Web>, site: Site, viewer: Viewer, ids: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (call, guest) = (CallId::from_uuid(ids.0), GuestId::from_uuid(ids.1));
    let leg = guests::remove(&web.app, &viewer, call, guest).await?;
    if let Some(leg) = leg.and_then(|leg| web.live.registry.room(&site.scope, leg)) {
        leg.end_leg(viewer.user.id);
    }
    if let Some(room) = web.live.registry.room(&site.scope, call) {
        room.show_out(guest);
    }
    Ok(HttpResponse::NoContent().finish())
}
