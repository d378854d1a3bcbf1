//! What the media node reports of a room, and what it is told without anybody waiting for it.

use super::{Chair, seat::Seat, task::Room};
use crate::domain::call::{CallPhase, CallRole, Event, Evidence, Run};
use tallyroom_media_protocol::{MediaId, PeerFlow, PeerId, Reception, Request, signaling::ServerMessage};
use uuid::Uuid;

/// When packets came from somebody.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// Any.
    seen: Option<Run>,
    /// Picture or sound.
    sent: Option<Run>,
}

/// What that says of a payer and whoever they pay.
fn evidence(seen: &[(Chair, Seen)], payer: Chair, payee: Chair) -> Evidence {
    // As the last of them says, if there are several.
    let of = |wanted: Chair| seen.iter().rev().find(|(chair, _)| *chair == wanted);
    let of = |wanted: Chair| of(wanted).map(|(_, seen)| *seen).unwrap_or_default();
    Evidence {
        seller_sent: of(payee).sent,
        seller_seen: of(payee).seen,
        payer_seen: of(payer).seen,
    }
}

impl Room {
    pub(super) async fn flow(&mut self, peers: Vec<PeerFlow>) {
        let now = self.now();
        let mut seen: Vec<(Chair, Seen)> = Vec::new();
        for flow in peers {
            let Some(chair) = self.chair_of(flow.peer) else {
                continue;
            };
            if let Some(seat) = self.seat_mut(chair) {
                seat.score = flow.send_score.into_iter().chain(flow.recv_score).min();
            }
            let run = |age: Option<u32>| age.map(|age| Run::at(now + -i64::from(age)));
            let youngest = flow.audio_age_ms.into_iter().chain(flow.video_age_ms).min();
            let there = Seen {
                seen: run(flow.transport_age_ms),
                sent: run(youngest),
            };
            seen.push((chair, there));
        }
        let mut evidence = evidence(&seen, Chair::Side(CallRole::Buyer), Chair::Side(CallRole::Seller));
        if self.call.terms.free {
            evidence.payer_seen = self.visitors_seen(seen.iter().map(|(chair, there)| (*chair, there.seen)));
        }
        self.tell_legs_what(|payer, payee| self::evidence(&seen, payer, payee));
        let since = now - std::mem::replace(&mut self.reported, now);
        if self.session.phase(now).0 == CallPhase::Live {
            let only_hear = [self.buyer.only_hears(&self.seller), self.seller.only_hears(&self.buyer)];
            for (seat, only_hears) in [&mut self.buyer, &mut self.seller].into_iter().zip(only_hear) {
                if let Some(score) = seat.score {
                    seat.quality.add(score, since);
                    seat.quality.add_sound_only(if only_hears { since } else { 0 });
                }
            }
        }
        self.tell_quality();
        if evidence != Evidence::default() {
            let _ = self.apply(Event::Media(evidence)).await;
        }
    }

    /// Each is told how good their line is, and the other's; of a third person that is the seller.
    fn tell_quality(&mut self) {
        let score = |chair: Chair| (chair, self.seat(chair).and_then(|seat| seat.score));
        let scores: Vec<_> = self.chairs().into_iter().map(score).collect();
        if scores == self.scores {
            return;
        }
        for (chair, own) in &scores {
            let other = match chair {
                Chair::Side(CallRole::Seller) => self.buyer.score,
                _ => self.seller.score,
            };
            if let Some(seat) = self.seat(*chair) {
                seat.tell(&ServerMessage::Quality { own: *own, other });
            }
        }
        self.scores = scores;
    }

    /// Whoever receives is told how well.
    pub(super) fn receiving(&self, peer: PeerId, producer: MediaId, reception: Reception) {
        let Some(seat) = self.chair_of(peer).and_then(|chair| self.seat(chair)) else {
            return;
        };
        seat.tell(&ServerMessage::Layers {
            producer,
            score: reception.score,
            layer: reception.layer,
        });
    }

    /// Somebody wants a picture of another's, or doesn't want it for now.
    pub(super) fn prefers(&mut self, chair: Chair, producer: &MediaId, wanted: bool) {
        let sends = |other: Chair| {
            self.seat(other)
                .is_some_and(|seat| seat.producers.contains_key(producer))
        };
        let is_known = self.chairs().into_iter().any(sends);
        let Some(seat) = self.seat_mut(chair) else { return };
        if wanted {
            seat.unwanted.remove(producer);
        } else if is_known {
            seat.unwanted.insert(producer.clone());
        }
    }

    pub(super) fn node_gone(&mut self, node: Uuid) {
        if self.node != Some(node) {
            return;
        }
        self.node = None;
        // Whatever the next node sees is news.
        self.scores.clear();
        for chair in self.chairs() {
            if let Some(seat) = self.seat_mut(chair)
                && seat.lose_media().is_some()
            {
                seat.tell(&ServerMessage::MediaReset);
            }
        }
    }

    pub(super) fn producer_closed(&mut self, producer: &str) {
        for chair in self.chairs() {
            let known = self.seat_mut(chair).and_then(|seat| seat.producers.remove(producer));
            if known.is_some() {
                let producer = producer.to_owned();
                self.tell_others(chair, &ServerMessage::ProducerClosed { producer });
            }
        }
    }

    /// Forgets what somebody sends; for whoever received it, it has ended.
    pub(super) fn drop_media(&mut self, chair: Chair) -> Option<PeerId> {
        for info in self.seat(chair).map(Seat::producers).unwrap_or_default() {
            let producer = info.producer;
            self.tell_others(chair, &ServerMessage::ProducerClosed { producer });
        }
        self.seat_mut(chair)?.lose_media()
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
}
