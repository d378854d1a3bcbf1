//! Third persons in calls (requirements E8, E9): asked in by a link, let in by the buyer, shown out by either. Those who
//! are paid are brought in by `legs`.

mod enter;
mod invite;
mod manage;

pub use enter::{Entered, Shown, enter, enter_as, show};
pub use invite::{Invited, invite};
pub(in crate::app) use invite::{has_room, room_for};
pub use manage::{admit, list, one, remove, who_came};
