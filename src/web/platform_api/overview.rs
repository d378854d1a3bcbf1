//! The platform at a glance, and its media nodes.

use crate::{
    app::{
        platform::{self, Health, PlatformOwner, PlatformStaff},
        ports::{MediaNodes, NodeState},
    },
    store::{
        listing::{MOST_PER_PAGE, Page},
        platform_lists::{self, Figures},
    },
    web::{Problem, Result, Web, listing::Listed},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(overview).service(list).service(drain);
}

/// The platform at a glance.
#[derive(Serialize, ToSchema)]
struct Overview {
    #[serde(flatten)]
    figures: Figures,
    /// Media nodes that are connected.
    nodes: Vec<NodeState>,
    /// Whether everything answers that it stands on.
    health: Vec<Health>,
}

/// How the platform is now. Today is the day in UTC.
#[utoipa::path(tag = "platform", responses((status = 200, body = Overview), (status = 401, body = Problem)))]
#[get("/overview")]
async fn overview(web: Data<Web>, _staff: PlatformStaff) -> Result<Json<Overview>> {
    let (today, nodes) = (platform::today(web.app.now()), connected(&web));
    let figures = web
        .app
        .db
        .system_read(move |tx| platform_lists::figures(tx, today))
        .await?;
    let health = platform::health(&web.app, web.live.mailer.as_ref(), &nodes).await;
    Ok(Json(Overview { figures, nodes, health }))
}

/// The longest connected first.
fn connected(web: &Web) -> Vec<NodeState> {
    let mut nodes = web.live.hub.nodes();
    nodes.sort_by_key(|node| (node.connected_at, node.id));
    nodes
}

/// Media nodes that are connected, all of them on one page.
#[utoipa::path(tag = "platform", responses((status = 200, body = Listed<NodeState>), (status = 401, body = Problem)))]
#[get("/nodes")]
async fn list(web: Data<Web>, _staff: PlatformStaff) -> Json<Listed<NodeState>> {
    let items = connected(&web);
    let page = Page {
        total: i64::try_from(items.len()).unwrap_or(i64::MAX),
        items,
        page: 1,
        per_page: MOST_PER_PAGE,
    };
    Json(page.into())
}

/// Has a node finish what it carries and end.
#[utoipa::path(tag = "platform", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/nodes/{id}/drain")]
async fn drain(web: Data<Web>, owner: PlatformOwner, id: Path<Uuid>) -> Result<HttpResponse> {
    platform::drain_node(&web.app, &owner, web.live.hub.as_ref(), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
