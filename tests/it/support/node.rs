//! A media node that carries nothing: it answers as a real one does, and reports what the test says has flowed.
//! It comes in by the real door, so that everything but the packets is the product's.

use super::TestApp;
use futures::{SinkExt, StreamExt};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};
use tallyroom_media_protocol::{
    ControlMessage, MediaKind, NodeMessage, PROTOCOL_VERSION, PeerFlow, PeerId, ProducerInfo, Reception, RecordedPart,
    RecordingProblem, Reply, Request, RoomId,
};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};
use uuid::Uuid;

/// The node.
pub struct ScriptedNode {
    out: mpsc::UnboundedSender<NodeMessage>,
    peers: Arc<Mutex<Peers>>,
    reports: AtomicU8,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Peers {
    /// In the order they came.
    joined: Vec<(RoomId, PeerId)>,
    producers: HashMap<PeerId, Vec<String>>,
    paused_rooms: HashMap<RoomId, bool>,
    held_peers: HashMap<PeerId, bool>,
    /// What is recorded now, and everything that ever was asked to be.
    recorded: Vec<Recorded>,
    asked: Vec<Recorded>,
    /// Complete files, until they are told of.
    complete: Vec<Recorded>,
}

/// Somebody who is recorded, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub room: RoomId,
    pub peer: PeerId,
    pub take: Uuid,
    pub offset_ms: u64,
}

impl Peers {
    fn complete_those(&mut self, ends: impl Fn(&Recorded) -> bool) {
        let (ended, rest) = self.recorded.drain(..).partition(|one| ends(one));
        self.recorded = rest;
        self.complete.extend::<Vec<_>>(ended);
    }
}

impl ScriptedNode {
    /// Dials the product; returns once it is welcome.
    pub async fn connect(app: &TestApp) -> Self {
        let url = format!("ws://{}/internal/media", app.address);
        let mut request = url.into_client_request().expect("an address");
        let token = app.app.config.secrets.media_token.expose();
        let bearer = format!("Bearer {token}").parse().expect("a header");
        request.headers_mut().insert("authorization", bearer);
        let (socket, _) = tokio_tungstenite::connect_async(request).await.expect("let in");
        let (mut write, mut read) = socket.split();
        let (out, mut outgoing) = mpsc::unbounded_channel();
        let hello = NodeMessage::Hello {
            node: Uuid::new_v4(),
            version: PROTOCOL_VERSION,
            capacity: 100,
        };
        write.send(text(&hello)).await.expect("hello");
        let welcome = read.next().await.expect("an answer").expect("welcome");
        assert!(welcome.to_text().expect("text").contains("welcome"));
        let peers = Arc::new(Mutex::new(Peers::default()));
        let known = peers.clone();
        let task = tokio::spawn(async move {
            // A node that says nothing at all for seconds counts as lost.
            let mut alive = tokio::time::interval(Duration::from_millis(500));
            loop {
                tokio::select! {
                    _ = alive.tick() => {
                        let nothing = NodeMessage::Flow { peers: Vec::new(), load_permille: 0 };
                        if write.send(text(&nothing)).await.is_err() {
                            return;
                        }
                    }
                    Some(message) = outgoing.recv() => {
                        if write.send(text(&message)).await.is_err() {
                            return;
                        }
                    }
                    message = read.next() => {
                        let Some(Ok(Message::Text(text_in))) = message else { return };
                        let Ok(ControlMessage::Request { id, body }) = serde_json::from_str(&text_in) else { continue };
                        let (reply, complete) = {
                            let mut known = known.lock().expect("peers");
                            let reply = answer(&mut known, body);
                            (reply, std::mem::take(&mut known.complete))
                        };
                        for file in complete {
                            let until_ms = file.offset_ms + 1_000;
                            if write.send(text(&file.told(until_ms))).await.is_err() {
                                return;
                            }
                        }
                        if write.send(text(&NodeMessage::Response { id, result: Ok(reply) })).await.is_err() {
                            return;
                        }
                    }
                }
            }
        });
        Self {
            out,
            peers,
            reports: AtomicU8::new(0),
            task,
        }
    }

    /// Reports that packets came from these peers this long ago: (peer, rtp age, anything's age). Gives the score that
    /// it reports with them, another than the last ones: whoever is told of it knows that the report was taken in.
    pub fn report(&self, flows: &[(PeerId, Option<u32>, Option<u32>)]) -> u8 {
        let score = self.reports.fetch_add(1, Ordering::Relaxed) % 10 + 1;
        let peers = self.peers.lock().expect("peers");
        let flow = |(peer, sent, seen): &(PeerId, Option<u32>, Option<u32>)| {
            let room = peers
                .joined
                .iter()
                .find(|(_, joined)| joined == peer)
                .map(|(room, _)| *room);
            room.map(|room| PeerFlow {
                room,
                peer: *peer,
                audio_age_ms: *sent,
                video_age_ms: *sent,
                transport_age_ms: *seen,
                send_score: Some(score),
                recv_score: Some(score),
            })
        };
        let peers = flows.iter().filter_map(flow).collect();
        self.out
            .send(NodeMessage::Flow {
                peers,
                load_permille: 0,
            })
            .expect("connected");
        score
    }

