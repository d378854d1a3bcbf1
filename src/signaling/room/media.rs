//! What people in a room ask for.

use super::{Answer, RoomMessage, task::Room};
use crate::{
    app::calls,
    domain::{
        call::{CallRole, Epoch, Event},
        ids::UserId,
    },
    error::{Error, Result},
    signaling::people::Socket,
};
use anyhow::anyhow;
use serde_json::{Value, json};
use tallyroom_media_protocol::{
    PeerId, ProducerInfo, Refusal, RefusalKind, Reply, Request,
    signaling::{ClientRequest, Joined, ServerMessage},
};
use uuid::Uuid;

/// Consumers asked for at once.
const MAX_CONSUME: usize = 16;

/// A refusal in the person's words.
pub(super) fn refused(refusal: Refusal) -> Error {
    let context = anyhow!("media node: {:?}: {}", refusal.kind, refusal.message);
    match refusal.kind {
        RefusalKind::NotFound => Error::not_found(),
        RefusalKind::Invalid => Error::invalid("The media parameters don't make sense."),
        RefusalKind::Full => Error::conflict("media_full", "All our media servers are full. Try again in a moment."),
        RefusalKind::Failed => Error::conflict("media", "Our media server doesn't answer. Reconnecting."),
    }
    .because(context)
}

