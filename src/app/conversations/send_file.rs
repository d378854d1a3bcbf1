//! Sending a file.

use crate::{
    app::{App, identity::Viewer, notifications::tell, safety, subscriptions},
    domain::{attachment, ids::ConversationId, notification::Event, time::Moment},
    error::{Error, Result},
    store::{
        conversations::{self, Message, What},
        message_files::{self, FileHead, NewFile},
        notifications::News,
        users,
    },
};
use uuid::Uuid;

/// A day.
const DAY_MS: i64 = 86_400_000;

/// A reader who can send files to a conversation. It is made before any file of theirs is read.
pub struct Sender<'a> {
    viewer: &'a Viewer,
    conversation: ConversationId,
}

impl<'a> Sender<'a> {
    /// The reader as one.
    ///
    /// # Errors
    /// It isn't their conversation, one has blocked the other, they have sent too many today, or the database is away.
    pub async fn of(app: &App, viewer: &'a Viewer, conversation: ConversationId) -> Result<Self> {
        let (user, now) = (viewer.user.id, app.now());
        app.db
            .read(&viewer.scope, move |tx| {
                let found = conversations::of_person(tx, conversation, user)?;
                let other = found.other(user);
                safety::can_write(tx, user, (other.id, &other.name))?;
                few_today(message_files::count(tx, user, now + -DAY_MS)?)
            })
            .await?;
        Ok(Self { viewer, conversation })
    }
}

fn few_today(sent: i64) -> Result<()> {
    if sent < attachment::MOST_A_DAY {
        return Ok(());
    }
    Err(Error::conflict(
        "too_many_files",
        format!(
            "You can send up to {} files a day. Go on tomorrow.",
            attachment::MOST_A_DAY
        ),
    ))
}

/// Sends a file that the sender calls `typed`.
///
/// # Errors
/// It is of a kind that can't be sent, there is no space left for it, or as [`Sender::of`] says.
pub async fn send_file(app: &App, sender: Sender<'_>, typed: &str, body: Vec<u8>) -> Result<Message> {
    let Sender { viewer, conversation } = sender;
    let kind = attachment::recognise(&body).ok_or_else(|| {
        let words = "This kind of file can't be sent. Pictures, PDF, text and office documents can.";
        Error::field("file", words)
    })?;
    if body.len() > attachment::MAX_BYTES {
        return Err(Error::field("file", "A file can have up to 5 MB."));
    }
    let name = attachment::name(typed, kind);
    let (user, now, handle): (_, Moment, _) = (viewer.user.id, app.now(), app.clone());
    app.db
        .tenant(&viewer.scope, move |tx| {
            // Their own row, so that they count what they send.
            users::hold(tx, user)?;
            let found = conversations::of_person(tx, conversation, user)?;
            let other = found.other(user);
            safety::can_write(tx, user, (other.id, &other.name))?;
            few_today(message_files::count(tx, user, now + -DAY_MS)?)?;
            subscriptions::more_stored(tx, body.len(), now)?;
            let id = conversations::add_file(tx, conversation, user, now)?;
            let file = NewFile {
                sender: user,
                name: &name,
                media_type: kind.media_type,
                body: &body,
            };
            message_files::insert(tx, id, &file, now)?;
            let news = News::about(Event::Message, user, format!("/conversations/{conversation}"));
            tell(&handle, tx, other.id, news, now)?;
            Ok(Message {
                id,
                at: now,
                what: What::File {
                    sender: user,
                    file: FileHead {
                        name,
                        media_type: kind.media_type.to_owned(),
                        bytes: u32::try_from(body.len()).unwrap_or(u32::MAX),
                    },
                },
            })
        })
        .await
}

/// A file of a conversation of the reader's.
///
/// # Errors
/// It isn't there or not theirs, it was taken away, or the database is away.
pub async fn file(app: &App, viewer: &Viewer, conversation: ConversationId, id: Uuid) -> Result<(FileHead, Vec<u8>)> {
    let user = viewer.user.id;
    let (head, body) = app
        .db
        .read(&viewer.scope, move |tx| {
            conversations::of_person(tx, conversation, user)?;
            message_files::read(tx, conversation, id)
        })
        .await?;
    if body.is_empty() || u32::try_from(body.len()).ok() != Some(head.bytes) {
        return Err(Error::missing(
            "This file isn't kept any more. Ask for it to be sent again.",
        ));
    }
    Ok((head, body))
}
