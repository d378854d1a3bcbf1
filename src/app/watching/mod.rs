//! Being told, once, when a seller is available (requirement E10).

mod tell;
mod watch;

pub use tell::arrived;
pub(in crate::app) use tell::tell_watchers;
pub use watch::{unwatch, watch};

/// How long somebody waits; after that they will have forgotten, and so do we.
pub(in crate::app) const WAITS_MS: i64 = 30 * 86_400_000;
/// Sellers that somebody can wait for at a time.
const MOST_WATCHED: i64 = 50;
