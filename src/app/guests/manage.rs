//! Who is asked in, letting them in, showing them out.

use crate::{
    app::{
        App,
        identity::{LinkToken, Viewer},
    },
    domain::{
        ids::{CallId, GuestId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        call_guests::{self, Guest},
        calls::{self, Call},
        sessions, users,
    },
};

/// The places of a call of one's own.
///
/// # Errors
/// It isn't theirs, or somebody else's door, or the database is away.
pub async fn list(app: &App, viewer: &Viewer, call: CallId) -> Result<Vec<Guest>> {
    let person = viewer.user.id;
    let read = app.db.read(&viewer.scope, move |tx| {
        let call = calls::of_person(tx, call, person)?;
        super::may_invite(&call, person)?;
        call_guests::of_call(tx, call.id)
    });
    read.await
}

/// The place of somebody who came to a call by a link.
///
/// # Errors
/// They have none, or the database is away.
pub async fn one(app: &App, scope: &TenantScope, call: CallId, person: UserId) -> Result<Guest> {
    app.db
        .read(scope, move |tx| call_guests::of_person(tx, call, person))
        .await
}

/// Everybody who ever came to a call.
///
/// # Errors
/// The database is away.
pub async fn who_came(app: &App, scope: &TenantScope, call: CallId) -> Result<Vec<Guest>> {
    app.db.read(scope, move |tx| call_guests::who_came(tx, call)).await
}

/// The buyer lets somebody in whom the seller asked; in a free talk its host does.
///
/// # Errors
/// It isn't the buyer, or the host, nobody of that id waits, or the database is away.
pub async fn admit(app: &App, viewer: &Viewer, call: CallId, guest: GuestId) -> Result<()> {
    let (person, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let call = calls::of_person(tx, call, person)?;
            super::may_invite(&call, person)?;
            if call.admits().id != person {
                return Err(Error::forbidden("Only the one who pays can let somebody in."));
            }
            let admitted = call_guests::admit(tx, call.id, guest, now)?;
            admitted.then_some(()).ok_or_else(Error::not_found)
        })
        .await
}

/// Takes a link back, or shows out who came by it; the buyer anybody, the seller whom they asked, in a free talk only its
/// host. Gives the leg that ends by that, if they had one.
///
/// # Errors
/// The call isn't theirs, there is no such place, or the database is away.
pub async fn remove(app: &App, viewer: &Viewer, call: CallId, guest: GuestId) -> Result<Option<CallId>> {
    let (person, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let call = calls::of_person(tx, call, person)?;
            super::may_invite(&call, person)?;
            let places = call_guests::of_call(tx, call.id)?;
            let place = places
                .iter()
                .find(|place| place.id == guest)
                .ok_or_else(Error::not_found)?;
            if call.admits().id != person && place.invited_by != person {
                return Err(Error::forbidden("You can show out only people whom you asked in."));
            }
            if !call_guests::end(tx, call.id, guest, now)? {
                return Err(Error::not_found());
            }
            if let Some(came) = &place.person {
                end_if_guest(tx, came.id, now)?;
            }
            Ok(place.leg)
        })
        .await
}

/// The host of a free talk shows out whoever came first: they don't come back to it.
///
/// # Errors
/// It is no free talk of the reader's, it is over, or the database is away.
pub async fn remove_first(app: &App, viewer: &Viewer, call: CallId) -> Result<()> {
    let (person, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let call = calls::lock(tx, call, person)?;
            super::may_invite(&call, person)?;
            if !call.terms.free || call.ended.is_some() {
                return Err(Error::not_found());
            }
            // Said again, the room hears of it again.
            if call_guests::is_out(tx, &call, call.buyer.id)? {
                return Ok(());
            }
            call_guests::bar_first(tx, &call, LinkToken::new().hash(), now)?;
            end_if_guest(tx, call.buyer.id, now)
        })
        .await
}

/// Who was shown out and came without an account is nobody any more; whoever has one goes on with it elsewhere. Their page
/// is told by the room.
fn end_if_guest(tx: &mut TenantTx<'_>, person: UserId, now: Moment) -> Result<()> {
    if users::find(tx, person)?.is_guest {
        sessions::end_all(tx, person, now)?;
    }
    Ok(())
}

/// Whether whoever came first to a free talk was shown out.
///
/// # Errors
/// The database is away.
pub async fn is_first_out(app: &App, scope: &TenantScope, call: &Call) -> Result<bool> {
    let call = call.clone();
    let read = app
        .db
        .read(scope, move |tx| call_guests::is_out(tx, &call, call.buyer.id));
    read.await
}

/// Whoever came without an account has left: their place is somebody else's. They come again by the door. Whoever has one
/// keeps their place. Says whether it is over.
///
/// # Errors
/// The database is away.
pub async fn leave(app: &App, scope: &TenantScope, place: &Guest) -> Result<bool> {
    let (call, id, now) = (place.call, place.id, app.now());
    let Some(person) = place.person.as_ref().map(|person| person.id) else {
        return Ok(false);
    };
    app.db
        .tenant(scope, move |tx| {
            Ok(users::find(tx, person)?.is_guest && call_guests::end(tx, call, id, now)?)
        })
        .await
}
