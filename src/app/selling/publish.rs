//! Putting a service on the site, and taking it off for a while.

use crate::{
    app::{App, identity::Viewer, identity_checks, watching},
    domain::{identity_check::Side, ids::ServiceId},
    error::{Error, Result},
    store::{
        sellers,
        services::{self, Service},
    },
};

/// Puts a service of the reader's on the site, or takes it off; what it says stays.
///
/// # Errors
/// Not theirs, staff took it off, or the database is away.
pub async fn publish(app: &App, viewer: &Viewer, id: ServiceId, published: bool) -> Result<Service> {
    let (seller, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            sellers::lock(tx, seller)?.ok_or_else(Error::not_found)?;
            if published {
                identity_checks::require(tx, seller, Side::Selling)?;
            }
            let service = Service {
                published,
                seller,
                ..services::find(tx, id)?
            };
            services::update(tx, &service)?;
            watching::look_after(tx, seller, now)?;
            Ok(service)
        })
        .await
}
