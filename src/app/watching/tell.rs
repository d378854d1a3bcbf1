//! Telling those who wait.

use super::WAITS_MS;
use crate::{
    app::{App, browse, notifications},
    domain::{ids::UserId, notification::Event, time::Moment},
    error::Result,
    store::{TenantScope, TenantTx, notifications::News, sellers, watches},
};

/// Tells those who wait for somebody, if that person can be rung now: once each, since they wait no more.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn tell_watchers(app: &App, tx: &mut TenantTx<'_>, seller: UserId, now: Moment) -> Result<()> {
    // Whoever begins to wait has the lock, too: they see that the seller is available, or are seen here.
    if sellers::lock(tx, seller)?.is_none() || !watches::is_awaited(tx, seller)? {
        return Ok(());
    }
    let card = sellers::card(tx, seller)?;
    if browse::presence(app, tx.tenant(), &card, now) != browse::Presence::Available {
        return Ok(());
    }
    for watcher in watches::take(tx, seller, now + -WAITS_MS)? {
        let news = News::about(Event::Available, seller, format!("/sellers/{seller}"));
        notifications::tell(app, tx, watcher, news, now)?;
    }
    Ok(())
}

/// A seller who wasn't here opened a page.
///
/// # Errors
/// The database is away.
pub async fn arrived(app: &App, scope: &TenantScope, person: UserId) -> Result<()> {
    let (handle, now) = (app.clone(), app.now());
    app.db
        .tenant(scope, move |tx| tell_watchers(&handle, tx, person, now))
        .await
}
