//! One room: its router and peers, owned by one task that does requests in the order they came.

use crate::MAX_PEERS_PER_ROOM;
use crate::codecs::router_codecs;
use crate::peer::Peer;
use crate::reception::Held;
use crate::recording::{Recorder, Recordings};
use crate::refusal::{Outcome, failed, full, invalid, not_found};
use crate::rooms::{Occupancy, Owner, Ticket};
use crate::worker::MediaWorker;
use futures::FutureExt;
use futures::future::{OptionFuture, join_all};
use mediasoup::prelude::*;
use mediasoup::types::data_structures::DtlsState;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tallyroom_media_protocol::{NodeMessage, PeerFlow, PeerId, Refusal, Reply, Request, RoomId};
use tokio::sync::{mpsc, oneshot};

/// Where the bandwidth estimate towards a client starts, bit/s: a clear picture from the first second.
const INITIAL_OUTGOING_BITRATE: u64 = 1_000_000;
/// It never falls below what sound and the smallest picture need: after a bad time next to nothing is sent, so the estimate
/// would stay low for long. Clients whose line doesn't carry that see it by their losses and ask for sound only.
const MIN_OUTGOING_BITRATE: u64 = 200_000;
/// What one client may send, bit/s.
const MAX_INCOMING_BITRATE: u64 = 8_000_000;

/// What a room's task is told.
pub(crate) enum Command {
    /// Do what the control plane asks.
    Perform {
        owner: Owner,
        request: Request,
        ticket: Ticket,
        answer: oneshot::Sender<Outcome>,
    },
    /// Measure what flows.
    Sample(oneshot::Sender<Vec<PeerFlow>>),
    /// The peer's side closed its DTLS connection.
    Gone(PeerId),
}

pub(crate) struct Room {
    id: RoomId,
    router: Router,
    server: WebRtcServer,
    peers: HashMap<PeerId, Peer>,
    paused: bool,
    /// Participants who are held back by themselves.
    held: HashSet<PeerId>,
    recordings: Recordings,
    owner: Owner,
    /// Weak, or the room's own transports would keep its task alive.
    commands: mpsc::WeakSender<Command>,
    occupancy: Arc<Occupancy>,
}

impl Room {
    /// Opens a room. Returns when every sender of `inbox` is gone, which closes it.
    pub(crate) async fn run(
        id: RoomId,
        media: Arc<MediaWorker>,
        recorder: Recorder,
        owner: Owner,
        commands: mpsc::WeakSender<Command>,
        mut inbox: mpsc::Receiver<Command>,
        occupancy: Arc<Occupancy>,
    ) {
        let router = match media.worker.create_router(RouterOptions::new(router_codecs())).await {
            Ok(router) => router,
            Err(error) => return tracing::error!(%id, %error, "room not opened"),
        };
        let server = media.server.clone();
        let peers = HashMap::new();
        let mut room = Self {
            id,
            router,
            server,
            peers,
            paused: false,
            held: HashSet::new(),
            recordings: Recordings::new(id, recorder, owner.clone()),
            owner,
            commands,
            occupancy,
        };
        tracing::debug!(%id, "room opened");
        while let Some(command) = inbox.recv().await {
            room.on(command).await;
        }
        tracing::debug!(%id, "room closed");
    }

    async fn on(&mut self, command: Command) {
        match command {
            Command::Perform {
                request: Request::StopRecording { recording, .. },
                ticket,
                answer,
                ..
            } => {
                let stopped = self.recordings.stop(recording);
                tokio::spawn(async move {
                    let _ = answer.send(stopped.await); // who asked may have gone
                    drop(ticket);
                });
            }
            Command::Perform {
                owner,
                request,
                ticket,
                answer,
            } => {
                let joining = if let Request::Join { peer, .. } = &request {
                    Some(*peer)
                } else {
                    None
                };
                // The library panics on some parameters that no honest client sends: that mustn't end the room.
                let performed = AssertUnwindSafe(self.perform(owner, request)).catch_unwind().await;
                let outcome = performed.unwrap_or_else(|_| Err(failed("the media library gave up on the request")));
                let joined = joining.filter(|_| outcome.is_ok());
                if let (Err(_), Some(peer)) = (answer.send(outcome), joined) {
                    self.remove(peer); // nobody will ever hear of this peer
                }
                drop(ticket);
            }
            Command::Sample(answer) => {
                let id = self.id;
                let flows = join_all(self.peers.values_mut().map(|peer| peer.sample(id))).await;
                let _ = answer.send(flows); // a sweep that was given up isn't missed
                self.tell_receptions();
            }
            Command::Gone(peer) => self.gone(peer),
        }
    }

