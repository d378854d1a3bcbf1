//! One person's socket: reads requests, writes answers and news, and keeps both within bounds.

use super::{
    people::Socket,
    registry::Registry,
    room::{RoomHandle, RoomMessage},
};
use crate::{
    app::{
        App,
        identity::{self, Viewer},
        watching,
    },
    domain::{
        call::Epoch,
        ids::{CallId, UserId},
        time::Moment,
    },
    error::{Error, Kind, Result},
    store::TenantScope,
};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Session};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use serde::Deserialize;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tallyroom_media_protocol::signaling::{ClientMessage, ClientRequest, Problem, ServerMessage};
use tokio::sync::mpsc;

/// The server asks for a sign of life this often; browsers answer by themselves.
const PING_EVERY: Duration = Duration::from_secs(20);
/// Silence after which a socket is dead.
const MAX_SILENT_PINGS: u32 = 3;
/// A message that isn't taken for so long: the page is stuck.
const SEND_WITHIN: Duration = Duration::from_secs(10);
/// Requests under way at once.
const MAX_PENDING: usize = 32;
/// Messages a second that a socket may send for long, and at once.
const RATE: (i64, i64) = (30, 150);
/// What a page is told whose session is over.
const SIGNED_OUT: &str = "you signed out";

/// Serves one socket until it closes.
pub async fn serve(
    registry: Arc<Registry>,
    app: App,
    viewer: Viewer,
    mut session: Session,
    stream: AggregatedMessageStream,
) {
    let (scope, person) = (viewer.scope, viewer.user.id);
    let key = (scope.tenant(), person);
    let Some((socket, queue, came)) = registry.people().arrive(key, viewer.session) else {
        let description = Some("too many pages of yours are open".to_owned());
        let _ = session
            .close(Some(CloseReason {
                code: CloseCode::Policy,
                description,
            }))
            .await;
        return;
    };
    let (id, now) = (socket.id, app.now());
    let bucket = Bucket {
        tokens: RATE.1 * 1_000,
        at: now,
    };
    let mut connection = Connection {
        registry: registry.clone(),
        app: app.clone(),
        scope,
        person,
        sells: viewer.user.is_seller,
        guest: viewer.user.is_guest,
        socket,
        joined: None,
        pending: FuturesUnordered::new(),
        bucket,
    };
    // Whoever ended the session after the gate let it in didn't know this socket yet.
    let reason = match identity::look_up(&app, &scope, viewer.session, person).await {
        Ok(Some(_)) => {
            connection.socket.send(&ServerMessage::Hello { server_now_ms: now.0 });
            if came && connection.sells {
                connection.tell_watchers();
            }
            connection.run(&mut session, stream, queue).await
        }
        Ok(None) => Some(connection.closing(&mut session, SIGNED_OUT).await),
        Err(error) => {
            tracing::warn!(%error, "a socket can't be let in");
            None
        }
    };
    if let Some((room, epoch)) = connection.joined.take() {
        let _ = room.0.send(RoomMessage::Closed { person, epoch }).await;
    }
    registry.checks().end(id);
    registry.people().depart(key, id);
    let _ = session.close(reason).await;
}

struct Done {
    id: u64,
    result: Result<Value>,
    joined: Option<(RoomHandle, Epoch)>,
}

struct Connection {
    registry: Arc<Registry>,
    app: App,
    scope: TenantScope,
    person: UserId,
    /// When the socket was opened.
    sells: bool,
    /// Came by a link, and has no account.
    guest: bool,
    socket: Socket,
    joined: Option<(RoomHandle, Epoch)>,
    pending: FuturesUnordered<BoxFuture<'static, Done>>,
    bucket: Bucket,
}

impl Connection {
    /// Somebody may have waited for the person, who doesn't wait for that.
    fn tell_watchers(&self) {
        let (app, scope, person) = (self.app.clone(), self.scope, self.person);
        actix_web::rt::spawn(async move {
            if let Err(error) = watching::arrived(&app, &scope, person).await {
                tracing::warn!(%error, "those who wait for somebody can't be told");
            }
        });
    }

    async fn run(
        &mut self,
        session: &mut Session,
        mut stream: AggregatedMessageStream,
        mut queue: mpsc::Receiver<Arc<str>>,
    ) -> Option<CloseReason> {
        let mut pings = tokio::time::interval_at(tokio::time::Instant::now() + PING_EVERY, PING_EVERY);
        let mut silent = 0;
        loop {
            tokio::select! {
                message = stream.next() => {
                    silent = 0;
                    let came = self.registry.people().seen((self.scope.tenant(), self.person));
                    if came && self.sells {
                        self.tell_watchers();
                    }
                    match message {
                        Some(Ok(AggregatedMessage::Text(text))) => {
                            if let Err(reason) = self.request(&text) {
                                return Some(self.closing(session, reason).await);
                            }
                        }
                        Some(Ok(AggregatedMessage::Ping(bytes))) => in_time(session.pong(&bytes)).await?,
                        Some(Ok(AggregatedMessage::Pong(_))) => {}
                        Some(Ok(AggregatedMessage::Binary(_))) => {
                            return Some(self.closing(session, "binary messages aren't understood").await);
                        }
                        Some(Ok(AggregatedMessage::Close(reason))) => return reason,
                        Some(Err(_)) => return Some(self.closing(session, "that message is too large or broken").await),
                        None => return None,
                    }
                }
                Some(done) = self.pending.next() => self.done(session, done).await?,
                text = queue.recv() => {
                    let text = text?;
                    // What was answered before this was told goes first: a join's answer says who sends already, and news
                    // who else; clients begin anew with the answer.
                    // Whatever this task has taken up already: an answer that is there is taken.
                    while let Some(Some(done)) = tokio::task::unconstrained(self.pending.next()).now_or_never() {
                        self.done(session, done).await?;
                    }
                    in_time(session.text(&*text)).await?;
                    if self.socket.is_stuck() {
                        return Some(self.closing(session, "this page doesn't keep up").await);
                    }
                }
                _ = pings.tick() => {
                    silent += 1;
                    if silent > MAX_SILENT_PINGS {
                        return None;
                    }
                    in_time(session.ping(b"")).await?;
                }
                () = self.socket.signed_out() => {
                    return Some(self.closing(session, SIGNED_OUT).await);
                }
            }
        }
    }

