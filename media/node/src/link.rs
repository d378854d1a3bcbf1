//! The connection to one control plane: dialled again whenever it is lost.
//!
//! Rooms don't hang on it. A control plane that was restarted finds its calls running: the node says hello with the
//! same id, and flow reports tell which rooms are there. Only after [`Link::keep_rooms`] are they closed.

use crate::config::Token;
use crate::flow::Report;
use crate::refusal::{Outcome, invalid};
use crate::rooms::{Owner, Rooms};
use anyhow::{Context, bail};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, SinkExt, StreamExt, future::BoxFuture};
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tallyroom_media_protocol::{ControlMessage, MAX_MESSAGE_BYTES, NodeMessage, PROTOCOL_VERSION};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header::AUTHORIZATION};
use tokio_tungstenite::tungstenite::{Message, protocol::WebSocketConfig};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use uuid::Uuid;

/// From dialling to the control plane's welcome.
const DIAL_TIMEOUT: Duration = Duration::from_secs(5);
/// A message that can't be handed to the network for so long: the other side is stuck.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
const PING_PERIOD: Duration = Duration::from_secs(10);
/// Without a sign of life (a pong at least) for so long, the control plane is gone.
const SILENCE: Duration = Duration::from_secs(35);
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LAST_RETRY: Duration = Duration::from_secs(5);
/// Requests under way on one connection; further ones stay unread.
const MAX_IN_FLIGHT: usize = 1_024;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One control plane and what the connection to it needs.
pub struct Link {
    /// The control plane's `ws://` address.
    pub url: String,
    /// The shared secret.
    pub token: Token,
    /// This process's id.
    pub node: Uuid,
    /// How many participants the node is willing to carry.
    pub capacity: u32,
    /// How long rooms outlive the connection.
    pub keep_rooms: Duration,
    /// The rooms.
    pub rooms: Rooms,
    /// What flows.
    pub reports: watch::Receiver<Arc<Report>>,
    /// Counts the live connections of all links.
    pub live: watch::Sender<usize>,
}

impl Link {
    /// Dials, talks, dials again; for ever.
    pub async fn run(mut self) {
        let (owner, mut events) = Owner::new();
        let mut retry = FIRST_RETRY;
        let mut lost_at = None;
        loop {
            match timeout(DIAL_TIMEOUT, self.dial())
                .await
                .context("no welcome in time")
                .flatten()
            {
                Ok(socket) => {
                    tracing::info!(url = self.url, "connected");
                    self.live.send_modify(|live| *live += 1);
                    let Err(end) = self.talk(socket, &owner, &mut events).await;
                    self.live.send_modify(|live| *live -= 1);
                    tracing::warn!(url = self.url, "connection lost: {end:#}");
                    (retry, lost_at) = (FIRST_RETRY, Some(Instant::now()));
                }
                Err(error) => tracing::warn!(url = self.url, "not connected: {error:#}"),
            }
            if lost_at.is_some_and(|at| at.elapsed() >= self.keep_rooms) {
                tracing::warn!(url = self.url, "given up for good: its rooms are closed");
                self.rooms.close_owned_by(owner.id());
                lost_at = None;
            }
            sleep(retry).await;
            retry = (retry * 2).min(LAST_RETRY);
        }
    }

