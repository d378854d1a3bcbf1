//! The session of somebody who came by a link and has no account.

use super::{RefreshToken, SignedIn, Viewer, log_in::new_session};
use crate::{
    domain::{
        ids::{SessionId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        sessions::{self, NewSession, Signed},
    },
};

/// How long it lasts: as long as a link can be used.
const GUEST_SESSION_MS: i64 = crate::domain::guest::LINK_MS;

/// A session that was begun in a transaction; it holds once that is done.
pub(in crate::app) struct Begun {
    refresh: RefreshToken,
    signed: Signed,
}

impl Begun {
    /// The session, now that it holds.
    pub fn signed_in(self, scope: &TenantScope) -> SignedIn {
        SignedIn {
            viewer: Viewer::of(self.signed, *scope, self.refresh.session),
            refresh: self.refresh,
        }
    }
}

/// Begins the session of a guest.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn begin_as_guest(
    tx: &mut TenantTx<'_>,
    person: UserId,
    device: &str,
    now: Moment,
) -> Result<Begun> {
    let refresh = RefreshToken::new(SessionId::new());
    let session = NewSession {
        expires_at: now + GUEST_SESSION_MS,
        ..new_session(&refresh, person, device, now)
    };
    sessions::insert(tx, &session, now)?;
    let signed = sessions::signed(tx, session.id, person, now)?.ok_or_else(Error::sign_in_needed)?;
    Ok(Begun { refresh, signed })
}
