//! What people in a room ask for.

use super::{Answer, Chair, RoomMessage, legs, seat::Seat, task::Room};
use crate::{
    app::{calls, relays},
    domain::{
        call::{Epoch, Event, Rejected},
        ids::UserId,
    },
    error::{Error, Result},
    signaling::{
        media_requests::{answered, node_request, refused},
        people::Socket,
    },
};
use anyhow::anyhow;
use serde_json::{Value, json};
use tallyroom_media_protocol::{
    PeerId, ProducerInfo, Refusal, Reply, Request,
    signaling::{ClientRequest, Joined, ServerMessage},
};
use uuid::Uuid;

impl Room {
    pub(super) async fn join(&mut self, person: UserId, socket: Socket, answer: Answer<Box<Joined>>) {
        if self.parent.is_some() {
            // A leg's two meet in its call.
            return Self::refuse(answer, Error::not_found());
        }
        let chair = self.chair(person);
        if self.is_barred(chair) {
            return Self::refuse(answer, Error::not_found());
        }
        let epoch = match self.sit(chair).await {
            Ok(epoch) => epoch,
            Err(error) => return Self::refuse(answer, error),
        };
        let Some(seat) = self.seat_mut(chair) else {
            return Self::refuse(answer, Error::not_found());
        };
        seat.epoch = epoch;
        if let Some(old) = seat.socket.replace(socket.clone())
            && old.id != socket.id
        {
            old.send(&ServerMessage::Replaced);
        }
        let before = self.drop_media(chair);
        self.remove(before);
        self.tell_legs_who(chair);
        let Some(node) = self.node.or_else(|| self.world.media.place()) else {
            let words = "No media server is free right now. Trying again in a moment.";
            return self
                .turn_away((chair, epoch), answer, Error::conflict("media_full", words))
                .await;
        };
        self.node = Some(node);
        let (peer, room, media, mailbox) = (
            Uuid::new_v4(),
            self.call.id.uuid(),
            self.world.media.clone(),
            self.mailbox.clone(),
        );
        tokio::spawn(async move {
            let result = media.request(node, Request::Join { room, peer, send: true }).await;
            let _ = mailbox
                .send(RoomMessage::Admitted {
                    chair,
                    epoch,
                    peer,
                    result,
                    answer,
                })
                .await;
        });
    }

    /// Takes one's place; gives the epoch of this connection.
    async fn sit(&mut self, chair: Chair) -> Result<Epoch> {
        match chair {
            Chair::Side(role) => {
                let epoch = self.session.newest_epoch(role) + 1;
                self.apply(Event::Join { role, epoch }).await?;
                Ok(epoch)
            }
            Chair::Guest(person) => {
                self.is_over()?;
                let epoch = self.sit_guest(person).await?;
                self.visitor_comes(chair).await?;
                Ok(epoch)
            }
        }
    }

