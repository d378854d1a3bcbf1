//! The one thing that a manager may do for a seller.

use super::{actor, managed};
use crate::{
    app::{App, identity::Viewer},
    domain::{
        audit::{Action, Entry},
        ids::UserId,
    },
    error::{Error, Result},
    store::{audit, sellers, studios},
};
use serde_json::json;
use std::net::IpAddr;

/// Switches a seller of the reader's studio off; a call that is running goes on. Only they switch themselves on again.
///
/// # Errors
/// The reader looks after no studio, the seller isn't in theirs, or the database is away.
pub async fn switch_off(app: &App, viewer: &Viewer, address: IpAddr, seller: UserId) -> Result<()> {
    let (reader, now) = (viewer.clone(), app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let studio = managed(tx, &reader)?;
            if studios::of_seller(tx, seller)?.is_none_or(|theirs| theirs.id != studio.id) {
                return Err(Error::not_found());
            }
            let profile = sellers::lock(tx, seller)?.ok_or_else(Error::not_found)?;
            if profile.available_until.is_none_or(|until| until <= now) {
                return Ok(());
            }
            sellers::set_available(tx, seller, None)?;
            let entry = Entry::new(Action::StudioSwitchedOff, studio.name);
            let entry = entry.changed(
                json!({"seller": seller, "available": true}),
                json!({"seller": seller, "available": false}),
            );
            audit::write(tx, &actor(&reader, address), &entry, now)
        })
        .await
}
