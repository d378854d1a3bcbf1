//! Archives that a tenant's admins ask for: made in the background, kept for a week.

use super::{Progress, disk, export};
use crate::{
    app::{App, console::StaffMember},
    domain::audit::{Action, Entry},
    error::{Error, Result},
    store::{
        TenantScope, audit,
        exports::{self, Step},
        jobs,
    },
};
use futures::{TryStreamExt, stream::BoxStream};
use object_store::{ObjectStoreExt, buffered::BufWriter, path::Path};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use tokio::{io::AsyncWriteExt, sync::watch};
use uuid::Uuid;

/// The job that makes an archive.
pub const MAKE_JOB: &str = "export";
/// The job that throws its file away.
pub const EXPIRE_JOB: &str = "export_expire";
/// How long a file is kept.
const KEPT_MS: i64 = 7 * 24 * 3_600_000;

/// Which archive a job is about.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub export: Uuid,
}

impl Job {
    fn payload(self) -> serde_json::Value {
        json!({ "export": self.export })
    }
}

fn place(scope: &TenantScope, export: Uuid) -> Path {
    Path::from(format!("tenants/{}/exports/{export}.tar.gz", scope.tenant()))
}

/// Asks for an archive of the tenant.
///
/// # Errors
/// One is being made already, or the database is away.
pub async fn ask(app: &App, by: &StaffMember) -> Result<Uuid> {
    let (actor, now, export) = (by.actor(), app.now(), Uuid::now_v7());
    let user = by.user()?;
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            exports::insert(tx, export, user, now)?;
            jobs::enqueue(tx, MAKE_JOB, Job { export }.payload(), now)?;
            audit::write(tx, &actor, &Entry::new(Action::ExportAsked, export.to_string()), now)?;
            Ok(export)
        })
        .await
}

/// Makes the archive; making it again changes nothing.
///
/// # Errors
/// It can't be made now; it may be tried again.
pub async fn make(app: &App, scope: &TenantScope, Job { export }: Job) -> Result<()> {
    if !note(app, scope, export, Step::Running { done: 0, of: 0 }).await? {
        return Ok(());
    }
    match try_make(app, scope, export).await {
        Ok(()) => Ok(()),
        Err(error) => {
            note(app, scope, export, Step::Failed).await?;
            Err(error)
        }
    }
}

async fn try_make(app: &App, scope: &TenantScope, id: Uuid) -> Result<()> {
    let file = tempfile::tempfile().map_err(disk)?;
    let written_to = file.try_clone().map_err(disk)?;
    let (told, mut seen) = watch::channel(Progress { done: 0, of: 0 });
    let writing = export(app, scope, written_to, move |progress| {
        told.send_replace(progress);
    });
    let showing = async {
        while seen.changed().await.is_ok() {
            let Progress { done, of } = *seen.borrow_and_update();
            let count = |tables: usize| i32::try_from(tables).unwrap_or(i32::MAX);
            let step = Step::Running {
                done: count(done),
                of: count(of),
            };
            note(app, scope, id, step).await?;
        }
        Ok(())
    };
    let (manifest, ()) = futures::future::try_join(writing, showing).await?;
    let bytes = store(app, &place(scope, id), file).await?;
    let expires_at = app.now() + KEPT_MS;
    let rows = i64::try_from(manifest.rows()).map_err(Error::internal)?;
    app.db
        .tenant(scope, move |tx| {
            let done = Step::Done {
                rows,
                bytes,
                expires_at,
            };
            if exports::step(tx, id, done)? {
                jobs::enqueue(tx, EXPIRE_JOB, Job { export: id }.payload(), expires_at)?;
            }
            Ok(())
        })
        .await
}

/// Puts the file into the object store; gives its size.
async fn store(app: &App, place: &Path, mut file: std::fs::File) -> Result<i64> {
    std::io::Seek::rewind(&mut file).map_err(disk)?;
    let mut from = tokio::fs::File::from_std(file);
    let mut into = BufWriter::new(Arc::clone(&app.files), place.clone());
    let bytes = tokio::io::copy(&mut from, &mut into).await.map_err(disk)?;
    into.shutdown().await.map_err(disk)?;
    i64::try_from(bytes).map_err(Error::internal)
}

async fn note(app: &App, scope: &TenantScope, export: Uuid, step: Step) -> Result<bool> {
    app.db.tenant(scope, move |tx| exports::step(tx, export, step)).await
}

/// Throws the archive's file away.
///
/// # Errors
/// The object store or the database is away.
pub async fn expire(app: &App, scope: &TenantScope, Job { export }: Job) -> Result<()> {
    match app.files.delete(&place(scope, export)).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
        Err(error) => return Err(Error::internal(error)),
    }
    note(app, scope, export, Step::Expired).await?;
    Ok(())
}

/// Throws all files of a tenant away.
///
/// # Errors
/// The object store is away.
pub async fn forget(app: &App, scope: &TenantScope) -> Result<()> {
    let all = Path::from(format!("tenants/{}", scope.tenant()));
    let files: Vec<_> = app
        .files
        .list(Some(&all))
        .try_collect()
        .await
        .map_err(Error::internal)?;
    for file in files {
        app.files.delete(&file.location).await.map_err(Error::internal)?;
    }
    Ok(())
}

/// An archive's bytes, as they come.
pub type Bytes = BoxStream<'static, object_store::Result<bytes::Bytes>>;

/// Fetches a finished archive, and writes down who did.
///
/// # Errors
/// It isn't there, or not any more, or the database is away.
pub async fn fetch(app: &App, by: &StaffMember, export: Uuid) -> Result<Bytes> {
    let (scope, actor, now) = (by.viewer().scope, by.actor(), app.now());
    app.db
        .tenant(&scope, move |tx| {
            if !exports::is_done(tx, export)? {
                return Err(Error::not_found());
            }
            audit::write(tx, &actor, &Entry::new(Action::ExportFetched, export.to_string()), now)
        })
        .await?;
    let found = app.files.get(&place(&scope, export)).await.map_err(Error::internal)?;
    Ok(found.into_stream())
}
