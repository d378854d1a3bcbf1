//! What the media node reports of a room, and what it is told without anybody waiting for it.

use super::task::Room;
use crate::domain::call::{CallRole, Event, Evidence, Run};
use tallyroom_media_protocol::{PeerFlow, PeerId, Request, signaling::ServerMessage};
use uuid::Uuid;

impl Room {
    pub(super) async fn flow(&mut self, peers: Vec<PeerFlow>) {
        let now = self.now();
        let mut evidence = Evidence::default();
        for flow in peers {
            let Some(role) = [CallRole::Buyer, CallRole::Seller]
                .into_iter()
                .find(|role| self.seat(*role).peer == Some(flow.peer))
            else {
                continue;
            };
            let run = |age: Option<u32>| age.map(|age| Run::at(now + -i64::from(age)));
            let seen = run(flow.transport_age_ms);
            match role {
                CallRole::Buyer => evidence.payer_seen = seen,
                CallRole::Seller => {
                    evidence.seller_seen = seen;
                    let youngest = flow.audio_age_ms.into_iter().chain(flow.video_age_ms).min();
                    evidence.seller_sent = run(youngest);
                }
            }
            self.seat_mut(role).score = flow.send_score.into_iter().chain(flow.recv_score).min();
        }
        let scores = (self.buyer.score, self.seller.score);
        if scores != self.scores {
            self.scores = scores;
            self.buyer.tell(&ServerMessage::Quality {
                own: scores.0,
                other: scores.1,
            });
            self.seller.tell(&ServerMessage::Quality {
                own: scores.1,
                other: scores.0,
            });
        }
        if evidence != Evidence::default() {
            let _ = self.apply(Event::Media(evidence)).await;
        }
    }

    pub(super) fn node_gone(&mut self, node: Uuid) {
        if self.node != Some(node) {
            return;
        }
        self.node = None;
        // Whatever the next node sees is news.
        self.scores = (None, None);
        for role in [CallRole::Buyer, CallRole::Seller] {
            let seat = self.seat_mut(role);
            if seat.lose_media().is_some() {
                seat.tell(&ServerMessage::MediaReset);
            }
        }
    }

    pub(super) fn producer_closed(&mut self, producer: &str) {
        for role in [CallRole::Buyer, CallRole::Seller] {
            if self.seat_mut(role).producers.remove(producer).is_some() {
                self.tell_other(
                    role,
                    &ServerMessage::ProducerClosed {
                        producer: producer.to_owned(),
                    },
                );
            }
        }
    }

    pub(super) fn hold_back(&mut self, paused: bool) {
        self.held_back = paused;
        self.order(Request::PauseRoom {
            room: self.call.id.uuid(),
            paused,
        });
    }

    pub(super) fn remove(&self, peer: Option<PeerId>) {
        if let Some(peer) = peer {
            self.order(Request::Leave {
                room: self.call.id.uuid(),
                peer,
            });
        }
    }

    /// Asks the node for something nobody waits for.
    pub(super) fn order(&self, request: Request) {
        if let Some(node) = self.node {
            self.world.media.order(node, request);
        }
    }

    pub(super) async fn close_media(&mut self) {
        if let Some(node) = self.node.take() {
            let _ = self
                .world
                .media
                .request(
                    node,
                    Request::CloseRoom {
                        room: self.call.id.uuid(),
                    },
                )
                .await;
        }
    }
}
