//! All rooms of the node: who may open one, which task owns it, when it goes.

use crate::MAX_PEERS;
use crate::recording::Recorder;
use crate::refusal::{Outcome, failed, full, not_found};
use crate::room::{Command, Room};
use crate::worker::{Listen, MediaWorker};
use futures::future::join_all;
use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tallyroom_media_protocol::{NodeMessage, PeerFlow, Refusal, Reply, Request, RoomId};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

/// Requests that may wait in one room.
const MAX_PENDING: usize = 64;
/// Requests that end something may wait beside them: everybody leaves, and some recordings stop.
const MAX_ENDING: usize = crate::MAX_PEERS_PER_ROOM + 16;
/// Commands that may wait in one room: its requests, the end of each of its transports, sweeps.
const QUEUE: usize = MAX_PENDING + MAX_ENDING + 2 * crate::MAX_PEERS_PER_ROOM + 8;
/// Events that may wait for one control plane.
const MAX_EVENTS: usize = 1_024;
/// How long a room without peers is kept, so that both sides of a suspended call can come back to it.
const EMPTY_ROOM_LIFE: Duration = Duration::from_secs(600);

/// How long recordings may take to be completed when the node ends, and their news to be sent.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);
const PARTING: Duration = Duration::from_millis(100);

/// Why a node didn't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The worker's thread didn't come up.
    #[error("the media worker didn't start: {0}")]
    Worker(std::io::Error),
    /// The thread that writes recordings didn't.
    #[error("no thread to write recordings: {0}")]
    Recorder(std::io::Error),
    /// No port could be bound.
    #[error("no port of {first}-{last} can be bound on {ip} for both UDP and TCP")]
    NoPort {
        /// The address.
        ip: IpAddr,
        /// First port tried.
        first: u16,
        /// Last port tried.
        last: u16,
    },
}

/// On whose behalf rooms run: one control plane. It hears of events in the rooms that it joined last.
#[derive(Clone)]
pub struct Owner {
    id: Uuid,
    events: mpsc::Sender<NodeMessage>,
}

impl Owner {
    /// A new owner and its events.
    pub fn new() -> (Self, mpsc::Receiver<NodeMessage>) {
        let (events, receiver) = mpsc::channel(MAX_EVENTS);
        (
            Self {
                id: Uuid::new_v4(),
                events,
            },
            receiver,
        )
    }

    /// Names the owner in flow reports.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Never waits: of a control plane that doesn't listen, flow reports tell the rest when it does.
    pub(crate) fn tell(&self, event: NodeMessage) {
        if self.events.try_send(event).is_err() {
            tracing::warn!(owner = %self.id, "event dropped");
        }
    }
}

/// How busy a room is, seen from outside its task.
#[derive(Default)]
pub(crate) struct Occupancy {
    peers: AtomicUsize,
    pending: AtomicUsize,
}

impl Occupancy {
    pub(crate) fn set_peers(&self, peers: usize) {
        self.peers.store(peers, Ordering::Relaxed);
    }

    fn peers(&self) -> usize {
        self.peers.load(Ordering::Relaxed)
    }

    fn pending(&self) -> usize {
        self.pending.load(Ordering::Acquire)
    }
}

/// Held by a request from its arrival in the queue until it is done.
pub(crate) struct Ticket(Arc<Occupancy>);

impl Ticket {
    fn new(occupancy: &Arc<Occupancy>) -> Self {
        occupancy.pending.fetch_add(1, Ordering::AcqRel);
        Self(occupancy.clone())
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.pending.fetch_sub(1, Ordering::AcqRel);
    }
}

struct Handle {
    commands: mpsc::Sender<Command>,
    owner: Uuid,
    occupancy: Arc<Occupancy>,
    busy_at: Instant,
}

#[derive(Default)]
struct Registry {
    rooms: HashMap<RoomId, Handle>,
    draining: bool,
}

