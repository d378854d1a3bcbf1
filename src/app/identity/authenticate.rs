//! Who a session belongs to.

use super::Viewer;
use crate::{
    app::App,
    domain::{
        ids::{SessionId, TenantId, UserId},
        time::Moment,
    },
    error::Result,
    store::{TenantScope, sessions},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How long somebody is known without a look at the database.
const KEPT_MS: i64 = 1_000;
/// Most people who are; the others are looked up each time.
const MOST: usize = 10_000;

/// People who were recognised lately. Whatever this process writes of their tenant is seen at once; changes by other
/// processes, and what time alone brings about, are seen [`KEPT_MS`] later at most.
#[derive(Default)]
pub struct Recognised(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    people: HashMap<(TenantId, SessionId), Known>,
    swept_at: Moment,
}

struct Known {
    viewer: Viewer,
    at: Moment,
    changes: u64,
}

impl Recognised {
    fn find(&self, (tenant, session): (TenantId, SessionId), now: Moment, changes: u64) -> Option<Viewer> {
        let kept = self.kept();
        let known = kept.people.get(&(tenant, session))?;
        (known.changes == changes && known.is_young(now)).then(|| known.viewer.clone())
    }

    fn keep(&self, known: Known) {
        let mut kept = self.kept();
        if known.at - kept.swept_at >= KEPT_MS {
            kept.swept_at = known.at;
            kept.people.retain(|_, other| other.is_young(known.at));
        }
        let key = (known.viewer.scope.tenant(), known.viewer.session);
        if kept.people.len() < MOST || kept.people.contains_key(&key) {
            kept.people.insert(key, known);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn is_young(&self, now: Moment) -> bool {
        (0..KEPT_MS).contains(&(now - self.at))
    }
}

/// The person behind a session, if it holds at this moment: a session that was ended here ends at once, one that another
/// process ended as late as [`Recognised`] tells.
///
/// # Errors
/// The database is away.
pub async fn authenticate(app: &App, scope: &TenantScope, session: SessionId, user: UserId) -> Result<Option<Viewer>> {
    let key = (scope.tenant(), session);
    // Before anything is read: a change that comes in between makes what was read old.
    let (now, changes) = (app.now(), app.db.changes().count(scope.tenant()));
    if let Some(viewer) = app.recognised.find(key, now, changes) {
        return Ok(Some(viewer).filter(|viewer| viewer.user.id == user));
    }
    let viewer = look_up(app, scope, session, user).await?;
    if let Some(viewer) = viewer.clone() {
        app.recognised.keep(Known {
            viewer,
            at: now,
            changes,
        });
    }
    Ok(viewer)
}

/// The same by the database's word alone, for who is let in for longer.
///
/// # Errors
/// The database is away.
pub async fn look_up(app: &App, scope: &TenantScope, session: SessionId, user: UserId) -> Result<Option<Viewer>> {
    let now = app.now();
    let signed = app
        .db
        .read(scope, move |tx| sessions::signed(tx, session, user, now))
        .await?;
    Ok(signed.map(|signed| Viewer::of(signed, *scope, session)))
}
