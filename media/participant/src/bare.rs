//! A media node driven directly: a control plane without people, money or database.
//!
//! It is the baseline that the product's benches are measured against, and what a node's smoke test runs on.

use crate::{
    counters::Counters,
    media::{Admission, Identity, Media, MediaOptions, Room},
};
use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tallyroom_media_protocol::{
    ControlMessage, MAX_MESSAGE_BYTES, MediaId, MediaKind, MediaSource, NodeMessage, PROTOCOL_VERSION, PeerId,
    ProducerInfo, Reply, Request, RoomId,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{broadcast, mpsc, oneshot},
    task::AbortHandle,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, accept_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(10);
const QUEUE: usize = 256;

/// Waits for one media node.
pub struct BareControl {
    listener: TcpListener,
}

impl BareControl {
    /// Listens on a free port of this machine.
    pub async fn bind() -> Result<Self> {
        Ok(Self {
            listener: TcpListener::bind("127.0.0.1:0").await?,
        })
    }

    /// What the node has to dial.
    pub fn url(&self) -> Result<String> {
        Ok(format!("ws://{}/internal/media", self.listener.local_addr()?))
    }

    /// Welcomes the first node that dials.
    pub async fn node(self) -> Result<BareNode> {
        let (stream, _) = timeout(PATIENCE, self.listener.accept())
            .await
            .context("no node came")??;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        let mut socket = accept_async_with_config(stream, Some(config)).await?;
        let first = timeout(PATIENCE, socket.next()).await?.context("node left")??;
        match serde_json::from_str(first.to_text()?)? {
            NodeMessage::Hello {
                version: PROTOCOL_VERSION,
                ..
            } => {}
            other => bail!("unexpected first message {other:?}"),
        }
        socket
            .send(Message::text(serde_json::to_string(&ControlMessage::Welcome)?))
            .await?;
        let (requests, queue) = mpsc::channel(QUEUE);
        let task = tokio::spawn(async move {
            if let Err(error) = drive(socket, queue).await {
                tracing::debug!(%error, "node's socket ended");
            }
        });
        Ok(BareNode {
            requests,
            _task: Arc::new(AbortOnDrop(task.abort_handle())),
        })
    }
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

type Answer = Result<Reply>;
type Asked = (Request, oneshot::Sender<Answer>);

/// A node that came.
#[derive(Clone)]
pub struct BareNode {
    requests: mpsc::Sender<Asked>,
    _task: Arc<AbortOnDrop>,
}

impl BareNode {
    /// Asks the node for something.
    pub async fn request(&self, request: Request) -> Answer {
        let (sender, receiver) = oneshot::channel();
        self.requests
            .send((request, sender))
            .await
            .ok()
            .context("node is gone")?;
        timeout(PATIENCE, receiver)
            .await
            .context("node doesn't answer")?
            .context("node is gone")?
    }

    /// A new room on it.
    pub fn room(&self) -> BareRoom {
        BareRoom {
            node: self.clone(),
            id: Uuid::new_v4(),
            producers: broadcast::channel(QUEUE).0,
        }
    }
}

/// Sends requests and hands out the answers until either side is gone.
async fn drive(mut socket: WebSocketStream<TcpStream>, mut requests: mpsc::Receiver<Asked>) -> Result<()> {
    let mut waiting: HashMap<u64, oneshot::Sender<Answer>> = HashMap::new();
    let mut next_id = 0;
    loop {
        tokio::select! {
            asked = requests.recv() => {
                let Some((body, sender)) = asked else { return Ok(()) };
                next_id += 1;
                waiting.insert(next_id, sender);
                let message = ControlMessage::Request { id: next_id, body };
                socket.send(Message::text(serde_json::to_string(&message)?)).await?;
            }
            message = socket.next() => {
                let Message::Text(text) = message.context("node left")?? else { continue };
                let NodeMessage::Response { id, result } = serde_json::from_str(&text)? else { continue };
                if let Some(sender) = waiting.remove(&id) {
                    let answer = result.map_err(|refusal| anyhow::anyhow!("{:?}: {}", refusal.kind, refusal.message));
                    let _ = sender.send(answer);
                }
            }
        }
    }
}

/// A room on the node.
pub struct BareRoom {
    node: BareNode,
    id: RoomId,
    producers: broadcast::Sender<ProducerInfo>,
}

impl BareRoom {
    /// The room's id, which is also the id that pictures carry.
    pub fn id(&self) -> RoomId {
        self.id
    }

    /// Enters with media.
    pub async fn join(&self, identity: Identity, options: MediaOptions) -> Result<BareParticipant> {
        let peer = Uuid::new_v4();
        let producers = self.producers.subscribe();
        let joined = self
            .node
            .request(Request::Join {
                room: self.id,
                peer,
                send: true,
            })
            .await?;
        let Reply::Joined {
            caps,
            send: Some(send),
            recv,
            producers: present,
        } = joined
        else {
            bail!("not the answer to a join: {joined:?}");
        };
        let seat = Arc::new(Seat {
            node: self.node.clone(),
            room: self.id,
            peer,
            producers: self.producers.clone(),
        });
        let admission = Admission {
            caps,
            send,
            recv,
            producers: present,
        };
        let counters = Arc::new(Counters::default());
        let media = Media::start(seat.clone(), admission, identity, self.id, options, counters.clone()).await?;
        let media = Arc::new(media);
        let task = tokio::spawn(follow(producers, peer, media.clone()));
        Ok(BareParticipant {
            seat,
            media,
            counters,
            _task: AbortOnDrop(task.abort_handle()),
        })
    }
}

/// Receives what the others begin to send.
async fn follow(mut producers: broadcast::Receiver<ProducerInfo>, own: PeerId, media: Arc<Media>) {
    while let Ok(info) = producers.recv().await {
        if info.peer == own {
            continue;
        }
        if let Err(error) = media.receive(info.producer).await {
            tracing::warn!(%error, "receiving a producer");
        }
    }
}

/// A participant of a bare room; gone when dropped.
pub struct BareParticipant {
    seat: Arc<Seat>,
    media: Arc<Media>,
    counters: Arc<Counters>,
    _task: AbortOnDrop,
}

impl BareParticipant {
    /// What went out and came in.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The media.
    pub fn media(&self) -> &Media {
        &self.media
    }

    /// Leaves the room.
    pub async fn leave(self) -> Result<()> {
        let (room, peer) = (self.seat.room, self.seat.peer);
        self.seat.node.request(Request::Leave { room, peer }).await.map(drop)
    }
}

struct Seat {
    node: BareNode,
    room: RoomId,
    peer: PeerId,
    producers: broadcast::Sender<ProducerInfo>,
}

#[async_trait]
impl Room for Seat {
    async fn connect_transport(&self, transport: MediaId, dtls: Value) -> Result<()> {
        let request = Request::ConnectTransport {
            room: self.room,
            peer: self.peer,
            transport,
            dtls,
        };
        self.node.request(request).await.map(drop)
    }

    async fn produce(&self, transport: MediaId, kind: MediaKind, rtp: Value, paused: bool) -> Result<MediaId> {
        let request = Request::Produce {
            room: self.room,
            peer: self.peer,
            transport,
            kind,
            source: MediaSource::usual(kind),
            rtp,
            paused,
        };
        let Reply::Produced { producer } = self.node.request(request).await? else {
            bail!("nothing produced")
        };
        let info = ProducerInfo {
            producer: producer.clone(),
            peer: self.peer,
            kind,
            source: MediaSource::usual(kind),
            paused,
        };
        let _ = self.producers.send(info);
        Ok(producer)
    }

    async fn pause_producer(&self, producer: MediaId, paused: bool) -> Result<()> {
        let request = Request::PauseProducer {
            room: self.room,
            peer: self.peer,
            producer,
            paused,
        };
        self.node.request(request).await.map(drop)
    }

    async fn consume(&self, producers: Vec<MediaId>, caps: Value) -> Result<Vec<Value>> {
        let request = Request::Consume {
            room: self.room,
            peer: self.peer,
            producers,
            caps,
        };
        let Reply::Consumed { consumers } = self.node.request(request).await? else {
            bail!("nothing consumed")
        };
        Ok(consumers)
    }
}
