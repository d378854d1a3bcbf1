//! Recordings of calls: asked for and agreed to in the room, written by the media node, composed afterwards, kept for as
//! long as the tenant says.

mod compose;
mod delete;
mod live;
mod show;

pub use compose::{COMPOSE_JOB, compose};
pub(in crate::app) use delete::forget_of;
pub use delete::{FORGET_JOB, delete, forget, forget_all};
pub use live::{Change, ask, begin_part, end_lost, note, open_of, written};
pub use show::{File, Seen, fetch, fetch_as_owner, fetch_as_staff, of_call, recorded, signed};

use crate::{
    domain::{ids::RecordingId, time::Moment},
    store::calls::Call,
};
use object_store::path::Path;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// Which recording a job is about.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub recording: RecordingId,
}

impl Job {
    fn payload(self) -> serde_json::Value {
        json!({ "recording": self.recording })
    }
}

const DAY_MS: i64 = 86_400_000;

/// Until when the tenant keeps what was recorded until `ended_at`.
fn kept_until(call: &Call, ended_at: Moment) -> Moment {
    ended_at + i64::from(call.terms.policy.recording_days) * DAY_MS
}

/// Where everything of a take is; the first has its recording's id.
fn folder(take: Uuid) -> Path {
    Path::from(format!("recordings/{take}"))
}

/// Where a media node writes what somebody sends.
fn part_place(take: Uuid, peer: Uuid) -> Path {
    Path::from(format!("recordings/{take}/{peer}.mp4"))
}

/// Where the film is.
fn place(recording: RecordingId) -> Path {
    Path::from(format!("recordings/{recording}/call.mp4"))
}