    pub(super) async fn admitted(
        &mut self,
        (chair, epoch): (Chair, Epoch),
        peer: PeerId,
        result: Result<Reply, Refusal>,
        answer: Answer<Box<Joined>>,
    ) {
        if self.seat(chair).is_none_or(|seat| seat.epoch != epoch) {
            self.remove(Some(peer));
            return Self::refuse(answer, Rejected::StaleEpoch.into());
        }
        let (caps, send, recv) = match result {
            Ok(Reply::Joined { caps, send, recv, .. }) => (caps, send.unwrap_or_default(), recv),
            Ok(reply) => {
                let error = Error::internal(anyhow!("a join was answered by {reply:?}"));
                return self.turn_away((chair, epoch), answer, error).await;
            }
            Err(refusal) => {
                // The next try may find a better node.
                let others = self.chairs().into_iter().filter(|other| *other != chair);
                let in_use = others.filter_map(|other| self.seat(other)?.peer).next();
                self.node = in_use.and(self.node);
                return self.turn_away((chair, epoch), answer, refused(refusal)).await;
            }
        };
        if let Some(seat) = self.seat_mut(chair) {
            seat.peer = Some(peer);
        }
        if self.held_back {
            // The node may be a new one, which knows nothing of it.
            self.hold_back(true);
        }
        if let Chair::Guest(person) = chair
            && self.is_guest_held(person)
        {
            self.hold_guest(person);
        }
        let reader = match chair {
            Chair::Side(role) => calls::Reader::Side(role),
            Chair::Guest(person) => calls::Reader::Guest {
                since: self
                    .guest(person)
                    .and_then(|guest| guest.place.since)
                    .unwrap_or_else(|| self.now()),
            },
        };
        let chat = match calls::chat(&self.world.app, &self.scope, &self.call, reader).await {
            Ok(chat) => chat,
            Err(error) => return self.turn_away((chair, epoch), answer, error).await,
        };
        let Some(call) = self.view_of(chair) else {
            return Self::refuse(answer, Error::not_found());
        };
        let others = self.chairs().into_iter().filter(|other| *other != chair);
        let producers = others.filter_map(|other| self.seat(other)).flat_map(Seat::producers);
        let joined = Joined {
            epoch,
            peer,
            call,
            caps,
            send,
            recv,
            producers: producers.collect(),
            people: self.people(),
            ice_servers: relays::servers(&self.world.app, peer),
            chat: chat.lines,
            read: chat.read,
            may_record: self.may_record(chair),
            recording: self.recording_view(chair),
            legs: self.leg_views(chair),
            proposed: legs::proposed_to(chair, self.proposed.as_ref()),
        };
        self.tell_who();
        if answer.send(Ok(Box::new(joined))).is_err() {
            // The socket closed meanwhile; it hadn't joined yet, so nobody else will tell.
            self.closed(chair, epoch).await;
        }
    }

    /// Somebody who can't be let in isn't there; they try again with a new join.
    async fn turn_away(&mut self, (chair, epoch): (Chair, Epoch), answer: Answer<Box<Joined>>, error: Error) {
        Self::refuse(answer, error);
        self.closed(chair, epoch).await;
    }

    pub(super) async fn request(&mut self, person: UserId, request: ClientRequest, answer: Answer<Value>) {
        if let Err(error) = self.is_over() {
            return Self::refuse(answer, error);
        }
        let chair = self.chair(person);
        match request {
            ClientRequest::Connect { epoch } => match chair {
                Chair::Side(role) => self.acted(Event::Connect { role, epoch }, answer).await,
                Chair::Guest(_) => Self::refuse(answer, not_for_guests()),
            },
            ClientRequest::End { epoch } if self.is_visitor(chair) => {
                let _ = answer.send(self.visitor_ends(chair, epoch).await.map(|()| Value::Null));
            }
            ClientRequest::End { epoch } => match chair {
                Chair::Side(role) => self.acted(Event::End { role, epoch }, answer).await,
                // A guest only leaves.
                Chair::Guest(person) => {
                    if self.current(chair, epoch).is_ok() {
                        self.end_leg_of(person);
                    }
                    self.closed(chair, epoch).await;
                    let _ = answer.send(Ok(Value::Null));
                }
            },
            ClientRequest::Speak { epoch, language } => {
                let spoken = self.current(chair, epoch).and_then(|_| self.speak(chair, language));
                let _ = answer.send(spoken.map(|()| Value::Null));
            }
            request @ (ClientRequest::Chat { .. }
            | ClientRequest::Caption { .. }
            | ClientRequest::Typing { .. }
            | ClientRequest::Read { .. }) => {
                let _ = answer.send(self.talk(chair, request).await);
            }
            request @ (ClientRequest::AskRecording { .. }
            | ClientRequest::AnswerRecording { .. }
            | ClientRequest::StopRecording { .. }) => {
                let _ = answer.send(self.recording_request(chair, request).await.map(|()| Value::Null));
            }
            request => {
                let peer = |epoch, _: &ClientRequest| self.current(chair, epoch)?.ok_or_else(media_lost);
                match node_request(request, self.call.id.uuid(), peer) {
                    Ok((epoch, request)) => self.forward(chair, epoch, request, answer),
                    Err(error) => Self::refuse(answer, error),
                }
            }
        }
    }

    async fn acted(&mut self, event: Event, answer: Answer<Value>) {
        let _ = answer.send(self.apply(event).await.map(|()| Value::Null));
    }

