//! The desk's signaling.

use super::{Inner, Problems, opposite, problem};
use anyhow::{Context, Result, bail};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::Arc;
use tallyroom_media_protocol::{
    MediaSource, PeerId, ProducerInfo, Reply, Request,
    signaling::{CallPhase, CallRole, ChatLine, ClientMessage, ClientRequest, Joined, Problem, ServerMessage},
};
use tokio::{net::TcpStream, sync::mpsc};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request as Upgrade, Response},
        http::StatusCode,
    },
};
use uuid::Uuid;

impl Inner {
    pub async fn talk(self: Arc<Self>, stream: TcpStream) -> Result<()> {
        let mut role = Err(problem("unauthorized"));
        let upgrade = |request: &Upgrade, response: Response| {
            let bearer = request
                .headers()
                .get("authorization")
                .and_then(|value| value.to_str().ok());
            role = self.role_of(bearer.unwrap_or_default().trim_start_matches("Bearer "));
            if role.is_ok() {
                return Ok(response);
            }
            let mut refusal = ErrorResponse::new(Some("not logged in".to_owned()));
            *refusal.status_mut() = StatusCode::UNAUTHORIZED;
            Err(refusal)
        };
        let socket = accept_hdr_async(stream, upgrade).await?;
        let Ok(role) = role else { bail!("unauthorized") };
        let (mut writer, mut reader) = socket.split();
        let (out, mut queue) = mpsc::unbounded_channel();
        self.lock().people.entry(role).or_default().outs.push(out.clone());
        let mine = out.downgrade();
        let _ = out.send(ServerMessage::Hello { server_now_ms: 0 });
        drop(out);
        loop {
            tokio::select! {
                message = queue.recv() => {
                    let Some(message) = message else { return Ok(()) };
                    writer.send(Message::text(serde_json::to_string(&message)?)).await?;
                }
                message = reader.next() => {
                    let Message::Text(text) = message.context("gone")?? else { continue };
                    let ClientMessage { id, body } = serde_json::from_str(&text)?;
                    let Some(out) = mine.upgrade() else { return Ok(()) };
                    let inner = self.clone();
                    tokio::spawn(async move {
                        let (ok, error) = match inner.handle(role, body, &out).await {
                            Ok(value) => (Some(value), None),
                            Err(problem) => (None, Some(problem)),
                        };
                        let _ = out.send(ServerMessage::Reply { id, ok, error });
                    });
                }
            }
        }
    }

    async fn node(&self, request: Request) -> Problems<Reply> {
        let node = self.lock().node.clone().ok_or(problem("no_media"))?;
        node.request(request).await.map_err(|error| Problem {
            code: "media".into(),
            message: error.to_string(),
        })
    }

    async fn join(&self, role: CallRole, call: Uuid, out: &mpsc::UnboundedSender<ServerMessage>) -> Problems<Value> {
        let peer = Uuid::new_v4();
        let old = {
            let mut state = self.lock();
            if state.call != call || matches!(state.phase, CallPhase::Ringing | CallPhase::Ended) {
                return Err(problem("not_in_call"));
            }
            let person = state.people.entry(role).or_default();
            let before = person
                .joined_on
                .replace(out.downgrade())
                .and_then(|before| before.upgrade());
            if let Some(before) = before.filter(|before| !before.same_channel(out)) {
                let _ = before.send(ServerMessage::Replaced);
            }
            person.epoch += 1;
            person.peer.replace(peer)
        };
        if let Some(old) = old {
            self.lock().producers.retain(|producer| producer.peer != old);
            self.node(Request::Leave { room: call, peer: old }).await?;
        }
        let joined = self
            .node(Request::Join {
                room: call,
                peer,
                send: true,
            })
            .await?;
        let Reply::Joined { caps, send, recv, .. } = joined else {
            return Err(problem("media"));
        };
        let phase = self.lock().phase;
        self.set_phase(phase);
        let state = self.lock();
        let producers = state
            .producers
            .iter()
            .filter(|info| info.peer != peer)
            .cloned()
            .collect();
        let (epoch, call) = (state.people[&role].epoch, self.view(&state, role));
        let send = send.unwrap_or(Value::Null);
        Ok(json!(Joined {
            epoch,
            peer,
            call,
            caps,
            send,
            recv,
            producers,
            people: Vec::new(),
            ice_servers: vec![],
            chat: vec![],
            read: None,
            may_record: false,
            recording: None,
            legs: vec![],
            proposed: None,
        }))
    }

    /// The room and the peer of a request that carries `epoch`.
    fn seat(&self, role: CallRole, epoch: u64) -> Problems<(Uuid, PeerId)> {
        let state = self.lock();
        let person = &state.people[&role];
        let peer = person.peer.filter(|_| person.epoch == epoch);
        Ok((state.call, peer.ok_or(problem("stale_epoch"))?))
    }

    async fn handle(
        &self,
        role: CallRole,
        request: ClientRequest,
        out: &mpsc::UnboundedSender<ServerMessage>,
    ) -> Problems<Value> {
        match request {
            ClientRequest::Join { call } => return self.join(role, call, out).await,
            ClientRequest::ConnectTransport { epoch, transport, dtls } => {
                let (room, peer) = self.seat(role, epoch)?;
                self.node(Request::ConnectTransport {
                    room,
                    peer,
                    transport,
                    dtls,
                })
                .await?;
            }
            ClientRequest::Produce {
                epoch,
                transport,
                kind,
                source,
                rtp,
                paused,
            } => {
                let source = source.unwrap_or_else(|| MediaSource::usual(kind));
                let (room, peer) = self.seat(role, epoch)?;
                let produced = self
                    .node(Request::Produce {
                        room,
                        peer,
                        transport,
                        kind,
                        source,
                        rtp,
                        paused,
                    })
                    .await?;
                let Reply::Produced { producer } = produced else {
                    return Err(problem("media"));
                };
                let info = ProducerInfo {
                    producer: producer.clone(),
                    peer,
                    kind,
                    source,
                    paused,
                };
                let mut state = self.lock();
                state.producers.push(info.clone());
                state.people[&opposite(role)].tell(&ServerMessage::Producer { producer: info });
                return Ok(json!({"producer": producer}));
            }
            ClientRequest::Consume { epoch, producers, caps } => {
                let (room, peer) = self.seat(role, epoch)?;
                let consumed = self
                    .node(Request::Consume {
                        room,
                        peer,
                        producers,
                        caps,
                    })
                    .await?;
                let Reply::Consumed { consumers } = consumed else {
                    return Err(problem("media"));
                };
                return Ok(json!({"consumers": consumers}));
            }
            ClientRequest::Connect { epoch } => {
                self.seat(role, epoch)?;
                self.lock().people.entry(role).or_default().has_pressed = true;
                let have_both = self.lock().people.values().all(|person| person.has_pressed);
                self.set_phase(if have_both {
                    CallPhase::Live
                } else {
                    CallPhase::PreCheck
                });
            }
            ClientRequest::End { epoch } => {
                self.seat(role, epoch)?;
                self.set_phase(CallPhase::Ended);
            }
            ClientRequest::Chat { epoch, text, line: id } => {
                self.seat(role, epoch)?;
                let line = ChatLine {
                    id: id.unwrap_or_else(Uuid::new_v4),
                    from: role.into(),
                    person: Uuid::nil(),
                    name: "X".into(),
                    text,
                    at_ms: 0,
                    file: None,
                };
                for person in self.lock().people.values() {
                    person.tell(&ServerMessage::Chat { line: line.clone() });
                }
            }
            _ => {}
        }
        Ok(Value::Null)
    }
}
