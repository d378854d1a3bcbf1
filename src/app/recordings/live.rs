//! What a room has written down of its recording. Nothing is asked of a media node before it is.

use super::{COMPOSE_JOB, Job};
use crate::{
    app::{App, subscriptions::more_stored},
    domain::{
        ids::{CallId, RecordingId, UserId},
        recording::{Answer, ConsentText, Ending, Recording},
        time::Moment,
    },
    error::Result,
    store::{
        TenantScope, jobs, recording_parts,
        recording_parts::NewPart,
        recordings::{self, Stored},
    },
};
use tallyroom_media_protocol::RecordedPart;

/// So much has to be free before anything is recorded: a minute's worth.
const LEAST_BYTES: usize = 8 * 1024 * 1024;

/// Writes down that a call is to be recorded.
///
/// # Errors
/// That was asked already, the tenant's plan has no space left, or the database is away.
pub async fn ask(app: &App, scope: &TenantScope, call: CallId, by: Option<UserId>) -> Result<RecordingId> {
    let (id, now) = (RecordingId::new(), app.now());
    app.db
        .tenant(scope, move |tx| {
            more_stored(tx, LEAST_BYTES, now)?;
            recordings::insert(tx, id, call, by, now)
        })
        .await?;
    Ok(id)
}

/// What somebody answered, to which text.
#[derive(Clone, Copy, Debug)]
pub struct Proof {
    /// Who.
    pub person: UserId,
    /// What.
    pub answer: Answer,
    /// To which text.
    pub text: &'static ConsentText,
}

/// What changed of a recording.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change {
    /// Somebody answered.
    pub proof: Option<Proof>,
    /// It begins.
    pub began_at: Option<Moment>,
    /// It ends.
    pub ended: Option<Ending>,
}

/// Writes it down, all of it or nothing; what was recorded is composed once it has ended.
///
/// # Errors
/// The database is away.
pub async fn note(app: &App, scope: &TenantScope, id: RecordingId, change: Change) -> Result<()> {
    let now = app.now();
    app.db
        .tenant(scope, move |tx| {
            if let Some(Proof { person, answer, text }) = change.proof {
                recordings::add_consent(tx, id, person, answer, text, now)?;
            }
            if let Some(began_at) = change.began_at {
                recordings::begin(tx, id, began_at)?;
            }
            if let Some(ending) = change.ended
                && recordings::end(tx, id, ending, now)?
            {
                jobs::enqueue(tx, COMPOSE_JOB, Job { recording: id }.payload(), now)?;
            }
            Ok(())
        })
        .await
}

/// Writes down that a file is about to be written.
///
/// # Errors
/// The database is away.
pub async fn begin_part(app: &App, scope: &TenantScope, part: NewPart) -> Result<()> {
    app.db.tenant(scope, move |tx| recording_parts::add(tx, &part)).await
}

/// A media node has completed a file.
///
/// # Errors
/// The database is away.
pub async fn written(app: &App, part: RecordedPart) -> Result<()> {
    app.db.system(move |tx| recording_parts::written(tx, &part)).await
}

/// What was asked, or is being recorded, in a call that is taken up again; and whether anybody was ever asked in it.
///
/// # Errors
/// The database is away.
pub async fn open_of(app: &App, scope: &TenantScope, call: CallId) -> Result<(Option<(Stored, Recording)>, bool)> {
    app.db
        .read(scope, move |tx| {
            let open = recordings::open_of(tx, call)?;
            let open = open.map(|(stored, agreed)| {
                let recording = Recording::read_back(agreed, stored.began_at);
                (stored, recording)
            });
            Ok((open, recordings::was_asked(tx, call)?))
        })
        .await
}
