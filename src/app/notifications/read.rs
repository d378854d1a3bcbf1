//! What a person was told, as the site shows it.

use crate::{
    app::{App, identity::Viewer},
    error::Result,
    store::notifications::{self, Notification, Seen},
};
use uuid::Uuid;

/// The `page`-th page (from 1) of what the reader was told, `size` a page, the newest first; whether there is more.
///
/// # Errors
/// The database is away.
pub async fn list(app: &App, viewer: &Viewer, page: u32, size: usize) -> Result<(Vec<Notification>, bool)> {
    let user = viewer.user.id;
    let limit = i64::try_from(size).unwrap_or(i64::MAX - 1);
    let skip = i64::from(page.max(1) - 1).saturating_mul(limit);
    let mut found = app
        .db
        .read(&viewer.scope, move |tx| notifications::list(tx, user, skip, limit + 1))
        .await?;
    let more = found.len() > size;
    found.truncate(size);
    Ok((found, more))
}

/// Marks one as seen; gives the path that it leads to.
///
/// # Errors
/// Not there or not theirs, or the database is away.
pub async fn open(app: &App, viewer: &Viewer, id: Uuid) -> Result<String> {
    let (user, now) = (viewer.user.id, app.now());
    let (link, unread) = app
        .db
        .tenant(&viewer.scope, move |tx| {
            let found = notifications::find(tx, user, id)?;
            notifications::see(tx, user, &Seen::One(id), now)?;
            Ok((found.link, notifications::unread(tx, user)?))
        })
        .await?;
    app.people.notified(&viewer.scope, user, unread, None);
    Ok(link)
}

/// Marks all as seen.
///
/// # Errors
/// The database is away.
pub async fn see_all(app: &App, viewer: &Viewer) -> Result<()> {
    let (user, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| notifications::see(tx, user, &Seen::All, now))
        .await?;
    app.people.notified(&viewer.scope, user, 0, None);
    Ok(())
}

/// Forgets what is too old, at all tenants.
///
/// # Errors
/// The database is away.
pub async fn sweep(app: &App) -> Result<()> {
    let now = app.now();
    let swept = app.db.system(move |tx| notifications::sweep(tx, now)).await?;
    if swept > 0 {
        tracing::info!(swept, "old notifications forgotten");
    }
    Ok(())
}
