//! A person's place in a room.

use crate::{
    domain::{
        call::{CallRole, Epoch},
        ids::UserId,
    },
    signaling::people::Socket,
};
use std::collections::HashMap;
use tallyroom_media_protocol::{MediaId, MediaKind, PeerId, ProducerInfo, signaling::ServerMessage};

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
    pub producers: HashMap<MediaId, (MediaKind, bool)>,
    /// Worst of what they send and receive, 0 to 10.
    pub score: Option<u8>,
}

impl Seat {
    pub fn tell(&self, message: &ServerMessage) {
        if let Some(socket) = &self.socket {
            socket.send(message);
        }
    }

    /// Forgets the media, keeps the person.
    pub fn lose_media(&mut self) -> Option<PeerId> {
        self.producers.clear();
        self.score = None;
        self.peer.take()
    }

    pub fn producers(&self) -> Vec<ProducerInfo> {
        let Some(peer) = self.peer else { return Vec::new() };
        let info = |(producer, (kind, paused)): (&MediaId, &(MediaKind, bool))| ProducerInfo {
            producer: producer.clone(),
            peer,
            kind: *kind,
            paused: *paused,
        };
        self.producers.iter().map(info).collect()
    }
}
