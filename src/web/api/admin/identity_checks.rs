//! Who people are: the queue, the pictures, the decision, and what the check is asked for.

use crate::{
    app::console,
    domain::{
        identity_check::{PictureKind, Rules},
        ids::IdentityCheckId,
    },
    store::identity_checks::{self, CheckLine},
    web::{
        Problem, Result, Web,
        extract::{Staff, may},
        listing::{ListQuery, Listed},
        reason::Reason,
    },
};
use actix_web::{
    HttpResponse, get,
    http::header,
    post, put,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(document)
        .service(selfie)
        .service(approve)
        .service(decline)
        .service(show_rules)
        .service(change_rules);
}

/// All checks, those that wait first.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<CheckLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/identity-checks")]
async fn list(
    web: Data<Web>,
    by: Staff<may::IdentityChecks>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<CheckLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| identity_checks::list(tx, &query.into()))
        .await?;
    Ok(Json(page.into()))
}

/// The picture of a document that somebody sent, until a week after the decision. That it was looked at is in the audit
/// log.
#[utoipa::path(tag = "console", responses((status = 200, content_type = "image/jpeg"), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/identity-checks/{id}/document")]
async fn document(web: Data<Web>, by: Staff<may::IdentityChecks>, id: Path<Uuid>) -> Result<HttpResponse> {
    picture(&web, &by, *id, PictureKind::Document).await
}

/// The picture of themselves that somebody sent; as above.
#[utoipa::path(tag = "console", responses((status = 200, content_type = "image/jpeg"), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/identity-checks/{id}/selfie")]
async fn selfie(web: Data<Web>, by: Staff<may::IdentityChecks>, id: Path<Uuid>) -> Result<HttpResponse> {
    picture(&web, &by, *id, PictureKind::Selfie).await
}

async fn picture(web: &Web, by: &Staff<may::IdentityChecks>, id: Uuid, kind: PictureKind) -> Result<HttpResponse> {
    let body = console::look_at_identity(&web.app, by, IdentityCheckId::from_uuid(id), kind).await?;
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body))
}

/// Says that somebody is who they say.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/admin/identity-checks/{id}/approve")]
async fn approve(web: Data<Web>, by: Staff<may::IdentityChecks>, id: Path<Uuid>) -> Result<HttpResponse> {
    console::approve_identity(&web.app, &by, IdentityCheckId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Says that it can't be seen from what they sent. They read the reason, and can try again.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/identity-checks/{id}/decline")]
async fn decline(
    web: Data<Web>,
    by: Staff<may::IdentityChecks>,
    id: Path<Uuid>,
    Json(typed): Json<Reason>,
) -> Result<HttpResponse> {
    console::decline_identity(&web.app, &by, IdentityCheckId::from_uuid(*id), &typed.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What the check is asked for.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentityRules {
    /// Before something of theirs is on the site, or they are switched on.
    before_selling: bool,
    /// Before they ring, book or order.
    before_buying: bool,
}

/// What the check is asked for.
#[utoipa::path(tag = "console", responses((status = 200, body = IdentityRules), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
#[get("/admin/identity-rules")]
async fn show_rules(web: Data<Web>, by: Staff<may::Settings>) -> Result<Json<IdentityRules>> {
    let rules = web.app.db.read(&by.viewer().scope, identity_checks::rules).await?;
    Ok(Json(IdentityRules {
        before_selling: rules.before_selling,
        before_buying: rules.before_buying,
    }))
}

/// Sets what the check is asked for, from now on.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem)))]
#[put("/admin/identity-rules")]
async fn change_rules(
    web: Data<Web>,
    by: Staff<may::Settings>,
    Json(typed): Json<IdentityRules>,
) -> Result<HttpResponse> {
    let rules = Rules {
        before_selling: typed.before_selling,
        before_buying: typed.before_buying,
    };
    console::change_identity_rules(&web.app, &by, rules).await?;
    Ok(HttpResponse::NoContent().finish())
}