    async fn dial(&self) -> anyhow::Result<Socket> {
        let mut request = self.url.as_str().into_client_request()?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", self.token.reveal()))?;
        bearer.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, bearer);
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        let (mut socket, _) = connect_async_with_config(request, Some(limits), true).await?;
        let hello = NodeMessage::Hello {
            node: self.node,
            version: PROTOCOL_VERSION,
            capacity: self.capacity,
        };
        send(&mut socket, &hello).await?;
        loop {
            match socket.next().await.context("closed before the welcome")?? {
                Message::Text(text) => match serde_json::from_str(&text)? {
                    ControlMessage::Welcome => return Ok(socket),
                    ControlMessage::Request { .. } | ControlMessage::Drain => bail!("no welcome first"),
                },
                Message::Close(frame) => bail!("refused: {}", frame.map(|f| f.reason.to_string()).unwrap_or_default()),
                _ => {}
            }
        }
    }

    async fn talk(
        &mut self,
        mut socket: Socket,
        owner: &Owner,
        events: &mut mpsc::Receiver<NodeMessage>,
    ) -> anyhow::Result<Infallible> {
        let mut answers = FuturesUnordered::new();
        let mut ping = interval(PING_PERIOD);
        let mut heard_at = Instant::now();
        loop {
            tokio::select! {
                frame = socket.next(), if answers.len() < MAX_IN_FLIGHT => {
                    heard_at = Instant::now();
                    match frame.context("closed")?? {
                        Message::Text(text) => answers.extend(self.on_message(owner, &text)),
                        Message::Close(_) => bail!("closed by the control plane"),
                        _ => {}
                    }
                }
                Some((id, result)) = answers.next() => send(&mut socket, &NodeMessage::Response { id, result }).await?,
                Some(event) = events.recv() => send(&mut socket, &event).await?,
                changed = self.reports.changed() => {
                    changed.context("flow is no longer measured")?;
                    let flow = self.reports.borrow_and_update().message_for(owner.id());
                    send(&mut socket, &flow).await?;
                }
                _ = ping.tick() => {
                    if heard_at.elapsed() > SILENCE {
                        bail!("silent for {} s", SILENCE.as_secs());
                    }
                    send_frame(&mut socket, Message::Ping(Default::default())).await?;
                }
            }
        }
    }

    /// Starts what a message asks for. Called in the order of arrival, which [`Rooms::handle`] keeps within a room.
    fn on_message(&self, owner: &Owner, text: &str) -> Option<BoxFuture<'static, (u64, Outcome)>> {
        match serde_json::from_str(text) {
            Ok(ControlMessage::Request { id, body }) => {
                Some(self.rooms.handle(owner, body).map(move |outcome| (id, outcome)).boxed())
            }
            Ok(ControlMessage::Drain) => {
                tracing::info!(url = self.url, "draining");
                self.rooms.drain();
                None
            }
            Ok(ControlMessage::Welcome) => None,
            Err(error) => {
                tracing::warn!(url = self.url, %error, "message not understood");
                let Numbered { id } = serde_json::from_str(text).ok()?;
                Some(std::future::ready((id, Err(invalid(error)))).boxed())
            }
        }
    }
}

/// What is left of a request that isn't understood: enough to answer it.
#[derive(Deserialize)]
struct Numbered {
    id: u64,
}

async fn send(socket: &mut Socket, message: &NodeMessage) -> anyhow::Result<()> {
    send_frame(socket, Message::text(serde_json::to_string(message)?)).await
}

async fn send_frame(socket: &mut Socket, frame: Message) -> anyhow::Result<()> {
    timeout(SEND_TIMEOUT, socket.send(frame))
        .await
        .context("the control plane doesn't read")?
        .context("not sent")
}

/// Completes after `patience` without any live connection, so that the nodes of a server that never comes back end too.
pub async fn orphaned(mut live: watch::Receiver<usize>, patience: Duration) {
    loop {
        let connected = live.wait_for(|live| *live > 0);
        match timeout(patience, connected).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => return,
        }
        if live.wait_for(|live| *live == 0).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const PATIENCE: Duration = Duration::from_secs(150);

    async fn settle() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn orphans_end_after_their_patience() {
        let (_live, count) = watch::channel(0);
        let start = Instant::now();
        orphaned(count, PATIENCE).await;
        assert_eq!(start.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn every_connection_renews_the_patience() {
        let (live, count) = watch::channel(0);
        let waiting = tokio::spawn(orphaned(count, PATIENCE));
        settle().await;
        for _ in 0..3 {
            advance(PATIENCE - Duration::from_secs(1)).await;
            live.send_replace(1);
            settle().await;
            advance(PATIENCE * 2).await;
            live.send_replace(0);
            settle().await;
            assert!(!waiting.is_finished());
        }
        advance(PATIENCE).await;
        settle().await;
        assert!(waiting.is_finished());
    }
}
