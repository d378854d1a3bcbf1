//! Who somebody is: registration, sign-in, sessions, and what people change of themselves.
//!
//! Nothing here tells a stranger whether an address has an account: answers are the same and take about as long, and
//! what differs is said by mail.

mod authenticate;
mod declarations;
mod factor;
mod forgot;
mod guest;
mod invite;
mod link;
mod log_in;
mod log_out;
mod me;
pub mod passwords;
mod refresh;
mod register;
mod reset;
mod tokens;
mod verify;

pub use authenticate::{Recognised, authenticate, look_up};
pub use declarations::Declarations;
pub use factor::{
    FactorState, LogInToken, Offer, Whence, enter_code, offer, renew_codes, second_factor, step_up, switch_off,
    switch_on,
};
pub use forgot::forgot;
pub(in crate::app) use guest::{Begun, begin_as_guest};
pub use invite::{Invitation, Joining, Task, invitation_is_good, join};
pub(in crate::app) use invite::{invite, invite_manager, invite_seller, is_asked, shown};
pub use log_in::{Stage, log_in};
pub use log_out::{log_out, log_out_everywhere};
pub use me::{Change, change, open_sessions};
pub(in crate::app) use me::{check_language, check_zone};
pub use refresh::refresh;
pub use register::{Registration, register};
pub use reset::{reset, reset_link_is_good};
pub use tokens::RefreshToken;
pub(in crate::app) use tokens::{LinkToken, readable};
pub use verify::verify;

use crate::{
    domain::{ids::SessionId, time::Moment},
    store::{
        TenantScope,
        sessions::{Factor, Signed},
        users::User,
    },
};
use jiff::Timestamp;

/// Version of the declarations that are accepted at registration.
pub const TERMS_VERSION: &str = "2026-11";
/// Since when that version holds.
pub const TERMS_SINCE: Timestamp = Timestamp::constant(1_793_491_200, 0);
/// Lowest age a person must declare.
pub const MINIMUM_AGE: u8 = 18;
/// Fewest characters of a password, as `domain::identity::Password` has it.
pub const PASSWORD_MIN: u8 = 10;

/// A link is sent again at most once a minute.
const RESEND_MS: i64 = 60_000;
/// How long a session lasts without being used.
const SESSION_MS: i64 = 30 * 24 * 3_600 * 1_000;

/// A signed-in person in their tenant. Made only from a session that holds, so having one is the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub user: User,
    /// Where.
    pub scope: TenantScope,
    /// Through which sign-in.
    pub session: SessionId,
    /// Their availability is switched on until then.
    pub available_until: Option<Moment>,
    /// What their wallet has to spend, in minor units of the tenant's currency.
    pub wallet_minor: i64,
    /// Notifications they haven't seen.
    pub unread: u32,
    /// They look after a studio.
    pub manages: bool,
    /// They have blocked somebody, or are blocked.
    pub blocks: bool,
    /// How far their second factor vouches for them.
    pub factor: Factor,
}

impl Viewer {
    fn of(signed: Signed, scope: TenantScope, session: SessionId) -> Self {
        let Signed {
            user,
            available_until,
            wallet_minor,
            unread,
            manages,
            blocks,
            factor,
        } = signed;
        Self {
            user,
            scope,
            session,
            available_until,
            wallet_minor,
            unread,
            manages,
            blocks,
            factor,
        }
    }
}

/// A session that was begun or refreshed.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub viewer: Viewer,
    /// What refreshes it the next time.
    pub refresh: RefreshToken,
}
