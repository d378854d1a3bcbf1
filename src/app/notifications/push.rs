//! Browsers that are told things while no page is open.

use super::Told;
use crate::{
    app::{
        App,
        identity::Viewer,
        ports::{Letters, Pushed},
    },
    error::{Error, Result},
    store::{
        TenantScope, notifications,
        push_subscriptions::{self, Device},
    },
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The job's kind in the outbox.
pub const PUSH_JOB: &str = "push";
/// What is older is no news.
const NEWS_MS: i64 = 24 * 3_600_000;
/// Bytes of a browser's public key, and of the secret it shares with us.
const KEY_BYTES: (usize, usize) = (65, 16);

/// One browser to be told one thing; the job's payload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Push {
    /// Which.
    pub device: Uuid,
    /// What.
    pub told: Told,
}

/// Remembers the browser that the person is signed in with.
///
/// # Errors
/// It isn't at a push service that is known here, or its keys are none; or the database is away.
pub async fn remember_device(app: &App, viewer: &Viewer, device: Device) -> Result<()> {
    if !app.push.takes(&device.endpoint) {
        let words = "Your browser's push service isn't one that we send to.";
        return Err(Error::field("endpoint", words));
    }
    let lengths = (device.p256dh.len(), device.auth.len());
    if lengths != KEY_BYTES || !app.push.is_key(&device.p256dh) {
        return Err(Error::field("keys", "These aren't the keys of a browser."));
    }
    let (user, session, now) = (viewer.user.id, viewer.session, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            push_subscriptions::put(tx, user, session, &device, now)
        })
        .await
}

/// Forgets a browser of the person's; one that isn't known is forgotten already.
///
/// # Errors
/// The database is away.
pub async fn forget_device(app: &App, viewer: &Viewer, endpoint: String) -> Result<()> {
    let user = viewer.user.id;
    app.db
        .tenant(&viewer.scope, move |tx| push_subscriptions::remove(tx, user, &endpoint))
        .await
}

/// Tells one browser, unless the person has seen it meanwhile or signed out there. A browser that is no more is forgotten.
///
/// # Errors
/// The push service doesn't take it now; try again.
pub async fn push(app: &App, letters: &dyn Letters, scope: &TenantScope, job: Push) -> Result<()> {
    let Push { device: id, told } = job;
    let (to, shown, now) = (told.to, told.shown, app.now());
    if now - told.at > NEWS_MS {
        return Ok(());
    }
    let found = app.db.read(scope, move |tx| {
        let unseen = match shown {
            Some(id) => notifications::is_unseen(tx, to, id)?,
            None => true,
        };
        if unseen {
            push_subscriptions::find(tx, to, id, now)
        } else {
            Ok(None)
        }
    });
    let Some(device) = found.await? else { return Ok(()) };
    let slip = letters.slip(scope, told).await?;
    let message = serde_json::to_vec(&slip).map_err(Error::internal)?;
    // A job that runs twice, because an answer was lost, sends the same: the service and the browser show it once.
    if app.push.send(&device, slip.id, message, now).await? == Pushed::Gone {
        app.db
            .tenant(scope, move |tx| push_subscriptions::remove(tx, to, &device.endpoint))
            .await?;
    }
    Ok(())
}
