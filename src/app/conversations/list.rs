//! A person's conversations.

use crate::{
    app::{App, identity::Viewer},
    error::Result,
    store::conversations::{self, Conversation, Message},
};

/// Conversations a page.
const PAGE: i64 = 50;

/// The `page`-th page (from 1) of the reader's conversations, newest first, each with its last message.
///
/// # Errors
/// The database is away.
pub async fn list(app: &App, viewer: &Viewer, page: u32) -> Result<Vec<(Conversation, Option<Message>)>> {
    let user = viewer.user.id;
    let skip = i64::from(page.max(1) - 1) * PAGE;
    app.db
        .read(&viewer.scope, move |tx| conversations::list(tx, user, skip, PAGE))
        .await
}
