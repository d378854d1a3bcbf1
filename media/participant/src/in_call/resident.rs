//! The task that keeps one person in a call.

use super::{Presence, Seat, Shared};
use crate::{
    backoff::Backoff,
    http::HttpError,
    link::{Link, LinkEvent},
    media::{Admission, Media, Room},
    signaling::RequestError,
};
use anyhow::Result;
use async_trait::async_trait;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};
use tallyroom_media_protocol::{
    MediaId, MediaKind,
    signaling::{CallPhase, CallView, ClientRequest, Joined, Problem, ServerMessage},
};
use tokio::sync::broadcast;

const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// Why the media has to be built anew, or not.
enum Turn {
    Rejoin,
    Out(Presence),
}

/// One person's stay in the call.
pub(super) struct Resident {
    shared: Arc<Shared>,
    events: broadcast::Receiver<LinkEvent>,
    /// The socket that the last join went over.
    socket: u64,
}

impl Resident {
    pub fn new(shared: Arc<Shared>) -> Self {
        let events = shared.seat.link.subscribe();
        Self {
            shared,
            events,
            socket: 0,
        }
    }

    /// Joins again and again until this person is out.
    pub async fn stay(mut self) {
        let mut backoff = Backoff::new(LONGEST_WAIT);
        let presence = loop {
            let turn = match self.join().await {
                Ok(media) => {
                    self.shared.presence.send_replace(Presence::Joined);
                    let joined = Instant::now();
                    let turn = self.attend(&media).await;
                    if joined.elapsed() > LONGEST_WAIT {
                        backoff.reset();
                    }
                    turn
                }
                Err(turn) => turn,
            };
            match turn {
                Turn::Out(presence) => break presence,
                Turn::Rejoin => {
                    self.shared.presence.send_replace(Presence::Joining);
                    tokio::time::sleep(backoff.next()).await;
                }
            }
        };
        self.shared.set_media(None);
        self.shared.presence.send_replace(presence);
    }

    /// Joins and starts the media; what flowed before goes on until then.
    async fn join(&mut self) -> Result<Arc<Media>, Turn> {
        let seat = &self.shared.seat;
        match seat.link.ready().await {
            Ok(open) => self.socket = open.socket,
            Err(_) => return Err(Turn::Out(Presence::Refused("connection is closed".into()))),
        }
        let answer = match seat.link.request(ClientRequest::Join { call: seat.call }).await {
            Ok(answer) => answer,
            Err(RequestError::Refused(problem)) => return Err(self.refused(problem).await),
            Err(_) => return Err(Turn::Rejoin),
        };
        let joined = Joined::deserialize(answer)
            .map_err(|error| Turn::Out(Presence::Refused(format!("join not understood: {error}"))))?;
        match self.start_media(joined).await {
            Ok(media) => Ok(media),
            Err(error) => {
                tracing::debug!(%error, call = %seat.call, "starting media");
                Err(Turn::Rejoin)
            }
        }
    }

    async fn start_media(&self, joined: Joined) -> Result<Arc<Media>> {
        let shared = &self.shared;
        shared.epoch.store(joined.epoch, Relaxed);
        joined.chat.into_iter().for_each(|line| shared.add_chat(line));
        shared.see(joined.call);
        let room = Arc::new(SignaledRoom {
            link: shared.seat.link.clone(),
            epoch: joined.epoch,
        });
        let Joined {
            caps,
            send,
            recv,
            producers,
            ..
        } = joined;
        let admission = Admission {
            caps,
            send,
            recv,
            producers,
        };
        let Seat {
            identity,
            call,
            options,
            ..
        } = &shared.seat;
        let counters = shared.counters.clone();
        let media = Media::start(room, admission, identity.clone(), *call, options.clone(), counters).await?;
        let media = Arc::new(media);
        shared.set_media(Some(media.clone()));
        shared.joins.fetch_add(1, Relaxed);
        Ok(media)
    }

