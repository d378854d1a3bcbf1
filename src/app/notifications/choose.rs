//! What a person wants to be told, and how.

use crate::{
    app::{App, identity::Viewer},
    domain::{
        notification::{Audience, Channel, Event, Wishes},
        permission::StaffRole,
    },
    error::Result,
    store::{TenantTx, notifications, staff, users::User},
};

/// What somebody can choose, and what they chose.
#[derive(Clone, Debug)]
pub struct Choices {
    /// What they can be told of.
    pub events: Vec<Event>,
    /// What they want.
    pub wishes: Wishes,
}

/// The reader's.
///
/// # Errors
/// The database is away.
pub async fn choices(app: &App, viewer: &Viewer) -> Result<Choices> {
    let user = viewer.user.clone();
    app.db
        .read(&viewer.scope, move |tx| {
            Ok(Choices {
                events: events_for(tx, &user)?,
                wishes: notifications::wishes(tx, user.id)?,
            })
        })
        .await
}

/// Has the reader told what `wanted` names, and nothing else of what they can choose.
///
/// # Errors
/// The database is away.
pub async fn choose(app: &App, viewer: &Viewer, wanted: Vec<(Event, Channel)>) -> Result<()> {
    let user = viewer.user.clone();
    app.db
        .tenant(&viewer.scope, move |tx| {
            let events = events_for(tx, &user)?;
            let of = |event: &Event| Channel::ALL.map(|channel| (*event, channel, wanted.contains(&(*event, channel))));
            let wishes = Wishes::new(events.iter().flat_map(of));
            notifications::wish(tx, user.id, &events, &wishes)
        })
        .await
}

fn events_for(tx: &mut TenantTx<'_>, user: &User) -> Result<Vec<Event>> {
    let is_admin =
        staff::find(tx, user.id)?.is_some_and(|place| place.accepted && place.standing.role == StaffRole::Admin);
    let can = |event: &Event| match event.audience() {
        Audience::Everyone => true,
        Audience::Sellers => user.is_seller,
        Audience::Admins => is_admin,
    };
    Ok(Event::ALL.into_iter().filter(can).collect())
}
