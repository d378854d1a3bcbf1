//! Payouts: what was asked for, the decision, the batches; and people whose money is frozen.

use crate::{
    app::console,
    domain::{
        ids::{PayoutId, UserId},
        payout::{Rules, State},
    },
    error::{self, Error},
    store::{
        payout_batches::{self, BatchLine},
        payout_terms,
        payouts::{self, PayoutLine, Which},
    },
    web::{
        Problem, Result, Site, Web, csv,
        extract::{Fresh, Staff, may},
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
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(approve)
        .service(batch)
        .service(refuse)
        .service(fail)
        .service(batches)
        .service(fetch)
        .service(send)
        .service(paid)
        .service(show_rules)
        .service(change_rules)
        .service(request)
        .service(freeze)
        .service(unfreeze);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// In this state only, `all` for any: `requested`, `approved`, `batched`, `paid`, `failed`, `cancelled` or `refused`.
    #[serde(default)]
    state: String,
    /// Of the batch with this number only.
    batch: Option<i32>,
}

impl Filter {
    fn which(&self) -> error::Result<Which> {
        match (self.batch, self.state.as_str()) {
            (Some(number), _) => Ok(Which::Of(number)),
            (None, "" | "all") => Ok(Which::All),
            (None, state) => State::parse(state)
                .map(Which::In)
                .ok_or_else(|| Error::field("state", "A payout is never in that state.")),
        }
    }
}

/// All payouts, newest first.
#[utoipa::path(tag = "console", params(ListQuery, Filter), responses((status = 200, body = Listed<PayoutLine>),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/admin/payouts")]
async fn list(
    web: Data<Web>,
    by: Staff<may::Money>,
    Query(query): Query<ListQuery>,
    Query(filter): Query<Filter>,
) -> Result<Json<Listed<PayoutLine>>> {
    let (scope, which) = (by.viewer().scope, filter.which()?);
    let page = web
        .app
        .db
        .read(&scope, move |tx| payouts::list(tx, &query.into(), &which))
        .await?;
    Ok(Json(page.into()))
}

/// Some payouts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Chosen {
    /// Up to 500.
    #[schema(max_items = 500)]
    ids: Vec<Uuid>,
}

impl Chosen {
    fn ids(self) -> Vec<PayoutId> {
        self.ids.into_iter().map(PayoutId::from_uuid).collect()
    }
}

