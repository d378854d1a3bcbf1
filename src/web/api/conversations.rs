//! What buyers and sellers write to each other, and the calls they had.

use crate::{
    app::{conversations, identity::Viewer},
    domain::{
        attachment::MAX_BYTES,
        call::EndReason,
        ids::{ConversationId, ServiceId, UserId},
    },
    store::{
        conversations::{Conversation, Message, What},
        message_files::FileHead,
    },
    web::{Problem, Result, Site, Web, attachments, upload},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path, Payload, Query},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(show)
        .service(begin)
        .service(write)
        .service(suggest)
        .service(send)
        .service(fetch)
        .service(preview);
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
        let other = conversation.other(viewer.user.id);
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

/// A file that was sent.
#[derive(Serialize, ToSchema)]
struct FileView {
    /// Empty once it was taken away.
    name: String,
    media_type: String,
    bytes: u32,
    /// Where it is; none once it was taken away.
    url: Option<String>,
    /// How it looks, if it is a picture: a JPEG.
    preview_url: Option<String>,
}

impl FileView {
    fn of(file: FileHead, conversation: Uuid, id: Uuid) -> Self {
        let url = format!("/api/v1/conversations/{conversation}/files/{id}");
        Self {
            preview_url: file.shown.map(|_| format!("{url}/preview")),
            url: (file.bytes > 0).then_some(url),
            name: file.name,
            media_type: file.media_type,
            bytes: file.bytes,
        }
    }
}

/// A call that the seller suggests.
#[derive(Serialize, ToSchema)]
struct SuggestionView {
    service_id: Uuid,
    title: String,
    rate_minor: i64,
    currency: &'static str,
}

/// Something said or done: one of `text`, `file`, `suggestion` and `call` is there.
#[derive(Serialize, ToSchema)]
struct MessageView {
    id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Said by the reader; of calls: they rang.
    mine: bool,
    /// The name of a third person in a call, if one of them said it.
    guest: Option<String>,
    text: Option<String>,
    file: Option<FileView>,
    suggestion: Option<SuggestionView>,
    call: Option<CallOutcome>,
}

impl MessageView {
    fn of(message: Message, conversation: &Conversation, viewer: &Viewer, site: &Site) -> Self {
        let mut view = Self {
            id: message.id,
            at: message.at.timestamp(),
            mine: false,
            guest: message.guest,
            text: None,
            file: None,
            suggestion: None,
            call: None,
        };
        match message.what {
            What::Chat { sender, text } => {
                view.mine = sender == viewer.user.id;
                view.text = Some(text);
            }
            What::File { sender, file } => {
                view.mine = sender == viewer.user.id;
                view.file = Some(FileView::of(file, conversation.id.uuid(), message.id));
            }
            What::Suggestion {
                sender,
                service,
                title,
                rate_minor,
            } => {
                view.mine = sender == viewer.user.id;
                view.suggestion = Some(SuggestionView {
                    service_id: service.uuid(),
                    title,
                    rate_minor,
                    currency: site.tenant.currency.code(),
                });
            }
            What::Call {
                call,
                reason,
                billable_ms,
                charged_minor,
            } => {
                view.mine = conversation.buyer.id == viewer.user.id;
                view.call = Some(CallOutcome {
                    id: call.uuid(),
                    outcome: reason,
                    billable_seconds: billable_ms / 1_000,
                    charged_minor,
                    currency: site.tenant.currency.code(),
                });
            }
        }
        view
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

/// A conversation that was begun, or gone on with.
#[derive(Serialize, ToSchema)]
struct Begun {
    id: Uuid,
}

/// Writes to a seller, also for the first time.
#[utoipa::path(
    tag = "conversations",
    responses((status = 201, body = Begun), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem))
)]
#[post("/sellers/{id}/messages")]
async fn begin(web: Data<Web>, viewer: Viewer, id: Path<Uuid>, Json(typed): Json<NewMessage>) -> Result<HttpResponse> {
    let begun = conversations::begin(&web.app, &viewer, UserId::from_uuid(*id), &typed.text).await?;
    Ok(HttpResponse::Created().json(Begun { id: begun.uuid() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Suggested {
    service_id: Uuid,
}

/// Suggests a call about one of one's services, as the seller.
#[utoipa::path(
    tag = "conversations",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem))
)]
#[post("/conversations/{id}/suggestions")]
async fn suggest(
    web: Data<Web>,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(suggested): Json<Suggested>,
) -> Result<HttpResponse> {
    let service = ServiceId::from_uuid(suggested.service_id);
    conversations::suggest(&web.app, &viewer, ConversationId::from_uuid(*id), service).await?;
    Ok(HttpResponse::NoContent().finish())
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
        guest: None,
        id: message.id,
        at,
        mine: true,
        text: Some(text),
        file: None,
        suggestion: None,
        call: None,
    }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Named {
    /// What it is called; an ending that doesn't fit is replaced.
    #[serde(default)]
    name: String,
}

/// Sends a file of at most 5 MB, the request's body: a picture, a PDF, a text or an office document.
#[utoipa::path(
    tag = "conversations",
    params(Named),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = FileView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem))
)]
#[post("/conversations/{id}/files")]
async fn send(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Query(named): Query<Named>,
    body: Payload,
) -> Result<HttpResponse> {
    let sender = conversations::Sender::of(&web.app, &viewer, ConversationId::from_uuid(*id)).await?;
    let body = upload::bytes(&web, &site, body, MAX_BYTES, "file").await?;
    let message = conversations::send_file(&web.app, sender, &named.name, body).await?;
    let What::File { file, .. } = message.what else {
        return Ok(HttpResponse::Created().finish());
    };
    Ok(HttpResponse::Created().json(FileView::of(file, *id, message.id)))
}

/// A file that one of the two sent.
#[utoipa::path(
    tag = "conversations",
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 401, body = Problem),
        (status = 404, description = "Not there, not theirs, or taken away", body = Problem))
)]
#[get("/conversations/{id}/files/{file}")]
async fn fetch(web: Data<Web>, viewer: Viewer, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (conversation, id) = path.into_inner();
    let (head, body) = conversations::file(&web.app, &viewer, ConversationId::from_uuid(conversation), id).await?;
    Ok(attachments::answer(&head, body))
}

/// How a picture looks that one of the two sent: made by the server, without what cameras write into theirs.
#[utoipa::path(
    tag = "conversations",
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"), (status = 401, body = Problem),
        (status = 404, description = "Not there, not theirs, no picture, or taken away", body = Problem))
)]
#[get("/conversations/{id}/files/{file}/preview")]
async fn preview(web: Data<Web>, viewer: Viewer, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (conversation, id) = path.into_inner();
    let conversation = ConversationId::from_uuid(conversation);
    let body = conversations::file_preview(&web.app, &viewer, conversation, id).await?;
    Ok(attachments::picture(body))
}
