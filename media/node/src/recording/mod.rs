//! Recording: what each recorded participant sends is written into a file of its own, as it comes and not decoded.
//!
//! [`tap`] takes packets from the media worker, the [`writer`]'s thread feeds them to each file's [`part`], which is a
//! pure function of packets and times, and appends the fragments that come out. A disk that stalls holds up the room only
//! where a file is made, for 2 s. A node that is killed leaves files that play up to their last fragment; the control
//! plane puts them together.

mod frames;
mod mp4;
mod part;
mod reorder;
mod rtp;
mod tap;
mod timeline;
mod writer;

use crate::refusal::{Outcome, failed, full, invalid};
use crate::rooms::Owner;
use futures::future::join_all;
use mediasoup::prelude::*;
use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tallyroom_media_protocol::{NodeMessage, PeerId, RecordedPart, RecordingProblem, Reply, RoomId};
use tap::Tap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use uuid::Uuid;
use writer::{Ended, Reports, TimeLine, Writer, Writing};

/// Most participants that are recorded at a time.
const MAX_RECORDED: u32 = 64;
/// So many takes of a room are known to be stopped: a request to record that comes late begins none of them again.
const STOPPED: usize = 16;
/// The disk doesn't answer.
const OPEN_TIMEOUT: Duration = Duration::from_secs(2);
const COMPLETE_TIMEOUT: Duration = Duration::from_secs(8);

/// Where the node records, and how much.
#[derive(Clone)]
pub(crate) struct Recorder {
    folder: Arc<Path>,
    free: Arc<Semaphore>,
    writer: Writer,
}

impl Recorder {
    /// Records into `recordings` under `files`.
    ///
    /// # Errors
    /// If there is no thread to be had.
    pub(crate) fn start(files: &Path) -> io::Result<Self> {
        Ok(Self {
            folder: files.join("recordings").into(),
            free: Arc::new(Semaphore::new(MAX_RECORDED as usize)),
            writer: Writer::start()?,
        })
    }

    /// Completes when no file is being written.
    pub(crate) async fn idle(&self) {
        // An error means that the semaphore was closed, which nobody does.
        let _ = self.free.acquire_many(MAX_RECORDED).await;
    }

    fn path(&self, recording: Uuid, peer: PeerId) -> PathBuf {
        self.folder.join(recording.to_string()).join(format!("{peer}.mp4"))
    }
}

/// One participant's file while it is being written; completed when this is dropped.
struct Recording {
    id: Uuid,
    tap: Arc<Tap>,
    _writing: Writing,
    complete: watch::Receiver<bool>,
}

impl Recording {
    /// Its attendant has gone, and with it the other end.
    fn is_complete(&self) -> bool {
        self.complete.has_changed().is_err()
    }
}

/// What is recorded in one room.
pub(crate) struct Recordings {
    room: RoomId,
    recorder: Recorder,
    /// Who hears of it.
    owner: watch::Sender<Owner>,
    running: HashMap<PeerId, Recording>,
    /// Newest last.
    stopped: VecDeque<Uuid>,
    /// The whole room is held back.
    held: bool,
    /// Those who are held back by themselves.
    held_peers: HashSet<PeerId>,
}

impl Recordings {
    pub(crate) fn new(room: RoomId, recorder: Recorder, owner: Owner) -> Self {
        Self {
            room,
            recorder,
            owner: watch::Sender::new(owner),
            running: HashMap::new(),
            stopped: VecDeque::new(),
            held: false,
            held_peers: HashSet::new(),
        }
    }

    /// From now on `owner` hears of the files.
    pub(crate) fn follow(&self, owner: Owner) {
        self.owner.send_replace(owner);
    }

    /// Begins a file with what the peer sends already.
    pub(crate) async fn record(
        &mut self,
        router: &Router,
        peer: PeerId,
        producers: Vec<ProducerId>,
        recording: Uuid,
        offset_ms: u64,
    ) -> Outcome {
        if self.stopped.contains(&recording) {
            return Err(invalid("the recording was stopped"));
        }
        self.running.retain(|_, running| !running.is_complete());
        match self.running.get(&peer) {
            Some(running) if running.id == recording => return Ok(Reply::Done),
            Some(_) => return Err(invalid("the peer is in another recording")),
            None => {}
        }
        let Ok(permit) = self.recorder.free.clone().try_acquire_owned() else {
            return Err(full("too many participants are being recorded"));
        };
        let path = self.recorder.path(recording, peer);
        let at = TimeLine::after(Duration::from_millis(offset_ms));
        // Not by the writer: while a disk holds up what others write, a recording that begins needn't wait.
        let made = path.clone();
        let made = spawn_blocking(move || writer::create(&made));
        let file = timeout(OPEN_TIMEOUT, made)
            .await
            .map_err(|_| failed("the disk doesn't answer"))?
            .map_err(failed)?
            .map_err(failed)?;
        let (writing, feed, reports) = self.recorder.writer.begin(path, file, at).map_err(failed)?;
        let tap = Arc::new(Tap::open(router, feed).await?);
        for producer in producers {
            self.take(&tap, peer, producer).await;
        }
        let (completed, complete) = watch::channel(false);
        let attendant = Attendant {
            room: self.room,
            peer,
            recording,
            tap: Arc::downgrade(&tap),
            owner: self.owner.subscribe(),
            _permit: permit,
            _completed: completed,
        };
        tokio::spawn(attendant.run(reports));
        let running = Recording {
            id: recording,
            tap,
            _writing: writing,
            complete,
        };
        self.running.insert(peer, running);
        Ok(Reply::Done)
    }

