//! What a tenant sorts its offer into.

use crate::{
    app::console::{self, CategoryDraft},
    domain::ids::CategoryId,
    store::categories::{self, CategoryLine},
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
        listing::{ListQuery, Listed},
    },
};
use actix_web::{
    HttpResponse, get, post, put,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(create).service(change);
    config.service(close).service(open);
}

/// All categories, by their name in the marketplace's language.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<CategoryLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/categories")]
async fn list(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Services>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<CategoryLine>>> {
    let (scope, language) = (by.viewer().scope, site.tenant.language.clone());
    let page = web
        .app
        .db
        .read(&scope, move |tx| categories::list(tx, &query.into(), &language))
        .await?;
    Ok(Json(page.into()))
}

/// A category as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CategoryText {
    /// Names of up to 40 characters, by language; one in the marketplace's own is needed.
    names: BTreeMap<String, String>,
    /// What is in it is done by video. Services that are in it already keep what they are until they are written anew.
    #[serde(default = "yes")]
    video: bool,
    /// Minutes before an agreed time at which both are reminded, 5 to 10,080, or 0 for not at all; null leaves it to the
    /// marketplace.
    reminder_min: Option<u32>,
    /// Minutes after an agreed beginning at which somebody who isn't there is missed, 1 to 60; null leaves it to the
    /// marketplace.
    missed_min: Option<u32>,
    /// Minutes before a call's money ends at which people are warned first, 1 to 60; null leaves it to the marketplace.
    warning_min: Option<u32>,
}

fn yes() -> bool {
    true
}

impl From<CategoryText> for CategoryDraft {
    fn from(typed: CategoryText) -> Self {
        Self {
            names: typed.names,
            video: typed.video,
            reminder_min: typed.reminder_min,
            missed_min: typed.missed_min,
            warning_min: typed.warning_min,
        }
    }
}

/// A category that was added.
#[derive(Serialize, ToSchema)]
struct Added {
    id: Uuid,
}

/// Adds a category; its address is made of its name.
#[utoipa::path(tag = "console", responses((status = 201, body = Added), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 409, description = "Too many", body = Problem), (status = 422, body = Problem)))]
#[post("/admin/categories")]
async fn create(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Services>,
    Json(typed): Json<CategoryText>,
) -> Result<HttpResponse> {
    let id = console::create_category(&web.app, &by, &site.tenant, site.languages(), typed.into()).await?;
    Ok(HttpResponse::Created().json(Added { id: id.uuid() }))
}

/// Writes a category anew. Its address stays; calls that were agreed keep their terms.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem)))]
#[put("/admin/categories/{id}")]
async fn change(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Services>,
    id: Path<Uuid>,
    Json(typed): Json<CategoryText>,
) -> Result<HttpResponse> {
    let id = CategoryId::from_uuid(*id);
    console::change_category(&web.app, &by, &site.tenant, site.languages(), id, typed.into()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Closes a category: it takes nothing more and isn't browsed. What is in it stays on the site.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/admin/categories/{id}/close")]
async fn close(web: Data<Web>, by: Staff<may::Services>, id: Path<Uuid>) -> Result<HttpResponse> {
    console::close_category(&web.app, &by, CategoryId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Opens a category again.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/categories/{id}/open")]
async fn open(web: Data<Web>, by: Staff<may::Services>, id: Path<Uuid>) -> Result<HttpResponse> {
    console::open_category(&web.app, &by, CategoryId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
