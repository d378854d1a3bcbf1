//! The thread that writes all participants' files. One for all, since waking costs more than what it has to do: what came
//! for every file is taken a few times a second. A disk that stalls stalls only this thread: packets that find their
//! queue full are dropped and counted.

use super::frames::Codec;
use super::part::{Extent, Part, SourceId};
use super::rtp::Micros;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tallyroom_media_protocol::RecordingProblem;
use tokio::sync::{mpsc, oneshot};

/// Packets that may wait: some seconds of the most that a client may send.
const QUEUE: usize = 4_096;
/// How often the inboxes are emptied: a picture that is missing is to be seen soon, and a key frame asked for.
const LOOK: Duration = Duration::from_millis(200);
/// How often what came is written. With what waits for its order it stays under a second, which is the most that a killed
/// node may lose.
pub(super) const PERIOD: Duration = Duration::from_millis(400);
/// A file gets no longer.
const LONGEST: Micros = 12 * 3_600 * 1_000_000;

/// A recording's time.
#[derive(Clone, Copy)]
pub(super) struct TimeLine {
    zero: Instant,
    /// What had passed at `zero`.
    offset: Duration,
}

impl TimeLine {
    /// One of which so much has passed by now.
    pub(super) fn after(offset: Duration) -> Self {
        Self {
            zero: Instant::now(),
            offset,
        }
    }

    fn micros(self, at: Instant) -> Micros {
        let since = at.saturating_duration_since(self.zero) + self.offset;
        Micros::try_from(since.as_micros()).unwrap_or(Micros::MAX)
    }
}

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

/// A file that is being written; it is completed when this is dropped.
pub(super) struct Writing {
    stop: Arc<AtomicBool>,
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}

/// What is told of a file while it is being written, and when it has ended.
pub(super) struct Reports {
    /// Sources that a key frame is needed of.
    pub(super) keys: mpsc::Receiver<SourceId>,
    /// The end; nothing if writing broke down.
    pub(super) ended: oneshot::Receiver<Ended>,
}

/// The thread; it ends with the last of these, once all files are complete.
#[derive(Clone)]
pub(super) struct Writer(Sender<Order>);

/// A file that is to be written.
struct Order {
    path: PathBuf,
    file: File,
    at: TimeLine,
    inbox: Drain,
    stop: Arc<AtomicBool>,
    ask_key: mpsc::Sender<SourceId>,
    end: oneshot::Sender<Ended>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// If there is none to be had.
    pub(super) fn start() -> io::Result<Self> {
        let (order, orders) = channel();
        let thread = std::thread::Builder::new().name("recordings".into());
        thread.spawn(move || write_all(&orders))?;
        Ok(Self(order))
    }

    /// Begins to write a file that was made.
    ///
    /// # Errors
    /// If the thread has broken down.
    pub(super) fn begin(&self, path: PathBuf, file: File, at: TimeLine) -> io::Result<(Writing, Feed, Reports)> {
        let (ask_key, keys) = mpsc::channel(1);
        let (end, ended) = oneshot::channel();
        let (stop, feed) = (Arc::<AtomicBool>::default(), Feed::default());
        let order = Order {
            path,
            file,
            at,
            inbox: Drain(feed.clone()),
            stop: stop.clone(),
            ask_key,
            end,
        };
        self.0
            .send(order)
            .map_err(|_| io::Error::other("the writing thread has ended"))?;
        Ok((Writing { stop }, feed, Reports { keys, ended }))
    }
}

/// Writes the files that are ordered; asleep while there are none.
fn write_all(orders: &Receiver<Order>) {
    let mut recordings = Vec::new();
    let mut came = Inbox::default(); // exchanged for each file's in turn
    while let Ok(order) = orders.recv() {
        recordings.push(Recording::new(order));
        while !recordings.is_empty() {
            std::thread::sleep(LOOK);
            recordings.extend(orders.try_iter().map(Recording::new));
            recordings = recordings
                .into_iter()
                .filter_map(|recording| recording.proceed(&mut came))
                .collect();
        }
    }
}

/// Makes a new file, which a disk may hold up.
///
/// # Errors
/// If it can't be had.
pub(super) fn create(path: &Path) -> io::Result<File> {
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
    order: Order,
    /// Length of all whole fragments.
    bytes: u64,
    /// When it was last.
    written: Instant,
    /// Packets that found no room.
    dropped: u64,
    part: Part,
}

impl Recording {
    fn new(order: Order) -> Self {
        Self {
            order,
            bytes: 0,
            written: Instant::now(),
            dropped: 0,
            part: Part::default(),
        }
    }

    /// Writes what came, by an inbox that is left empty; returns itself unless this was its end.
    fn proceed(mut self, came: &mut Inbox) -> Option<Self> {
        // What comes is anybody's: where writing it breaks down, the others' files go on.
        let proceeded = catch_unwind(AssertUnwindSafe(|| self.write(came)));
        match proceeded {
            Ok(Ok(true)) => return Some(self),
            Ok(Ok(false)) => self.end(None),
            Ok(Err(error)) => self.end(Some(&error)),
            Err(_) => tracing::error!(path = %self.order.path.display(), "writing a recording broke down"),
        }
        *came = Inbox::default();
        None
    }

    /// Whether it goes on.
    fn write(&mut self, came: &mut Inbox) -> io::Result<bool> {
        // Read before the inbox: what came in until then is taken.
        let stops = self.order.stop.load(Ordering::Acquire);
        self.order.inbox.0.take(came);
        self.receive(came).map_err(io::Error::other)?;
        let now = self.order.at.micros(Instant::now());
        let ends = stops || now > LONGEST;
        let due = if ends {
            self.part.finish(now)
        } else if self.written.elapsed() + LOOK * 3 / 4 > PERIOD {
            self.written = Instant::now();
            self.part.poll(now)
        } else {
            Ok(Vec::new())
        };
        self.append(&due.map_err(io::Error::other)?)?;
        if let Some(source) = self.part.wants_key(now) {
            let _ = self.order.ask_key.try_send(source); // if one is asked for already, the part asks again
        }
        Ok(!ends)
    }

    /// Empties what came.
    fn receive(&mut self, came: &mut Inbox) -> mp4_atom::Result<()> {
        let mut rest = came.bytes.as_slice();
        for arrival in came.arrivals.drain(..) {
            let (packet, behind) = rest.split_at(arrival.length);
            let at = self.order.at.micros(arrival.at);
            self.part.receive(arrival.source, arrival.codec, packet, at)?;
            rest = behind;
        }
        came.bytes.clear();
        self.dropped += std::mem::take(&mut came.dropped);
        Ok(())
    }

    /// Appends whole fragments, or nothing: half a one is cut off.
    fn append(&mut self, fragments: &[u8]) -> io::Result<()> {
        if let Err(error) = self.order.file.write_all(fragments) {
            if let Err(error) = self.order.file.set_len(self.bytes) {
                tracing::warn!(path = %self.order.path.display(), %error, "half a fragment stays");
            }
            return Err(error);
        }
        self.bytes += fragments.len() as u64;
        Ok(())
    }

    fn end(self, error: Option<&io::Error>) {
        let (path, bytes, dropped) = (self.order.path.display(), self.bytes, self.dropped);
        match error {
            None => tracing::info!(%path, bytes, dropped, "recorded"),
            Some(error) => tracing::warn!(%path, bytes, dropped, %error, "recording ended"),
        }
        let ended = Ended {
            extent: self.part.extent(),
            bytes,
            problem: error.map(problem),
        };
        let _ = self.order.end.send(ended); // an error means that nobody attends to it any more
    }
}
