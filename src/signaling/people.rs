//! Who has a page open.

use super::room::RoomMessage;
use crate::{
    app::ports::{Clock, LivePeople},
    domain::{
        ids::{TenantId, UserId},
        money::Money,
        time::Moment,
    },
    store::TenantScope,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tallyroom_media_protocol::signaling::ServerMessage;
use tokio::sync::mpsc;

/// Messages that may wait for one slow socket before it is closed.
const QUEUE: usize = 64;
/// Most sockets of one person.
const MAX_SOCKETS: usize = 20;
/// A person counts as online this long after the last sign of them (requirement M11).
const ONLINE_MS: i64 = 30_000;

/// One open socket's sending side.
#[derive(Clone, Debug)]
pub struct Socket {
    /// Unique in this process.
    pub id: u64,
    out: mpsc::Sender<Arc<str>>,
}

impl Socket {
    /// Queues a message. A socket that can't keep up is closed: its connection sees the queue end.
    pub fn send(&self, message: &ServerMessage) {
        match serde_json::to_string(message) {
            Ok(text) => {
                // A full queue makes the connection close itself; see `connection`.
                let _ = self.out.try_send(text.into());
            }
            Err(error) => tracing::error!(%error, "a message can't be written"),
        }
    }

    /// Whether messages had to be dropped or the connection is gone.
    pub fn is_stuck(&self) -> bool {
        self.out.capacity() == 0
    }
}

type Key = (TenantId, UserId);

#[derive(Default)]
struct Person {
    sockets: Vec<Socket>,
    seen: Moment,
    /// The call they are in.
    room: Option<mpsc::Sender<RoomMessage>>,
}

/// All people with an open page.
pub struct People {
    clock: Arc<dyn Clock>,
    persons: Mutex<HashMap<Key, Person>>,
    next: AtomicU64,
}

impl People {
    /// Nobody yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            persons: Mutex::default(),
            next: AtomicU64::new(1),
        }
    }

    /// A person opened a socket; none if they have too many.
    pub(super) fn arrive(&self, key: Key) -> Option<(Socket, mpsc::Receiver<Arc<str>>)> {
        let (out, queue) = mpsc::channel(QUEUE);
        let socket = Socket {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            out,
        };
        let now = self.clock.now();
        let mut persons = self.persons();
        let person = persons.entry(key).or_default();
        if person.sockets.len() >= MAX_SOCKETS {
            return None;
        }
        person.seen = now;
        person.sockets.push(socket.clone());
        if let Some(room) = &person.room {
            let _ = room.try_send(RoomMessage::Greet { person: key.1 });
        }
        Some((socket, queue))
    }

    /// A sign of the person.
    pub(super) fn seen(&self, key: Key) {
        let now = self.clock.now();
        if let Some(person) = self.persons().get_mut(&key) {
            person.seen = now;
        }
    }

    /// The socket closed.
    pub(super) fn depart(&self, key: Key, socket: u64) {
        let now = self.clock.now();
        let mut persons = self.persons();
        if let Some(person) = persons.get_mut(&key) {
            person.seen = now;
            person.sockets.retain(|other| other.id != socket);
        }
        if persons.len().is_multiple_of(1_024) {
            persons.retain(|_, person| {
                !person.sockets.is_empty() || person.room.is_some() || now - person.seen <= ONLINE_MS
            });
        }
    }

    /// Tells all of a person's pages.
    pub fn tell(&self, key: Key, message: &ServerMessage) {
        let sockets = self
            .persons()
            .get(&key)
            .map(|person| person.sockets.clone())
            .unwrap_or_default();
        for socket in sockets {
            socket.send(message);
        }
    }

    /// The person is in a call, or in none any more.
    pub(super) fn put_into(&self, key: Key, room: Option<mpsc::Sender<RoomMessage>>) {
        self.persons().entry(key).or_default().room = room;
    }

    /// Whether there was a sign of them within 30 s.
    pub fn has_sign_of(&self, key: Key) -> bool {
        let now = self.clock.now();
        let persons = self.persons();
        persons.get(&key).is_some_and(|person| now - person.seen <= ONLINE_MS)
    }

    /// How many sockets are open.
    pub fn count(&self) -> usize {
        self.persons().values().map(|person| person.sockets.len()).sum()
    }

    fn persons(&self) -> MutexGuard<'_, HashMap<Key, Person>> {
        self.persons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LivePeople for People {
    fn is_online(&self, tenant: TenantId, user: UserId) -> bool {
        self.has_sign_of((tenant, user))
    }

    fn wallet_changed(&self, scope: &TenantScope, user: UserId, available: Money) {
        let key = (scope.tenant(), user);
        let currency = available.currency.code().to_owned();
        self.tell(
            key,
            &ServerMessage::Wallet {
                available_minor: available.minor,
                currency,
            },
        );
        let room = self.persons().get(&key).and_then(|person| person.room.clone());
        if let Some(room) = room {
            let _ = room.try_send(RoomMessage::Wallet {
                available_minor: available.minor,
                payer: user,
            });
        }
    }
}
