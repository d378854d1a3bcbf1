//! Rooms of the device check: one person alone for a minute, who receives what they send.
//!
//! On the node the person is two peers, for nobody receives their own there. What such a room shows goes the way that a
//! call's media goes, relays included. Nothing of it is stored.

use super::media_requests::{answered, node_request, not_in_call, refused};
use crate::{
    app::{App, ports::MediaNodes, relays},
    domain::{
        ids::{TenantId, UserId},
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use futures::{FutureExt, future::BoxFuture};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tallyroom_media_protocol::{
    PeerId, Reply, Request, RoomId,
    signaling::{CHECK_SECONDS, Checking, ClientRequest},
};
use uuid::Uuid;

type Person = (TenantId, UserId);

/// Between two checks of one person.
const PAUSE_S: u32 = 3;

/// All checks under way on this server.
pub(super) struct Checks {
    app: App,
    media: Arc<dyn MediaNodes>,
    next: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By the socket that began it.
    open: HashMap<u64, Check>,
    begun: HashMap<Person, Moment>,
}

#[derive(Clone)]
struct Check {
    epoch: u64,
    node: Uuid,
    room: RoomId,
    sender: PeerId,
    receiver: PeerId,
    /// The sender's transport.
    send: Option<String>,
}

impl Checks {
    pub(super) fn new(app: App, media: Arc<dyn MediaNodes>) -> Arc<Self> {
        Arc::new(Self {
            app,
            media,
            next: AtomicU64::new(1),
            state: Mutex::default(),
        })
    }

    /// Whether a room is a check's.
    pub(super) fn carries(&self, room: RoomId) -> bool {
        self.state().open.values().any(|check| check.room == room)
    }

    /// Opens a check's room; the socket's earlier one is closed.
    pub(super) fn begin(self: &Arc<Self>, person: Person, socket: u64) -> BoxFuture<'static, Result<Value>> {
        let checks = self.clone();
        async move {
            let check = checks.enter(person, socket)?;
            let opened = checks.open(socket, &check).await;
            if opened.is_err() {
                checks.close(socket, check.epoch);
            }
            serde_json::to_value(opened?).map_err(Error::internal)
        }
        .boxed()
    }

    /// Does what the person asks for in their check.
    pub(super) fn request(self: &Arc<Self>, socket: u64, request: ClientRequest) -> BoxFuture<'static, Result<Value>> {
        let checks = self.clone();
        async move {
            let check = checks.state().open.get(&socket).cloned();
            let check = check.ok_or_else(not_in_call)?;
            if let ClientRequest::End { epoch } = request {
                check.holds(epoch)?;
                checks.close(socket, epoch);
                return Ok(Value::Null);
            }
            let (_, request) = node_request(request, check.room, |epoch, request| check.peer(epoch, request))?;
            answered(checks.media.request(check.node, request).await)
        }
        .boxed()
    }

    /// The socket closed.
    pub(super) fn end(&self, socket: u64) {
        let ended = self.state().open.remove(&socket);
        if let Some(check) = ended {
            self.media.order(check.node, Request::CloseRoom { room: check.room });
        }
    }

    /// Ends that check, unless a newer one is under way.
    fn close(&self, socket: u64, epoch: u64) {
        let current = self.state().open.get(&socket).is_some_and(|open| open.epoch == epoch);
        if current {
            self.end(socket);
        }
    }

    fn enter(&self, person: Person, socket: u64) -> Result<Check> {
        let now = self.app.now();
        {
            let begun = &mut self.state().begun;
            begun.retain(|_, at| now - *at < i64::from(PAUSE_S) * 1_000);
            if begun.insert(person, now).is_some() {
                return Err(Error::too_many(PAUSE_S));
            }
        }
        self.end(socket);
        let words = "No media server is free right now. Try again in a moment.";
        let node = self.media.place();
        let check = Check {
            epoch: self.next.fetch_add(1, Ordering::Relaxed),
            node: node.ok_or_else(|| Error::conflict("media_full", words))?,
            room: Uuid::new_v4(),
            sender: Uuid::new_v4(),
            receiver: Uuid::new_v4(),
            send: None,
        };
        // The node's reports of the room must find it known.
        self.state().open.insert(socket, check.clone());
        Ok(check)
    }

    async fn open(self: &Arc<Self>, socket: u64, check: &Check) -> Result<Checking> {
        let (caps, send, _) = self.join(check, check.sender, true).await?;
        let (_, _, recv) = self.join(check, check.receiver, false).await?;
        if let Some(open) = self.state().open.get_mut(&socket) {
            open.send = send["id"].as_str().map(str::to_owned);
        }
        self.close_in_time(socket, check.epoch);
        Ok(Checking {
            epoch: check.epoch,
            caps,
            send,
            recv,
            ice_servers: relays::servers(&self.app, check.sender),
        })
    }

    async fn join(&self, check: &Check, peer: PeerId, send: bool) -> Result<(Value, Value, Value)> {
        let room = check.room;
        let joined = self.media.request(check.node, Request::Join { room, peer, send }).await;
        match joined.map_err(refused)? {
            Reply::Joined { caps, send, recv, .. } => Ok((caps, send.unwrap_or_default(), recv)),
            reply => Err(Error::internal(anyhow!("a join was answered by {reply:?}"))),
        }
    }

    fn close_in_time(self: &Arc<Self>, socket: u64, epoch: u64) {
        let (checks, until) = (Arc::downgrade(self), self.app.now() + i64::from(CHECK_SECONDS) * 1_000);
        let clock = self.app.clock.clone();
        tokio::spawn(async move {
            clock.sleep_until(until).await;
            if let Some(checks) = checks.upgrade() {
                checks.close(socket, epoch);
            }
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Check {
    /// Who on the node a request is for.
    fn peer(&self, epoch: u64, request: &ClientRequest) -> Result<PeerId> {
        self.holds(epoch)?;
        match request {
            ClientRequest::ConnectTransport { transport, .. } if self.send.as_ref() != Some(transport) => {
                Ok(self.receiver)
            }
            ClientRequest::ConnectTransport { .. } | ClientRequest::Produce { .. } => Ok(self.sender),
            ClientRequest::Consume { .. } => Ok(self.receiver),
            _ => Err(not_in_call()), // what only a call's room knows
        }
    }

    fn holds(&self, epoch: u64) -> Result<()> {
        if epoch == self.epoch {
            Ok(())
        } else {
            Err(Error::conflict("stale_epoch", "A newer check has begun."))
        }
    }
}