impl Registry {
    fn peers(&self) -> usize {
        self.rooms.values().map(|room| room.occupancy.peers()).sum()
    }
}

struct Inner {
    media: Arc<MediaWorker>,
    recorder: Recorder,
    capacity: usize,
    registry: Mutex<Registry>,
    drained: Notify,
}

/// The node's rooms on one media worker.
#[derive(Clone)]
pub struct Rooms(Arc<Inner>);

impl Rooms {
    /// Starts the media worker and binds its port. `capacity` is how many peers may be there before rooms are refused,
    /// `files` the folder that recordings are written under.
    pub async fn start(listen: &Listen, capacity: u32, files: &Path) -> Result<Self, StartError> {
        let media = Arc::new(MediaWorker::start(listen).await?);
        let capacity = usize::try_from(capacity).unwrap_or(usize::MAX).min(MAX_PEERS);
        Ok(Self(Arc::new(Inner {
            media,
            recorder: Recorder::start(files).map_err(StartError::Recorder)?,
            capacity,
            registry: Mutex::default(),
            drained: Notify::new(),
        })))
    }

    /// The port that all transports share.
    pub fn port(&self) -> u16 {
        self.0.media.port
    }

    /// Does what a control plane asks. Requests of one room are done in the order of these calls (not of the polling
    /// of what they return), those of different rooms side by side.
    pub fn handle(&self, owner: &Owner, request: Request) -> impl Future<Output = Outcome> + Send + use<> {
        let queued = self.enqueue(owner, request);
        async move { queued?.await.unwrap_or_else(|_| Err(failed("the room broke down"))) }
    }

    fn enqueue(&self, owner: &Owner, request: Request) -> Result<oneshot::Receiver<Outcome>, Refusal> {
        let id = room_of(&request);
        let mut registry = self.registry();
        let (answer, outcome) = oneshot::channel();
        let joins = matches!(request, Request::Join { .. });
        if joins {
            self.admit(&mut registry, owner, id)?;
        }
        let Some(room) = registry.rooms.get_mut(&id) else {
            if matches!(
                request,
                Request::Leave { .. } | Request::CloseRoom { .. } | Request::StopRecording { .. }
            ) {
                let _ = answer.send(Ok(Reply::Done));
                return Ok(outcome);
            }
            return Err(not_found("room"));
        };
        if joins {
            room.owner = owner.id;
        }
        let closes = matches!(request, Request::CloseRoom { .. });
        if !closes && room.occupancy.pending() >= may_wait(&request) {
            return Err(full("too many requests wait in the room"));
        }
        room.busy_at = Instant::now();
        let ticket = Ticket::new(&room.occupancy);
        let command = Command::Perform {
            owner: owner.clone(),
            request,
            ticket,
            answer,
        };
        let queued = room
            .commands
            .try_send(command)
            .map_err(|_| failed("the room broke down"));
        if closes {
            registry.rooms.remove(&id);
            return Ok(outcome);
        }
        queued.map(|()| outcome)
    }

    /// Lets a join pass, opening its room where needed.
    fn admit(&self, registry: &mut Registry, owner: &Owner, id: RoomId) -> Result<(), Refusal> {
        let peers = registry.peers();
        if peers >= MAX_PEERS {
            return Err(full("the node carries too many peers"));
        }
        if registry.rooms.get(&id).is_some_and(|room| !room.commands.is_closed()) {
            return Ok(()); // also on a full node: somebody comes back to a running call
        }
        if registry.draining {
            return Err(full("the node is being drained"));
        }
        // Rooms count too: their first peers may still be on their way in.
        if peers.max(registry.rooms.len()) >= self.0.capacity {
            return Err(full("the node is at its capacity"));
        }
        let (commands, inbox) = mpsc::channel(QUEUE);
        let occupancy = Arc::<Occupancy>::default();
        let media = self.0.media.clone();
        tokio::spawn(Room::run(
            id,
            media,
            self.0.recorder.clone(),
            owner.clone(),
            commands.downgrade(),
            inbox,
            occupancy.clone(),
        ));
        registry.rooms.insert(
            id,
            Handle {
                commands,
                owner: owner.id,
                occupancy,
                busy_at: Instant::now(),
            },
        );
        Ok(())
    }

