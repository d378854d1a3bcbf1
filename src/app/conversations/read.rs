//! One conversation.

use crate::{
    app::{App, browse::Listed, identity::Viewer, safety, selling::MOST_SERVICES},
    domain::ids::ConversationId,
    error::Result,
    store::{
        conversations::{self, Conversation, Message},
        notifications::{self, Seen},
        sellers,
        services::{self, Service},
    },
};

/// Messages a page.
const PAGE: i64 = 100;

/// A stretch of a conversation.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Whose.
    pub conversation: Conversation,
    /// Oldest first.
    pub messages: Vec<Message>,
    /// There are older ones.
    pub more: bool,
    /// Notifications that were about it, and are seen by reading.
    pub seen: u32,
    /// The seller as lists show them, when the reader is the buyer.
    pub seller: Option<Listed>,
    /// What the reader can suggest a call about, when they are the seller.
    pub services: Vec<Service>,
}

/// The `page`-th stretch of a conversation of the reader's; the first is the newest.
///
/// # Errors
/// It isn't there or isn't theirs, or the database is away.
pub async fn read(app: &App, viewer: &Viewer, id: ConversationId, page: u32) -> Result<Thread> {
    let user = viewer.user.id;
    let (handle, scope, now) = (app.clone(), viewer.scope, app.now());
    let skip = i64::from(page.max(1) - 1) * PAGE;
    app.db
        .tenant(&viewer.scope, move |tx| {
            let conversation = conversations::of_person(tx, id, user)?;
            let mut messages = conversations::messages(tx, (id, Some(user)), skip, PAGE + 1)?;
            let more = messages.len() > PAGE as usize;
            messages.truncate(PAGE as usize);
            messages.reverse();
            let seller = if conversation.buyer.id == user {
                let card = sellers::card(tx, conversation.seller.id)?;
                let hidden = safety::is_hidden(tx, user, conversation.seller.id)?;
                Some(Listed::of(&handle, &scope, card, now).kept_from(hidden))
            } else {
                None
            };
            let mut services = match conversation.seller.id == user {
                true => services::of_seller(tx, user, MOST_SERVICES)?,
                false => Vec::new(),
            };
            services.retain(|service| service.published && service.video_enabled);
            if let Some(newest) = messages.last().filter(|_| skip == 0) {
                conversations::see(tx, id, conversation.buyer.id == user, newest.at, now)?;
            }
            let link = Seen::Link(format!("/conversations/{id}"));
            let seen = notifications::see(tx, user, &link, now)?;
            Ok(Thread {
                seen: u32::try_from(seen).unwrap_or(u32::MAX),
                conversation,
                messages,
                more,
                seller,
                services,
            })
        })
        .await
}
