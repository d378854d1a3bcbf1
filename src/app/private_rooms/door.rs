//! The door: what its page says, coming in by a password, knocking, and the host's answer.

use super::guard::{self, Fitting, Tried, try_password};
use crate::{
    app::{
        App,
        identity::{LinkToken, Viewer},
        safety,
    },
    domain::{
        identity::PersonName,
        identity_check::Side,
        ids::{CallId, PrivateRoomId, RoomVisitId, TenantId, UserId},
        private_room::{GONE_MS, MOST_A_MINUTE, MOST_WAITING, MOST_WAITING_OF_NETWORK},
        time::Moment,
    },
    error::{Error, Kind, Result},
    store::{
        TenantScope, TenantTx, identity_checks,
        private_room_visits::{self, Network, Visit},
        private_rooms::{self, PrivateRoom},
        users,
    },
};
use std::net::IpAddr;

/// What stands at a door.
#[derive(Clone, Debug)]
pub struct Door {
    /// The room.
    pub room: PrivateRoom,
    /// The host has a page open.
    pub here: bool,
    /// Somebody can come in at all: what is talked about is offered, and the host may offer it.
    pub takes: bool,
    /// Only who has an account can.
    pub account: bool,
}

/// Who is at the door.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who it is, where somebody is signed in.
    pub user: Option<UserId>,
    /// What they call themselves.
    pub name: String,
    /// Where from.
    pub address: IpAddr,
}

/// What stands at the door of a room.
///
/// # Errors
/// There is none at that address, or the database is away.
pub async fn show(app: &App, scope: &TenantScope, slug: &str) -> Result<Door> {
    let slug = slug.to_owned();
    let find = move |tx: &mut TenantTx<'_>| {
        let room = private_rooms::by_slug(tx, &slug)?;
        let account = !room.free || identity_checks::rules(tx)?.ask(Side::Buying);
        Ok((takes(tx, &room)?, account, room))
    };
    let found = app.db.read(scope, find).await;
    let (takes, account, room) = found.map_err(|error| if error.kind == Kind::NotFound { gone() } else { error })?;
    let here = is_here(app, scope.tenant(), &room);
    Ok(Door {
        room,
        here,
        takes,
        account,
    })
}

/// Whether anybody can come into a room.
pub(super) fn takes(tx: &mut TenantTx<'_>, room: &PrivateRoom) -> Result<bool> {
    Ok(room.offered && !identity_checks::is_missing(tx, room.host.id, Side::Selling)?)
}

pub(super) fn is_here(app: &App, tenant: TenantId, room: &PrivateRoom) -> bool {
    app.people.is_online(tenant, room.host.id)
}

pub(super) fn gone() -> Error {
    Error::missing("This address leads nowhere: the room was closed, or the address is mistyped. Ask for a new one.")
}

/// Comes to the door with a password; gives the room, what the page of the visit knows (nothing if the password doesn't
/// fit), and whether the door was locked by it, of which the host is to be told.
///
/// # Errors
/// The room has no such door, it was tried too often, a paid room wants an account, or the database is away.
pub async fn by_password(
    app: &App,
    scope: &TenantScope,
    slug: &str,
    caller: Caller,
    password: String,
) -> Result<(PrivateRoom, Option<String>, bool)> {
    let door = show(app, scope, slug).await?;
    may_come(&door, caller.user)?;
    let room = door.room;
    if !room.opens.by_password() {
        return Err(Error::conflict("knock", "This room has no password: knock."));
    }
    let name = PersonName::parse(&caller.name)?.as_str().to_owned();
    match try_password(app, scope, room.id, (&name, password), caller.address).await? {
        Tried::Wrong { locked } => Ok((room, None, locked)),
        Tried::Fits(fitting) => {
            let caller = Caller {
                name: fitting.own_name.clone().unwrap_or(name),
                ..caller
            };
            let token = come(app, scope, &room, caller, Some(fitting)).await?;
            Ok((room, token, false))
        }
    }
}

/// Knocks; gives what the page of the visit knows.
///
/// # Errors
/// Nobody opens to those who knock, too many do, a paid room wants an account, no name, or the database is away.
pub async fn knock(app: &App, scope: &TenantScope, slug: &str, caller: Caller) -> Result<String> {
    let door = show(app, scope, slug).await?;
    may_come(&door, caller.user)?;
    let room = door.room;
    if !room.opens.by_knock() {
        return Err(Error::conflict("no_knocking", "This room opens only with a password."));
    }
    let name = PersonName::parse(&caller.name)?.as_str().to_owned();
    let token = come(app, scope, &room, Caller { name, ..caller }, None).await?;
    token.ok_or_else(gone)
}

