//! What buyers claim back: the queue, what is known, the decision, and until when something can be disputed.

use crate::{
    app::{console, disputes as acts},
    domain::ids::DisputeId,
    store::{
        chargeback_list::{self, ChargebackLine},
        disputes::{self, DisputeLine},
    },
    web::{
        Problem, Result, Web,
        extract::{Fresh, Staff, may},
        listing::{ListQuery, Listed},
    },
};
use actix_web::{
    HttpResponse, get, post, put,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(evidence)
        .service(decide)
        .service(list_chargebacks)
        .service(chargeback_evidence)
        .service(show_rules)
        .service(change_rules);
}

/// Which disputes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Waiting {
    /// That wait for a decision.
    Open,
    /// That are over.
    Closed,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// All if absent.
    state: Option<Waiting>,
}

/// Disputes, those that wait for a decision first.
#[utoipa::path(tag = "console", params(ListQuery, Which), responses((status = 200, body = Listed<DisputeLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/disputes")]
async fn list(
    web: Data<Web>,
    by: Staff<may::Money>,
    Query(query): Query<ListQuery>,
    Query(which): Query<Which>,
) -> Result<Json<Listed<DisputeLine>>> {
    let scope = by.viewer().scope;
    let open = which.state.map(|state| state == Waiting::Open);
    let page = web
        .app
        .db
        .read(&scope, move |tx| disputes::list(tx, &query.into(), open))
        .await?;
    Ok(Json(page.into()))
}

/// What was known when a dispute was opened: the record of the call, what the two wrote, what happened to the order,
/// earlier refunds, what they accepted, and when they signed in. Instants are milliseconds. Empty once one of them was
/// erased.
#[utoipa::path(tag = "console", responses((status = 200, body = Object), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/disputes/{id}/evidence")]
async fn evidence(web: Data<Web>, by: Staff<may::Money>, id: Path<Uuid>) -> Result<Json<Value>> {
    Ok(Json(
        acts::look_at_evidence(&web.app, &by, DisputeId::from_uuid(*id)).await?,
    ))
}

/// What banks took back, what isn't decided first.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<ChargebackLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/chargebacks")]
async fn list_chargebacks(
    web: Data<Web>,
    by: Staff<may::Money>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<ChargebackLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| chargeback_list::list(tx, &query.into()))
        .await?;
    Ok(Json(page.into()))
}

/// What was known when a bank took a payment back, of each of up to ten things that the buyer paid for last.
#[utoipa::path(tag = "console", responses((status = 200, body = Object), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/chargebacks/{id}/evidence")]
async fn chargeback_evidence(web: Data<Web>, by: Staff<may::Money>, id: Path<Uuid>) -> Result<Json<Value>> {
    Ok(Json(
        acts::look_at_claim(&web.app, &by, DisputeId::from_uuid(*id)).await?,
    ))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decision {
    /// What goes back; 0 is nothing.
    refund_minor: i64,
    /// Both read it.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Decides what goes back. The rest of what is held returns to the seller.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/disputes/{id}/decide")]
async fn decide(
    web: Data<Web>,
    by: Fresh<may::Money>,
    id: Path<Uuid>,
    Json(decision): Json<Decision>,
) -> Result<HttpResponse> {
    let id = DisputeId::from_uuid(*id);
    acts::decide(&web.app, &by, id, decision.refund_minor, &decision.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What holds for claims.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DisputeRules {
    /// Until so many days after its end something can be disputed.
    #[schema(minimum = 1, maximum = 180)]
    window_days: u32,
    /// What banks take back is held of the sellers who were paid last; else the marketplace bears it.
    hold_sellers: bool,
}

/// What holds for claims.
#[utoipa::path(tag = "console", responses((status = 200, body = DisputeRules), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
#[get("/admin/dispute-rules")]
async fn show_rules(web: Data<Web>, by: Staff<may::Settings>) -> Result<Json<DisputeRules>> {
    let rules = web.app.db.read(&by.viewer().scope, disputes::rules).await?;
    Ok(Json(DisputeRules {
        window_days: rules.window_days,
        hold_sellers: rules.hold_sellers,
    }))
}

/// Sets what holds for claims, from now on.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 422, body = Problem)))]
#[put("/admin/dispute-rules")]
async fn change_rules(
    web: Data<Web>,
    by: Staff<may::Settings>,
    Json(rules): Json<DisputeRules>,
) -> Result<HttpResponse> {
    let rules = disputes::Rules {
        window_days: rules.window_days,
        hold_sellers: rules.hold_sellers,
    };
    console::change_dispute_rules(&web.app, &by, rules).await?;
    Ok(HttpResponse::NoContent().finish())
}
