//! Blocking somebody.

use super::meet::find;
use crate::{
    app::{App, identity::Viewer},
    domain::ids::UserId,
    error::{Error, Result},
    store::{
        blocks::{self, Blocked},
        users, watches,
    },
};

/// Most people whom somebody has blocked at a time.
const MOST_BLOCKED: i64 = 500;

/// Blocks somebody: neither rings, writes to, books or sees the other from now on. A call that runs and what is booked
/// stay; that is ended or cancelled like any other.
///
/// # Errors
/// It is oneself or nobody the reader can know, they have blocked too many, or the database is away.
pub async fn block(app: &App, viewer: &Viewer, other: UserId) -> Result<()> {
    let (user, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            if user == other {
                return Err(Error::invalid("You can't block yourself."));
            }
            users::hold(tx, user)?;
            find(tx, user, other)?;
            if blocks::count(tx, user)? >= MOST_BLOCKED {
                let words = format!("You can block up to {MOST_BLOCKED} people.");
                return Err(Error::conflict("too_many_blocks", words));
            }
            blocks::put(tx, user, other, now)?;
            watches::remove(tx, user, other)?;
            watches::remove(tx, other, user).map(|_| ())
        })
        .await
}

/// Blocks somebody no longer. If they aren't blocked, nothing changes.
///
/// # Errors
/// There is no such person, or the database is away.
pub async fn unblock(app: &App, viewer: &Viewer, other: UserId) -> Result<()> {
    let user = viewer.user.id;
    app.db
        .tenant(&viewer.scope, move |tx| {
            users::find(tx, other)?;
            blocks::remove(tx, user, other)
        })
        .await
}

/// Whom the reader has blocked, the last first.
///
/// # Errors
/// The database is away.
pub async fn blocked(app: &App, viewer: &Viewer) -> Result<Vec<Blocked>> {
    let user = viewer.user.id;
    app.db.read(&viewer.scope, move |tx| blocks::list(tx, user)).await
}

/// Who isn't in the reader's lists. Hardly anybody has blocked or is blocked: of the others nothing is read.
///
/// # Errors
/// The database is away.
pub async fn hidden_from(app: &App, viewer: Option<&Viewer>) -> Result<Vec<UserId>> {
    match viewer.filter(|viewer| viewer.blocks) {
        Some(viewer) => {
            let user = viewer.user.id;
            app.db.read(&viewer.scope, move |tx| blocks::around(tx, user)).await
        }
        None => Ok(Vec::new()),
    }
}