fn may_come(door: &Door, user: Option<UserId>) -> Result<()> {
    if user == Some(door.room.host.id) {
        return Err(Error::conflict(
            "own_room",
            "This is your own room: others come to you.",
        ));
    }
    if !door.takes {
        return Err(Error::conflict("takes_nobody", "This room takes nobody right now."));
    }
    if door.account && user.is_none() {
        return Err(Error::sign_in_needed());
    }
    Ok(())
}

/// Makes the visit of whoever knocks, or has a password; gives what its page knows, or nothing if the password was changed
/// while it was compared.
async fn come(
    app: &App,
    scope: &TenantScope,
    room: &PrivateRoom,
    caller: Caller,
    by: Option<Fitting>,
) -> Result<Option<String>> {
    let (now, token, host) = (app.now(), LinkToken::new(), room.host.id);
    let network = guard::network(caller.address);
    let visit = Visit {
        id: RoomVisitId::new(),
        room: room.id,
        name: caller.name,
        user: caller.user,
        seen: now,
        admitted: by.as_ref().map(|_| now),
        refused: false,
        call: None,
    };
    let text = token.text();
    app.db
        .tenant(scope, move |tx| {
            // One after the other, so that the bounds hold.
            let room = private_rooms::lock(tx, visit.room, host)?;
            if let Some(fitting) = by
                && !fitting.still_opens(tx, &room)?
            {
                return Ok(None);
            }
            if let Some(user) = visit.user {
                let host = users::find(tx, host)?;
                safety::can_meet(tx, user, &host)?;
            }
            if visit.admitted.is_none() {
                not_crowded(tx, visit.room, network, now)?;
            }
            private_room_visits::insert(tx, &visit, (&token.hash(), &network), now)?;
            Ok(Some(text))
        })
        .await
}

fn not_crowded(tx: &mut TenantTx<'_>, room: PrivateRoomId, network: Network, now: Moment) -> Result<()> {
    // Nobody keeps the others away by knocking again and again.
    let (waiting, refused) = private_room_visits::of_network(tx, room, network, now)?;
    if let Some(until) = refused {
        return Err(Error::too_many(
            u32::try_from((until - now + 999) / 1_000).unwrap_or(60),
        ));
    }
    if waiting >= MOST_WAITING_OF_NETWORK {
        let words = "Somebody waits at this door already from where you are. Wait for the answer first.";
        return Err(Error::conflict("crowded", words));
    }
    if private_room_visits::waiting(tx, &[room], now)?.len() >= MOST_WAITING {
        let words = "Many people wait at this door already. Try again in a few minutes.";
        return Err(Error::conflict("crowded", words));
    }
    if private_room_visits::knocked_since(tx, room, now + -60_000)? >= MOST_A_MINUTE {
        return Err(Error::too_many(60));
    }
    Ok(())
}

/// How a visit stands, for its page.
///
/// # Errors
/// There is no such visit, or the database is away.
pub async fn standing(app: &App, scope: &TenantScope, slug: &str, token: &str) -> Result<(Door, Visit)> {
    let door = show(app, scope, slug).await?;
    let (room, token) = (door.room.id, LinkToken::parse(token).ok_or_else(gone)?);
    let find = move |tx: &mut TenantTx<'_>| private_room_visits::by_token(tx, room, token.hash());
    let visit = app.db.tenant(scope, find).await?;
    Ok((door, visit))
}

/// Where whoever came to a call as a guest goes afterwards: to the door of the room that it was in.
///
/// # Errors
/// The database is away.
pub async fn way_back(app: &App, scope: &TenantScope, call: CallId) -> Result<String> {
    let find = move |tx: &mut TenantTx<'_>| private_rooms::slug_of_call(tx, call);
    let slug = app.db.read(scope, find).await?;
    Ok(slug.map_or_else(|| "/".to_owned(), |slug| format!("/room/{slug}")))
}

/// The host lets somebody in, or doesn't.
///
/// # Errors
/// Nobody of that id waits at a door of the reader's, or not any more, or the database is away.
pub async fn answer(app: &App, viewer: &Viewer, id: RoomVisitId, admit: bool) -> Result<()> {
    let (host, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            // The room comes first, as wherever both are locked.
            let room = private_room_visits::room_of(tx, id)?;
            private_rooms::lock(tx, room, host)?;
            let visit = private_room_visits::lock(tx, id)?;
            if visit.admitted.is_some() || visit.refused {
                return Err(Error::conflict("answered", "They have been answered already."));
            }
            if now - visit.seen >= GONE_MS {
                return Err(Error::conflict("left", "They have left the door meanwhile."));
            }
            private_room_visits::answer(tx, id, admit, now)
        })
        .await
}
