//! Real time: people's sockets, live calls' rooms, and the task that meters them.
//!
//! A socket ([`connection`]) belongs to a person and may join a room. A room ([`room`]) is one task that owns one call's
//! [`Session`](crate::domain::call::Session): everything that happens to the call goes through its bounded mailbox, and
//! what follows goes out to sockets, to the media node and to the [`books`], the one task that writes all rooms' events
//! and blocks in sets. The [`registry`] finds rooms, and brings them back after a restart.

mod books;
mod checks;
pub mod connection;
mod media_requests;
mod people;
mod purses;
mod registry;
mod room;
mod rooms;

pub use people::{People, Socket, extension_view};
pub use registry::Registry;
pub use room::{Decision, RoomHandle};
