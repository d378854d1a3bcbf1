//! Who has a page open.

use super::room::{RoomMessage, deliver};
use crate::{
    app::ports::{Clock, LivePeople},
    domain::{
        call::Stretch,
        ids::{SessionId, TenantId, UserId},
        money::Money,
        time::Moment,
    },
    store::{Changes, TenantScope, extensions::Asked, tips::Tip},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tallyroom_media_protocol::signaling::{ExtensionView, ServerMessage};
use tokio::sync::{Notify, mpsc};

/// Messages that may wait for one slow socket before it is closed.
const QUEUE: usize = 256;
/// Most sockets of one person.
const MAX_SOCKETS: usize = 20;
/// A person counts as online this long after the last sign of them (requirement M11).
const ONLINE_MS: i64 = 30_000;

/// One open socket's sending side.
#[derive(Clone, Debug)]
pub struct Socket {
    /// Unique in this process.
    pub id: u64,
    session: SessionId,
    out: mpsc::Sender<Arc<str>>,
    state: Arc<State>,
}

/// What others have to say to a socket's connection.
#[derive(Debug, Default)]
struct State {
    lost: AtomicBool,
    in_call: AtomicBool,
    signed_out: Notify,
}

impl Socket {
    /// Queues a message. A socket that can't keep up loses it, and so is closed by its connection.
    pub fn send(&self, message: &ServerMessage) {
        match serde_json::to_string(message) {
            Ok(text) => {
                if self.out.try_send(text.into()).is_err() {
                    self.state.lost.store(true, Ordering::Relaxed);
                }
            }
            Err(error) => tracing::error!(%error, "a message can't be written"),
        }
    }

    /// Whether messages had to be dropped.
    pub fn is_stuck(&self) -> bool {
        self.state.lost.load(Ordering::Relaxed)
    }

    /// It has entered a call.
    pub(super) fn entered(&self) {
        self.state.in_call.store(true, Ordering::Relaxed);
    }

    /// Returns once the session that the socket was opened with is over.
    pub async fn signed_out(&self) {
        self.state.signed_out.notified().await;
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

impl Person {
    fn is_online(&self, now: Moment) -> bool {
        now - self.seen <= ONLINE_MS
    }
}

/// All people with an open page.
pub struct People {
    clock: Arc<dyn Clock>,
    list_changes: Changes,
    persons: Mutex<HashMap<Key, Person>>,
    next: AtomicU64,
}

impl People {
    /// Nobody yet. Whoever comes changes what lists show.
    pub fn new(clock: Arc<dyn Clock>, list_changes: Changes) -> Self {
        Self {
            clock,
            list_changes,
            persons: Mutex::default(),
            next: AtomicU64::new(1),
        }
    }

    /// A person opened a socket; none if they have too many. Says whether they weren't here.
    pub(super) fn arrive(&self, key: Key, session: SessionId) -> Option<(Socket, mpsc::Receiver<Arc<str>>, bool)> {
        let (out, queue) = mpsc::channel(QUEUE);
        let socket = Socket {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            session,
            out,
            state: Arc::default(),
        };
        let now = self.clock.now();
        let mut persons = self.persons();
        let person = persons.entry(key).or_default();
        if person.sockets.len() >= MAX_SOCKETS {
            return None;
        }
        person.sockets.push(socket.clone());
        let came = self.sign(key, person, now);
        if let Some(room) = &person.room {
            let _ = room.try_send(RoomMessage::Greet { person: key.1 });
        }
        Some((socket, queue, came))
    }

    /// A sign of the person. Says whether they weren't here any more.
    pub(super) fn seen(&self, key: Key) -> bool {
        let now = self.clock.now();
        let mut persons = self.persons();
        persons.get_mut(&key).is_some_and(|person| self.sign(key, person, now))
    }

    fn sign(&self, key: Key, person: &mut Person, now: Moment) -> bool {
        let was_online = person.is_online(now);
        person.seen = now;
        if !was_online {
            self.list_changes.add(key.0);
        }
        !was_online
    }

    /// The socket closed.
    pub(super) fn depart(&self, key: Key, socket: u64) {
        let now = self.clock.now();
        let mut persons = self.persons();
        if let Some(person) = persons.get_mut(&key) {
            self.sign(key, person, now);
            person.sockets.retain(|other| other.id != socket);
        }
        if persons.len().is_multiple_of(1_024) {
            persons.retain(|_, person| !person.sockets.is_empty() || person.room.is_some() || person.is_online(now));
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

    /// The person is in a call.
    pub(super) fn put_into(&self, key: Key, room: mpsc::Sender<RoomMessage>) {
        self.persons().entry(key).or_default().room = Some(room);
    }

    /// That call is over; the person may be in the next one already.
    pub(super) fn take_out(&self, key: Key, room: &mpsc::Sender<RoomMessage>) {
        if let Some(person) = self.persons().get_mut(&key)
            && person.room.as_ref().is_some_and(|present| present.same_channel(room))
        {
            person.room = None;
        }
    }

    /// Whether there was a sign of them within 30 s.
    pub fn has_sign_of(&self, key: Key) -> bool {
        let now = self.clock.now();
        let persons = self.persons();
        persons.get(&key).is_some_and(|person| person.is_online(now))
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
            let message = RoomMessage::Wallet {
                available_minor: available.minor,
                payer: user,
            };
            deliver(&room, message);
        }
    }

    fn credit_changed(&self, scope: &TenantScope, buyer: UserId, available: Money, apart: Option<Stretch>) {
        let room = self
            .persons()
            .get(&(scope.tenant(), buyer))
            .and_then(|person| person.room.clone());
        if let Some(room) = room {
            let available_minor = available.minor;
            if let Some(stretch) = apart {
                deliver(&room, RoomMessage::Priced(stretch));
            }
            deliver(&room, RoomMessage::Credit { available_minor });
        }
    }

    fn extension(&self, scope: &TenantScope, people: [UserId; 2], asked: &Asked) {
        let message = ServerMessage::Extension {
            extension: extension_view(asked, self.clock.now()),
        };
        for person in people {
            self.tell((scope.tenant(), person), &message);
        }
    }

    fn tipped(&self, scope: &TenantScope, from_name: &str, tip: &Tip) {
        let message = ServerMessage::Tipped {
            from_name: from_name.to_owned(),
            amount_minor: tip.amount.minor,
            currency: tip.amount.currency.code().to_owned(),
            gift: tip.gift.map(|gift| gift.name().to_owned()),
        };
        self.tell((scope.tenant(), tip.seller), &message);
    }

    fn notified(&self, scope: &TenantScope, user: UserId, unread: i64, link: Option<String>) {
        self.tell((scope.tenant(), user), &ServerMessage::Notifications { unread, link });
    }

    fn signed_out(&self, scope: &TenantScope, user: UserId, session: Option<SessionId>) {
        let persons = self.persons();
        let Some(person) = persons.get(&(scope.tenant(), user)) else {
            return;
        };
        let over = |socket: &&Socket| session.is_none_or(|ended| socket.session == ended);
        for socket in person.sockets.iter().filter(over) {
            socket.state.signed_out.notify_one();
        }
    }

    fn shut_out(&self, scope: &TenantScope, user: UserId) {
        let persons = self.persons();
        let Some(person) = persons.get(&(scope.tenant(), user)) else {
            return;
        };
        let calling = |socket: &Socket| person.room.is_some() && socket.state.in_call.load(Ordering::Relaxed);
        for socket in person.sockets.iter().filter(|socket| !calling(socket)) {
            socket.state.signed_out.notify_one();
        }
    }
}

/// An extension, as clients see it.
pub fn extension_view(asked: &Asked, now: Moment) -> ExtensionView {
    ExtensionView {
        id: asked.id.uuid(),
        call: asked.call.uuid(),
        minutes: asked.extension.minutes,
        price_minor: asked.price().minor,
        currency: asked.currency.code().to_owned(),
        state: asked.extension.state.name().to_owned(),
        until_ms: asked.extension.until().map(|until| until.0),
        server_now_ms: now.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;

    struct Noon;

    #[async_trait]
    impl Clock for Noon {
        fn now(&self) -> Moment {
            Moment(0)
        }

        async fn sleep_until(&self, _: Moment) {}
    }

    fn people() -> People {
        People::new(Arc::new(Noon), Changes::default())
    }

    #[test]
    fn a_call_that_ends_late_doesnt_take_its_people_out_of_the_next() {
        let (people, key) = (people(), (TenantId::new(), UserId::new()));
        let ((first, _ends), (second, mut news)) = (mpsc::channel(4), mpsc::channel(4));
        people.put_into(key, first.clone());
        people.put_into(key, second.clone());
        people.take_out(key, &first);
        let _page = people.arrive(key, SessionId::new()).expect("let in");
        assert!(matches!(news.try_recv(), Ok(RoomMessage::Greet { .. })));
        people.take_out(key, &second);
        let _page = people.arrive(key, SessionId::new()).expect("let in");
        assert!(news.try_recv().is_err());
    }

    #[test]
    fn a_socket_that_loses_a_message_is_stuck() {
        let key = (TenantId::new(), UserId::new());
        let (socket, _queue, _) = people().arrive(key, SessionId::new()).expect("let in");
        let message = ServerMessage::MediaReset;
        for _ in 0..QUEUE {
            socket.send(&message);
        }
        assert!(!socket.is_stuck(), "full, and nothing is lost");
        socket.send(&message);
        assert!(socket.is_stuck());
    }
}
