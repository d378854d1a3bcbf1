//! What went out and what came in, for tests, probe and benches to look at while a call runs.

use crate::picture::Stamp;
use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};
use tallyroom_media_protocol::MediaKind;
use uuid::Uuid;

/// Counters of one participant in one call; they run on over every rejoin.
#[derive(Debug, Default)]
pub struct Counters {
    frames_sent: AtomicU64,
    sounds_sent: AtomicU64,
    frames_received: AtomicU64,
    frames_decoded: AtomicU64,
    sounds_received: AtomicU64,
    counters_read: AtomicU64,
    foreign_pictures: AtomicU64,
    /// One more than the highest counter read.
    unread_from: AtomicU64,
    next_picture: AtomicU32,
    is_audio_paused: AtomicBool,
    is_video_paused: AtomicBool,
    first_frame: OnceLock<Instant>,
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Pictures sent.
    pub frames_sent: u64,
    /// Opus frames sent.
    pub sounds_sent: u64,
    /// Whole pictures that came, whether or not they were decoded.
    pub frames_received: u64,
    /// Pictures that were decoded.
    pub frames_decoded: u64,
    /// Opus frames that came.
    pub sounds_received: u64,
    /// Distinct counters read from this call's pictures.
    pub counters_read: u64,
    /// Pictures that carried another call's id.
    pub foreign_pictures: u64,
}

impl Counters {
    /// A snapshot.
    pub fn totals(&self) -> Totals {
        Totals {
            frames_sent: self.frames_sent.load(Relaxed),
            sounds_sent: self.sounds_sent.load(Relaxed),
            frames_received: self.frames_received.load(Relaxed),
            frames_decoded: self.frames_decoded.load(Relaxed),
            sounds_received: self.sounds_received.load(Relaxed),
            counters_read: self.counters_read.load(Relaxed),
            foreign_pictures: self.foreign_pictures.load(Relaxed),
        }
    }

    /// When the first picture was decoded, or was whole where nothing is decoded.
    pub fn first_frame(&self) -> Option<Instant> {
        self.first_frame.get().copied()
    }

    /// Whether sound or picture is held back.
    pub fn is_paused(&self, kind: MediaKind) -> bool {
        self.pause_flag(kind).load(Relaxed)
    }

    pub(crate) fn set_paused(&self, kind: MediaKind, paused: bool) {
        self.pause_flag(kind).store(paused, Relaxed);
    }

    fn pause_flag(&self, kind: MediaKind) -> &AtomicBool {
        match kind {
            MediaKind::Audio => &self.is_audio_paused,
            MediaKind::Video => &self.is_video_paused,
        }
    }

    /// The number of the next picture to draw.
    pub(crate) fn next_picture(&self) -> u32 {
        self.next_picture.fetch_add(1, Relaxed)
    }

    pub(crate) fn sent(&self, kind: MediaKind) {
        let counter = match kind {
            MediaKind::Audio => &self.sounds_sent,
            MediaKind::Video => &self.frames_sent,
        };
        counter.fetch_add(1, Relaxed);
    }

    pub(crate) fn sound_received(&self) {
        self.sounds_received.fetch_add(1, Relaxed);
    }

    pub(crate) fn frame_received(&self) {
        self.frames_received.fetch_add(1, Relaxed);
    }

    pub(crate) fn frame_seen(&self) {
        self.first_frame.get_or_init(Instant::now);
    }

    /// Counts a decoded picture of `call`. A counter is distinct if it is above all that were read before.
    pub(crate) fn frame_decoded(&self, call: Uuid, stamp: Option<Stamp>) {
        self.frames_decoded.fetch_add(1, Relaxed);
        match stamp {
            Some(stamp) if stamp.call == call => {
                let counter = u64::from(stamp.counter);
                if self.unread_from.fetch_max(counter + 1, Relaxed) <= counter {
                    self.counters_read.fetch_add(1, Relaxed);
                }
            }
            Some(_) => {
                self.foreign_pictures.fetch_add(1, Relaxed);
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_new_counters_of_the_own_call_count() {
        let (counters, call) = (Counters::default(), Uuid::from_u128(1));
        let stamp = |call, counter| Some(Stamp { call, counter });
        for seen in [
            stamp(call, 0),
            stamp(call, 0),
            stamp(call, 5),
            stamp(call, 4),
            stamp(Uuid::nil(), 9),
            None,
        ] {
            counters.frame_decoded(call, seen);
        }
        let totals = counters.totals();
        assert_eq!(
            (totals.frames_decoded, totals.counters_read, totals.foreign_pictures),
            (6, 2, 1)
        );
    }
}