    /// The person's peer, if this is their newest join.
    pub(super) fn current(&self, chair: Chair, epoch: Epoch) -> Result<Option<PeerId>> {
        let seat = self.seat(chair).ok_or_else(Error::not_found)?;
        if seat.epoch == epoch && seat.socket.is_some() {
            Ok(seat.peer)
        } else {
            Err(Rejected::StaleEpoch.into())
        }
    }

    /// Asks the node without holding up the room; what changes the room comes back through the mailbox.
    fn forward(&mut self, chair: Chair, epoch: Epoch, request: Request, answer: Answer<Value>) {
        let Some(node) = self.node else {
            return Self::refuse(answer, media_lost());
        };
        match &request {
            Request::PauseProducer { producer, paused, .. } => {
                let known = self.seat_mut(chair).and_then(|seat| seat.producers.get_mut(producer));
                if let Some(known) = known {
                    known.paused = *paused;
                    let message = ServerMessage::ProducerPaused {
                        producer: producer.clone(),
                        paused: *paused,
                    };
                    self.tell_others(chair, &message);
                }
            }
            Request::CloseProducer { producer, .. } => {
                let known = self.seat_mut(chair).and_then(|seat| seat.producers.remove(producer));
                if known.is_some() {
                    let producer = producer.clone();
                    self.tell_others(chair, &ServerMessage::ProducerClosed { producer });
                }
            }
            Request::PreferLayers { producer, layer, .. } => self.prefers(chair, producer, layer.is_some()),
            _ => {}
        }
        let (media, mailbox) = (self.world.media.clone(), self.mailbox.clone());
        // Those of the join may have expired by now.
        let relays = match &request {
            Request::RestartIce { peer, .. } => relays::servers(&self.world.app, *peer),
            _ => Vec::new(),
        };
        tokio::spawn(async move {
            let produce = match &request {
                Request::Produce {
                    peer,
                    kind,
                    source,
                    paused,
                    ..
                } => Some((*peer, *kind, *source, *paused)),
                _ => None,
            };
            let value = match media.request(node, request).await {
                Ok(Reply::Produced { producer }) => {
                    if let Some((peer, kind, source, paused)) = produce {
                        let info = ProducerInfo {
                            producer,
                            peer,
                            kind,
                            source,
                            paused,
                        };
                        let _ = mailbox
                            .send(RoomMessage::Produced {
                                chair,
                                epoch,
                                info,
                                answer,
                            })
                            .await;
                        return;
                    }
                    Ok(Value::Null)
                }
                Ok(Reply::IceRestarted { ice }) => Ok(json!({ "ice": ice, "ice_servers": relays })),
                result => answered(result),
            };
            let _ = answer.send(value);
        });
    }

    pub(super) fn produced(&mut self, chair: Chair, epoch: Epoch, info: ProducerInfo, answer: Answer<Value>) {
        let Some(seat) = self.seat_mut(chair).filter(|seat| seat.epoch == epoch) else {
            return Self::refuse(answer, Rejected::StaleEpoch.into());
        };
        seat.producers.insert(info.producer.clone(), info.clone());
        let _ = answer.send(Ok(json!({ "producer": info.producer })));
        self.tell_others(chair, &ServerMessage::Producer { producer: info });
    }

    pub(super) async fn closed(&mut self, chair: Chair, epoch: Epoch) {
        let left = match chair {
            Chair::Side(role) if !self.is_visitor(chair) => self.apply(Event::Leave { role, epoch }).await.is_ok(),
            _ => self.current(chair, epoch).is_ok(),
        };
        if let Some(seat) = self.seat_mut(chair).filter(|_| left) {
            seat.socket = None;
            let peer = self.drop_media(chair);
            self.remove(peer);
            self.visitor_left().await;
            self.tell_who();
            self.tell_legs_who(chair);
        }
    }
}

fn not_for_guests() -> Error {
    Error::forbidden("Only the two whom the call is between can do that.")
}

fn media_lost() -> Error {
    Error::conflict("media_lost", "The media connection was lost. Reconnecting.")
}
