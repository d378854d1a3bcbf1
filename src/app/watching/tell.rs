//! Telling those who wait.

use super::WAITS_MS;
use crate::{
    app::{App, browse, notifications, subscriptions},
    domain::{ids::UserId, notification::Event, time::Moment},
    error::{Error, Result},
    store::{TenantScope, TenantTx, jobs, notifications::News, sellers, users, watches},
};
use serde::{Deserialize, Serialize};

/// The job's kind in the outbox.
pub const WATCH_JOB: &str = "available";
/// How many are told by one run of the job.
const MOST_AT_ONCE: usize = 100;

/// A seller who may be available now.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Awaited {
    seller: UserId,
}

/// Something happened that can make a seller available: those who wait are told soon if it did. Of whoever doesn't sell
/// nothing is awaited. Locks the seller's profile: in a transaction that locks people, too, they come first.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn look_after(tx: &mut TenantTx<'_>, seller: UserId, now: Moment) -> Result<()> {
    // Whoever begins to wait has this lock, too: they see what happened, or are seen here.
    if sellers::lock(tx, seller)?.is_none() || !watches::is_awaited(tx, seller)? {
        return Ok(());
    }
    let payload = serde_json::to_value(Awaited { seller }).map_err(Error::internal)?;
    jobs::enqueue(tx, WATCH_JOB, payload, now)
}

/// The same, of somebody who wasn't here and opened a page.
///
/// # Errors
/// The database is away.
pub async fn arrived(app: &App, scope: &TenantScope, person: UserId) -> Result<()> {
    let now = app.now();
    app.db.tenant(scope, move |tx| look_after(tx, person, now)).await
}

/// Tells those who wait for a seller, one after the other, as long as that seller can be rung.
///
/// # Errors
/// The database is away; try again.
pub async fn tell_watchers(app: &App, scope: &TenantScope, awaited: Awaited) -> Result<()> {
    for _ in 0..MOST_AT_ONCE {
        let (handle, now) = (app.clone(), app.now());
        let tell = move |tx: &mut TenantTx<'_>| tell_next(&handle, tx, awaited.seller, now);
        if !app.db.tenant(scope, tell).await? {
            return Ok(());
        }
    }
    arrived(app, scope, awaited.seller).await
}

/// False once there is nobody to tell, or nothing.
fn tell_next(app: &App, tx: &mut TenantTx<'_>, seller: UserId, now: Moment) -> Result<bool> {
    let card = sellers::card(tx, seller)?;
    let is_available = browse::presence(app, tx.tenant(), &card, now) == browse::Presence::Available;
    if !is_available || subscriptions::is_stopped(tx, now)? {
        return Ok(false);
    }
    let Some((watcher, asked_at)) = watches::first(tx, seller)? else {
        return Ok(false);
    };
    // The person first, as whoever erases one does.
    users::lock(tx, watcher)?;
    if watches::remove(tx, watcher, seller)? && now - asked_at <= WAITS_MS {
        let news = News::about(Event::Available, seller, format!("/sellers/{seller}"));
        notifications::tell(app, tx, watcher, news, now)?;
    }
    Ok(true)
}
