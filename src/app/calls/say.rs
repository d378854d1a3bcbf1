//! Chat inside a call; it is kept in the pair's conversation.

use crate::{
    app::App,
    domain::{ids::CallId, time::Moment},
    error::{Error, Result},
    store::{
        TenantScope,
        call_guests::{self, Guest},
        calls::{Call, Party},
        conversations,
    },
};
use tallyroom_media_protocol::signaling::{ChatLine, MAX_CHAT_CHARS, RoomRole};

/// How much of the chat somebody who joins is shown.
const SHOWN: i64 = 100;

/// Keeps what a person said.
///
/// # Errors
/// Nothing was said, or too much; or the database is away.
pub async fn say(
    app: &App,
    scope: &TenantScope,
    call: &Call,
    (speaker, from): (Party, RoomRole),
    text: &str,
) -> Result<ChatLine> {
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
    let (messages, guests) = app
        .db
        .read(scope, move |tx| {
            Ok((
                conversations::chat_of_call(tx, id, SHOWN)?,
                call_guests::who_came(tx, id)?,
            ))
        })
        .await?;
    let speakers = speakers(call, guests);
    Ok(messages
        .into_iter()
        .filter_map(|message| line(&speakers, message))
        .collect())
}

/// Everybody who may have said something.
fn speakers(call: &Call, guests: Vec<Guest>) -> Vec<(Party, RoomRole)> {
    let sides = [
        (call.buyer.clone(), RoomRole::Buyer),
        (call.seller.clone(), RoomRole::Seller),
    ];
    let came = guests
        .into_iter()
        .filter_map(|guest| Some((guest.person?, guest.role.into())));
    sides.into_iter().chain(came).collect()
}

fn line(speakers: &[(Party, RoomRole)], message: conversations::Message) -> Option<ChatLine> {
    let conversations::What::Chat { sender, text } = message.what else {
        return None;
    };
    let (speaker, from) = speakers.iter().find(|(party, _)| party.id == sender)?;
    let Moment(at_ms) = message.at;
    Some(ChatLine {
        id: message.id,
        from: *from,
        name: speaker.name.clone(),
        text,
        at_ms,
    })
}
