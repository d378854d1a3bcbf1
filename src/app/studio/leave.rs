//! A seller's own say.

use super::actor;
use crate::{
    app::{App, identity::Viewer},
    domain::audit::{Action, Entry},
    error::{Error, Result},
    store::{
        audit,
        studios::{self, Studio},
    },
};
use serde_json::{Value, json};
use std::net::IpAddr;

/// The studio that the reader sells in.
///
/// # Errors
/// The database is away.
pub async fn of_seller(app: &App, viewer: &Viewer) -> Result<Option<Studio>> {
    let me = viewer.user.id;
    app.db.read(&viewer.scope, move |tx| studios::of_seller(tx, me)).await
}

/// The reader sells in no studio any more, and goes on selling.
///
/// # Errors
/// They are in none, or the database is away.
pub async fn leave(app: &App, viewer: &Viewer, address: IpAddr) -> Result<()> {
    let (reader, now) = (viewer.clone(), app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let me = reader.user.id;
            let studio = studios::of_seller(tx, me)?.ok_or_else(Error::not_found)?;
            if !studios::remove_seller(tx, studio.id, me)? {
                return Err(Error::not_found());
            }
            let entry = Entry::new(Action::StudioSellerLeft, studio.name);
            let entry = entry.changed(json!({"seller": me}), Value::Null);
            audit::write(tx, &actor(&reader, address), &entry, now)
        })
        .await
}
