//! Private rooms of sellers (requirement E7): an address where whoever has a password, or is let in, finds them.
//!
//! Whoever comes to the door has a *visit*, whether by a password (admitted at once) or by knocking (admitted by the host).
//! An admitted visit goes in as soon as it can: it opens the room's call, or, where that goes on and is free, joins it as
//! a third person. So everybody who waits, for whatever reason, waits the same way.

mod door;
mod guard;
mod keep;
mod open;
mod passwords;

pub use door::{Caller, Door, answer, by_password, knock, show, standing, way_back};
pub use keep::{Draft, Kept, Rooms, change, close, create, list, sweep, unlock};
pub use open::{Going, Inside, go_in};
pub use passwords::{add_user, drop_password, remove_user, renew, renew_user};
