//! Being told, once, when a seller is available (requirement E10).

mod tell;
mod watch;

pub(in crate::app) use tell::look_after;
pub use tell::{Awaited, WATCH_JOB, arrived, tell_watchers};
pub use watch::{unwatch, watch};

/// How long somebody waits; after that they will have forgotten, and are told nothing.
pub(in crate::app) const WAITS_MS: i64 = 30 * 86_400_000;
/// Sellers that somebody can wait for at a time.
const MOST_WATCHED: i64 = 50;
