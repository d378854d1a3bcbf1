//! Studios: who sells together, and who looks after them.

use super::staff::Invited;
use crate::{
    app::console,
    domain::ids::{StudioId, UserId},
    store::{
        earning_shares,
        studios::{self, StudioLine, StudioPerson},
    },
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
        listing::{ListQuery, Listed},
    },
};
use actix_web::{
    HttpResponse, delete, get, patch, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(create).service(show).service(rename);
    config.service(close).service(add_manager).service(remove_manager);
    config.service(add_seller).service(remove_seller);
}

/// All studios, by name.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<StudioLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/studios")]
async fn list(
    web: Data<Web>,
    by: Staff<may::Sellers>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<StudioLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| studios::list(tx, &query.into()))
        .await?;
    Ok(Json(page.into()))
}

/// A studio to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStudio {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    manager_email: String,
    manager_name: String,
}

/// A studio that was opened.
#[derive(Serialize, ToSchema)]
struct Opened {
    id: Uuid,
}

/// Opens a studio and asks its manager to look after it, by mail.
#[utoipa::path(tag = "console", responses((status = 201, body = Opened), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/studios")]
async fn create(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Sellers>,
    Json(typed): Json<NewStudio>,
) -> Result<HttpResponse> {
    let manager = (typed.manager_email.as_str(), typed.manager_name.as_str());
    let id = console::create_studio(&web.app, &by, &site.tenant, site.origin(), &typed.name, manager).await?;
    Ok(HttpResponse::Created().json(Opened { id: id.uuid() }))
}

/// A studio with everybody in it.
#[derive(Serialize, ToSchema)]
struct StudioDetails {
    id: Uuid,
    name: String,
    /// When it was closed.
    closed_at: Option<i64>,
    managers: Vec<StudioPerson>,
    sellers: Vec<StudioPerson>,
    /// What it gets of what they earn; null is nothing.
    share: Option<Share>,
}

/// What a studio gets.
#[derive(Serialize, ToSchema)]
struct Share {
    /// In basis points.
    bp: u32,
    /// The manager who is paid it.
    manager_id: Uuid,
}

/// One studio.
#[utoipa::path(tag = "console", responses((status = 200, body = StudioDetails), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/studios/{id}")]
async fn show(web: Data<Web>, by: Staff<may::Sellers>, id: Path<Uuid>) -> Result<Json<StudioDetails>> {
    let (scope, id) = (by.viewer().scope, StudioId::from_uuid(*id));
    let details = web.app.db.read(&scope, move |tx| {
        let studio = studios::find(tx, id)?;
        Ok(StudioDetails {
            id: id.uuid(),
            name: studio.name,
            closed_at: studio.closed_at.map(|at| at.0),
            managers: studios::managers(tx, id)?,
            sellers: studios::sellers(tx, id)?,
            share: earning_shares::of_studio(tx, id)?.map(|share| Share {
                bp: share.bp,
                manager_id: share.manager.uuid(),
            }),
        })
    });
    Ok(Json(details.await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RenamedStudio {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
}

/// Gives a studio another name.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[patch("/admin/studios/{id}")]
async fn rename(
    web: Data<Web>,
    by: Staff<may::Sellers>,
    id: Path<Uuid>,
    Json(typed): Json<RenamedStudio>,
) -> Result<HttpResponse> {
    console::rename_studio(&web.app, &by, StudioId::from_uuid(*id), &typed.name).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Closes a studio; its sellers sell on.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/admin/studios/{id}/close")]
async fn close(web: Data<Web>, by: Staff<may::Sellers>, id: Path<Uuid>) -> Result<HttpResponse> {
    console::close_studio(&web.app, &by, StudioId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Somebody to be asked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewManager {
    email: String,
    name: String,
}

/// Asks somebody to look after a studio, by mail.
#[utoipa::path(tag = "console", responses((status = 201, body = Invited), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
#[post("/admin/studios/{id}/managers")]
async fn add_manager(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Sellers>,
    id: Path<Uuid>,
    Json(typed): Json<NewManager>,
) -> Result<HttpResponse> {
    let (id, newcomer) = (StudioId::from_uuid(*id), (typed.email.as_str(), typed.name.as_str()));
    let user = console::add_studio_manager(&web.app, &by, &site.tenant, site.origin(), id, newcomer).await?;
    Ok(HttpResponse::Created().json(Invited { id: user.uuid() }))
}

/// Takes a studio from one of its managers.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, description = "The last manager", body = Problem)))]
#[delete("/admin/studios/{id}/managers/{user}")]
async fn remove_manager(web: Data<Web>, by: Staff<may::Sellers>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (id, user) = (StudioId::from_uuid(path.0), UserId::from_uuid(path.1));
    console::remove_studio_manager(&web.app, &by, id, user).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddedSeller {
    seller_id: Uuid,
}

/// Puts a seller into a studio.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, description = "In a studio already", body = Problem)))]
#[post("/admin/studios/{id}/sellers")]
async fn add_seller(
    web: Data<Web>,
    by: Staff<may::Sellers>,
    id: Path<Uuid>,
    Json(typed): Json<AddedSeller>,
) -> Result<HttpResponse> {
    let (id, seller) = (StudioId::from_uuid(*id), UserId::from_uuid(typed.seller_id));
    console::add_studio_seller(&web.app, &by, id, seller).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a seller out of a studio; they sell on.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem)))]
#[delete("/admin/studios/{id}/sellers/{seller}")]
async fn remove_seller(web: Data<Web>, by: Staff<may::Sellers>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (id, seller) = (StudioId::from_uuid(path.0), UserId::from_uuid(path.1));
    console::remove_studio_seller(&web.app, &by, id, seller).await?;
    Ok(HttpResponse::NoContent().finish())
}
