//! Passwords tried by machine: each failure costs more than the one before, in the end the door is locked.
//!
//! A try is counted as failed before anything is compared, and taken back if it fitted: tries at once can't outrun the
//! count. While one has to wait nothing is compared at all, so the right password is answered as any other. What others do
//! doesn't hold up those whose network was let in before.

use crate::{
    app::{App, identity::passwords},
    domain::{
        ids::PrivateRoomId,
        private_room::{TriedBy, Tries},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        private_room_tries::{self, Who},
        private_room_visits,
        private_rooms::{self, PrivateRoom, name_key},
    },
};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// What became of a try.
pub(super) enum Tried {
    /// It fits.
    Fits(Fitting),
    /// It doesn't. Says whether that locked a door.
    Wrong { locked: bool },
}

/// What a password was found to fit, which may have been changed meanwhile: comparing takes its time.
pub(super) struct Fitting {
    /// The name as the host wrote it, if it is somebody's own.
    pub own_name: Option<String>,
    key: String,
    hash: Option<String>,
}

impl Fitting {
    /// Whether it would still be compared with that, for a room that is locked.
    ///
    /// # Errors
    /// The database is away.
    pub(super) fn still_opens(&self, tx: &mut TenantTx<'_>, room: &PrivateRoom) -> Result<bool> {
        let own = private_rooms::user_password(tx, room.id, &self.key)?;
        let is_own = own.is_some();
        let hash = match own {
            Some((_, hash)) => Some(hash),
            None => private_rooms::password_hash(tx, room.id)?,
        };
        Ok(room.opens.by_password() && is_own == self.own_name.is_some() && hash == self.hash)
    }
}

/// Compares a password with the one of whoever has that name there, or else with everybody's. Both are compared always, and
/// with nothing if there is none, so that takes as long.
///
/// # Errors
/// It was tried too often lately, too many others are being compared, or the database is away.
pub(super) async fn try_password(
    app: &App,
    scope: &TenantScope,
    room: PrivateRoomId,
    (name, password): (&str, String),
    address: IpAddr,
) -> Result<Tried> {
    let (now, whom, key, network) = (app.now(), whom(address, name), name_key(name), network(address));
    let ((shared, own, key), counted) = app
        .db
        .tenant(scope, move |tx| {
            let is_known = private_room_visits::let_in_before(tx, room, network)?;
            let counted = count(tx, room, if is_known { &whom[..1] } else { &whom }, now)?;
            let (shared, own) = (
                private_rooms::password_hash(tx, room)?,
                private_rooms::user_password(tx, room, &key)?,
            );
            Ok(((shared, own, key), counted))
        })
        .await?;
    let (own_name, own_hash) = own.unzip();
    // Under the name of somebody with a password of their own nobody comes in by another.
    let is_own = own_name.is_some();
    let hash = if is_own { own_hash.clone() } else { shared.clone() };
    let compared = compare(password, own_hash, shared).await;
    let compared = compared.map(|(fits_own, fits_shared)| if is_own { fits_own } else { fits_shared });
    if let Ok(false) = compared {
        return Ok(Tried::Wrong { locked: counted.locked });
    }
    app.db
        .tenant(scope, move |tx| take_back(tx, room, counted.before, now))
        .await?;
    compared.map(|_| Tried::Fits(Fitting { own_name, key, hash }))
}

async fn compare(password: String, own: Option<String>, shared: Option<String>) -> Result<(bool, bool)> {
    let fits_own = passwords::verify(password.clone(), own).await?;
    Ok((fits_own, passwords::verify(password, shared).await?))
}

/// A failure that was counted.
struct Counted {
    /// How it stood before.
    before: Vec<(Who, Tries)>,
    /// That locked a door.
    locked: bool,
}

/// Counts a failure everywhere.
fn count(tx: &mut TenantTx<'_>, room: PrivateRoomId, whom: &[Who], now: Moment) -> Result<Counted> {
    private_room_tries::forget_old(tx, room, now)?;
    let mut known = Vec::new();
    for who in whom {
        known.push((*who, private_room_tries::lock(tx, room, *who, now)?));
    }
    if let Some(wait_s) = known.iter().filter_map(|(_, tries)| tries.wait_s(now)).max() {
        return Err(Error::too_many(wait_s));
    }
    let mut locked = false;
    for (who, tries) in &known {
        let failed = tries.failed(who.by, now);
        locked |= failed.locked;
        private_room_tries::put(tx, room, *who, failed)?;
    }
    Ok(Counted { before: known, locked })
}

/// It fitted after all, or wasn't compared: none of it counts.
fn take_back(tx: &mut TenantTx<'_>, room: PrivateRoomId, before: Vec<(Who, Tries)>, counted: Moment) -> Result<()> {
    for (who, before) in before {
        let stands = private_room_tries::lock(tx, room, who, counted)?;
        let stands = stands.taken_back(who.by, (counted, before.last));
        private_room_tries::put(tx, room, who, stands)?;
    }
    Ok(())
}

/// Of the network that somebody comes from. A household has a whole IPv6 network.
pub(super) fn network(address: IpAddr) -> [u8; 32] {
    let network = match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => (u128::from(address) >> 64).to_string(),
    };
    hash(TriedBy::Address, &network)
}

fn hash(by: TriedBy, what: &str) -> [u8; 32] {
    Sha256::digest(format!("{}:{what}", by.name())).into()
}

/// Always in the same order: two tries at once wait for each other, and not both.
fn whom(address: IpAddr, name: &str) -> [Who; 3] {
    let who = |by, hash| Who { by, hash };
    [
        who(TriedBy::Address, network(address)),
        who(TriedBy::Name, hash(TriedBy::Name, &name_key(name))),
        who(TriedBy::Room, hash(TriedBy::Room, "")),
    ]
}