    /// Tells how well a peer receives a producer.
    pub fn receives(&self, room: RoomId, peer: PeerId, producer: &str, reception: Reception) {
        let told = NodeMessage::Receiving {
            room,
            peer,
            producer: producer.to_owned(),
            reception,
        };
        self.out.send(told).expect("connected");
    }

    /// Whether somebody of the room was let in here.
    pub fn carries(&self, room: RoomId) -> bool {
        let peers = self.peers.lock().expect("peers");
        peers.joined.iter().any(|(joined, _)| *joined == room)
    }

    /// Who of the room is recorded now.
    pub fn recorded(&self, room: RoomId) -> Vec<Recorded> {
        let peers = self.peers.lock().expect("peers");
        peers.recorded.iter().filter(|one| one.room == room).copied().collect()
    }

    /// Everybody of the room whom it was ever asked to record.
    pub fn was_asked_to_record(&self, room: RoomId) -> Vec<Recorded> {
        let peers = self.peers.lock().expect("peers");
        peers.asked.iter().filter(|one| one.room == room).copied().collect()
    }

    /// What is recorded of the room can't be written any further.
    pub fn fail_recording(&self, room: RoomId, problem: RecordingProblem) {
        let ended: Vec<Recorded> = {
            let mut peers = self.peers.lock().expect("peers");
            let (ended, rest) = peers.recorded.drain(..).partition(|one| one.room == room);
            peers.recorded = rest;
            ended
        };
        for file in &ended {
            self.out.send(file.told(file.offset_ms + 500)).expect("connected");
        }
        let recording = ended.first().expect("something is recorded").take;
        let failed = NodeMessage::RecordingFailed {
            room,
            recording,
            problem,
        };
        self.out.send(failed).expect("connected");
    }

    /// Whether the room's media is held back.
    pub fn is_paused(&self, room: RoomId) -> bool {
        self.peers
            .lock()
            .expect("peers")
            .paused_rooms
            .get(&room)
            .copied()
            .unwrap_or(false)
    }

    /// Whether a peer is held back by itself.
    pub fn is_held(&self, peer: PeerId) -> bool {
        let peers = self.peers.lock().expect("peers");
        peers.held_peers.get(&peer).copied().unwrap_or(false)
    }

    /// Dies, as by `kill -9`.
    pub fn kill(&self) {
        self.task.abort();
    }
}

impl Recorded {
    /// What a node tells of a complete file.
    fn told(&self, until_ms: u64) -> NodeMessage {
        NodeMessage::Recorded {
            room: self.room,
            part: RecordedPart {
                recording: self.take,
                peer: self.peer,
                from_ms: self.offset_ms,
                until_ms,
                bytes: 1_000,
                video: true,
            },
        }
    }
}

fn text(message: &NodeMessage) -> Message {
    Message::text(serde_json::to_string(message).expect("JSON"))
}

fn transport() -> serde_json::Value {
    json!({ "id": Uuid::new_v4(), "iceParameters": {}, "iceCandidates": [], "dtlsParameters": {} })
}

fn answer(peers: &mut Peers, request: Request) -> Reply {
    match request {
        Request::Join { room, peer, .. } => {
            peers.joined.push((room, peer));
            let producers: Vec<ProducerInfo> = Vec::new();
            Reply::Joined {
                caps: json!({ "codecs": [] }),
                send: Some(transport()),
                recv: transport(),
                producers,
            }
        }
        Request::Produce { peer, kind, .. } => {
            let name = match kind {
                MediaKind::Audio => "audio",
                MediaKind::Video => "video",
            };
            let producer = format!("{name}-{peer}");
            peers.producers.entry(peer).or_default().push(producer.clone());
            Reply::Produced { producer }
        }
        Request::Consume { producers, .. } => Reply::Consumed {
            consumers: producers
                .iter()
                .map(|producer| json!({ "id": Uuid::new_v4(), "producerId": producer }))
                .collect(),
        },
        Request::RestartIce { .. } => Reply::IceRestarted { ice: json!({}) },
        Request::Record {
            room,
            peer,
            recording: take,
            offset_ms,
        } => {
            let one = Recorded {
                room,
                peer,
                take,
                offset_ms,
            };
            peers.recorded.push(one);
            peers.asked.push(one);
            Reply::Done
        }
        Request::StopRecording { room, recording } => {
            peers.complete_those(|one| (one.room, one.take) == (room, recording));
            Reply::Done
        }
        Request::Leave { room, peer } => {
            peers.complete_those(|one| (one.room, one.peer) == (room, peer));
            Reply::Done
        }
        Request::HoldPeer { peer, held, .. } => {
            peers.held_peers.insert(peer, held);
            Reply::Done
        }
        Request::PauseRoom { room, paused } => {
            peers.paused_rooms.insert(room, paused);
            Reply::Done
        }
        _ => Reply::Done,
    }
}
