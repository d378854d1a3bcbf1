//! Sending a file, from the inbox or in a call.

use super::scan;
use crate::{
    app::{App, guests, identity::Viewer, notifications::tell, pictures, safety, subscriptions},
    domain::{
        attachment,
        ids::{CallId, ConversationId, UserId},
        notification::Event,
        picture::{self, Purpose},
        time::Moment,
    },
    error::{Error, Kind, Result},
    store::{
        TenantTx, call_guests,
        calls::{self, Call},
        conversations::{self, During, Message, What},
        message_files::{self, FileHead, NewFile, Preview},
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
    call: Option<Call>,
    /// A third person in that call: the conversation isn't theirs.
    is_third: bool,
}

impl<'a> Sender<'a> {
    /// The reader as one.
    ///
    /// # Errors
    /// It isn't their conversation, one has blocked the other, they have sent too many today, or the database is away.
    pub async fn of(app: &App, viewer: &'a Viewer, conversation: ConversationId) -> Result<Self> {
        let sender = Self {
            viewer,
            conversation,
            call: None,
            is_third: false,
        };
        sender.check(app).await
    }

    /// The same in a call of theirs, or in one that they are in as a third person.
    ///
    /// # Errors
    /// As [`of`](Self::of) says, or they aren't in it.
    pub async fn in_call(app: &App, viewer: &'a Viewer, call: &Call) -> Result<Self> {
        let (buyer, seller, now) = (call.buyer.id, call.seller.id, app.now());
        let conversation = app
            .db
            .tenant(&viewer.scope, move |tx| conversations::of(tx, buyer, seller, now))
            .await?;
        let sender = Self {
            viewer,
            conversation,
            call: Some(call.clone()),
            is_third: ![buyer, seller].contains(&viewer.user.id),
        };
        sender.check(app).await
    }

    async fn check(self, app: &App) -> Result<Self> {
        let (user, may_send, now) = (self.viewer.user.id, self.rule(), app.now());
        let checked = app.db.read(&self.viewer.scope, move |tx| may_send.check(tx, user, now));
        checked.await?;
        Ok(self)
    }

    fn rule(&self) -> MaySend {
        match &self.call {
            Some(call) if self.is_third => MaySend::InCall(call.id),
            call => MaySend::Between(self.conversation, call.as_ref().map(|call| call.id)),
        }
    }

    /// Where it goes to.
    pub fn conversation(&self) -> ConversationId {
        self.conversation
    }
}

/// What lets somebody send.
#[derive(Clone, Copy)]
enum MaySend {
    /// In which call of the two, if in one.
    Between(ConversationId, Option<CallId>),
    InCall(CallId),
}

impl MaySend {
    /// Gives whose news it is.
    fn check(self, tx: &mut TenantTx<'_>, user: UserId, now: Moment) -> Result<Option<UserId>> {
        let other = match self {
            Self::Between(conversation, call) => {
                if let Some(call) = call {
                    // They may be shown out while their file comes.
                    let call = calls::of_person(tx, call, user)?;
                    guests::not_shown_out(tx, &call, user)?;
                }
                let found = conversations::of_person(tx, conversation, user)?;
                let other = found.other(user);
                safety::can_write(tx, user, (other.id, &other.name))?;
                Some(other.id)
            }
            Self::InCall(call) => {
                let place = call_guests::of_person(tx, call, user)?;
                if !place.admitted {
                    return Err(Error::not_found());
                }
                if message_files::count_in_call(tx, call)? >= attachment::MOST_IN_A_CALL {
                    let words = "This call has as many files as it takes.";
                    return Err(Error::conflict("too_many_files", words));
                }
                None
            }
        };
        few_today(message_files::count(tx, user, now + -DAY_MS)?)?;
        Ok(other)
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
/// It is of a kind that can't be sent or has something in it that could do harm, there is no space left for it, or as
/// [`Sender::of`] says.
pub async fn send_file(app: &App, sender: Sender<'_>, typed: &str, body: Vec<u8>) -> Result<Message> {
    let may_send = sender.rule();
    let Sender {
        viewer,
        conversation,
        call,
        ..
    } = sender;
    let kind = attachment::recognise(&body).ok_or_else(|| {
        let words = "This kind of file can't be sent. Pictures, PDF, text and office documents can.";
        Error::field("file", words)
    })?;
    if body.len() > attachment::MAX_BYTES {
        return Err(Error::field("file", "A file can have up to 5 MB."));
    }
    scan(app, &body).await?;
    let preview = match kind.is_picture() {
        true => preview(&body).await?,
        false => None,
    };
    let name = attachment::name(typed, kind);
    let (user, now, handle): (_, Moment, _) = (viewer.user.id, app.now(), app.clone());
    app.db
        .tenant(&viewer.scope, move |tx| {
            // Their own row, so that they count what they send.
            users::hold(tx, user)?;
            let other = may_send.check(tx, user, now)?;
            subscriptions::more_stored(tx, body.len(), now)?;
            let during = call.as_ref().map(|call| During::now(tx, call)).transpose()?;
            let id = conversations::add_file(tx, conversation, user, during, now)?;
            let file = NewFile {
                sender: user,
                name: &name,
                media_type: kind.media_type,
                body: &body,
                preview: preview.as_ref(),
            };
            message_files::insert(tx, id, &file, now)?;
            // In a call the other one sees it come.
            if let Some(other) = other.filter(|_| call.is_none()) {
                let news = News::about(Event::Message, user, format!("/conversations/{conversation}"));
                tell(&handle, tx, other, news, now)?;
            }
            Ok(Message {
                guest: None,
                id,
                at: now,
                what: What::File {
                    sender: user,
                    file: FileHead {
                        name,
                        media_type: kind.media_type.to_owned(),
                        bytes: u32::try_from(body.len()).unwrap_or(u32::MAX),
                        shown: preview.map(|preview| preview.size),
                    },
                },
            })
        })
        .await
}

/// How a picture looks; none if it can't be unpacked: it is sent as any other file is then.
async fn preview(body: &[u8]) -> Result<Option<Preview>> {
    let made = match pictures::remake(body.to_vec(), Purpose::Preview).await {
        Ok(file) => file.body,
        Err(error) if matches!(error.kind, Kind::Internal | Kind::Unavailable) => return Err(error),
        Err(_) => return Ok(None),
    };
    Ok(picture::size(&made).map(|size| Preview { body: made, size }))
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
            let conversation = conversations::of_person(tx, conversation, user)?;
            message_files::read(tx, (&conversation, user), id)
        })
        .await?;
    if body.is_empty() || u32::try_from(body.len()).ok() != Some(head.bytes) {
        return Err(Error::missing(
            "This file isn't kept any more. Ask for it to be sent again.",
        ));
    }
    Ok((head, body))
}

/// How a picture of a conversation of the reader's looks.
///
/// # Errors
/// It isn't there or not theirs, it is no picture, it was taken away, or the database is away.
pub async fn file_preview(app: &App, viewer: &Viewer, conversation: ConversationId, id: Uuid) -> Result<Vec<u8>> {
    let user = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| {
            let conversation = conversations::of_person(tx, conversation, user)?;
            message_files::preview(tx, (&conversation, user), id)
        })
        .await
}
