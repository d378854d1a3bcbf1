//! What a room has written down of its recording. Nothing is asked of a media node before it is.

use super::{COMPOSE_JOB, FORGET_JOB, Job, kept_until};
use crate::{
    app::{App, subscriptions::more_stored},
    domain::{
        ids::{CallId, RecordingId, UserId},
        recording::{Ending, Proof, Recording},
        time::Moment,
    },
    error::Result,
    store::{
        TenantScope, calls, jobs, recording_parts,
        recording_parts::NewPart,
        recordings::{self, Stored},
    },
};
use tallyroom_media_protocol::RecordedPart;

/// So much has to be free before anything is recorded: a minute's worth.
const LEAST_BYTES: usize = 8 * 1024 * 1024;
/// So many files one film is made of.
const MOST_PARTS: i64 = 300;

/// Writes down that a call is to be recorded; the same twice is once.
///
/// # Errors
/// That was asked already, the tenant's plan has no space left, or the database is away.
pub async fn ask(app: &App, scope: &TenantScope, id: RecordingId, call: CallId, by: Option<UserId>) -> Result<()> {
    let now = app.now();
    app.db
        .tenant(scope, move |tx| {
            more_stored(tx, LEAST_BYTES, now)?;
            recordings::insert(tx, id, call, by, now)
        })
        .await
}

/// What changed of a recording.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// When.
    pub at: Moment,
    /// Somebody answered.
    pub proof: Option<Proof>,
    /// It begins.
    pub began_at: Option<Moment>,
    /// It ends.
    pub ended: Option<Ending>,
}

/// Writes it down, all of it or nothing; the same twice is once. What was recorded is composed once it has ended, and goes
/// when its time is over, whatever became of it.
///
/// # Errors
/// The database is away.
pub async fn note(app: &App, scope: &TenantScope, id: RecordingId, change: Change) -> Result<()> {
    app.db
        .tenant(scope, move |tx| {
            let at = change.at;
            if let Some(proof) = change.proof {
                recordings::add_consent(tx, id, &proof, at)?;
            }
            if let Some(began_at) = change.began_at {
                recordings::begin(tx, id, began_at)?;
            }
            if let Some(ending) = change.ended {
                let call = recordings::find(tx, id)?.call;
                let until = kept_until(&calls::find(tx, call)?, at);
                if recordings::end(tx, id, ending, at, until)? {
                    jobs::enqueue(tx, COMPOSE_JOB, Job { recording: id }.payload(), at)?;
                    jobs::enqueue(tx, FORGET_JOB, Job { recording: id }.payload(), until)?;
                }
            }
            Ok(())
        })
        .await
}

/// Ends a recording whose call ended without it.
///
/// # Errors
/// The database is away.
pub async fn end_lost(app: &App, scope: &TenantScope, id: RecordingId, ended_at: Moment) -> Result<()> {
    let change = Change {
        at: ended_at,
        proof: None,
        began_at: None,
        ended: Some(Ending::CallOver),
    };
    note(app, scope, id, change).await
}

/// Writes down that a file is about to be written. False if there are as many as a film can be made of.
///
/// # Errors
/// The database is away.
pub async fn begin_part(app: &App, scope: &TenantScope, part: NewPart) -> Result<bool> {
    app.db
        .tenant(scope, move |tx| {
            if recording_parts::count(tx, part.recording)? >= MOST_PARTS {
                return Ok(false);
            }
            recording_parts::add(tx, &part)?;
            Ok(true)
        })
        .await
}

/// A media node has completed a file.
///
/// # Errors
/// The database is away.
pub async fn written(app: &App, part: RecordedPart) -> Result<()> {
    app.db.system(move |tx| recording_parts::written(tx, &part)).await
}

/// What was asked, or is being recorded, in a call that is taken up again; and how often people were asked in it.
///
/// # Errors
/// The database is away.
pub async fn open_of(app: &App, scope: &TenantScope, call: CallId) -> Result<(Option<(Stored, Recording)>, i64)> {
    app.db
        .read(scope, move |tx| {
            let open = recordings::open_of(tx, call)?;
            let open = open.map(|(stored, agreed)| {
                let recording = Recording::read_back(agreed, stored.began_at);
                (stored, recording)
            });
            Ok((open, recordings::asked(tx, call)?))
        })
        .await
}
