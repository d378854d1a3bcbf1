//! Chat inside a call; it is kept in the pair's conversation.

use crate::{
    app::App,
    domain::{
        call::CallRole,
        ids::{CallId, ConversationId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        calls::Call,
        conversations::{self, Message, Seen, What},
        message_files::FileHead,
    },
};
use tallyroom_media_protocol::signaling::{ChatFile, ChatImage, ChatLine, MAX_CHAT_CHARS, ReadMark};
use uuid::Uuid;

/// How much of the chat somebody who joins is shown.
const SHOWN: i64 = 100;

/// Keeps what a person said, under an id that they chose. None if they had said it before.
///
/// # Errors
/// Nothing was said, or too much, or the id is that of something else; or the database is away.
pub async fn say(
    app: &App,
    scope: &TenantScope,
    call: &Call,
    from: CallRole,
    (id, text): (Uuid, &str),
) -> Result<Option<ChatLine>> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_CHAT_CHARS {
        return Err(Error::field(
            "text",
            format!("A message has 1 to {MAX_CHAT_CHARS} characters."),
        ));
    }
    if text.contains('\0') {
        return Err(Error::field("text", "A message can't have that character."));
    }
    let at = app.now();
    let speaker = call.party(from);
    let (buyer, seller, sender, of, body) = (call.buyer.id, call.seller.id, speaker.id, call.id, text.to_owned());
    let stored = app.db.tenant(scope, move |tx| {
        let conversation = conversations::of(tx, buyer, seller, at)?;
        conversations::add_once(tx, id, (conversation, of), sender, &body, at)
    });
    Ok(stored.await?.then(|| ChatLine {
        id,
        from,
        name: speaker.name.clone(),
        text: text.to_owned(),
        at_ms: at.0,
        file: None,
    }))
}

/// What was said in a call, and how far it was read.
#[derive(Clone, Debug)]
pub struct Chat {
    /// Its last lines, oldest first.
    pub lines: Vec<ChatLine>,
    /// How far the one who doesn't ask has read.
    pub read: Option<ReadMark>,
}

/// A call's chat, for one of its two.
///
/// # Errors
/// The database is away.
pub async fn chat(app: &App, scope: &TenantScope, call: &Call, reader: CallRole) -> Result<Chat> {
    let (id, buyer, seller) = (call.id, call.buyer.id, call.seller.id);
    let read = move |tx: &mut TenantTx<'_>| {
        let messages = conversations::chat_of_call(tx, id, SHOWN)?;
        let conversation = match messages.is_empty() {
            true => None,
            false => conversations::between(tx, buyer, seller)?,
        };
        Ok((conversation, messages, conversations::seen(tx, buyer, seller)?))
    };
    let (conversation, messages, [by_buyer, by_seller]) = app.db.read(scope, read).await?;
    let seen = match reader {
        CallRole::Buyer => by_seller,
        CallRole::Seller => by_buyer,
    };
    let line = |message| line(call, conversation?, message);
    Ok(Chat {
        lines: messages.into_iter().filter_map(line).collect(),
        read: seen.map(mark),
    })
}

/// One of the two has seen a call's chat up to a line. None if they had before.
///
/// # Errors
/// There is no such line in this call, or the database is away.
pub async fn see(
    app: &App,
    scope: &TenantScope,
    call: &Call,
    reader: CallRole,
    up_to: Uuid,
) -> Result<Option<ReadMark>> {
    let (id, now) = (call.id, app.now());
    let seen = app.db.tenant(scope, move |tx| {
        let (conversation, at) = conversations::find_in_call(tx, id, up_to)?;
        conversations::see(tx, conversation, reader == CallRole::Buyer, at, now)
    });
    Ok(seen.await?.map(mark))
}

fn mark(seen: Seen) -> ReadMark {
    ReadMark {
        up_to_ms: seen.up_to.0,
        at_ms: seen.at.0,
    }
}

/// A message of a call's as a line of its chat, if it is one.
pub fn line(call: &Call, conversation: ConversationId, message: Message) -> Option<ChatLine> {
    let (sender, text, file) = match message.what {
        What::Chat { sender, text } => (sender, text, None),
        What::File { sender, file } => (sender, String::new(), Some(chat_file(conversation, message.id, file))),
        What::Suggestion { .. } | What::Call { .. } => return None,
    };
    let from = role_of(call, sender)?;
    let Moment(at_ms) = message.at;
    Some(ChatLine {
        id: message.id,
        from,
        name: call.party(from).name.clone(),
        text,
        at_ms,
        file,
    })
}

fn chat_file(conversation: ConversationId, id: Uuid, file: FileHead) -> ChatFile {
    let url = format!("/api/v1/conversations/{conversation}/files/{id}");
    let image = file.shown.map(|(width, height)| ChatImage {
        url: format!("{url}/preview"),
        width,
        height,
    });
    ChatFile {
        url: (file.bytes > 0).then_some(url),
        name: file.name,
        media_type: file.media_type,
        bytes: file.bytes,
        image,
    }
}

fn role_of(call: &Call, person: UserId) -> Option<CallRole> {
    if person == call.buyer.id {
        Some(CallRole::Buyer)
    } else {
        (person == call.seller.id).then_some(CallRole::Seller)
    }
}

/// All that was said in a call, to be read elsewhere.
///
/// # Errors
/// It isn't the reader's, or the database is away.
pub async fn whole_chat(app: &App, scope: &TenantScope, reader: UserId, id: CallId) -> Result<(Call, Vec<ChatLine>)> {
    let call = super::one(app, scope, reader, id).await?;
    let (buyer, seller) = (call.buyer.id, call.seller.id);
    let read = move |tx: &mut TenantTx<'_>| {
        let messages = conversations::chat_of_call(tx, id, super::mail_chat::MOST_LINES)?;
        Ok((conversations::between(tx, buyer, seller)?, messages))
    };
    let (conversation, messages) = app.db.read(scope, read).await?;
    let lines = messages
        .into_iter()
        .filter_map(|message| line(&call, conversation?, message));
    let lines = lines.collect();
    Ok((call, lines))
}
