//! The thread that writes one participant's file. A disk that stalls stalls only it: packets that find its queue full
//! are dropped and counted.

use super::frames::Codec;
use super::part::{Extent, Part, SourceId};
use super::rtp::Micros;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tallyroom_media_protocol::RecordingProblem;
use tokio::sync::{mpsc, oneshot};

/// Packets that may wait: some seconds of the most that a client may send.
const QUEUE: usize = 4_096;
/// How often the inbox is emptied. Waking for every packet would cost more than all the rest.
const PERIOD: Duration = Duration::from_millis(200);
/// A file gets no longer.
const LONGEST: Duration = Duration::from_secs(12 * 3600);

struct Arrival {
    source: SourceId,
    codec: Codec,
    length: usize,
    at: Instant,
}

/// What came since it was last emptied. Packets' bytes lie one behind the other: memory that one thread takes for each
/// packet and another gives back costs the media worker more than the rest of a recording.
#[derive(Default)]
struct Inbox {
    arrivals: Vec<Arrival>,
    bytes: Vec<u8>,
    dropped: u64,
    /// Nobody empties it any more.
    closed: bool,
}

/// Where packets go in. The writer holds it only for as long as it takes to put an empty inbox in the full one's place.
#[derive(Clone, Default)]
pub(super) struct Feed(Arc<Mutex<Inbox>>);

impl Feed {
    pub(super) fn push(&self, source: SourceId, codec: Codec, bytes: &[u8]) {
        self.with(|inbox| {
            if inbox.closed {
                return;
            }
            if inbox.arrivals.len() == QUEUE {
                inbox.dropped += 1;
                return;
            }
            inbox.bytes.extend_from_slice(bytes);
            inbox.arrivals.push(Arrival {
                source,
                codec,
                length: bytes.len(),
                at: Instant::now(),
            });
        });
    }

    /// Exchanges it for an empty one.
    fn take(&self, empty: &mut Inbox) {
        self.with(|inbox| std::mem::swap(inbox, empty));
    }

    fn with(&self, change: impl FnOnce(&mut Inbox)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The writing end of a feed; once it is dropped, the feed takes nothing.
struct Drain(Feed);

impl Drop for Drain {
    fn drop(&mut self) {
        self.0.take(&mut Inbox {
            closed: true,
            ..Inbox::default()
        });
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
    let (open, opened) = oneshot::channel();
    let (ask_key, keys) = mpsc::channel(1);
    let (end, ended) = oneshot::channel();
    let stop = Arc::<AtomicBool>::default();
    let feed = Feed::default();
    let inbox = Drain(feed.clone());
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
            dropped: 0,
            part: Part::default(),
            began,
            offset,
        };
        let result = recording.run(&inbox, &ask_key, &stopping);
        recording.log(&result);
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
    /// Packets that found no room.
    dropped: u64,
    part: Part,
    began: Instant,
    offset: Duration,
}

impl Recording {
    fn run(&mut self, inbox: &Drain, ask_key: &mpsc::Sender<SourceId>, stop: &AtomicBool) -> io::Result<()> {
        let mut came = Inbox::default();
        loop {
            std::thread::sleep(PERIOD);
            // Read before the inbox: what came in until then is taken.
            let ends = stop.load(Ordering::Acquire) || self.began.elapsed() + self.offset > LONGEST;
            inbox.0.take(&mut came);
            self.receive(&mut came).map_err(io::Error::other)?;
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

    /// Empties what came.
    fn receive(&mut self, came: &mut Inbox) -> mp4_atom::Result<()> {
        let mut rest = came.bytes.as_slice();
        for arrival in came.arrivals.drain(..) {
            let (packet, behind) = rest.split_at(arrival.length);
            let at = self.micros(arrival.at);
            self.part.receive(arrival.source, arrival.codec, packet, at)?;
            rest = behind;
        }
        came.bytes.clear();
        self.dropped += std::mem::take(&mut came.dropped);
        Ok(())
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

    fn log(&self, result: &io::Result<()>) {
        let (path, bytes, dropped) = (self.path.display(), self.bytes, self.dropped);
        match result {
            Ok(()) => tracing::info!(%path, bytes, dropped, "recorded"),
            Err(error) => tracing::warn!(%path, bytes, dropped, %error, "recording ended"),
        }
    }
}
