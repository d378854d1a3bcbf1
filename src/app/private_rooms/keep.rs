//! The host's rooms: made, changed, closed.

use super::passwords;
use crate::{
    app::{
        App,
        identity::{Viewer, readable},
        identity_checks,
        selling::MOST_SERVICES,
    },
    domain::{
        identity_check::Side,
        ids::{PrivateRoomId, ServiceId},
        private_room::{MOST_ROOMS, MOST_TITLE, Opens},
        text,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx, private_room_tries, private_room_visits,
        private_room_visits::Visit,
        private_rooms::{self, NewRoom, PrivateRoom, RoomUser},
        sellers,
        services::{self, Service},
    },
};

/// As long as an address is: 60 bits.
const SLUG: usize = 12;

/// A room as its host sees it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The room.
    pub room: PrivateRoom,
    /// Who has a password of their own.
    pub users: Vec<RoomUser>,
    /// Who knocks.
    pub waiting: Vec<Visit>,
    /// Passwords were tried by machine: until then nobody, or not everybody, comes in by one.
    pub locked_until: Option<Moment>,
}

/// All of the host's rooms, and what new ones can be about.
#[derive(Clone, Debug)]
pub struct Rooms {
    /// The rooms, the oldest first.
    pub rooms: Vec<Kept>,
    /// Services that are talked about.
    pub services: Vec<Service>,
}

/// What is typed about a new room.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub service: String,
    /// Nothing is charged.
    pub free: bool,
    /// How one comes in.
    pub opens: String,
    /// A password that is everybody's; made up if nothing is typed.
    pub password: String,
}

/// The reader's rooms.
///
/// # Errors
/// They don't sell, or the database is away.
pub async fn list(app: &App, viewer: &Viewer) -> Result<Rooms> {
    let (host, now) = (viewer.user.id, app.now());
    app.db
        .read(&viewer.scope, move |tx| {
            if sellers::find(tx, host)?.is_none() {
                let words = "Say first who you are: then you can offer talks.";
                return Err(Error::conflict("no_profile", words));
            }
            let found = private_rooms::of_host(tx, host)?;
            let ids: Vec<PrivateRoomId> = found.iter().map(|room| room.id).collect();
            let users = private_rooms::users_of(tx, &ids)?;
            let waiting = private_room_visits::waiting(tx, &ids, now)?;
            let locked = private_room_tries::locked(tx, &ids, now)?;
            let kept = |room: PrivateRoom| Kept {
                users: users.iter().filter(|user| user.room == room.id).cloned().collect(),
                waiting: waiting.iter().filter(|visit| visit.room == room.id).cloned().collect(),
                locked_until: locked.iter().find(|(id, _)| *id == room.id).map(|(_, until)| *until),
                room,
            };
            let mut services = services::of_seller(tx, host, MOST_SERVICES)?;
            services.retain(|service| service.published && service.video_enabled);
            Ok(Rooms {
                rooms: found.into_iter().map(kept).collect(),
                services,
            })
        })
        .await
}

/// Makes a room; gives the password that is everybody's, if it has one. It is told only now.
///
/// # Errors
/// Something typed can't be taken, there are as many as may be, the service isn't the reader's, or the database is away.
pub async fn create(app: &App, viewer: &Viewer, draft: Draft) -> Result<(PrivateRoomId, Option<String>)> {
    let (host, now) = (viewer.user.id, app.now());
    let (title, opens) = (title(&draft.title)?, opens(&draft.opens)?);
    let service: ServiceId = draft.service.parse().map_err(|_| no_service())?;
    let (id, slug, free) = (PrivateRoomId::new(), readable(SLUG), draft.free);
    let (password, hash) = if opens.by_password() {
        let (password, hash) = passwords::chosen(draft.password).await?;
        (Some(password), Some(hash))
    } else {
        (None, None)
    };
    let make = move |tx: &mut TenantTx<'_>| {
        // Locked, so that two at once don't make one room too many.
        sellers::lock(tx, host)?.ok_or_else(Error::not_found)?;
        identity_checks::require(tx, host, Side::Selling)?;
        if private_rooms::of_host(tx, host)?.len() >= MOST_ROOMS {
            let words = "You have as many private rooms as may be. Close one that you don't need.";
            return Err(Error::conflict("too_many_rooms", words));
        }
        let found = services::of_seller(tx, host, MOST_SERVICES)?;
        if !found
            .iter()
            .any(|own| own.id == service && own.published && own.video_enabled)
        {
            return Err(no_service());
        }
        let new = NewRoom {
            id,
            host,
            service,
            free,
            slug: &slug,
            title: &title,
            opens,
            password_hash: hash.as_deref(),
        };
        private_rooms::insert(tx, &new, now)
    };
    app.db.tenant(&viewer.scope, make).await?;
    Ok((id, password))
}

/// Changes what a room is called and how one comes in.
///
/// # Errors
/// Something typed can't be taken, it isn't the reader's room, or the database is away.
pub async fn change(app: &App, viewer: &Viewer, id: PrivateRoomId, typed_title: &str, typed_opens: &str) -> Result<()> {
    let (host, title, opens) = (viewer.user.id, title(typed_title)?, opens(typed_opens)?);
    app.db
        .tenant(&viewer.scope, move |tx| {
            if private_rooms::lock(tx, id, host)?.opens != opens {
                private_room_visits::take_back(tx, id, None)?;
            }
            private_rooms::change(tx, id, &title, opens)
        })
        .await
}

/// Lets passwords be tried again.
///
/// # Errors
/// It isn't the reader's room, or the database is away.
pub async fn unlock(app: &App, viewer: &Viewer, id: PrivateRoomId) -> Result<()> {
    let host = viewer.user.id;
    app.db
        .tenant(&viewer.scope, move |tx| {
            private_rooms::lock(tx, id, host)?;
            private_room_tries::unlock(tx, id)
        })
        .await
}

/// Closes a room. A talk that goes on in it goes on.
///
/// # Errors
/// It isn't the reader's room, or the database is away.
pub async fn close(app: &App, viewer: &Viewer, id: PrivateRoomId) -> Result<()> {
    let (host, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            private_rooms::lock(tx, id, host)?;
            private_room_visits::forget(tx, id)?;
            private_rooms::close(tx, id, now)
        })
        .await
}

/// Forgets who came to doors too long ago, at all tenants.
///
/// # Errors
/// The database is away.
pub async fn sweep(app: &App) -> Result<()> {
    let now = app.now();
    let swept = app.db.system(move |tx| private_room_visits::sweep(tx, now)).await?;
    if swept > 0 {
        tracing::info!(swept, "old visits of private rooms forgotten");
    }
    Ok(())
}

fn title(typed: &str) -> Result<String> {
    text::line(typed, 1..=MOST_TITLE)
        .ok_or_else(|| Error::field("title", "Give the room a name of 1 to 80 characters."))
}

fn opens(typed: &str) -> Result<Opens> {
    Opens::named(typed).ok_or_else(|| Error::field("opens", "Choose how people come in."))
}

fn no_service() -> Error {
    Error::field("service", "Choose one of your services that people can ring for.")
}
