//! More time in a call that goes on.

use super::wallet::TopUpView;
use crate::{
    app::{extensions, identity::Viewer},
    domain::ids::{CallId, ExtensionId, TopUpId},
    error::Error,
    signaling::extension_view,
    web::{Problem, Result, Site, Web},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path},
};
use serde::{Deserialize, Serialize};
use serde_json::Map;
use tallyroom_media_protocol::signaling::{CallPhase, ExtensionView};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(ask).service(list).service(accept).service(decline);
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewExtension {
    /// How many minutes more.
    #[schema(minimum = 1, maximum = 240)]
    minutes: i64,
    /// What they cost, as typed (`12.50`), if it isn't the call's rate. Only where the time was paid for beforehand.
    amount: Option<String>,
}

/// Asks the buyer for more time, as the seller. The answer comes over the socket; a minute without one, and the question has
/// lapsed. The buyer of a talk that was paid for beforehand adds time at the rate this way, and accepts it to pay for it.
#[utoipa::path(
    tag = "calls",
    responses((status = 201, body = Object), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem,
            description = "not_yours, call_over, not_live, not_prepaid, rate_too_low, asked_already, asked_too_often, \
                time_taken, too_long"),
        (status = 422, body = Problem))
)]
#[post("/calls/{id}/extensions")]
async fn ask(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(wanted): Json<NewExtension>,
) -> Result<HttpResponse> {
    let id = CallId::from_uuid(*id);
    match super::calls::view(&web, &site, &viewer, id).await?.phase {
        CallPhase::Live | CallPhase::Suspended | CallPhase::Settling | CallPhase::Ended => {}
        CallPhase::Ringing | CallPhase::PreCheck | CallPhase::Connecting => {
            return Err(Error::conflict("not_live", "Both connect first, then you can ask for more time.").into());
        }
    }
    // None of what doesn't fit can be asked for; which bounds there are is said where they are known.
    let minutes = u32::try_from(wanted.minutes).unwrap_or(0);
    let asked = extensions::ask(&web.app, &viewer, id, (minutes, wanted.amount)).await?;
    Ok(HttpResponse::Created().json(extension_view(&asked, web.app.now())))
}

#[derive(Serialize, ToSchema)]
struct Extensions {
    #[schema(value_type = Vec<Object>)]
    items: Vec<ExtensionView>,
}

/// What was asked for in a call of one's own, newest first.
#[utoipa::path(
    tag = "calls",
    responses((status = 200, body = Extensions), (status = 401, body = Problem), (status = 404, body = Problem))
)]
#[get("/calls/{id}/extensions")]
async fn list(web: Data<Web>, viewer: Viewer, id: Path<Uuid>) -> Result<Json<Extensions>> {
    let all = extensions::list(&web.app, &viewer, CallId::from_uuid(*id)).await?;
    let now = web.app.now();
    let items = all.iter().map(|asked| extension_view(asked, now)).collect();
    Ok(Json(Extensions { items }))
}

/// What came of a yes.
#[derive(Serialize, ToSchema)]
struct Accepted {
    #[schema(value_type = Object)]
    extension: ExtensionView,
    /// The payment that it waits for; the person pays at its `redirect_url`, if it has one.
    top_up: Option<TopUpView>,
    /// Why what they keep to pay with was refused, in their language; then they pay on that page.
    refused: Option<String>,
}

/// The buyer says yes: the wallet pays, or what is kept to pay with, or they pay on a page. The time is added once it is
/// paid. Again goes on with what was begun.
#[utoipa::path(
    tag = "calls",
    responses((status = 200, body = Accepted), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem))
)]
#[post("/calls/{id}/extensions/{extension}/accept")]
async fn accept(web: Data<Web>, site: Site, viewer: Viewer, path: Path<(Uuid, Uuid)>) -> Result<Json<Accepted>> {
    let back = |id: TopUpId| format!("{}/wallet/top-ups/{id}", site.origin());
    let which = (which(*path), site.client);
    let accepted = extensions::accept(&web.app, &viewer, &site.tenant, which, back).await?;
    Ok(Json(Accepted {
        extension: extension_view(&accepted.asked, web.app.now()),
        top_up: accepted.top_up.map(TopUpView::from),
        refused: accepted.refused.map(|why| in_words(&site, &viewer, why)),
    }))
}

/// The buyer says no, or gives up what they haven't paid yet.
#[utoipa::path(
    tag = "calls",
    responses((status = 200, body = Object), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem))
)]
#[post("/calls/{id}/extensions/{extension}/decline")]
async fn decline(web: Data<Web>, viewer: Viewer, path: Path<(Uuid, Uuid)>) -> Result<Json<ExtensionView>> {
    let asked = extensions::decline(&web.app, &viewer, which(*path)).await?;
    Ok(Json(extension_view(&asked, web.app.now())))
}

/// What the product says, in the reader's language; what a provider says, as it stands.
fn in_words(site: &Site, viewer: &Viewer, said: String) -> String {
    let user = &viewer.user;
    let words = site
        .frame
        .theme
        .say(&user.language, &said, &Map::new(), &user.time_zone);
    words.unwrap_or(said)
}

fn which((call, extension): (Uuid, Uuid)) -> (CallId, ExtensionId) {
    (CallId::from_uuid(call), ExtensionId::from_uuid(extension))
}
