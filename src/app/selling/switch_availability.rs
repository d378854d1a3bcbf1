//! The availability switch (requirement E1).

use super::MOST_SERVICES;
use crate::{
    app::{App, identity::Viewer, identity_checks, watching},
    domain::{identity_check::Side, time::Moment},
    error::{Error, Result},
    store::{sellers, services},
};

/// Switches the reader on for so many hours from now; says until when. Switching again counts anew.
///
/// # Errors
/// Not 1 to 12 hours, nothing published, or the database is away.
pub async fn go_available(app: &App, viewer: &Viewer, hours: i64) -> Result<Moment> {
    if !(1..=12).contains(&hours) {
        return Err(Error::field("hours", "Choose 1 to 12 hours."));
    }
    let user = viewer.user.id;
    let now = app.now();
    let until = now + hours * 3_600_000;
    app.db
        .tenant(&viewer.scope, move |tx| {
            identity_checks::require(tx, user, Side::Selling)?;
            if !services::of_seller(tx, user, MOST_SERVICES)?
                .iter()
                .any(|service| service.published && service.video_enabled)
            {
                return Err(Error::conflict("nothing_published", "Publish a service first."));
            }
            sellers::set_available(tx, user, Some(until))?;
            watching::look_after(tx, user, now)
        })
        .await?;
    Ok(until)
}

/// Switches the reader off. A call that is running goes on.
///
/// # Errors
/// They don't sell, or the database is away.
pub async fn go_away(app: &App, viewer: &Viewer) -> Result<()> {
    let user = viewer.user.id;
    app.db
        .tenant(&viewer.scope, move |tx| sellers::set_available(tx, user, None))
        .await
}
