//! A media node: one process, one mediasoup worker, one port. It carries calls for the control planes it dials and
//! knows nothing about people, money or the database.
//!
//! [`Rooms`] is the media path alone and can be driven without any control plane (the benches do); [`link`] puts it on
//! a WebSocket; [`flow`] measures what arrives.

mod codecs;
pub mod config;
pub mod flow;
pub mod link;
mod load;
mod peer;
mod reception;
mod recording;
mod refusal;
mod room;
mod rooms;
mod worker;

pub use rooms::{Owner, Rooms, StartError};
pub use worker::Listen;

/// Most peers a room takes.
pub const MAX_PEERS_PER_ROOM: usize = 16;
/// Most producers one peer may have.
pub const MAX_PRODUCERS_PER_PEER: usize = 8;
/// Most producers one [`tallyroom_media_protocol::Request::Consume`] may name.
pub const MAX_CONSUMERS_PER_REQUEST: usize = 16;
/// Most peers a node takes, whatever its capacity says: a flow report of so many still fits into one message.
pub const MAX_PEERS: usize = 1_000;
