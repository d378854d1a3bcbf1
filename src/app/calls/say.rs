//! Chat inside a call; it is kept in the pair's conversation.

use crate::{
    app::App,
    domain::{
        call::CallRole,
        ids::{CallId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{TenantScope, calls::Call, conversations},
};
use tallyroom_media_protocol::signaling::{ChatLine, MAX_CHAT_CHARS};

/// How much of the chat somebody who joins is shown.
const SHOWN: i64 = 100;

/// Keeps what a person said.
///
/// # Errors
/// Nothing was said, or too much; or the database is away.
pub async fn say(app: &App, scope: &TenantScope, call: &Call, from: CallRole, text: &str) -> Result<ChatLine> {
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
    let speaker = match from {
        CallRole::Buyer => call.buyer.clone(),
        CallRole::Seller => call.seller.clone(),
    };
    let (buyer, seller, sender, id, body) = (call.buyer.id, call.seller.id, speaker.id, call.id, text.to_owned());
    let stored = app.db.tenant(scope, move |tx| {
        let conversation = conversations::of(tx, buyer, seller, at)?;
        conversations::add_chat(tx, conversation, sender, &body, Some(id), at)
    });
    Ok(ChatLine {
        id: stored.await?,
        from,
        name: speaker.name,
        text: text.to_owned(),
        at_ms: at.0,
    })
}

/// The last words of a call's chat, oldest first.
///
/// # Errors
/// The database is away.
pub async fn chat(app: &App, scope: &TenantScope, call: &Call) -> Result<Vec<ChatLine>> {
    let id: CallId = call.id;
    let messages = app
        .db
        .read(scope, move |tx| conversations::chat_of_call(tx, id, SHOWN))
        .await?;
    Ok(messages.into_iter().filter_map(|message| line(call, message)).collect())
}

fn line(call: &Call, message: conversations::Message) -> Option<ChatLine> {
    let conversations::What::Chat { sender, text } = message.what else {
        return None;
    };
    let from = role_of(call, sender)?;
    let name = match from {
        CallRole::Buyer => call.buyer.name.clone(),
        CallRole::Seller => call.seller.name.clone(),
    };
    let Moment(at_ms) = message.at;
    Some(ChatLine {
        id: message.id,
        from,
        name,
        text,
        at_ms,
    })
}

fn role_of(call: &Call, person: UserId) -> Option<CallRole> {
    if person == call.buyer.id {
        Some(CallRole::Buyer)
    } else {
        (person == call.seller.id).then_some(CallRole::Seller)
    }
}
