//! Passwords of rooms: made up or chosen, hashed as accounts' are, and told only once. With a password end the visits that it
//! let in and that haven't come in yet.

use crate::{
    app::{
        App,
        identity::{Viewer, passwords, readable},
    },
    domain::{
        identity::{Password, PersonName},
        ids::{PrivateRoomId, RoomUserId},
        private_room::MOST_USERS,
    },
    error::{Error, Result},
    store::{
        private_room_visits,
        private_rooms::{self, RoomUser},
    },
};

/// A password as typed, or a new one; and its hash.
///
/// # Errors
/// It is too short or too long, or too many others are being hashed.
pub(super) async fn chosen(typed: String) -> Result<(String, String)> {
    let password = if typed.trim().is_empty() { made_up() } else { typed };
    let hash = passwords::hash(Password::parse(password.clone())?).await?;
    Ok((password, hash))
}

/// Sixty bits, in groups that can be read out.
fn made_up() -> String {
    let groups = [readable(4), readable(4), readable(4)];
    groups.join("-")
}

/// Gives a room another password that is everybody's; told only now.
///
/// # Errors
/// It can't be taken, it isn't the reader's room, or the database is away.
pub async fn renew(app: &App, viewer: &Viewer, id: PrivateRoomId, typed: String) -> Result<String> {
    let host = viewer.user.id;
    owned(app, viewer, id).await?;
    let (password, hash) = chosen(typed).await?;
    app.db
        .tenant(&viewer.scope, move |tx| {
            private_rooms::lock(tx, id, host)?;
            private_room_visits::take_back(tx, id, None)?;
            private_rooms::set_password(tx, id, Some(&hash))
        })
        .await?;
    Ok(password)
}

/// From now on only those with a password of their own come in by one.
///
/// # Errors
/// It isn't the reader's room, or the database is away.
pub async fn drop_password(app: &App, viewer: &Viewer, id: PrivateRoomId) -> Result<()> {
    let host = viewer.user.id;
    app.db
        .tenant(&viewer.scope, move |tx| {
            private_rooms::lock(tx, id, host)?;
            private_room_visits::take_back(tx, id, None)?;
            private_rooms::set_password(tx, id, None)
        })
        .await
}

/// Gives somebody a password of their own; their name as it is kept, and the password, which is told only now.
///
/// # Errors
/// The name is taken or can't be, there are as many as may be, it isn't the reader's room, or the database is away.
pub async fn add_user(
    app: &App,
    viewer: &Viewer,
    id: PrivateRoomId,
    name: &str,
    typed: String,
) -> Result<(String, String)> {
    let (host, now) = (viewer.user.id, app.now());
    let name = PersonName::parse(name)?.as_str().to_owned();
    owned(app, viewer, id).await?;
    let (password, hash) = chosen(typed).await?;
    let user = RoomUser {
        id: RoomUserId::new(),
        room: id,
        name: name.clone(),
    };
    app.db
        .tenant(&viewer.scope, move |tx| {
            private_rooms::lock(tx, id, host)?;
            if private_rooms::users_of(tx, &[id])?.len() >= MOST_USERS {
                let words = "As many people as may be have a password of their own. Remove somebody first.";
                return Err(Error::field("name", words));
            }
            if private_rooms::add_user(tx, &user, &hash, now)? {
                return Ok(());
            }
            Err(Error::field("name", "There is somebody of that name already."))
        })
        .await?;
    Ok((name, password))
}

/// Gives somebody another password of their own; their name, and the password, which is told only now.
///
/// # Errors
/// The password can't be taken, there is no such person, it isn't the reader's room, or the database is away.
pub async fn renew_user(
    app: &App,
    viewer: &Viewer,
    id: PrivateRoomId,
    user: RoomUserId,
    typed: String,
) -> Result<(String, String)> {
    let host = viewer.user.id;
    owned(app, viewer, id).await?;
    let (password, hash) = chosen(typed).await?;
    let name = app
        .db
        .tenant(&viewer.scope, move |tx| {
            private_rooms::lock(tx, id, host)?;
            let name = private_rooms::set_user_password(tx, id, user, &hash)?.ok_or_else(Error::not_found)?;
            private_room_visits::take_back(tx, id, Some(&name))?;
            Ok(name)
        })
        .await?;
    Ok((name, password))
}

/// Takes somebody's password away.
///
/// # Errors
/// There is no such person, it isn't the reader's room, or the database is away.
pub async fn remove_user(app: &App, viewer: &Viewer, id: PrivateRoomId, user: RoomUserId) -> Result<()> {
    let host = viewer.user.id;
    app.db
        .tenant(&viewer.scope, move |tx| {
            private_rooms::lock(tx, id, host)?;
            let name = private_rooms::remove_user(tx, id, user)?.ok_or_else(Error::not_found)?;
            private_room_visits::take_back(tx, id, Some(&name))
        })
        .await
}

/// Nobody has passwords hashed for somebody else's room.
async fn owned(app: &App, viewer: &Viewer, id: PrivateRoomId) -> Result<()> {
    let host = viewer.user.id;
    let found = app
        .db
        .read(&viewer.scope, move |tx| private_rooms::find(tx, id))
        .await?;
    (found.host.id == host && !found.closed)
        .then_some(())
        .ok_or_else(Error::not_found)
}