    async fn perform(&mut self, owner: Owner, request: Request) -> Outcome {
        match request {
            Request::Join { peer, send, .. } => self.join(owner, peer, send).await,
            Request::ConnectTransport {
                peer, transport, dtls, ..
            } => self.peer(peer)?.connect(&transport, dtls).await,
            Request::Produce {
                peer,
                transport,
                kind,
                source,
                rtp,
                paused,
                ..
            } => {
                if source.kind() != kind {
                    return Err(invalid("the source isn't of the producer's kind"));
                }
                let producer = self.peer(peer)?.produce(&transport, source, rtp, paused).await?;
                self.recordings.produced(peer, producer).await;
                Ok(Reply::Produced {
                    producer: producer.to_string(),
                })
            }
            Request::PauseProducer {
                peer, producer, paused, ..
            } => self.peer(peer)?.pause_producer(&producer, paused).await,
            Request::CloseProducer { peer, producer, .. } => {
                let producer = self.peer(peer)?.take_producer(&producer)?;
                self.recordings.producer_closed(peer, producer.id());
                self.peers
                    .values_mut()
                    .for_each(|other| other.stop_receiving(|id| *id == producer.id()));
                Ok(Reply::Done)
            }
            Request::Consume {
                peer, producers, caps, ..
            } => {
                let held = self.held_for(peer);
                self.peer(peer)?.consume(&producers, caps, &held).await
            }
            Request::PreferLayers {
                peer, producer, layer, ..
            } => {
                let held = self.held_for(peer);
                self.peer(peer)?.prefer(&producer, layer, &held).await
            }
            Request::RestartIce { peer, transport, .. } => self.peer(peer)?.restart_ice(&transport).await,
            Request::PauseRoom { paused, .. } => self.pause(paused).await,
            Request::HoldPeer { peer, held, .. } => self.hold_peer(peer, held).await,
            Request::Record {
                peer,
                recording,
                offset_ms,
                ..
            } => {
                let producers = self.peer(peer)?.producer_ids();
                self.recordings
                    .record(&self.router, peer, producers, recording, offset_ms)
                    .await
            }
            // Answered where it came in, since completing files takes a while.
            Request::StopRecording { recording, .. } => self.recordings.stop(recording).await,
            Request::Leave { peer, .. } => {
                self.remove(peer);
                Ok(Reply::Done)
            }
            // The registry has let go of the room: it closes when this queue is done.
            Request::CloseRoom { .. } => Ok(Reply::Done),
        }
    }

    fn peer(&mut self, peer: PeerId) -> Result<&mut Peer, Refusal> {
        self.peers.get_mut(&peer).ok_or_else(|| not_found("peer"))
    }

    async fn join(&mut self, owner: Owner, peer: PeerId, send: bool) -> Outcome {
        if self.peers.contains_key(&peer) {
            return Err(invalid("the peer is in already"));
        }
        if self.peers.len() >= MAX_PEERS_PER_ROOM {
            return Err(full("the room has too many peers"));
        }
        let sending: OptionFuture<_> = send.then(|| self.open_transport(peer)).into();
        let (recv, send) = futures::join!(self.open_transport(peer), sending);
        let (recv, send) = (recv?, send.transpose()?);
        let reply = Reply::Joined {
            caps: serde_json::to_value(self.router.rtp_capabilities()).map_err(failed)?,
            send: send.as_ref().map(describe),
            recv: describe(&recv),
            producers: self.peers.values().flat_map(Peer::producers).collect(),
        };
        self.peers.insert(peer, Peer::new(peer, send, recv));
        self.occupancy.set_peers(self.peers.len());
        self.recordings.follow(owner.clone());
        self.owner = owner;
        Ok(reply)
    }

