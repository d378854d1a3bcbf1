//! Third persons in calls (requirements E8, E9): asked in by a link, let in by the buyer, shown out by either. Those who
//! are paid are brought in by `legs`.

mod enter;
mod invite;
mod manage;

pub use enter::{Entered, Shown, enter, enter_as, show};
pub use invite::{Invited, invite};
pub(in crate::app) use invite::{has_room, room_for};
pub use manage::{admit, is_first_out, leave, list, one, remove, remove_first, who_came};

use crate::{
    domain::ids::UserId,
    error::{Error, Result},
    store::{TenantTx, call_guests, calls::Call},
};

/// Refuses whoever has no say about who comes in.
fn may_invite(call: &Call, person: UserId) -> Result<()> {
    if call.may_invite(person) {
        return Ok(());
    }
    Err(Error::forbidden("Only the host says who comes into this talk."))
}

/// Refuses whoever was shown out of a free talk: for them it isn't there.
///
/// # Errors
/// They were, or the database is away.
pub(in crate::app) fn not_shown_out(tx: &mut TenantTx<'_>, call: &Call, person: UserId) -> Result<()> {
    match call_guests::is_out(tx, call, person)? {
        true => Err(Error::not_found()),
        false => Ok(()),
    }
}
