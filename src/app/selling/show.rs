//! A seller's own page.

use super::MOST_SERVICES;
use crate::{
    app::{App, identity::Viewer, payouts},
    domain::money::Currency,
    error::Result,
    store::{
        categories::{self, Category},
        earnings::Standing,
        sellers::{self, Profile},
        services::{self, Service},
        studios,
    },
};

/// Everything about a person's selling.
#[derive(Clone, Debug)]
pub struct Selling {
    /// None until it is saved once.
    pub profile: Option<Profile>,
    /// All services, oldest first.
    pub services: Vec<Service>,
    /// Where services can be filed.
    pub categories: Vec<Category>,
    /// The studio they sell in.
    pub studio: Option<String>,
    /// Where what they have earned is.
    pub earnings: Standing,
}

/// The reader's selling.
///
/// # Errors
/// The database is away.
pub async fn show(app: &App, viewer: &Viewer, currency: Currency) -> Result<Selling> {
    let (user, now) = (viewer.user.id, app.now());
    app.db
        .read(&viewer.scope, move |tx| {
            Ok(Selling {
                profile: sellers::find(tx, user)?,
                services: services::of_seller(tx, user, MOST_SERVICES)?,
                categories: categories::open(tx)?,
                studio: studios::of_seller(tx, user)?.map(|studio| studio.name),
                earnings: payouts::standing(tx, user, currency, now)?,
            })
        })
        .await
}

/// The reader's services, oldest first.
///
/// # Errors
/// The database is away.
pub async fn list_services(app: &App, viewer: &Viewer) -> Result<Vec<Service>> {
    let user = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| services::of_seller(tx, user, MOST_SERVICES))
        .await
}
