//! A person's place in a room.

use crate::{
    domain::{
        call::{CallRole, Epoch, Quality},
        ids::UserId,
    },
    signaling::people::Socket,
};
use std::collections::HashMap;
use tallyroom_media_protocol::{MediaId, PeerId, ProducerInfo, signaling::ServerMessage};

/// Whose place it is: one of the two whom the call is between, or somebody who was asked in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::signaling) enum Chair {
    Side(CallRole),
    Guest(UserId),
}

/// One's connection, producers and quality.
#[derive(Default)]
pub(super) struct Seat {
    pub epoch: Epoch,
    pub socket: Option<Socket>,
    pub peer: Option<PeerId>,
    pub producers: HashMap<MediaId, ProducerInfo>,
    /// Worst of what they send and receive, 0 to 10.
    pub score: Option<u8>,
    /// How it was while the call was live.
    pub quality: Quality,
}

impl Seat {
    pub fn tell(&self, message: &ServerMessage) {
        if let Some(socket) = &self.socket {
            socket.send(message);
        }
    }

    /// Whether somebody is there.
    pub fn is_taken(&self) -> bool {
        self.socket.is_some()
    }

    /// Forgets the media, keeps the person.
    pub fn lose_media(&mut self) -> Option<PeerId> {
        self.producers.clear();
        self.score = None;
        self.peer.take()
    }

    pub fn producers(&self) -> Vec<ProducerInfo> {
        self.producers.values().cloned().collect()
    }
}
