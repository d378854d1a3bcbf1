//! What buyers and sellers write to each other, and the calls they had.

use crate::{
    app::{conversations, identity::Viewer},
    domain::{call::EndReason, ids::ConversationId},
    store::conversations::{Conversation, Message, What},
    web::{Problem, Result, Site, Web},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path, Query},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(show).service(write);
}

/// The other person.
#[derive(Serialize, ToSchema)]
struct Other {
    id: Uuid,
    name: String,
    /// They sell, the reader buys.
    is_seller: bool,
}

impl Other {
    fn of(conversation: &Conversation, viewer: &Viewer) -> Self {
        let is_seller = conversation.buyer.id == viewer.user.id;
        let other = if is_seller {
            &conversation.seller
        } else {
            &conversation.buyer
        };
        Self {
            id: other.id.uuid(),
            name: other.name.clone(),
            is_seller,
        }
    }
}

/// A call that is over.
#[derive(Serialize, ToSchema)]
struct CallOutcome {
    id: Uuid,
    /// How it ended: `missed`, `rejected`, `cancelled`, `buyer_ended`, …
    #[schema(value_type = String)]
    outcome: EndReason,
    billable_seconds: i64,
    charged_minor: i64,
    currency: &'static str,
}

/// Something said or done: either `text` or `call` is there.
#[derive(Serialize, ToSchema)]
struct MessageView {
    id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Said by the reader; of calls: they rang.
    mine: bool,
    text: Option<String>,
    call: Option<CallOutcome>,
}

impl MessageView {
    fn of(message: Message, conversation: &Conversation, viewer: &Viewer, site: &Site) -> Self {
        let (mine, text, call) = match message.what {
            What::Chat { sender, text } => (sender == viewer.user.id, Some(text), None),
            What::Call {
                call,
                reason,
                billable_ms,
                charged_minor,
            } => {
                let outcome = CallOutcome {
                    id: call.uuid(),
                    outcome: reason,
                    billable_seconds: billable_ms / 1_000,
                    charged_minor,
                    currency: site.tenant.currency.code(),
                };
                (conversation.buyer.id == viewer.user.id, None, Some(outcome))
            }
        };
        Self {
            id: message.id,
            at: message.at.timestamp(),
            mine,
            text,
            call,
        }
    }
}

/// A conversation in the list.
#[derive(Serialize, ToSchema)]
struct ConversationSummary {
    id: Uuid,
    other: Other,
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
    last: Option<MessageView>,
}

#[derive(Serialize, ToSchema)]
struct Conversations {
    items: Vec<ConversationSummary>,
}

/// A stretch of a conversation.
#[derive(Serialize, ToSchema)]
struct ConversationView {
    id: Uuid,
    other: Other,
    /// Oldest first.
    messages: Vec<MessageView>,
    /// The number of the page with older ones, if there is one.
    next_page: Option<u32>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// From 1, the newest.
    #[serde(default)]
    page: u32,
}

/// One's own conversations, the newest first, 50 a page.
#[utoipa::path(
    tag = "conversations",
    params(Page),
    responses((status = 200, body = Conversations), (status = 401, body = Problem))
)]
#[get("/conversations")]
async fn list(web: Data<Web>, site: Site, viewer: Viewer, Query(shown): Query<Page>) -> Result<Json<Conversations>> {
    let found = conversations::list(&web.app, &viewer, shown.page).await?;
    let items = found.into_iter().map(|(conversation, last)| ConversationSummary {
        id: conversation.id.uuid(),
        other: Other::of(&conversation, &viewer),
        last_at: conversation.last_at.timestamp(),
        last: last.map(|message| MessageView::of(message, &conversation, &viewer, &site)),
    });
    Ok(Json(Conversations { items: items.collect() }))
}

/// One's own conversation, 100 messages a page.
#[utoipa::path(
    tag = "conversations",
    params(Page),
    responses((status = 200, body = ConversationView), (status = 401, body = Problem), (status = 404, body = Problem))
)]
#[get("/conversations/{id}")]
async fn show(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Query(shown): Query<Page>,
) -> Result<Json<ConversationView>> {
    let page = shown.page.max(1);
    let thread = conversations::read(&web.app, &viewer, ConversationId::from_uuid(*id), page).await?;
    let conversation = &thread.conversation;
    let view = |message| MessageView::of(message, conversation, &viewer, &site);
    Ok(Json(ConversationView {
        id: conversation.id.uuid(),
        other: Other::of(conversation, &viewer),
        messages: thread.messages.into_iter().map(view).collect(),
        next_page: thread.more.then(|| page.saturating_add(1)),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

/// Writes to the other person.
#[utoipa::path(
    tag = "conversations",
    responses((status = 201, body = MessageView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem))
)]
#[post("/conversations/{id}/messages")]
async fn write(web: Data<Web>, viewer: Viewer, id: Path<Uuid>, Json(typed): Json<NewMessage>) -> Result<HttpResponse> {
    let message = conversations::write(&web.app, &viewer, ConversationId::from_uuid(*id), &typed.text).await?;
    let What::Chat { text, .. } = message.what else {
        return Ok(HttpResponse::Created().finish());
    };
    let at = message.at.timestamp();
    Ok(HttpResponse::Created().json(MessageView {
        id: message.id,
        at,
        mine: true,
        text: Some(text),
        call: None,
    }))
}