    async fn closing(&self, session: &mut Session, reason: &str) -> CloseReason {
        if let Ok(text) = serde_json::to_string(&ServerMessage::Closing {
            reason: reason.to_owned(),
        }) {
            let _ = in_time(session.text(text)).await;
        }
        CloseReason {
            code: CloseCode::Policy,
            description: Some(reason.to_owned()),
        }
    }

    /// Takes in one message; an error closes the socket.
    fn request(&mut self, text: &str) -> Result<(), &'static str> {
        if !self.bucket.take(self.app.now()) || self.pending.len() >= MAX_PENDING {
            return Err("too many messages in a short time");
        }
        let message: ClientMessage = match serde_json::from_str(text) {
            Ok(message) => message,
            Err(error) => {
                let id = serde_json::from_str::<OnlyId>(text)
                    .map_err(|_| "that message can't be read")?
                    .id;
                let problem = Error::invalid(format!("This request can't be read: {error}."));
                self.reply(id, Err(problem));
                return Ok(());
            }
        };
        let id = message.id;
        match message.body {
            ClientRequest::Ping => self.reply(id, Ok(Value::Null)),
            ClientRequest::Join { call } => match self.registry.room(&self.scope, CallId::from_uuid(call)) {
                Some(room) => self.join(id, room),
                None => self.reply(id, Err(Error::conflict("call_over", "The call is over."))),
            },
            // The check is for people of the marketplace; a guest's own room tells.
            ClientRequest::Check if self.guest => {
                self.reply(id, Err(Error::forbidden("This check is for people with an account.")));
            }
            ClientRequest::Check => {
                let key = (self.scope.tenant(), self.person);
                let begun = self.registry.checks().begin(key, self.socket.id);
                self.wait(id, begun);
            }
            request => match &self.joined {
                Some((room, _)) => {
                    let person = self.person;
                    let asked = room.ask(move |answer| RoomMessage::Request {
                        person,
                        request,
                        answer,
                    });
                    self.wait(id, asked);
                }
                None => {
                    let asked = self.registry.checks().request(self.socket.id, request);
                    self.wait(id, asked);
                }
            },
        }
        Ok(())
    }

    fn wait(&mut self, id: u64, answer: impl Future<Output = Result<Value>> + Send + 'static) {
        let done = answer.map(move |result| Done {
            id,
            result,
            joined: None,
        });
        self.pending.push(done.boxed());
    }

    fn join(&mut self, id: u64, room: RoomHandle) {
        let (person, socket) = (self.person, self.socket.clone());
        let asked = room.ask(move |answer| RoomMessage::Join { person, socket, answer });
        let done = async move {
            match asked.await {
                Ok(joined) => {
                    let epoch = joined.epoch;
                    let result = serde_json::to_value(joined).map_err(Error::internal);
                    Done {
                        id,
                        result,
                        joined: Some((room, epoch)),
                    }
                }
                Err(error) => Done {
                    id,
                    result: Err(error),
                    joined: None,
                },
            }
        };
        self.pending.push(done.boxed());
    }

    /// Hands on what came of a request. None if the page doesn't take it.
    async fn done(&mut self, session: &mut Session, done: Done) -> Option<()> {
        if let Some((room, epoch)) = done.joined {
            self.socket.entered();
            if let Some((old, old_epoch)) = self.joined.replace((room.clone(), epoch))
                && !old.0.same_channel(&room.0)
            {
                let _ = old
                    .0
                    .send(RoomMessage::Closed {
                        person: self.person,
                        epoch: old_epoch,
                    })
                    .await;
            }
        }
        let reply = serde_json::to_string(&reply(done.id, done.result)).ok()?;
        in_time(session.text(reply)).await
    }

    fn reply(&self, id: u64, result: Result<Value>) {
        self.socket.send(&reply(id, result));
    }
}

fn reply(id: u64, result: Result<Value>) -> ServerMessage {
    let (ok, error) = match result {
        Ok(value) => (Some(value), None),
        Err(error) => {
            if matches!(error.kind, Kind::Internal | Kind::Unavailable) {
                tracing::error!(%error, "a socket's request failed");
            }
            (
                None,
                Some(Problem {
                    code: error.code().to_owned(),
                    message: error.public.into_owned(),
                }),
            )
        }
    };
    ServerMessage::Reply { id, ok, error }
}

/// None if it can't be handed on in time: a page that doesn't read must not hold up its own connection.
async fn in_time(sending: impl Future<Output = std::result::Result<(), actix_ws::Closed>>) -> Option<()> {
    tokio::time::timeout(SEND_WITHIN, sending).await.ok()?.ok()
}

#[derive(Deserialize)]
struct OnlyId {
    id: u64,
}

/// A token bucket in thousandths of a message.
struct Bucket {
    tokens: i64,
    at: Moment,
}

impl Bucket {
    fn take(&mut self, now: Moment) -> bool {
        self.tokens = (self.tokens + (now - self.at).max(0) * RATE.0).min(RATE.1 * 1_000);
        self.at = now;
        self.tokens -= 1_000;
        self.tokens >= 0
    }
}
