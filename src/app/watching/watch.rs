//! Asking to be told.

use super::{MOST_WATCHED, WAITS_MS};
use crate::{
    app::{App, browse, identity::Viewer, safety},
    domain::ids::UserId,
    error::{Error, Result},
    store::{sellers, users, watches},
};

/// Has the reader told when a seller is available. Asking again counts anew.
///
/// # Errors
/// It is their own page, there is no such seller, the seller is available, they wait for too many, or the database is away.
pub async fn watch(app: &App, viewer: &Viewer, seller: UserId) -> Result<()> {
    let (handle, reader, now) = (app.clone(), viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            if reader == seller {
                return Err(Error::invalid("This is your own page."));
            }
            // Their own row, so that they count all that they wait for, and the seller's: see `look_after`.
            users::lock(tx, reader)?;
            sellers::lock(tx, seller)?.ok_or_else(Error::not_found)?;
            let user = users::find(tx, seller)?;
            if user.suspended {
                return Err(Error::not_found());
            }
            safety::can_meet(tx, reader, &user)?;
            let card = sellers::card(tx, seller)?;
            if browse::presence(&handle, tx.tenant(), &card, now) == browse::Presence::Available {
                return Err(Error::conflict("available", format!("{} is available now.", card.name)));
            }
            let since = now + -WAITS_MS;
            if !watches::is_there(tx, reader, seller, since)? && watches::count(tx, reader, since)? >= MOST_WATCHED {
                let words = format!("You can wait for up to {MOST_WATCHED} people at a time.");
                return Err(Error::conflict("too_many_watches", words));
            }
            watches::put(tx, reader, seller, now)
        })
        .await
}

/// No longer has the reader told.
///
/// # Errors
/// There is no such seller, or the database is away.
pub async fn unwatch(app: &App, viewer: &Viewer, seller: UserId) -> Result<()> {
    let reader = viewer.user.id;
    app.db
        .tenant(&viewer.scope, move |tx| {
            sellers::find(tx, seller)?.ok_or_else(Error::not_found)?;
            watches::remove(tx, reader, seller).map(|_| ())
        })
        .await
}
