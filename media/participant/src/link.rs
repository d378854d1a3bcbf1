//! A person's standing connection to the control plane: a socket that is opened again whenever it is lost.

use crate::{
    backoff::Backoff,
    http::Account,
    signaling::{OpenError, RequestError, Signaling},
};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tallyroom_media_protocol::signaling::{ClientRequest, ServerMessage};
use tokio::{
    sync::{broadcast, mpsc, watch},
    task::AbortHandle,
};

const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// A socket that lived so long was a good one.
const STABLE: Duration = Duration::from_secs(5);
const QUEUE: usize = 512;

/// What happens on the connection. `socket` counts the sockets: what one of them said may be read only after the next
/// one is open, and doesn't hold any more then.
#[derive(Clone, Debug)]
pub enum LinkEvent {
    /// A socket is open.
    Up {
        /// Which.
        socket: u64,
    },
    /// The server said something.
    Message {
        /// On which socket.
        socket: u64,
        /// What.
        message: Arc<ServerMessage>,
    },
}

/// An open socket.
#[derive(Clone, Debug)]
pub struct Open {
    signaling: Arc<Signaling>,
    /// Counts the sockets.
    pub socket: u64,
    /// Open since.
    pub since: Instant,
}

type Current = Option<Open>;

/// Where the open socket is kept; it goes with the task that keeps it.
struct Keeper(watch::Sender<Current>);

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Some(open) = self.0.send_replace(None) {
            open.signaling.close();
        }
    }
}

/// Keeps itself connected until dropped; then it is gone without a goodbye.
#[derive(Debug)]
pub struct Link {
    current: watch::Receiver<Current>,
    events: broadcast::Sender<LinkEvent>,
    /// For the first who subscribes, since news may come with the opening of the socket.
    from_the_start: Mutex<Option<broadcast::Receiver<LinkEvent>>>,
    task: AbortHandle,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Link {
    /// Begins to connect.
    pub fn open(account: Arc<Account>) -> Self {
        let (current, watcher) = watch::channel(None);
        let (events, first) = broadcast::channel(QUEUE);
        let task = tokio::spawn(stay_connected(account, Keeper(current), events.clone()));
        let from_the_start = Mutex::new(Some(first));
        Self {
            current: watcher,
            events,
            from_the_start,
            task: task.abort_handle(),
        }
    }

    /// Waits until a socket is open.
    pub async fn ready(&self) -> Result<Open, RequestError> {
        let mut current = self.current.clone();
        let open = current
            .wait_for(Option::is_some)
            .await
            .map_err(|_| RequestError::Closed)?;
        open.clone().ok_or(RequestError::Closed)
    }

    /// Asks for something on the socket that is open now.
    pub async fn request(&self, body: ClientRequest) -> Result<Value, RequestError> {
        let signaling = self.current.borrow().as_ref().map(|open| open.signaling.clone());
        signaling.ok_or(RequestError::Closed)?.request(body).await
    }

    /// Everything that happens from now on; whoever comes first gets what happened before as well.
    pub fn subscribe(&self) -> broadcast::Receiver<LinkEvent> {
        let first = self
            .from_the_start
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        first.unwrap_or_else(|| self.events.subscribe())
    }

    /// Vanishes: the socket is dropped and not opened again.
    pub fn vanish(&self) {
        self.task.abort();
    }
}

async fn stay_connected(account: Arc<Account>, current: Keeper, events: broadcast::Sender<LinkEvent>) {
    let mut backoff = Backoff::new(LONGEST_WAIT);
    let mut socket = 0;
    loop {
        match Signaling::open(account.tenant(), &account.token()).await {
            Ok((signaling, messages)) => {
                socket += 1;
                let since = Instant::now();
                let _ = events.send(LinkEvent::Up { socket });
                current.0.send_replace(Some(Open {
                    signaling: Arc::new(signaling),
                    socket,
                    since,
                }));
                forward(socket, messages, &events).await;
                current.0.send_replace(None);
                if since.elapsed() > STABLE {
                    backoff.reset();
                }
            }
            Err(OpenError::Unauthorized) => {
                if let Err(error) = account.renew().await {
                    tracing::debug!(%error, "logging in again");
                }
            }
            Err(OpenError::Failed(error)) => tracing::debug!(%error, "connecting"),
        }
        tokio::time::sleep(backoff.next()).await;
    }
}

async fn forward(socket: u64, mut messages: mpsc::Receiver<ServerMessage>, events: &broadcast::Sender<LinkEvent>) {
    while let Some(message) = messages.recv().await {
        if let ServerMessage::Closing { reason } = &message {
            tracing::info!(reason, "the server closes the socket");
        }
        let _ = events.send(LinkEvent::Message {
            socket,
            message: Arc::new(message),
        });
    }
}
