//! Writing to each other outside of a call.

use crate::{
    app::{App, identity::Viewer, notifications::tell, safety},
    domain::{
        ids::{ConversationId, UserId},
        notification::Event,
        text,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        conversations::{self, Message, What},
        notifications::News,
    },
};
use uuid::Uuid;

/// Longest message, in characters.
pub const MOST_CHARS: usize = 2_000;

/// Adds a message of the reader's to a conversation of theirs.
///
/// # Errors
/// Empty or too long, not their conversation, or the database is away.
pub async fn write(app: &App, viewer: &Viewer, id: ConversationId, words: &str) -> Result<Message> {
    let words = words_of(words)?;
    let (user, now, handle) = (viewer.user.id, app.now(), app.clone());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let conversation = conversations::of_person(tx, id, user)?;
            let other = conversation.other(user);
            safety::can_write(tx, user, (other.id, &other.name))?;
            Ok(Message {
                guest: None,
                id: said(&handle, tx, id, (user, other.id), &words, now)?,
                at: now,
                what: What::Chat {
                    sender: user,
                    text: words,
                },
            })
        })
        .await
}

/// What was written, as it is kept.
pub(super) fn words_of(typed: &str) -> Result<String> {
    text::paragraphs(typed, 1..=MOST_CHARS).ok_or_else(|| Error::field("text", "Write 1 to 2,000 characters."))
}

/// Adds what one wrote, and tells the other. Gives the message's id.
pub(super) fn said(
    app: &App,
    tx: &mut TenantTx<'_>,
    conversation: ConversationId,
    (from, to): (UserId, UserId),
    words: &str,
    now: Moment,
) -> Result<Uuid> {
    let message = conversations::add_chat(tx, conversation, from, words, now)?;
    let news = News::about(Event::Message, from, format!("/conversations/{conversation}"));
    tell(app, tx, to, news, now)?;
    Ok(message)
}
