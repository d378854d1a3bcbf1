//! What payment providers tell by themselves, and where they and the books differ.

use crate::{
    app::gateway_accounts,
    domain::ids::TopUpId,
    store::{
        gateway_differences::{self, Difference},
        gateway_inbox::{self, MessageLine, State},
    },
    web::{
        Problem, Result, Web,
        extract::{Staff, may},
        listing::{ListQuery, Listed},
    },
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(messages)
        .service(message)
        .service(differences)
        .service(clear);
}

/// A message from a payment provider.
#[derive(Serialize, ToSchema)]
struct Message {
    id: Uuid,
    provider: String,
    /// `received`, `done` or `refused`.
    state: String,
    /// What it is about, or why it was refused.
    told: String,
    /// How often it came again.
    repeats: i32,
    received_at: i64,
}

impl From<MessageLine> for Message {
    fn from(line: MessageLine) -> Self {
        Self {
            id: line.id,
            provider: line.provider,
            state: line.state,
            told: line.told,
            repeats: line.repeats,
            received_at: line.received_at.0.0,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfState {
    /// `received`, `done` or `refused`; all without.
    state: Option<String>,
}

/// What providers have sent, newest first.
#[utoipa::path(tag = "console", params(ListQuery, OfState), responses((status = 200, body = Listed<Message>),
    (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 409, description = "A second factor is needed", body = Problem)))]
#[get("/admin/gateway-messages")]
async fn messages(
    web: Data<Web>,
    by: Staff<may::Money>,
    Query(query): Query<ListQuery>,
    Query(of): Query<OfState>,
) -> Result<Json<Listed<Message>>> {
    let (scope, state) = (by.viewer().scope, of.state.as_deref().and_then(State::parse));
    let read = web
        .app
        .db
        .read(&scope, move |tx| gateway_inbox::list(tx, &query.into(), state));
    Ok(Json(Listed::of(read.await?, Message::from)))
}

/// A message as it came.
#[derive(Serialize, ToSchema)]
struct RawMessage {
    /// Headers that were kept, by their names.
    headers: serde_json::Value,
    /// What isn't text of UTF-8 is shown as replaced.
    body: String,
}

/// A message as it came.
#[utoipa::path(tag = "console", responses((status = 200, body = RawMessage), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 409, description = "A second factor is needed", body = Problem)))]
#[get("/admin/gateway-messages/{id}")]
async fn message(web: Data<Web>, by: Staff<may::Money>, id: Path<Uuid>) -> Result<Json<RawMessage>> {
    let scope = by.viewer().scope;
    let kept = web.app.db.read(&scope, move |tx| gateway_inbox::find(tx, *id)).await?;
    Ok(Json(RawMessage {
        headers: kept.headers,
        body: String::from_utf8_lossy(&kept.body).into_owned(),
    }))
}

/// A payment of which a provider says something else than the books.
#[derive(Serialize, ToSchema)]
struct DifferenceLine {
    /// The payment.
    id: Uuid,
    provider: String,
    /// Whose wallet it was for.
    person: String,
    amount_minor: i64,
    currency: String,
    /// What the books say: `declined`, or `settled` with minor units.
    ours: String,
    /// What the provider says.
    theirs: String,
    found_at: i64,
    /// What staff wrote who were done with it; null while it is open.
    note: Option<String>,
}

impl From<Difference> for DifferenceLine {
    fn from(line: Difference) -> Self {
        Self {
            id: line.top_up_id,
            provider: line.provider,
            person: line.person,
            amount_minor: line.amount_minor,
            currency: line.currency,
            ours: line.ours,
            theirs: line.theirs,
            found_at: line.found_at.0.0,
            note: line.note,
        }
    }
}

/// Differences, newest first.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<DifferenceLine>),
    (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 409, description = "A second factor is needed", body = Problem)))]
#[get("/admin/gateway-differences")]
async fn differences(
    web: Data<Web>,
    by: Staff<may::Money>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<DifferenceLine>>> {
    let scope = by.viewer().scope;
    let read = web
        .app
        .db
        .read(&scope, move |tx| gateway_differences::list(tx, &query.into()));
    Ok(Json(Listed::of(read.await?, DifferenceLine::from)))
}

/// What staff found out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Noted {
    reason: String,
}

/// Closes a difference with what was found out about it. No money moves by this.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, description = "A second factor is needed", body = Problem),
    (status = 422, body = Problem)))]
#[post("/admin/gateway-differences/{id}/clear")]
async fn clear(
    web: Data<Web>,
    by: Staff<may::Money>,
    id: Path<Uuid>,
    Json(noted): Json<Noted>,
) -> Result<HttpResponse> {
    gateway_accounts::clear(&web.app, &by, TopUpId::from_uuid(*id), &noted.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}
