//! Passwords tried by machine: each failure costs more than the one before, in the end the door is locked.
//!
//! A try is counted as failed before anything is compared, and taken back if it fitted: tries at once can't outrun the
//! count. While one has to wait nothing is compared at all, so the right password is answered as any other.

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
        private_rooms::{self, name_key},
    },
};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// What became of a try.
pub(super) enum Tried {
    /// It fits; with the name as the host wrote it, if it is somebody's own.
    Fits(Option<String>),
    /// It doesn't. Says whether that locked a door.
    Wrong { locked: bool },
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
    let (now, whom, key) = (app.now(), whom(address, name), name_key(name));
    let (shared, own, locked) = app
        .db
        .tenant(scope, move |tx| {
            let locked = count(tx, room, whom, now)?;
            let (shared, own) = (
                private_rooms::password_hash(tx, room)?,
                private_rooms::user_password(tx, room, &key)?,
            );
            Ok((shared, own, locked))
        })
        .await?;
    let (own_name, own_hash) = own.unzip();
    let fits_own = passwords::verify(password.clone(), own_hash).await?;
    let fits_shared = passwords::verify(password, shared).await?;
    // Under the name of somebody with a password of their own nobody comes in by another.
    let fits = if own_name.is_some() { fits_own } else { fits_shared };
    if !fits {
        return Ok(Tried::Wrong { locked });
    }
    app.db
        .tenant(scope, move |tx| {
            for who in whom {
                private_room_tries::take_back(tx, room, who, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(Tried::Fits(own_name))
}

/// Counts a failure everywhere; says whether that locked a door.
fn count(tx: &mut TenantTx<'_>, room: PrivateRoomId, whom: [Who; 3], now: Moment) -> Result<bool> {
    private_room_tries::forget_old(tx, room, now)?;
    let mut known = Vec::new();
    for who in whom {
        known.push((who, private_room_tries::lock(tx, room, who, now)?));
    }
    if let Some(wait_s) = known.iter().filter_map(|(_, tries)| tries.wait_s(now)).max() {
        return Err(Error::too_many(wait_s));
    }
    let mut locked = false;
    for (who, tries) in known {
        let failed: Tries = tries.failed(who.by, now);
        locked |= failed.locked;
        private_room_tries::put(tx, room, who, failed)?;
    }
    Ok(locked)
}

/// Always in the same order: two tries at once wait for each other, and not both.
fn whom(address: IpAddr, name: &str) -> [Who; 3] {
    // A household has a whole IPv6 network.
    let network = match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => (u128::from(address) >> 64).to_string(),
    };
    let who = |by: TriedBy, what: &str| Who {
        by,
        hash: Sha256::digest(format!("{}:{what}", by.name())).into(),
    };
    [
        who(TriedBy::Address, &network),
        who(TriedBy::Name, &name_key(name)),
        who(TriedBy::Room, ""),
    ]
}
