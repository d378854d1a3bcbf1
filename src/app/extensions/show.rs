//! Extensions of a call, as its two people see them.

use super::ask::MOST_ASKED;
use crate::{
    app::{App, identity::Viewer},
    domain::{call::extension::Event, ids::CallId},
    error::Result,
    store::{
        calls,
        extensions::{self, Asked},
    },
};

/// Those of a call of the reader's, newest first, as they stand by now.
///
/// # Errors
/// The call isn't there or isn't theirs, or the database is away.
pub async fn list(app: &App, viewer: &Viewer, call: CallId) -> Result<Vec<Asked>> {
    read(app, viewer, call, MOST_ASKED).await
}

/// The newest of them, while it waits for the buyer.
///
/// # Errors
/// The same.
pub async fn open(app: &App, viewer: &Viewer, call: CallId) -> Result<Option<Asked>> {
    let newest = read(app, viewer, call, 1).await?.pop();
    Ok(newest.filter(|asked| asked.extension.is_open()))
}

async fn read(app: &App, viewer: &Viewer, call: CallId, limit: i64) -> Result<Vec<Asked>> {
    let (person, now) = (viewer.user.id, app.now());
    app.db
        .read(&viewer.scope, move |tx| {
            calls::of_person(tx, call, person)?;
            let mut all = extensions::of_call(tx, call, limit)?;
            for asked in &mut all {
                asked.extension.on(now, Event::Tick).map_err(super::refused)?;
            }
            Ok(all)
        })
        .await
}
