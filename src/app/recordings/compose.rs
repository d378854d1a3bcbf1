//! Each person's files made into one film. Taken up again after a restart, by the job's lease.

use super::{Job, kept_until, part_place, place};
use crate::{
    app::{
        App,
        notifications::tell,
        ports::{Part, Plan},
    },
    domain::{ids::RecordingId, notification::Event, recording::RecordingFor, time::Moment},
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, calls,
        notifications::News,
        recording_parts,
        recordings::{self, State, Step, Stored},
    },
};
use futures::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt, buffered::BufWriter, path::Path};
use std::{
    path::{self, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, sync::watch};

/// The job that makes a film.
pub const COMPOSE_JOB: &str = "recording_compose";
/// How long a file that isn't complete is waited for once the recording has ended.
const COMPLETE_WITHIN_MS: i64 = 15_000;
/// It is looked again after so long.
const LOOK_AGAIN_S: u32 = 2;

/// Makes the film; making it again changes nothing.
///
/// # Errors
/// Files aren't complete yet, or it can't be made now; it may be tried again.
pub async fn compose(app: &App, scope: &TenantScope, Job { recording }: Job) -> Result<()> {
    let read = move |tx: &mut TenantTx<'_>| Ok((recordings::find(tx, recording)?, recording_parts::of(tx, recording)?));
    let (stored, parts) = app.db.read(scope, read).await?;
    if !matches!(stored.state, State::Composing | State::Failed) {
        return Ok(());
    }
    let ended_at = stored.ended_at.unwrap_or(stored.asked_at);
    let is_open = parts.iter().any(|part| part.until_ms.is_none());
    if is_open && app.now() - ended_at < COMPLETE_WITHIN_MS {
        return Err(Error::too_many(LOOK_AGAIN_S));
    }
    note(app, scope, recording, Step::Composing(0)).await?;
    let made = match make(app, scope, &stored, &parts, ended_at).await {
        Ok(Some(made)) => made,
        // Nobody sent anything that could be kept: trying again wouldn't help.
        Ok(None) => return note(app, scope, recording, Step::Failed).await.map(drop),
        Err(error) => {
            note(app, scope, recording, Step::Failed).await?;
            return Err(error);
        }
    };
    if !finish(app, scope, &stored, made).await? {
        // Somebody deleted it meanwhile.
        return super::forget(app, scope, Job { recording }).await;
    }
    for part in &parts {
        remove(&app.recorded, &part_place(part.take_id, part.peer_id)).await?;
    }
    Ok(())
}

/// A film that is in its place.
struct Made {
    bytes: i64,
    length_ms: i64,
}

async fn make(
    app: &App,
    scope: &TenantScope,
    stored: &Stored,
    parts: &[recording_parts::Part],
    ended_at: Moment,
) -> Result<Option<Made>> {
    let scratch = tempfile::tempdir().map_err(Error::internal)?;
    let plan = plan(app, &scratch, stored, parts, ended_at).await?;
    if plan.parts.is_empty() {
        return Ok(None);
    }
    let out = plan.out.clone();
    let (told, mut seen) = watch::channel(0);
    let progress = |percent: u8| {
        told.send_if_modified(|known| std::mem::replace(known, percent) != percent);
    };
    let composing = app.composer.compose(plan, &progress);
    let showing = async {
        while seen.changed().await.is_ok() {
            let percent = *seen.borrow_and_update();
            // The film is what counts; how far it is will be said again.
            if let Err(error) = note(app, scope, stored.id, Step::Composing(percent)).await {
                tracing::warn!(%error, "how far a recording is can't be written down");
            }
        }
        std::future::pending::<()>().await;
    };
    let composed = tokio::select! {
        composed = composing => composed?,
        () = showing => return Ok(None),
    };
    let bytes = store(app, &place(stored.id), out).await?;
    let length_ms = i64::try_from(composed.length_ms).map_err(Error::internal)?;
    Ok(Some(Made { bytes, length_ms }))
}

/// Fetches what there is. A file of which nothing came is no file.
async fn plan(
    app: &App,
    scratch: &TempDir,
    stored: &Stored,
    parts: &[recording_parts::Part],
    ended_at: Moment,
) -> Result<Plan> {
    let mut people = Vec::new();
    let mut fetched = Vec::new();
    for part in parts {
        let path = scratch.path().join(format!("{}-{}.mp4", part.take_id, part.peer_id));
        if !fetch(app, &part_place(part.take_id, part.peer_id), &path).await? {
            continue;
        }
        let known = people.iter().position(|person| *person == part.person_id);
        let person = known.unwrap_or_else(|| {
            people.push(part.person_id);
            people.len() - 1
        });
        fetched.push(Part { path, person });
    }
    let began_at = stored.began_at.unwrap_or(ended_at);
    let last_ms = parts.iter().filter_map(|part| part.until_ms).max().unwrap_or(0);
    let all_closed = parts.iter().all(|part| part.until_ms.is_some());
    let until_ms = if all_closed {
        last_ms
    } else {
        (ended_at - began_at).max(last_ms)
    };
    Ok(Plan {
        parts: fetched,
        people: people.len(),
        until_ms: u64::try_from(until_ms).unwrap_or(0),
        out: scratch.path().join("call.mp4"),
    })
}

async fn fetch(app: &App, from: &Path, into: &path::Path) -> Result<bool> {
    let found = match app.recorded.get(from).await {
        Ok(found) => found,
        Err(object_store::Error::NotFound { .. }) => return Ok(false),
        Err(error) => return Err(Error::internal(error)),
    };
    let is_empty = found.meta.size == 0;
    let mut file = tokio::fs::File::create(into).await.map_err(Error::internal)?;
    let mut stream = found.into_stream();
    while let Some(bytes) = stream.try_next().await.map_err(Error::internal)? {
        file.write_all(&bytes).await.map_err(Error::internal)?;
    }
    file.flush().await.map_err(Error::internal)?;
    Ok(!is_empty)
}

async fn store(app: &App, place: &Path, file: PathBuf) -> Result<i64> {
    let mut from = tokio::fs::File::open(file).await.map_err(Error::internal)?;
    let mut into = BufWriter::new(Arc::clone(&app.files), place.clone());
    let bytes = tokio::io::copy(&mut from, &mut into).await.map_err(Error::internal)?;
    into.shutdown().await.map_err(Error::internal)?;
    i64::try_from(bytes).map_err(Error::internal)
}

/// It can be seen from now on; those who may see it are told. False if it was deleted.
async fn finish(app: &App, scope: &TenantScope, stored: &Stored, made: Made) -> Result<bool> {
    let (stored, now, app) = (stored.clone(), app.now(), app.clone());
    let db = app.db.clone();
    db.tenant(scope, move |tx| {
        let call = calls::find(tx, stored.call)?;
        let policy = &call.terms.policy;
        let ready = Step::Ready {
            bytes: made.bytes,
            length_ms: made.length_ms,
            retained_until: stored.retained_until.unwrap_or_else(|| kept_until(&call, now)),
        };
        if !recordings::step(tx, stored.id, ready)? {
            return Ok(false);
        }
        if policy.recording_for == RecordingFor::Both {
            for (reader, other) in [(call.buyer.id, call.seller.id), (call.seller.id, call.buyer.id)] {
                let news = News::about(Event::Recording, other, format!("/calls/{}/bill#recordings", call.id));
                tell(&app, tx, reader, news, now)?;
            }
        }
        Ok(true)
    })
    .await
}

async fn note(app: &App, scope: &TenantScope, id: RecordingId, step: Step) -> Result<bool> {
    app.db.tenant(scope, move |tx| recordings::step(tx, id, step)).await
}

pub(super) async fn remove(files: &dyn ObjectStore, place: &Path) -> Result<()> {
    match files.delete(place).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(Error::internal(error)),
    }
}