    /// A recorded peer sends something new.
    pub(crate) async fn produced(&self, peer: PeerId, producer: ProducerId) {
        if let Some(recording) = self.running.get(&peer) {
            self.take(&recording.tap, peer, producer).await;
        }
    }

    async fn take(&self, tap: &Tap, peer: PeerId, producer: ProducerId) {
        if let Err(refusal) = tap.take(producer, self.is_held(peer)).await {
            tracing::warn!(%peer, ?refusal, "not recorded");
        }
    }

    pub(crate) fn producer_closed(&self, peer: PeerId, producer: ProducerId) {
        if let Some(recording) = self.running.get(&peer) {
            recording.tap.forget(producer);
        }
    }

    /// Holds back (or lets through) what is recorded, with the room.
    pub(crate) async fn hold(&mut self, held: bool) {
        self.held = held;
        let all = self.running.iter();
        join_all(all.map(|(peer, recording)| recording.tap.hold(self.is_held(*peer)))).await;
    }

    /// Holds back (or lets through) what is recorded of one peer.
    pub(crate) async fn hold_peer(&mut self, peer: PeerId, held: bool) {
        if held {
            self.held_peers.insert(peer);
        } else {
            self.held_peers.remove(&peer);
        }
        if let Some(recording) = self.running.get(&peer) {
            recording.tap.hold(self.is_held(peer)).await;
        }
    }

    fn is_held(&self, peer: PeerId) -> bool {
        self.held || self.held_peers.contains(&peer)
    }

    /// Completes the file of a peer that leaves.
    pub(crate) fn leave(&mut self, peer: PeerId) {
        self.held_peers.remove(&peer);
        self.running.remove(&peer);
    }

    /// Completes the files of a recording. What is returned doesn't hold the room up.
    pub(crate) fn stop(&mut self, id: Uuid) -> impl Future<Output = Outcome> + Send + use<> {
        if !self.stopped.contains(&id) {
            self.stopped.push_back(id);
            self.stopped.drain(..self.stopped.len().saturating_sub(STOPPED));
        }
        let ending: Vec<_> = self.running.extract_if(|_, recording| recording.id == id).collect();
        let complete: Vec<_> = ending.iter().map(|(_, recording)| recording.complete.clone()).collect();
        drop(ending);
        async move {
            let all = join_all(complete.into_iter().map(|mut complete| async move {
                // Its other end goes when the file is complete.
                while complete.changed().await.is_ok() {}
            }));
            timeout(COMPLETE_TIMEOUT, all)
                .await
                .map_err(|_| failed("the disk doesn't answer"))?;
            Ok(Reply::Done)
        }
    }
}

/// Attends to one file: asks for key frames, and tells what became of the file.
struct Attendant {
    room: RoomId,
    peer: PeerId,
    recording: Uuid,
    tap: Weak<Tap>,
    owner: watch::Receiver<Owner>,
    _permit: OwnedSemaphorePermit,
    _completed: watch::Sender<bool>,
}

impl Attendant {
    async fn run(self, mut reports: Reports) {
        let ended = loop {
            tokio::select! {
                Some(source) = reports.keys.recv() => {
                    if let Some(tap) = self.tap.upgrade() {
                        tap.request_key_frame(source).await;
                    }
                }
                ended = &mut reports.ended => break ended,
            }
        };
        match ended {
            Ok(ended) => self.tell(&ended),
            Err(_) => self.tell_problem(RecordingProblem::Failed),
        }
    }

    fn tell(&self, ended: &Ended) {
        let part = RecordedPart {
            recording: self.recording,
            peer: self.peer,
            from_ms: ended.extent.from_ms,
            until_ms: ended.extent.until_ms,
            bytes: ended.bytes,
            video: ended.extent.video,
        };
        let room = self.room;
        self.owner.borrow().tell(NodeMessage::Recorded { room, part });
        if let Some(problem) = ended.problem {
            self.tell_problem(problem);
        }
    }

    fn tell_problem(&self, problem: RecordingProblem) {
        let (room, recording) = (self.room, self.recording);
        self.owner.borrow().tell(NodeMessage::RecordingFailed {
            room,
            recording,
            problem,
        });
    }
}
