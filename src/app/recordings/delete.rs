//! The end of a recording: its time is over, staff delete it, or one of its people wants to be forgotten.

use super::{Job, compose::remove, folder};
use crate::{
    app::{App, console::StaffMember},
    domain::{
        audit::{Action, Entry},
        ids::{RecordingId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, audit, jobs, recording_parts,
        recordings::{self, State, Step},
    },
};
use futures::TryStreamExt;
use serde_json::json;
use uuid::Uuid;

/// The job that throws a recording's files away.
pub const FORGET_JOB: &str = "recording_forget";

/// Deletes a recording; its row stays, with who agreed to it.
///
/// # Errors
/// It isn't there, or there is nothing to delete, or the database is away.
pub async fn delete(app: &App, by: &StaffMember, id: RecordingId) -> Result<()> {
    let (scope, actor, now) = (by.viewer().scope, by.actor(), app.now());
    app.db
        .tenant(&scope, move |tx| {
            let before = recordings::find(tx, id)?;
            if !gone(tx, id, now)? {
                let words = match before.state {
                    State::Asked | State::Recording => "This call is still being recorded.",
                    _ => "This recording was deleted already.",
                };
                return Err(Error::conflict("recording_gone", words));
            }
            let entry = Entry::new(Action::RecordingDeleted, id.to_string());
            let entry = entry.changed(json!({ "state": before.state.name() }), json!({ "state": "deleted" }));
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

/// Deletes all recordings of the calls that somebody was in.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn forget_of(tx: &mut TenantTx<'_>, person: UserId, now: Moment) -> Result<()> {
    for id in recordings::of_person(tx, person)? {
        gone(tx, id, now)?;
    }
    Ok(())
}

/// It counts as deleted at once; its files go by a job.
fn gone(tx: &mut TenantTx<'_>, id: RecordingId, now: Moment) -> Result<bool> {
    let deleted = recordings::step(tx, id, Step::Deleted(now))?;
    if deleted {
        jobs::enqueue(tx, FORGET_JOB, Job { recording: id }.payload(), now)?;
    }
    Ok(deleted)
}

/// Throws the files of a recording away, if it isn't being made or its time isn't over.
///
/// # Errors
/// The object store or the database is away.
pub async fn forget(app: &App, scope: &TenantScope, Job { recording }: Job) -> Result<()> {
    let now = app.now();
    let takes = app
        .db
        .tenant(scope, move |tx| {
            let stored = recordings::find(tx, recording)?;
            let is_due = stored.retained_until.is_some_and(|until| until <= now);
            if is_due {
                recordings::step(tx, recording, Step::Deleted(now))?;
            } else if stored.state != State::Deleted {
                return Ok(Vec::new());
            }
            let parts = recording_parts::of(tx, recording)?;
            let takes = parts.into_iter().map(|part| part.take_id).chain([recording.uuid()]);
            Ok(takes.collect::<Vec<Uuid>>())
        })
        .await?;
    remove_all(app, takes).await
}

/// Throws all files of a tenant's recordings away.
///
/// # Errors
/// The object store or the database is away.
pub async fn forget_all(app: &App, scope: &TenantScope) -> Result<()> {
    let takes = app.db.read(scope, recording_parts::all_takes).await?;
    remove_all(app, takes).await
}

async fn remove_all(app: &App, mut takes: Vec<Uuid>) -> Result<()> {
    takes.sort_unstable();
    takes.dedup();
    for take in takes {
        for files in [&app.files, &app.recorded] {
            let found: Vec<_> = files
                .list(Some(&folder(take)))
                .try_collect()
                .await
                .map_err(Error::internal)?;
            for file in found {
                remove(files, &file.location).await?;
            }
        }
    }
    Ok(())
}
