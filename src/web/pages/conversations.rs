//! Conversations: the list, and one of them.

use super::{
    cards::presence,
    flash::flash,
    lead_to, no_body, problem, render, render_as,
    views::{
        Amount, ConversationPage, ConversationRow, ConversationsPage, Entry, EntryKind, Field, FirstMessagePage,
        Message, Person, Suggestable,
    },
};
use crate::{
    app::{browse, conversations, identity::Viewer},
    domain::{
        attachment::MAX_BYTES,
        call::EndReason,
        ids::{ConversationId, ServiceId, UserId},
        money::Currency,
    },
    error::Kind,
    store::conversations::{self as stored, What},
    web::{Result, Site, Web, attachments, theme::Tone, upload},
};
use actix_multipart::Multipart;
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, Query, ServiceConfig},
};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(show)
        .service(first)
        .service(begin)
        .service(write)
        .service(suggest)
        .service(send)
        .service(fetch);
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    page: u32,
}

#[get("/conversations")]
async fn list(web: Data<Web>, site: Site, viewer: Viewer, Query(shown): Query<Shown>) -> Result<HttpResponse> {
    let found = conversations::list(&web.app, &viewer, shown.page).await?;
    let items = found.into_iter().map(|(conversation, last)| ConversationRow {
        id: conversation.id.uuid(),
        other: Person::new(&conversation.other(viewer.user.id).name, None),
        last: last.as_ref().map(summary).unwrap_or_default(),
        at: conversation.last_at.timestamp(),
        unread: 0,
    });
    render(&site, Some(&viewer), &ConversationsPage { items: items.collect() })
}

#[get("/conversations/{id}")]
async fn show(
    web: Data<Web>,
    site: Site,
    mut viewer: Viewer,
    id: Path<Uuid>,
    Query(shown): Query<Shown>,
) -> Result<HttpResponse> {
    let (view, seen) = page(&web, &site, &viewer, ConversationId::from_uuid(*id), shown.page).await?;
    viewer.unread = viewer.unread.saturating_sub(seen);
    render(&site, Some(&viewer), &view)
}

/// Writing to a seller for the first time; a conversation that was begun is gone on with.
#[get("/sellers/{id}/message")]
async fn first(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let seller = UserId::from_uuid(*id);
    if seller == viewer.user.id {
        return Ok(no_body(&format!("/sellers/{seller}")));
    }
    if let Some(begun) = conversations::with_seller(&web.app, &viewer, seller).await? {
        return Ok(no_body(&format!("/conversations/{begun}")));
    }
    render(&site, Some(&viewer), &first_page(&web, &site, &viewer, seller).await?)
}