    fn tell_receptions(&mut self) {
        let room = self.id;
        for peer in self.peers.values_mut() {
            let id = peer.id();
            for (producer, reception) in peer.receptions() {
                self.owner.tell(NodeMessage::Receiving {
                    room,
                    peer: id,
                    producer,
                    reception,
                });
            }
        }
    }

    async fn open_transport(&self, peer: PeerId) -> Result<WebRtcTransport, Refusal> {
        let mut options = WebRtcTransportOptions::new_with_server(self.server.clone());
        options.prefer_udp = true;
        options.initial_available_outgoing_bitrate = INITIAL_OUTGOING_BITRATE;
        options.min_outgoing_bitrate = Some(MIN_OUTGOING_BITRATE);
        options.max_incoming_bitrate = Some(MAX_INCOMING_BITRATE);
        let transport = self.router.create_webrtc_transport(options).await.map_err(failed)?;
        let commands = self.commands.clone();
        let on_state = move |state| match state {
            DtlsState::Closed => {
                // The queue has room for this beside all requests; if not, the peer's ages tell.
                if let Some(commands) = commands.upgrade() {
                    let _ = commands.try_send(Command::Gone(peer));
                }
            }
            DtlsState::Failed => tracing::info!(%peer, "DTLS handshake failed"),
            DtlsState::New | DtlsState::Connecting | DtlsState::Connected => {}
        };
        transport.on_dtls_state_change(on_state).detach();
        Ok(transport)
    }

    async fn pause(&mut self, paused: bool) -> Outcome {
        self.paused = paused;
        self.recordings.hold(paused).await;
        self.hold_all().await
    }

    async fn hold_peer(&mut self, id: PeerId, held: bool) -> Outcome {
        self.peer(id)?;
        if held {
            self.held.insert(id);
        } else {
            self.held.remove(&id);
        }
        self.recordings.hold_peer(id, held).await;
        self.hold_all().await
    }

    /// Holds back what has to be, and lets the rest through.
    async fn hold_all(&self) -> Outcome {
        let all = self.peers.values().map(|peer| {
            let held = self.held_for(peer.id());
            async move { peer.hold(&held).await }
        });
        let all = join_all(all).await;
        all.into_iter().collect::<Result<(), Refusal>>()?;
        Ok(Reply::Done)
    }

    fn held_for(&self, receiver: PeerId) -> Held {
        if self.paused || self.held.contains(&receiver) {
            return Held::All;
        }
        let held = self.held.iter().filter_map(|id| self.peers.get(id));
        Held::From(held.flat_map(Peer::producer_ids).collect())
    }

    /// Takes a peer out; their transports close when they are dropped.
    fn remove(&mut self, peer: PeerId) -> Option<Peer> {
        self.recordings.leave(peer);
        self.held.remove(&peer);
        let gone = self.peers.remove(&peer)?;
        self.occupancy.set_peers(self.peers.len());
        self.peers
            .values_mut()
            .for_each(|other| other.stop_receiving(|producer| gone.sends(producer)));
        Some(gone)
    }

    fn gone(&mut self, id: PeerId) {
        let Some(peer) = self.remove(id) else { return };
        let room = self.id;
        for info in peer.producers() {
            self.owner.tell(NodeMessage::ProducerClosed {
                room,
                peer: id,
                producer: info.producer,
            });
        }
        self.owner.tell(NodeMessage::PeerGone { room, peer: id });
    }
}

fn describe(transport: &WebRtcTransport) -> Value {
    json!({
        "id": transport.id(),
        "iceParameters": transport.ice_parameters(),
        "iceCandidates": transport.ice_candidates(),
        "dtlsParameters": transport.dtls_parameters(),
    })
}