/// Approves payouts that somebody else asked for: all of them, or none.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/payouts/approve")]
async fn approve(web: Data<Web>, by: Fresh<may::Money>, Json(chosen): Json<Chosen>) -> Result<HttpResponse> {
    console::approve_payouts(&web.app, &by, chosen.ids()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A batch that was put together.
#[derive(Serialize, ToSchema)]
struct Batched {
    /// Its number.
    number: i32,
}

/// Puts approved payouts of one currency into a batch.
#[utoipa::path(tag = "console", responses((status = 201, body = Batched), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
#[post("/admin/payouts/batch")]
async fn batch(web: Data<Web>, by: Fresh<may::Money>, Json(chosen): Json<Chosen>) -> Result<HttpResponse> {
    let number = console::batch_payouts(&web.app, &by, chosen.ids()).await?;
    Ok(HttpResponse::Created().json(Batched { number }))
}

/// Refuses a payout; its seller reads why.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/payouts/{id}/refuse")]
async fn refuse(
    web: Data<Web>,
    by: Staff<may::Money>,
    id: Path<Uuid>,
    Json(typed): Json<Reason>,
) -> Result<HttpResponse> {
    console::refuse_payout(&web.app, &by, PayoutId::from_uuid(*id), &typed.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Says that a payout didn't arrive; its seller reads why, and can ask for the money again.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/payouts/{id}/fail")]
async fn fail(
    web: Data<Web>,
    by: Fresh<may::Money>,
    id: Path<Uuid>,
    Json(typed): Json<Reason>,
) -> Result<HttpResponse> {
    console::fail_payout(&web.app, &by, PayoutId::from_uuid(*id), &typed.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// All batches, newest first.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<BatchLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/payout-batches")]
async fn batches(
    web: Data<Web>,
    by: Staff<may::Money>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<BatchLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| payout_batches::list(tx, &query.into()))
        .await?;
    Ok(Json(page.into()))
}

/// A batch as a file for a bank or Payoneer, with where the money goes in full. That it was fetched is in the audit log.
#[utoipa::path(tag = "console", responses((status = 200, content_type = "text/csv", body = String),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem)))]
#[get("/admin/payout-batches/{number}/csv")]
async fn fetch(web: Data<Web>, site: Site, by: Fresh<may::Money>, number: Path<i32>) -> Result<HttpResponse> {
    let file = console::fetch_batch(&web.app, &by, *number).await?;
    Ok(csv::download(&format!("{}-payouts-{number}", site.tenant.slug))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(file.bytes))
}

/// Has the provider asked again about what of a batch is still on its way.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/admin/payout-batches/{number}/send")]
async fn send(web: Data<Web>, by: Fresh<may::Money>, number: Path<i32>) -> Result<HttpResponse> {
    console::send_batch(&web.app, &by, *number).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Says that a batch has arrived: all of it but what was said to have failed.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 409, body = Problem)))]
#[post("/admin/payout-batches/{number}/paid")]
async fn paid(web: Data<Web>, by: Fresh<may::Money>, number: Path<i32>) -> Result<HttpResponse> {
    console::mark_batch_paid(&web.app, &by, *number).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is asked for before sellers are paid out.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PayoutRules {
    /// How long earnings are held, days.
    #[schema(maximum = 90)]
    hold_days: u16,
    /// Least that is paid out at once, in minor units of the marketplace's currency.
    #[schema(minimum = 1)]
    least_minor: i64,
    /// Sellers have to show who they are first.
    identity_needed: bool,
}

/// What is asked for before sellers are paid out.
#[utoipa::path(tag = "console", responses((status = 200, body = PayoutRules), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
#[get("/admin/payout-rules")]
async fn show_rules(web: Data<Web>, site: Site, by: Staff<may::Money>) -> Result<Json<PayoutRules>> {
    let currency = site.tenant.currency;
    let rules = web
        .app
        .db
        .read(&by.viewer().scope, move |tx| payout_terms::rules(tx, currency))
        .await?;
    Ok(Json(PayoutRules {
        hold_days: rules.hold_days,
        least_minor: rules.least_minor,
        identity_needed: rules.identity_needed,
    }))
}

/// Sets what is asked for before sellers are paid out, from now on.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 409, body = Problem), (status = 422, body = Problem)))]
#[put("/admin/payout-rules")]
async fn change_rules(web: Data<Web>, by: Fresh<may::Money>, Json(typed): Json<PayoutRules>) -> Result<HttpResponse> {
    let rules = Rules {
        hold_days: typed.hold_days,
        least_minor: typed.least_minor,
        identity_needed: typed.identity_needed,
    };
    console::change_payout_rules(&web.app, &by, rules).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A payout that staff ask for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Yours to choose: asked for again with the same, nothing happens.
    id: Uuid,
    /// How much; all there is without.
    amount_minor: Option<i64>,
}

/// Asks that a seller is paid out. Somebody else has to approve it.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/users/{id}/payouts")]
async fn request(
    web: Data<Web>,
    by: Fresh<may::Money>,
    seller: Path<Uuid>,
    Json(asked): Json<Asked>,
) -> Result<HttpResponse> {
    let (seller, id) = (UserId::from_uuid(*seller), PayoutId::from_uuid(asked.id));
    console::request_payout(&web.app, &by, seller, id, asked.amount_minor).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Freezes somebody's money: nothing of it is spent or paid out until it is let go.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/users/{id}/freeze")]
async fn freeze(
    web: Data<Web>,
    by: Fresh<may::Money>,
    id: Path<Uuid>,
    Json(typed): Json<Reason>,
) -> Result<HttpResponse> {
    console::freeze(&web.app, &by, UserId::from_uuid(*id), &typed.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lets somebody's money go again.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem)))]
#[post("/admin/users/{id}/unfreeze")]
async fn unfreeze(web: Data<Web>, by: Fresh<may::Money>, id: Path<Uuid>) -> Result<HttpResponse> {
    console::unfreeze(&web.app, &by, UserId::from_uuid(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
