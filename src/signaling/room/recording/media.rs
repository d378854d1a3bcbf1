//! Brings the media node in line with what a room's recording says.

use super::super::{Chair, RoomMessage, task::Room};
use crate::{app::recordings, domain::ids::UserId, store::recording_parts::NewPart};
use std::time::Duration;
use tallyroom_media_protocol::{PeerId, RecordingProblem, Refusal, RefusalKind, Request};
use uuid::Uuid;

/// A node that refuses may be a node that is gone, which is known a moment later.
const KNOWN_AFTER: Duration = Duration::from_secs(1);
/// How often a node is told to stop. Whom it may still record then, it is told to let go of.
const STOP_TRIES: usize = 3;

impl Room {
    /// Whose media can be recorded.
    pub(super) fn peers_to_record(&self) -> Vec<(UserId, PeerId)> {
        let sending = |chair: Chair| Some((self.person_on(chair), self.seat(chair)?.peer?));
        self.chairs().into_iter().filter_map(sending).collect()
    }

    pub(super) async fn follow_media(&mut self) {
        let peers = self.peers_to_record();
        let Some(current) = &mut self.recording.current else {
            return;
        };
        current
            .written
            .retain(|written| peers.iter().any(|(_, peer)| peer == written));
        if !current.recording.is_written() {
            return self.stop_writing();
        }
        for (person, peer) in peers {
            self.write_peer(person, peer).await;
        }
    }

    /// Has the node write what somebody sends, unless it does.
    async fn write_peer(&mut self, person: UserId, peer: PeerId) {
        let now = self.now();
        let (Some(current), Some(node)) = (&mut self.recording.current, self.node) else {
            return;
        };
        let Some(began_at) = current
            .recording
            .began_at()
            .filter(|_| !current.written.contains(&peer))
        else {
            return;
        };
        let from_ms = now - began_at;
        let (take, recording) = (current.take, current.id);
        let part = NewPart {
            recording,
            take,
            peer,
            person,
            from_ms,
        };
        match recordings::begin_part(&self.world.app, &self.scope, part).await {
            Ok(true) => {}
            Ok(false) => {
                // No film can be made of more files. Should the mailbox be full, the next look says so again.
                let problem = RecordingProblem::Failed;
                let _ = self.mailbox.try_send(RoomMessage::RecordingFailed { take, problem });
                return;
            }
            Err(error) => return tracing::warn!(%error, "what is recorded can't be written down; trying again"),
        }
        current.written.insert(peer);
        let request = Request::Record {
            room: self.call.id.uuid(),
            peer,
            recording: take,
            offset_ms: u64::try_from(from_ms).unwrap_or(0),
        };
        let mailbox = self.mailbox.clone();
        // Before whatever the node is told next; only its answer is waited for elsewhere.
        let answer = self.world.media.request(node, request);
        tokio::spawn(async move {
            if let Err(Refusal { kind, message }) = answer.await {
                tracing::warn!(?kind, message, %peer, "somebody isn't recorded");
                if kind != RefusalKind::NotFound {
                    tokio::time::sleep(KNOWN_AFTER).await;
                    let _ = mailbox.send(RoomMessage::NotRecorded { node, take, peer }).await;
                }
            }
        });
    }

    /// Has the node complete its files, if it writes any.
    pub(super) fn stop_writing(&mut self) {
        let room = self.call.id.uuid();
        let Some(current) = &mut self.recording.current else {
            return;
        };
        let peers = std::mem::take(&mut current.written);
        if peers.is_empty() {
            return;
        }
        // A complete file isn't written again: what follows goes into others.
        let recording = std::mem::replace(&mut current.take, Uuid::now_v7());
        let Some(node) = self.node else { return };
        let (media, stop) = (self.world.media.clone(), Request::StopRecording { room, recording });
        let mut answer = media.request(node, stop.clone());
        tokio::spawn(async move {
            for left in (0..STOP_TRIES).rev() {
                let Err(refusal) = answer.await else { return };
                tracing::warn!(?refusal, %recording, left, "the media node doesn't say that it has stopped");
                if left == 0 {
                    break;
                }
                tokio::time::sleep(KNOWN_AFTER).await;
                answer = media.request(node, stop.clone());
            }
            for peer in peers {
                media.order(node, Request::Leave { room, peer });
            }
        });
    }
}
