//! Taking services off the site, and putting them back.

use super::StaffMember;
use crate::{
    app::{App, watching},
    domain::{
        audit::{Action, Entry},
        ids::ServiceId,
    },
    error::{Error, Result},
    store::{audit, services},
};
use serde_json::json;

/// Takes a service off the site: nobody finds it or can ring for it. A call about it goes on.
///
/// # Errors
/// Not here, or not on the site, or the database is away.
pub async fn unpublish_service(app: &App, by: &StaffMember, id: ServiceId) -> Result<()> {
    set(app, by, id, false).await
}

/// Puts a service on the site again.
///
/// # Errors
/// Not here, or on the site already, or the database is away.
pub async fn publish_service(app: &App, by: &StaffMember, id: ServiceId) -> Result<()> {
    set(app, by, id, true).await
}

async fn set(app: &App, by: &StaffMember, id: ServiceId, published: bool) -> Result<()> {
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let (title, before) = services::publish(tx, id, published)?;
            let action = match (before, published) {
                (false, true) => Action::ServicePublished,
                (true, false) => Action::ServiceUnpublished,
                (true, true) => return Err(Error::conflict("published", "This service is on the site already.")),
                (false, false) => return Err(Error::conflict("unpublished", "This service isn't on the site.")),
            };
            let change = |published: bool| json!({"published": published, "id": id.uuid()});
            let entry = Entry::new(action, title).changed(change(before), change(published));
            audit::write(tx, &actor, &entry, now)?;
            let seller = services::find(tx, id)?.seller;
            watching::look_after(tx, seller, now)
        })
        .await
}
