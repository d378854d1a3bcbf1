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
        call_guests::{self, Guest},
        calls::{Call, Party},
        conversations::{self, During, Message, Seen, What},
        message_files::FileHead,
    },
};
use tallyroom_media_protocol::signaling::{ChatFile, ChatImage, ChatLine, MAX_CHAT_CHARS, ReadMark, RoomRole};
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
    (speaker, from): (Party, RoomRole),
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
    let (call, sender, body) = (call.clone(), speaker.id, text.to_owned());
    let stored = app.db.tenant(scope, move |tx| {
        let conversation = conversations::of(tx, call.buyer.id, call.seller.id, at)?;
        let during = During::now(tx, &call)?;
        conversations::add_once(tx, id, (conversation, during), sender, &body, at)
    });
    Ok(stored.await?.then(|| ChatLine {
        id,
        from,
        person: speaker.id.uuid(),
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
pub async fn chat(app: &App, scope: &TenantScope, call: &Call, reader: Reader) -> Result<Chat> {
    let (id, buyer, seller) = (call.id, call.buyer.id, call.seller.id);
    let whose = match reader {
        Reader::Side(role) => Some(call.party(role).id),
        Reader::Guest { .. } => None,
    };
    let read = move |tx: &mut TenantTx<'_>| {
        let messages = conversations::chat_of_call(tx, id, whose, SHOWN)?;
        let conversation = match messages.is_empty() {
            true => None,
            false => conversations::between(tx, buyer, seller)?,
        };
        let came = call_guests::who_came(tx, id)?;
        Ok((conversation, messages, conversations::seen(tx, buyer, seller)?, came))
    };
    let (conversation, messages, [by_buyer, by_seller], came) = app.db.read(scope, read).await?;
    let seen = match reader {
        Reader::Side(CallRole::Buyer) => by_seller,
        Reader::Side(CallRole::Seller) => by_buyer,
        Reader::Guest { .. } => None,
    };
    let speakers = Speakers::of(call, came);
    let line = |message: Message| match reader {
        Reader::Side(_) => speakers.line(conversation?, message),
        Reader::Guest { since } if message.at < since => None,
        Reader::Guest { .. } => speakers.line(conversation?, message).map(for_guests),
    };
    Ok(Chat {
        lines: messages.into_iter().filter_map(line).collect(),
        read: seen.map(mark),
    })
}

/// For whom a call's chat is read.
#[derive(Clone, Copy, Debug)]
pub enum Reader {
    /// One of the two.
    Side(CallRole),
    /// A third person, who reads what was said since they came.
    Guest {
        /// Since when they may be there.
        since: Moment,
    },
}

/// Everybody who may have said something in that call.
///
/// # Errors
/// The database is away.
pub async fn speakers(app: &App, scope: &TenantScope, call: &Call) -> Result<Speakers> {
    let id = call.id;
    let came = app.db.read(scope, move |tx| call_guests::who_came(tx, id)).await?;
    Ok(Speakers::of(call, came))
}

/// A line as guests see it: files are the two's, a guest hears that there is one, also of their own.
pub fn for_guests(mut line: ChatLine) -> ChatLine {
    if let Some(file) = &mut line.file {
        (file.url, file.image) = (None, None);
    }
    line
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

/// Everybody who may have said something in a call.
pub struct Speakers(Vec<(Party, RoomRole)>);

impl Speakers {
    /// The two, and who came by a link.
    pub fn of(call: &Call, came: Vec<Guest>) -> Self {
        let sides = [
            (call.buyer.clone(), RoomRole::Buyer),
            (call.seller.clone(), RoomRole::Seller),
        ];
        let came = came
            .into_iter()
            .filter_map(|guest| Some((guest.person?, guest.role.into())));
        Self(sides.into_iter().chain(came).collect())
    }

    /// A message of a call's as a line of its chat, if it is one.
    pub fn line(&self, conversation: ConversationId, message: Message) -> Option<ChatLine> {
        let (sender, text, file) = match message.what {
            What::Chat { sender, text } => (sender, text, None),
            What::File { sender, file } => (sender, String::new(), Some(chat_file(conversation, message.id, file))),
            What::Suggestion { .. } | What::Call { .. } => return None,
        };
        let (speaker, from) = self.0.iter().find(|(party, _)| party.id == sender)?;
        let Moment(at_ms) = message.at;
        Some(ChatLine {
            id: message.id,
            from: *from,
            person: speaker.id.uuid(),
            name: speaker.name.clone(),
            text,
            at_ms,
            file,
        })
    }
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

/// All that was said in a call, to be read elsewhere.
///
/// # Errors
/// It isn't the reader's, or the database is away.
pub async fn whole_chat(app: &App, scope: &TenantScope, reader: UserId, id: CallId) -> Result<(Call, Vec<ChatLine>)> {
    let call = super::one(app, scope, reader, id).await?;
    let (buyer, seller) = (call.buyer.id, call.seller.id);
    let read = move |tx: &mut TenantTx<'_>| {
        let messages = conversations::chat_of_call(tx, id, Some(reader), super::mail_chat::MOST_LINES)?;
        let came = call_guests::who_came(tx, id)?;
        Ok((conversations::between(tx, buyer, seller)?, messages, came))
    };
    let (conversation, messages, came) = app.db.read(scope, read).await?;
    let speakers = Speakers::of(&call, came);
    let lines = messages
        .into_iter()
        .filter_map(|message| speakers.line(conversation?, message));
    let lines = lines.collect();
    Ok((call, lines))
}
