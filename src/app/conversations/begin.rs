//! Writing to a seller first, which costs nothing (preset P5).

use super::write::{said, words_of};
use crate::{
    app::{App, identity::Viewer, safety},
    domain::ids::{ConversationId, UserId},
    error::{Error, Result},
    store::{conversations, sellers, users},
};

/// Conversations that somebody can have moved within a day and still begin another.
const MOST_A_DAY: i64 = 50;
const DAY_MS: i64 = 86_400_000;

/// The reader's conversation with a seller, if there is one.
///
/// # Errors
/// The database is away.
pub async fn with_seller(app: &App, viewer: &Viewer, seller: UserId) -> Result<Option<ConversationId>> {
    let user = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| conversations::between(tx, user, seller))
        .await
}

/// Writes to a seller, also for the first time; gives the conversation.
///
/// # Errors
/// Empty or too long, no such seller, the reader themselves, too many for a day, one keeps from the other, or the database
/// is away.
pub async fn begin(app: &App, viewer: &Viewer, seller: UserId, words: &str) -> Result<ConversationId> {
    let words = words_of(words)?;
    let (user, now, handle) = (viewer.user.id, app.now(), app.clone());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let to = users::find(tx, seller)?;
            if to.suspended || sellers::find(tx, seller)?.is_none() {
                return Err(Error::not_found());
            }
            if seller == user {
                return Err(Error::invalid("You can't write to yourself."));
            }
            safety::can_write(tx, user, (seller, &to.name))?;
            // One after the other, or ten at once would be one too many.
            users::hold(tx, user)?;
            let is_first = conversations::between(tx, user, seller)?.is_none();
            if is_first && conversations::count_since(tx, user, now + -DAY_MS)? >= MOST_A_DAY {
                let words = "You have written to many people today. Go on tomorrow.";
                return Err(Error::conflict("too_many_conversations", words));
            }
            let conversation = conversations::of(tx, user, seller, now)?;
            said(&handle, tx, conversation, (user, seller), &words, now)?;
            Ok(conversation)
        })
        .await
}