/// Writes to a seller.
#[post("/sellers/{id}/message")]
async fn begin(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Written>,
) -> Result<HttpResponse> {
    let seller = UserId::from_uuid(*id);
    let error = match conversations::begin(&web.app, &viewer, seller, &typed.text).await {
        Ok(begun) => return Ok(no_body(&format!("/conversations/{begun}"))),
        Err(error) => error,
    };
    let wrong = match error.kind {
        Kind::Conflict { .. } => Message::new(error.public),
        _ => problem(error)?.1,
    };
    let view = FirstMessagePage {
        text: Field::of(typed.text).wrong(wrong),
        ..first_page(&web, &site, &viewer, seller).await?
    };
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

async fn first_page(web: &Web, site: &Site, viewer: &Viewer, seller: UserId) -> Result<FirstMessagePage> {
    let details = browse::seller(&web.app, &site.scope, &site.tenant, seller, Some(viewer)).await?;
    let card = details.listed.card;
    Ok(FirstMessagePage {
        seller_id: seller.uuid(),
        seller: Person::new(&card.name, card.photo_url),
        text: Field::default(),
    })
}

#[derive(Deserialize)]
struct Suggested {
    service: Uuid,
}

/// Suggests a call about a service of the reader's.
#[post("/conversations/{id}/suggest")]
async fn suggest(
    web: Data<Web>,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(suggested): Form<Suggested>,
) -> Result<HttpResponse> {
    let service = ServiceId::from_uuid(suggested.service);
    let back = format!("/conversations/{id}");
    match conversations::suggest(&web.app, &viewer, ConversationId::from_uuid(*id), service).await {
        Err(error) if matches!(error.kind, Kind::Conflict { .. }) => {
            Ok(lead_to(&back, [flash(Tone::Error, "conversations.not_suggested")]))
        }
        done => done.map(|()| no_body(&back)).map_err(Into::into),
    }
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    text: String,
}

#[post("/conversations/{id}")]
async fn write(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Written>,
) -> Result<HttpResponse> {
    let id = ConversationId::from_uuid(*id);
    let Err(error) = conversations::write(&web.app, &viewer, id, &typed.text).await else {
        return Ok(no_body(&format!("/conversations/{id}")));
    };
    let wrong = match error.kind {
        Kind::Conflict { .. } => Message::new(error.public),
        _ => problem(error)?.1,
    };
    let (mut view, _) = page(&web, &site, &viewer, id, 1).await?;
    view.text = Field::of(typed.text).wrong(wrong);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

/// Sends a file.
#[post("/conversations/{id}/files")]
async fn send(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>, form: Multipart) -> Result<HttpResponse> {
    let id = ConversationId::from_uuid(*id);
    let sent = async {
        let sender = conversations::Sender::of(&web.app, &viewer, id).await?;
        let (name, body) = upload::named_of_form(&web, &site, form, MAX_BYTES, "file").await?;
        conversations::send_file(&web.app, sender, &name, body).await
    };
    let Err(error) = sent.await else {
        return Ok(no_body(&format!("/conversations/{id}")));
    };
    let wrong = match error.kind {
        Kind::Conflict { .. } => Message::new(error.public),
        _ => problem(error)?.1,
    };
    let (mut view, _) = page(&web, &site, &viewer, id, 1).await?;
    view.file = Field::default().wrong(wrong);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

/// A file that one of the two sent.
#[get("/conversations/{id}/files/{file}")]
async fn fetch(web: Data<Web>, viewer: Viewer, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (conversation, id) = path.into_inner();
    let (head, body) = conversations::file(&web.app, &viewer, ConversationId::from_uuid(conversation), id).await?;
    Ok(attachments::answer(&head, body))
}

/// The page, and how many notifications were about it.
async fn page(
    web: &Web,
    site: &Site,
    viewer: &Viewer,
    id: ConversationId,
    page: u32,
) -> Result<(ConversationPage, u32)> {
    let page = page.max(1);
    let thread = conversations::read(&web.app, viewer, id, page).await?;
    let buys = thread.conversation.buyer.id == viewer.user.id;
    let photo = thread.seller.as_ref().and_then(|seller| seller.card.photo_url.clone());
    let view = ConversationPage {
        id: thread.conversation.id.uuid(),
        other: Person::new(&thread.conversation.other(viewer.user.id).name, photo),
        other_id: thread.conversation.other(viewer.user.id).id.uuid(),
        presence: thread.seller.as_ref().map(|seller| presence(seller.presence)),
        other_url: buys.then(|| format!("/sellers/{}", thread.conversation.seller.id)),
        entries: thread
            .messages
            .iter()
            .map(|said| entry(said, id, viewer, buys, site.tenant.currency))
            .collect(),
        older_url: thread
            .more
            .then(|| format!("/conversations/{id}?page={}", page.saturating_add(1))),
        services: thread
            .services
            .iter()
            .map(|service| Suggestable {
                id: service.id.uuid(),
                title: service.title.clone(),
            })
            .collect(),
        text: Field::default(),
        file: Field::default(),
    };
    Ok((view, thread.seen))
}

fn kind(reason: EndReason) -> EntryKind {
    match reason {
        EndReason::Missed => EntryKind::CallMissed,
        EndReason::Rejected => EntryKind::CallRejected,
        EndReason::Busy => EntryKind::CallBusy,
        EndReason::Cancelled => EntryKind::CallCancelled,
        EndReason::BuyerEnded
        | EndReason::SellerEnded
        | EndReason::OutOfCredit
        | EndReason::BuyerLost
        | EndReason::SellerLost
        | EndReason::BothLost
        | EndReason::StaffEnded
        | EndReason::CallOver => EntryKind::CallEnded,
    }
}

/// A message as the list tells it.
fn summary(message: &stored::Message) -> Message {
    match &message.what {
        What::Chat { text, .. } => {
            let start: String = text.chars().take(140).collect();
            Message::new("conversations.last.message").with("text", start)
        }
        What::File { file, .. } => Message::new("conversations.last.file").with("text", &file.name),
        What::Suggestion { title, .. } => Message::new("conversations.last.suggestion").with("text", title),
        What::Call {
            reason, billable_ms, ..
        } => match kind(*reason) {
            EntryKind::CallMissed => Message::new("conversations.last.call_missed"),
            EntryKind::CallRejected => Message::new("conversations.last.call_rejected"),
            EntryKind::CallBusy => Message::new("conversations.last.call_busy"),
            EntryKind::CallCancelled => Message::new("conversations.last.call_cancelled"),
            EntryKind::Message | EntryKind::File | EntryKind::Suggestion | EntryKind::CallEnded => {
                Message::new("conversations.last.call_ended").with("seconds", billable_ms / 1_000)
            }
        },
    }
}

/// Calls are the buyer's doing: it was the buyer who rang.
fn entry(message: &stored::Message, of: ConversationId, viewer: &Viewer, buys: bool, currency: Currency) -> Entry {
    let at = message.at.timestamp();
    match &message.what {
        What::Chat { sender, text } => Entry {
            at,
            kind: EntryKind::Message,
            mine: *sender == viewer.user.id,
            guest: message.guest.clone(),
            text: text.clone(),
            kilobytes: 0,
            seconds: 0,
            amount: None,
            url: None,
        },
        What::File { sender, file } => Entry {
            at,
            kind: EntryKind::File,
            mine: *sender == viewer.user.id,
            guest: message.guest.clone(),
            text: file.name.clone(),
            kilobytes: file.bytes.div_ceil(1_024),
            seconds: 0,
            amount: None,
            url: (file.bytes > 0).then(|| format!("/conversations/{of}/files/{}", message.id)),
        },
        What::Suggestion {
            sender,
            service,
            title,
            rate_minor,
        } => Entry {
            at,
            kind: EntryKind::Suggestion,
            mine: *sender == viewer.user.id,
            guest: message.guest.clone(),
            text: title.clone(),
            kilobytes: 0,
            seconds: 0,
            amount: Some(Amount::new(*rate_minor, currency.code())),
            url: buys.then(|| format!("/sellers/{sender}?service={service}")),
        },
        What::Call {
            call,
            reason,
            billable_ms,
            charged_minor,
        } => Entry {
            at,
            kind: kind(*reason),
            mine: buys,
            guest: None,
            text: String::new(),
            kilobytes: 0,
            seconds: billable_ms / 1_000,
            amount: (*charged_minor > 0).then(|| Amount::new(*charged_minor, currency.code())),
            url: (kind(*reason) == EntryKind::CallEnded).then(|| format!("/calls/{call}/bill")),
        },
    }
}
