//! Writing to each other outside of a call.

use crate::{
    app::{App, identity::Viewer, notifications::tell, safety},
    domain::{ids::ConversationId, notification::Event, text},
    error::{Error, Result},
    store::{
        conversations::{self, Message, What},
        notifications::News,
    },
};

/// Longest message, in characters.
pub const MOST_CHARS: usize = 2_000;

/// Adds a message of the reader's to a conversation of theirs.
///
/// # Errors
/// Empty or too long, not their conversation, or the database is away.
pub async fn write(app: &App, viewer: &Viewer, id: ConversationId, words: &str) -> Result<Message> {
    let words =
        text::paragraphs(words, 1..=MOST_CHARS).ok_or_else(|| Error::field("text", "Write 1 to 2,000 characters."))?;
    let (user, now, handle) = (viewer.user.id, app.now(), app.clone());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let conversation = conversations::of_person(tx, id, user)?;
            let other = conversation.other(user);
            safety::can_write(tx, user, (other.id, &other.name))?;
            let message = conversations::add_chat(tx, conversation.id, user, &words, None, now)?;
            let news = News::about(Event::Message, user, format!("/conversations/{id}"));
            tell(&handle, tx, other.id, news, now)?;
            Ok(Message {
                id: message,
                at: now,
                what: What::Chat {
                    sender: user,
                    text: words,
                },
            })
        })
        .await
}
