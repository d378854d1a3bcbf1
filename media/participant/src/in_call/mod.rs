//! One person in one call.

mod resident;

use crate::{
    counters::Counters,
    http::Account,
    link::Link,
    media::{Identity, Media, MediaOptions},
    signaling::RequestError,
};
use anyhow::{Context, Result, anyhow};
use resident::Resident;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};
use tallyroom_media_protocol::{
    MediaKind,
    signaling::{CallPhase, CallView, ChatLine, ClientRequest},
};
use tokio::{sync::watch, task::AbortHandle};
use uuid::Uuid;

const MAX_CHAT: usize = 200;

/// How somebody stands to the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// On the way in, for the first time or again.
    Joining,
    /// In, with media.
    Joined,
    /// Out: the call is over.
    Ended,
    /// Out: the same person joined from somewhere else.
    Replaced,
    /// Out: the server doesn't let this person in.
    Refused(String),
}

impl Presence {
    /// Whether nothing will change any more.
    pub fn is_out(&self) -> bool {
        !matches!(self, Self::Joining | Self::Joined)
    }
}

/// A call that was entered; left in silence when dropped.
pub struct InCall {
    shared: Arc<Shared>,
    task: AbortHandle,
}

/// Who enters which call, and how.
pub(crate) struct Seat {
    pub account: Arc<Account>,
    pub link: Arc<Link>,
    pub identity: Identity,
    pub call: Uuid,
    pub options: MediaOptions,
}

struct Shared {
    seat: Seat,
    counters: Arc<Counters>,
    epoch: AtomicU64,
    joins: AtomicU64,
    media: Mutex<Option<Arc<Media>>>,
    chat: Mutex<VecDeque<ChatLine>>,
    view: watch::Sender<Option<CallView>>,
    presence: watch::Sender<Presence>,
    entered: Instant,
}

impl Drop for InCall {
    fn drop(&mut self) {
        self.leave_abruptly();
    }
}

impl InCall {
    pub(crate) fn enter(seat: Seat) -> Self {
        let shared = Arc::new(Shared {
            seat,
            counters: Arc::default(),
            epoch: AtomicU64::new(0),
            joins: AtomicU64::new(0),
            media: Mutex::default(),
            chat: Mutex::default(),
            view: watch::Sender::new(None),
            presence: watch::Sender::new(Presence::Joining),
            entered: Instant::now(),
        });
        let task = tokio::spawn(Resident::new(shared.clone()).stay());
        Self {
            shared,
            task: task.abort_handle(),
        }
    }

    /// The call's id.
    pub fn call(&self) -> Uuid {
        self.shared.seat.call
    }

    /// What went out and came in.
    pub fn counters(&self) -> &Counters {
        &self.shared.counters
    }

    /// When entering began.
    pub fn entered(&self) -> Instant {
        self.shared.entered
    }

    /// How often this person got in.
    pub fn joins(&self) -> u64 {
        self.shared.joins.load(Relaxed)
    }

    /// The call as it was last seen, now and from now on.
    pub fn view(&self) -> watch::Receiver<Option<CallView>> {
        self.shared.view.subscribe()
    }

    /// How this person stands to the call, now and from now on.
    pub fn presence(&self) -> watch::Receiver<Presence> {
        self.shared.presence.subscribe()
    }

    /// What was said, the last lines only.
    pub fn chat_lines(&self) -> Vec<ChatLine> {
        self.shared
            .chat
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    /// Waits until this person is in, with media.
    pub async fn joined(&self) -> Result<()> {
        let mut presence = self.presence();
        let decided = presence
            .wait_for(|presence| *presence != Presence::Joining)
            .await?
            .clone();
        match decided {
            Presence::Joined => Ok(()),
            out => Err(anyhow!("out of the call: {out:?}")),
        }
    }

    /// Waits until the call looks as wanted; an error if this person is out before.
    pub async fn until(&self, wanted: impl Fn(&CallView) -> bool) -> Result<CallView> {
        let (mut view, mut presence) = (self.view(), self.presence());
        let seen = async {
            let found = view.wait_for(|view| view.as_ref().is_some_and(&wanted)).await;
            found.ok().and_then(|view| view.clone()).context("call is gone")
        };
        let out = async {
            presence
                .wait_for(Presence::is_out)
                .await
                .map(|presence| presence.clone())
        };
        tokio::select! {
            biased;
            found = seen => found,
            presence = out => Err(anyhow!("out of the call: {:?}", presence?)),
        }
    }

    /// Presses "connect" in the pre-call check.
    pub async fn press_connect(&self) -> Result<(), RequestError> {
        self.shared.ask(|epoch| ClientRequest::Connect { epoch }).await
    }

    /// Mutes or unmutes; that survives a rejoin.
    pub async fn pause(&self, kind: MediaKind, paused: bool) -> Result<()> {
        let media = self.shared.media.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match media {
            Some(media) => media.pause(kind, paused).await,
            None => {
                self.shared.counters.set_paused(kind, paused);
                Ok(())
            }
        }
    }

    /// Says something.
    pub async fn chat(&self, text: &str) -> Result<(), RequestError> {
        self.shared
            .ask(|epoch| ClientRequest::Chat {
                epoch,
                text: text.to_owned(),
                line: None,
            })
            .await
    }

    /// Ends the call for both.
    pub async fn end(&self) -> Result<(), RequestError> {
        self.shared.ask(|epoch| ClientRequest::End { epoch }).await
    }

    /// Stops sending and receiving without a goodbye; the socket stays. See
    /// [`Participant::leave_abruptly`](crate::caller::Participant::leave_abruptly) for the socket.
    pub fn leave_abruptly(&self) {
        self.task.abort();
        self.shared.set_media(None);
    }
}

impl Shared {
    async fn ask(&self, request: impl FnOnce(u64) -> ClientRequest) -> Result<(), RequestError> {
        self.seat
            .link
            .request(request(self.epoch.load(Relaxed)))
            .await
            .map(drop)
    }

    /// The media before is dropped, and so silent.
    fn set_media(&self, media: Option<Arc<Media>>) {
        *self.media.lock().unwrap_or_else(PoisonError::into_inner) = media;
    }

    fn add_chat(&self, line: ChatLine) {
        let mut chat = self.chat.lock().unwrap_or_else(PoisonError::into_inner);
        if chat.iter().any(|known| known.id == line.id) {
            return;
        }
        if chat.len() == MAX_CHAT {
            chat.pop_front();
        }
        chat.push_back(line);
    }

    /// Takes a view unless a newer one is known; true if the call is over for good.
    fn see(&self, view: CallView) -> bool {
        let is_over = view.phase == CallPhase::Ended;
        self.view.send_if_modified(|known| {
            let is_news = known
                .as_ref()
                .is_none_or(|known| known.server_now_ms <= view.server_now_ms);
            if is_news {
                *known = Some(view);
            }
            is_news
        });
        is_over
    }
}
