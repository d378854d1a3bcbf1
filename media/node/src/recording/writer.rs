//! The thread that writes one participant's file. A disk that stalls stalls only it: packets that find its queue full
//! are dropped and counted.

use super::frames::Codec;
use super::part::{Extent, Part, SourceId};
use super::rtp::Micros;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};
use tallyroom_media_protocol::RecordingProblem;
use tokio::sync::{mpsc, oneshot};

/// Packets that may wait: some seconds of the most that a client may send.
const QUEUE: usize = 4_096;
/// How often the queue is looked at. Waking for every packet would cost more than all the rest.
const PERIOD: Duration = Duration::from_millis(100);
/// A file gets no longer.
const LONGEST: Duration = Duration::from_secs(12 * 3600);

struct Arrival {
    source: SourceId,
    codec: Codec,
    bytes: Vec<u8>,
    at: Instant,
}

/// Where packets go in; never waits.
#[derive(Clone)]
pub(super) struct Feed {
    queue: SyncSender<Arrival>,
    dropped: Arc<AtomicU64>,
}

impl Feed {
    pub(super) fn push(&self, source: SourceId, codec: Codec, bytes: &[u8]) {
        let arrival = Arrival {
            source,
            codec,
            bytes: bytes.to_vec(),
            at: Instant::now(),
        };
        if self.queue.try_send(arrival).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What became of a file.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) extent: Extent,
    pub(super) bytes: u64,
    /// Why it ended before it was to.
    pub(super) problem: Option<RecordingProblem>,
}

/// A writer at work; the file is completed when this is dropped.
pub(super) struct Writer {
    stop: Arc<AtomicBool>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}

/// What a writer tells while it works and when it has ended.
pub(super) struct Reports {
    /// The file is there, or couldn't be made.
    pub(super) opened: oneshot::Receiver<io::Result<()>>,
    /// Sources that a key frame is needed of.
    pub(super) keys: mpsc::Receiver<SourceId>,
    /// The end; nothing if the thread broke down.
    pub(super) ended: oneshot::Receiver<Ended>,
}

/// Starts writing into a new file whose time line began `offset` ago.
///
/// # Errors
/// If there is no thread to be had.
pub(super) fn start(path: PathBuf, offset: Duration) -> io::Result<(Writer, Feed, Reports)> {
    let (queue, arrivals) = sync_channel(QUEUE);
    let (open, opened) = oneshot::channel();
    let (ask_key, keys) = mpsc::channel(1);
    let (end, ended) = oneshot::channel();
    let stop = Arc::<AtomicBool>::default();
    let dropped = Arc::<AtomicU64>::default();
    let feed = Feed {
        queue,
        dropped: dropped.clone(),
    };
    let began = Instant::now();
    let stopping = stop.clone();
    let work = move || {
        let file = match create(&path) {
            Ok(file) => file,
            Err(error) => {
                let _ = open.send(Err(error)); // who asked has given up
                return;
            }
        };
        let _ = open.send(Ok(()));
        let mut recording = Recording {
            path,
            file,
            bytes: 0,
            part: Part::default(),
            began,
            offset,
        };
        let result = recording.run(&arrivals, &ask_key, &stopping);
        recording.log(&result, dropped.load(Ordering::Relaxed));
        let _ = end.send(Ended {
            extent: recording.part.extent(),
            bytes: recording.bytes,
            problem: result.err().as_ref().map(problem),
        });
    };
    std::thread::Builder::new().name("recording".into()).spawn(work)?;
    Ok((Writer { stop }, feed, Reports { opened, keys, ended }))
}

fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)
}

fn problem(error: &io::Error) -> RecordingProblem {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            RecordingProblem::DiskFull
        }
        _ => RecordingProblem::Failed,
    }
}

struct Recording {
    path: PathBuf,
    file: File,
    /// Length of all whole fragments.
    bytes: u64,
    part: Part,
    began: Instant,
    offset: Duration,
}

impl Recording {
    fn run(
        &mut self,
        arrivals: &Receiver<Arrival>,
        ask_key: &mpsc::Sender<SourceId>,
        stop: &AtomicBool,
    ) -> io::Result<()> {
        loop {
            std::thread::sleep(PERIOD);
            // Read before the queue: what came in until then is taken.
            let ends = stop.load(Ordering::Acquire) || self.began.elapsed() + self.offset > LONGEST;
            for arrival in arrivals.try_iter().take(QUEUE) {
                let at = self.micros(arrival.at);
                self.part
                    .receive(arrival.source, arrival.codec, arrival.bytes, at)
                    .map_err(io::Error::other)?;
            }
            let now = self.micros(Instant::now());
            let due = if ends {
                self.part.finish(now)
            } else {
                self.part.poll(now)
            };
            self.append(&due.map_err(io::Error::other)?)?;
            if ends {
                return Ok(());
            }
            if let Some(source) = self.part.wants_key(now) {
                let _ = ask_key.try_send(source); // if one is asked for already, the next round asks again
            }
        }
    }

    fn micros(&self, at: Instant) -> Micros {
        let since = at.saturating_duration_since(self.began) + self.offset;
        Micros::try_from(since.as_micros()).unwrap_or(Micros::MAX)
    }

    /// Appends whole fragments, or nothing: half a one is cut off.
    fn append(&mut self, fragments: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(fragments) {
            if let Err(error) = self.file.set_len(self.bytes) {
                tracing::warn!(path = %self.path.display(), %error, "half a fragment stays");
            }
            return Err(error);
        }
        self.bytes += fragments.len() as u64;
        Ok(())
    }

    fn log(&self, result: &io::Result<()>, dropped: u64) {
        let (path, bytes) = (self.path.display(), self.bytes);
        match result {
            Ok(()) => tracing::info!(%path, bytes, dropped, "recorded"),
            Err(error) => tracing::warn!(%path, bytes, dropped, %error, "recording ended"),
        }
    }
}