    /// A refusal is final if the call is over or isn't this person's; else another try may do better.
    async fn refused(&self, problem: Problem) -> Turn {
        tracing::debug!(code = problem.code, "join refused");
        let Seat { account, call, .. } = &self.shared.seat;
        match account.get::<CallView>(&format!("/api/v1/calls/{call}")).await {
            Ok(view) if view.phase == CallPhase::Ended => {
                self.shared.see(view);
                Turn::Out(Presence::Ended)
            }
            Err(HttpError::Refused {
                status: StatusCode::FORBIDDEN | StatusCode::NOT_FOUND,
                ..
            }) => Turn::Out(Presence::Refused(format!("{} ({})", problem.message, problem.code))),
            _ => Turn::Rejoin,
        }
    }

    /// Follows the call until the media has to be built anew or there is nothing left to do.
    async fn attend(&mut self, media: &Arc<Media>) -> Turn {
        let failed = media.failed();
        tokio::pin!(failed);
        loop {
            let event = tokio::select! {
                event = self.events.recv() => event,
                () = &mut failed => return Turn::Rejoin,
            };
            match event {
                Ok(LinkEvent::Message { socket, message }) if socket == self.socket => {
                    if let Some(turn) = self.hear(&message, media).await {
                        return turn;
                    }
                }
                Ok(LinkEvent::Up { socket }) if socket > self.socket => return Turn::Rejoin,
                Ok(_) => {}
                // Nobody knows what was missed.
                Err(broadcast::error::RecvError::Lagged(_)) => return Turn::Rejoin,
                Err(broadcast::error::RecvError::Closed) => {
                    return Turn::Out(Presence::Refused("connection is closed".into()));
                }
            }
        }
    }

    async fn hear(&self, message: &ServerMessage, media: &Arc<Media>) -> Option<Turn> {
        match message {
            ServerMessage::Call { call } if call.id == self.shared.seat.call => {
                return self.shared.see((**call).clone()).then_some(Turn::Out(Presence::Ended));
            }
            ServerMessage::Producer { producer } => {
                if let Err(error) = media.receive(producer.producer.clone()).await {
                    tracing::debug!(%error, "receiving a producer");
                }
            }
            ServerMessage::ProducerClosed { producer } => {
                if let Err(error) = media.forget(producer).await {
                    tracing::debug!(%error, "forgetting a producer");
                }
            }
            ServerMessage::Chat { line } => self.shared.add_chat(line.clone()),
            ServerMessage::MediaReset => return Some(Turn::Rejoin),
            ServerMessage::Replaced => return Some(Turn::Out(Presence::Replaced)),
            _ => {}
        }
        None
    }
}

/// The product's signaling as the media sees it.
struct SignaledRoom {
    link: Arc<Link>,
    epoch: u64,
}

#[derive(Deserialize)]
struct Produced {
    producer: MediaId,
}

#[derive(Deserialize)]
struct Consumed {
    consumers: Vec<Value>,
}

#[async_trait]
impl Room for SignaledRoom {
    async fn connect_transport(&self, transport: MediaId, dtls: Value) -> Result<()> {
        let request = ClientRequest::ConnectTransport {
            epoch: self.epoch,
            transport,
            dtls,
        };
        Ok(self.link.request(request).await.map(drop)?)
    }

    async fn produce(&self, transport: MediaId, kind: MediaKind, rtp: Value, paused: bool) -> Result<MediaId> {
        let request = ClientRequest::Produce {
            epoch: self.epoch,
            transport,
            kind,
            source: None,
            rtp,
            paused,
        };
        Ok(Produced::deserialize(self.link.request(request).await?)?.producer)
    }

    async fn pause_producer(&self, producer: MediaId, paused: bool) -> Result<()> {
        let request = ClientRequest::PauseProducer {
            epoch: self.epoch,
            producer,
            paused,
        };
        Ok(self.link.request(request).await.map(drop)?)
    }

    async fn consume(&self, producers: Vec<MediaId>, caps: Value) -> Result<Vec<Value>> {
        let request = ClientRequest::Consume {
            epoch: self.epoch,
            producers,
            caps,
        };
        Ok(Consumed::deserialize(self.link.request(request).await?)?.consumers)
    }
}
