//! A person's place in a room.

use crate::{
    domain::{
        call::{CallRole, Epoch, Quality},
        ids::UserId,
    },
    signaling::people::Socket,
};
use std::collections::{HashMap, HashSet};
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
    pub producers: HashMap<MediaId, ProducerInfo>,
    /// Others' pictures that they don't want at the moment.
    pub unwanted: HashSet<MediaId>,
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
        self.unwanted.clear();
        self.score = None;
        self.peer.take()
    }

    /// Whether they hear somebody whom they don't see.
    pub fn only_hears(&self, other: &Self) -> bool {
        let flows = |kind| {
            let of_kind = move |sent: &&ProducerInfo| sent.kind == kind && !sent.paused;
            other.producers.values().filter(of_kind)
        };
        let is_seen = |picture: &ProducerInfo| !self.unwanted.contains(&picture.producer);
        flows(MediaKind::Audio).next().is_some() && !flows(MediaKind::Video).any(is_seen)
    }

    pub fn producers(&self) -> Vec<ProducerInfo> {
        self.producers.values().cloned().collect()
    }
}
