//! What staff look at.

use crate::{
    app::console,
    domain::{audit::Action, ids::ConversationId, time::Moment},
    store::{
        audit::{self, Written},
        console::{self as lists, CallLine, ConversationLine, MessageLine, ReviewLine, SellerLine, ServiceLine},
        listing::Wanted,
    },
    web::{
        Problem, Result, Web,
        extract::{Staff, may},
        listing::{CallState, ListQuery, Listed},
    },
};
use actix_web::{
    get,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(sellers)
        .service(services)
        .service(calls)
        .service(conversations)
        .service(conversation)
        .service(reviews)
        .service(log);
}

/// Everybody who sells, by name.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<SellerLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/sellers")]
async fn sellers(
    web: Data<Web>,
    by: Staff<may::Sellers>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<SellerLine>>> {
    let (scope, now) = (by.viewer().scope, web.app.now());
    let page = web
        .app
        .db
        .read(&scope, move |tx| lists::sellers(tx, &query.into(), now))
        .await?;
    Ok(Json(page.into()))
}

/// Everything that is offered, by title.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<ServiceLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/services")]
async fn services(
    web: Data<Web>,
    by: Staff<may::Services>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<ServiceLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| lists::services(tx, &query.into()))
        .await?;
    Ok(Json(page.into()))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CallFilter {
    /// In this state only.
    state: Option<CallState>,
}

/// Calls, newest first.
#[utoipa::path(tag = "console", params(ListQuery, CallFilter), responses((status = 200, body = Listed<CallLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/calls")]
async fn calls(
    web: Data<Web>,
    by: Staff<may::Calls>,
    Query(query): Query<ListQuery>,
    Query(filter): Query<CallFilter>,
) -> Result<Json<Listed<CallLine>>> {
    let (scope, live) = (by.viewer().scope, filter.state.map(CallState::is_live));
    let page = web
        .app
        .db
        .read(&scope, move |tx| lists::calls(tx, &query.into(), live))
        .await?;
    Ok(Json(page.into()))
}

/// Who wrote to whom, the latest first. The search looks into what was written, too, and is written down.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<ConversationLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/conversations")]
async fn conversations(
    web: Data<Web>,
    by: Staff<may::ChatHistory>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<ConversationLine>>> {
    let (scope, wanted) = (by.viewer().scope, Wanted::from(query));
    let searched = wanted.search.trim().to_owned();
    let page = web
        .app
        .db
        .read(&scope, move |tx| lists::conversations(tx, &wanted))
        .await?;
    if !searched.is_empty() {
        console::note(&web.app, &by, Action::ConversationSearched, searched).await?;
    }
    Ok(Json(page.into()))
}

/// A thread with its latest 1,000 messages.
#[derive(Serialize, ToSchema)]
struct ReadConversation {
    id: Uuid,
    /// Who pays: `id`, `name`.
    #[schema(value_type = Object)]
    buyer: Value,
    /// Who is paid: `id`, `name`.
    #[schema(value_type = Object)]
    seller: Value,
    /// When something was added last.
    #[schema(value_type = i64)]
    last_at: Moment,
    /// Oldest first.
    messages: Vec<MessageLine>,
    /// How many came before these.
    earlier: i64,
}

impl ReadConversation {
    fn of(line: ConversationLine, messages: Vec<MessageLine>) -> Self {
        let shown = i64::try_from(messages.len()).unwrap_or(i64::MAX);
        Self {
            id: line.id,
            buyer: line.buyer,
            seller: line.seller,
            last_at: line.last_at,
            earlier: line.messages - shown,
            messages,
        }
    }
}

/// What two people wrote to each other. That it was read is written down.
#[utoipa::path(tag = "console", responses((status = 200, body = ReadConversation), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/conversations/{id}")]
async fn conversation(web: Data<Web>, by: Staff<may::ChatHistory>, id: Path<Uuid>) -> Result<Json<ReadConversation>> {
    let (scope, id) = (by.viewer().scope, ConversationId::from_uuid(*id));
    let (line, messages) = web.app.db.read(&scope, move |tx| lists::conversation(tx, id)).await?;
    console::note(&web.app, &by, Action::ConversationRead, id.to_string()).await?;
    Ok(Json(ReadConversation::of(line, messages)))
}

/// Reviews, hidden ones among them; those that were reported and not looked at come first.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<ReviewLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/reviews")]
async fn reviews(
    web: Data<Web>,
    by: Staff<may::Reviews>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<ReviewLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| lists::reviews(tx, &query.into()))
        .await?;
    Ok(Json(page.into()))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LogFilter {
    /// Of this kind only, such as `staff.invited`.
    action: Option<String>,
}

/// What was done here by the staff, and by the platform's, newest first.
#[utoipa::path(tag = "console", params(ListQuery, LogFilter), responses((status = 200, body = Listed<Written>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/audit")]
async fn log(
    web: Data<Web>,
    by: Staff<may::Audit>,
    Query(query): Query<ListQuery>,
    Query(filter): Query<LogFilter>,
) -> Result<Json<Listed<Written>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| {
            audit::list(tx, &query.into(), filter.action.as_deref())
        })
        .await?;
    Ok(Json(page.into()))
}