    /// Closes all rooms of one owner.
    pub fn close_owned_by(&self, owner: Uuid) {
        self.registry().rooms.retain(|_, room| room.owner != owner);
    }

    /// Opens no more rooms and lets [`Rooms::drained`] complete when the last one is gone.
    pub fn drain(&self) {
        self.registry().draining = true;
        self.sweep();
    }

    /// Completes when the node is drained.
    pub async fn drained(&self) {
        self.0.drained.notified().await;
    }

    /// Closes all rooms; returns when their recordings are complete and told, or the disk doesn't answer.
    pub async fn close(&self) {
        self.registry().rooms.clear();
        if timeout(CLOSE_TIMEOUT, self.0.recorder.idle()).await.is_err() {
            tracing::warn!("recordings aren't complete");
        }
        // What was told is on its way out by links that run beside this.
        sleep(PARTING).await;
    }

    /// Completes when the media worker has ended; nothing works any more then.
    pub async fn worker_died(&self) {
        self.0.media.died().await;
    }

    /// Forgets rooms that are empty for too long; at once while draining.
    pub(crate) fn sweep(&self) {
        let now = Instant::now();
        let mut registry = self.registry();
        let life = if registry.draining {
            Duration::ZERO
        } else {
            EMPTY_ROOM_LIFE
        };
        // Requests enter queues under this lock, so none can slip into a room that is being let go.
        registry.rooms.retain(|_, room| {
            if room.occupancy.peers() > 0 || room.occupancy.pending() > 0 {
                room.busy_at = now;
                return true;
            }
            !room.commands.is_closed() && now.saturating_duration_since(room.busy_at) < life
        });
        if registry.draining && registry.rooms.is_empty() {
            self.0.drained.notify_one();
        }
    }

    /// Measures what flows in every room, by owner.
    pub(crate) async fn sample(&self) -> HashMap<Uuid, Vec<PeerFlow>> {
        let rooms: Vec<_> = self
            .registry()
            .rooms
            .values()
            .map(|room| (room.owner, room.commands.clone()))
            .collect();
        let sampled = join_all(rooms.into_iter().map(|(owner, commands)| async move {
            let (answer, flows) = oneshot::channel();
            commands.send(Command::Sample(answer)).await.ok()?;
            Some((owner, flows.await.ok()?))
        }));
        let mut by_owner: HashMap<Uuid, Vec<PeerFlow>> = HashMap::new();
        for (owner, flows) in sampled.await.into_iter().flatten() {
            by_owner.entry(owner).or_default().extend(flows);
        }
        by_owner
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.0.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many requests may wait in a room before this one is refused. Nobody is recorded, or stays, because others ask a lot.
fn may_wait(request: &Request) -> usize {
    match request {
        Request::StopRecording { .. } | Request::Leave { .. } => MAX_PENDING + MAX_ENDING,
        _ => MAX_PENDING,
    }
}

fn room_of(request: &Request) -> RoomId {
    match request {
        Request::Join { room, .. }
        | Request::ConnectTransport { room, .. }
        | Request::Produce { room, .. }
        | Request::PauseProducer { room, .. }
        | Request::CloseProducer { room, .. }
        | Request::Consume { room, .. }
        | Request::PreferLayers { room, .. }
        | Request::RestartIce { room, .. }
        | Request::PauseRoom { room, .. }
        | Request::HoldPeer { room, .. }
        | Request::Record { room, .. }
        | Request::StopRecording { room, .. }
        | Request::Leave { room, .. }
        | Request::CloseRoom { room } => *room,
    }
}

#[cfg(test)]
mod tests;