impl Room {
    pub(super) async fn join(&mut self, person: UserId, socket: Socket, answer: Answer<Box<Joined>>) {
        let Some(role) = self.role_of(person) else {
            return Self::refuse(answer, Error::not_found());
        };
        let epoch = self.session.newest_epoch(role) + 1;
        if let Err(error) = self.apply(Event::Join { role, epoch }).await {
            return Self::refuse(answer, error);
        }
        let seat = self.seat_mut(role);
        let before = seat.lose_media();
        if let Some(old) = seat.socket.replace(socket.clone())
            && old.id != socket.id
        {
            old.send(&ServerMessage::Replaced);
        }
        seat.epoch = epoch;
        self.remove(before);
        let Some(node) = self.node.or_else(|| self.world.media.place()) else {
            let words = "No media server is free right now. Trying again in a moment.";
            return self
                .turn_away(role, epoch, answer, Error::conflict("media_full", words))
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
                    role,
                    epoch,
                    peer,
                    result,
                    answer,
                })
                .await;
        });
    }

    pub(super) async fn admitted(
        &mut self,
        role: CallRole,
        epoch: Epoch,
        peer: PeerId,
        result: Result<Reply, Refusal>,
        answer: Answer<Box<Joined>>,
    ) {
        if self.seat(role).epoch != epoch {
            self.remove(Some(peer));
            return Self::refuse(answer, crate::domain::call::Rejected::StaleEpoch.into());
        }
        let (caps, send, recv) = match result {
            Ok(Reply::Joined { caps, send, recv, .. }) => (caps, send.unwrap_or_default(), recv),
            Ok(reply) => {
                let error = Error::internal(anyhow!("a join was answered by {reply:?}"));
                return self.turn_away(role, epoch, answer, error).await;
            }
            Err(refusal) => {
                // The next try may find a better node.
                self.node = self.seat(role.other()).peer.and(self.node);
                return self.turn_away(role, epoch, answer, refused(refusal)).await;
            }
        };
        self.seat_mut(role).peer = Some(peer);
        if self.held_back {
            // The node may be a new one, which knows nothing of it.
            self.hold_back(true);
        }
        let chat = match calls::chat(&self.world.app, &self.scope, &self.call).await {
            Ok(chat) => chat,
            Err(error) => return self.turn_away(role, epoch, answer, error).await,
        };
        let joined = Joined {
            epoch,
            peer,
            call: self.view(role),
            caps,
            send,
            recv,
            producers: self.seat(role.other()).producers(),
            chat,
            may_record: self.may_record(role),
            recording: self.recording_view(role),
        };
        if answer.send(Ok(Box::new(joined))).is_err() {
            // The socket closed meanwhile; it hadn't joined yet, so nobody else will tell.
            self.closed(role, epoch).await;
        }
    }

    /// Somebody who can't be let in isn't there; they try again with a new join.
    async fn turn_away(&mut self, role: CallRole, epoch: Epoch, answer: Answer<Box<Joined>>, error: Error) {
        Self::refuse(answer, error);
        self.closed(role, epoch).await;
    }

    pub(super) async fn request(&mut self, person: UserId, request: ClientRequest, answer: Answer<Value>) {
        if let Err(error) = self.is_over() {
            return Self::refuse(answer, error);
        }
        let Some(role) = self.role_of(person) else {
            return Self::refuse(answer, Error::not_found());
        };
        match request {
            ClientRequest::Connect { epoch } => self.acted(Event::Connect { role, epoch }, answer).await,
            ClientRequest::End { epoch } => self.acted(Event::End { role, epoch }, answer).await,
            ClientRequest::Chat { epoch, text } => {
                let said = self.say(role, epoch, &text).await;
                let _ = answer.send(said.map(|()| Value::Null));
            }
            ClientRequest::Typing { epoch, on } => {
                let checked = self
                    .current(role, epoch)
                    .map(|_| self.tell_other(role, &ServerMessage::Typing { on }));
                let _ = answer.send(checked.map(|()| Value::Null));
            }
            request @ (ClientRequest::AskRecording { .. }
            | ClientRequest::AnswerRecording { .. }
            | ClientRequest::StopRecording { .. }) => {
                let _ = answer.send(self.recording_request(role, request).await.map(|()| Value::Null));
            }
            request => match self.media_request(role, request) {
                Ok((epoch, request)) => self.forward(role, epoch, request, answer),
                Err(error) => Self::refuse(answer, error),
            },
        }
    }

    async fn acted(&mut self, event: Event, answer: Answer<Value>) {
        let _ = answer.send(self.apply(event).await.map(|()| Value::Null));
    }

    async fn say(&mut self, role: CallRole, epoch: Epoch, text: &str) -> Result<()> {
        self.current(role, epoch)?;
        let line = calls::say(&self.world.app, &self.scope, &self.call, role, text).await?;
        self.tell_both(&ServerMessage::Chat { line });
        Ok(())
    }

    /// The person's peer, if this is their newest join.
    pub(super) fn current(&self, role: CallRole, epoch: Epoch) -> Result<Option<PeerId>> {
        let seat = self.seat(role);
        if seat.epoch == epoch && seat.socket.is_some() {
            Ok(seat.peer)
        } else {
            Err(crate::domain::call::Rejected::StaleEpoch.into())
        }
    }

    /// What the node is to be asked on the person's behalf.
    fn media_request(&self, role: CallRole, request: ClientRequest) -> Result<(Epoch, Request)> {
        let room = self.call.id.uuid();
        let peer = |epoch| self.current(role, epoch)?.ok_or_else(media_lost);
        Ok(match request {
            ClientRequest::ConnectTransport { epoch, transport, dtls } => (
                epoch,
                Request::ConnectTransport {
                    room,
                    peer: peer(epoch)?,
                    transport,
                    dtls,
                },
            ),
            ClientRequest::Produce {
                epoch,
                transport,
                kind,
                rtp,
                paused,
            } => (
                epoch,
                Request::Produce {
                    room,
                    peer: peer(epoch)?,
                    transport,
                    kind,
                    rtp,
                    paused,
                },
            ),
            ClientRequest::PauseProducer {
                epoch,
                producer,
                paused,
            } => (
                epoch,
                Request::PauseProducer {
                    room,
                    peer: peer(epoch)?,
                    producer,
                    paused,
                },
            ),
            ClientRequest::CloseProducer { epoch, producer } => (
                epoch,
                Request::CloseProducer {
                    room,
                    peer: peer(epoch)?,
                    producer,
                },
            ),
            ClientRequest::Consume { epoch, producers, caps } => {
                if producers.len() > MAX_CONSUME {
                    return Err(Error::invalid("Too many streams at once."));
                }
                (
                    epoch,
                    Request::Consume {
                        room,
                        peer: peer(epoch)?,
                        producers,
                        caps,
                    },
                )
            }
            ClientRequest::RestartIce { epoch, transport } => (
                epoch,
                Request::RestartIce {
                    room,
                    peer: peer(epoch)?,
                    transport,
                },
            ),
            ClientRequest::Ping
            | ClientRequest::Join { .. }
            | ClientRequest::Connect { .. }
            | ClientRequest::End { .. }
            | ClientRequest::Chat { .. }
            | ClientRequest::Typing { .. }
            | ClientRequest::AskRecording { .. }
            | ClientRequest::AnswerRecording { .. }
            | ClientRequest::StopRecording { .. } => return Err(Error::internal(anyhow!("not a media request"))),
        })
    }

    /// Asks the node without holding up the room; what changes the room comes back through the mailbox.
    fn forward(&mut self, role: CallRole, epoch: Epoch, request: Request, answer: Answer<Value>) {
        let Some(node) = self.node else {
            return Self::refuse(answer, media_lost());
        };
        match &request {
            Request::PauseProducer { producer, paused, .. } => {
                if let Some(known) = self.seat_mut(role).producers.get_mut(producer) {
                    known.1 = *paused;
                    let message = ServerMessage::ProducerPaused {
                        producer: producer.clone(),
                        paused: *paused,
                    };
                    self.tell_other(role, &message);
                }
            }
            Request::CloseProducer { producer, .. } if self.seat_mut(role).producers.remove(producer).is_some() => {
                self.tell_other(
                    role,
                    &ServerMessage::ProducerClosed {
                        producer: producer.clone(),
                    },
                );
            }
            _ => {}
        }
        let (media, mailbox) = (self.world.media.clone(), self.mailbox.clone());
        tokio::spawn(async move {
            let produce = match &request {
                Request::Produce { peer, kind, paused, .. } => Some((*peer, *kind, *paused)),
                _ => None,
            };
            let value = match media.request(node, request).await {
                Ok(Reply::Produced { producer }) => {
                    if let Some((peer, kind, paused)) = produce {
                        let info = ProducerInfo {
                            producer,
                            peer,
                            kind,
                            paused,
                        };
                        let _ = mailbox
                            .send(RoomMessage::Produced {
                                role,
                                epoch,
                                info,
                                answer,
                            })
                            .await;
                        return;
                    }
                    Ok(Value::Null)
                }
                Ok(Reply::Consumed { consumers }) => Ok(json!({ "consumers": consumers })),
                Ok(Reply::IceRestarted { ice }) => Ok(json!({ "ice": ice })),
                Ok(_) => Ok(Value::Null),
                Err(refusal) => Err(refused(refusal)),
            };
            let _ = answer.send(value);
        });
    }

    pub(super) fn produced(&mut self, role: CallRole, epoch: Epoch, info: ProducerInfo, answer: Answer<Value>) {
        if self.seat(role).epoch != epoch {
            return Self::refuse(answer, crate::domain::call::Rejected::StaleEpoch.into());
        }
        self.seat_mut(role)
            .producers
            .insert(info.producer.clone(), (info.kind, info.paused));
        let _ = answer.send(Ok(json!({ "producer": info.producer })));
        self.tell_other(role, &ServerMessage::Producer { producer: info });
    }

    pub(super) async fn closed(&mut self, role: CallRole, epoch: Epoch) {
        if self.apply(Event::Leave { role, epoch }).await.is_ok() {
            let seat = self.seat_mut(role);
            seat.socket = None;
            let peer = seat.lose_media();
            self.remove(peer);
        }
    }
}

fn media_lost() -> Error {
    Error::conflict("media_lost", "The media connection was lost. Reconnecting.")
}
