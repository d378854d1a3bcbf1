//! All rooms of this server.

use super::{
    books::Books,
    checks::Checks,
    people::People,
    room::{RETRY, RoomHandle, RoomMessage, World, deliver, over},
    rooms::Rooms,
};
use crate::{
    app::{
        App,
        ports::{MediaEvent, MediaNodes},
        recordings,
    },
    domain::{
        call::{Session, replay},
        ids::CallId,
        time::Moment,
    },
    error::{Kind, Result},
    store::{TenantScope, TenantTx, call_events, calls::Call, extensions, ledger},
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tallyroom_media_protocol::{PeerFlow, RecordedPart, Request};
use tokio::{runtime::Handle, sync::mpsc};
use uuid::Uuid;

/// How often calls without a room are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// How old such a call must be: a younger one's room may be about to open.
const STRAY_MS: i64 = 30_000;

/// Finds rooms by their call; opens and closes them.
pub struct Registry {
    world: World,
    checks: Arc<Checks>,
    /// Rooms outlive the web worker that opened them.
    runtime: Handle,
}

impl Registry {
    /// Without rooms; must be called on the runtime that rooms are to run on. Reports of media nodes come in by `events`.
    pub fn start(
        app: App,
        people: Arc<People>,
        media: Arc<dyn MediaNodes>,
        events: mpsc::Receiver<MediaEvent>,
    ) -> Arc<Self> {
        let books = Books::open(app.clone());
        let world = World {
            app,
            media,
            books,
            people,
            rooms: Arc::default(),
        };
        let checks = Checks::new(world.app.clone(), world.media.clone());
        let registry = Arc::new(Self {
            world,
            checks,
            runtime: Handle::current(),
        });
        tokio::spawn(registry.clone().dispatch(events));
        registry
    }

    /// A call begins to ring.
    pub fn ring(self: &Arc<Self>, scope: TenantScope, call: Call) {
        let session = Session::ring(call.rang_at, call.terms.clone(), call.opening_minor);
        self.open(scope, call, session, None);
    }

    /// Takes up the calls that began to ring before a moment, haven't ended, and have no room: those of a server before
    /// this one, of a room that failed, of a request that was cut off after its call was stored. Gives how many.
    ///
    /// # Errors
    /// The database is away.
    pub async fn recover(self: &Arc<Self>, before: Moment) -> Result<usize> {
        let mut unfinished = self.world.app.db.unfinished_calls(before).await?;
        unfinished.retain(|(_, call)| !self.rooms().has(call.id));
        let mut count = 0;
        for (scope, call) in unfinished {
            let id = call.id;
            match self.take_up(scope, call).await {
                Ok(()) => count += 1,
                Err(error) if error.kind == Kind::Unavailable => return Err(error),
                // The others are taken up all the same; this one will be tried again.
                Err(error) => tracing::error!(%error, call = %id, "a call can't be taken up"),
            }
        }
        Ok(count)
    }

    async fn take_up(self: &Arc<Self>, scope: TenantScope, call: Call) -> Result<()> {
        let (id, payer, currency, order) = (call.id, call.payer(), call.currency, call.booking);
        let read = move |tx: &mut TenantTx<'_>| {
            let balance = ledger::balance(tx, payer, currency)?;
            let apart = match order {
                Some(order) => extensions::priced_apart(tx, order)?,
                None => Vec::new(),
            };
            Ok((call_events::events(tx, id)?, apart, balance.available().minor))
        };
        let (entries, apart, available_minor) = self.world.app.db.read(&scope, read).await?;
        let session = replay(call.rang_at, call.terms.clone(), call.opening_minor, &entries);
        tracing::info!(call = %id, events = entries.len(), "call taken up again");
        self.open(scope, call, session, Some(entries.len()));
        // Time and credit that were added while nobody listened.
        for stretch in apart {
            self.tell(id.uuid(), RoomMessage::Priced(stretch));
        }
        self.tell(id.uuid(), RoomMessage::Credit { available_minor });
        Ok(())
    }

    /// Looks after calls without a room for as long as the server runs.
    pub async fn look_after(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            match self.recover(self.world.app.now() + -STRAY_MS).await {
                Ok(0) => {}
                Ok(calls) => tracing::warn!(calls, "calls without a room taken up"),
                Err(error) => tracing::warn!(%error, "calls without a room can't be looked for"),
            }
        }
    }

    fn open(self: &Arc<Self>, scope: TenantScope, call: Call, session: Session, stored: Option<usize>) {
        let _on = self.runtime.enter();
        let (id, tenant) = (call.id, scope.tenant());
        let (people, payer, parent) = (call.occupied(), (tenant, call.buyer.id), call.parent);
        let open = || RoomHandle::open(self.world.clone(), scope, call, session, stored);
        let Some((RoomHandle(mailbox), task)) = self.rooms().open((tenant, id, parent), open) else {
            return;
        };
        for person in &people {
            self.world.people.put_into((tenant, *person), mailbox.clone());
        }
        let registry = self.clone();
        tokio::spawn(async move {
            if let Err(error) = task.await {
                tracing::error!(call = %id, %error, "a room failed");
            }
            registry.rooms().close(id);
            registry.rooms().purses.take_out(payer, id);
            for person in people {
                registry.world.people.take_out((tenant, person), &mailbox);
            }
        });
    }

    /// The room of a call of that tenant, while the call lasts.
    pub fn room(&self, scope: &TenantScope, call: CallId) -> Option<RoomHandle> {
        self.rooms().of(scope.tenant(), call)
    }

    /// Ends a call for the people who run the place, whatever it is doing, and tells both why. The bill is settled as of
    /// this moment. A call without a room is taken up first.
    ///
    /// # Errors
    /// It is over, or the database is away.
    pub async fn stop(self: &Arc<Self>, scope: &TenantScope, call: CallId, because: String) -> Result<()> {
        if self.room(scope, call).is_none() {
            let mut unfinished = self.world.app.db.unfinished_calls(self.world.app.now()).await?;
            unfinished.retain(|(_, each)| each.id == call);
            if let Some((scope, stray)) = unfinished.pop() {
                self.take_up(scope, stray).await?;
            }
        }
        let room = self.room(scope, call).ok_or_else(over)?;
        room.stop(because).await
    }

    /// How many rooms are open.
    pub fn count(&self) -> usize {
        self.rooms().count()
    }

    /// Everybody with an open page.
    pub fn people(&self) -> &Arc<People> {
        &self.world.people
    }

    /// The rooms of device checks.
    pub(super) fn checks(&self) -> &Arc<Checks> {
        &self.checks
    }

    async fn dispatch(self: Arc<Self>, mut events: mpsc::Receiver<MediaEvent>) {
        while let Some(event) = events.recv().await {
            match event {
                MediaEvent::Flow { node, peers } => self.flow(node, peers),
                MediaEvent::NodeGone { node } => {
                    for room in self.rooms().handles() {
                        let _ = room.0.send(RoomMessage::NodeGone { node }).await;
                    }
                }
                MediaEvent::Receiving {
                    room,
                    peer,
                    producer,
                    reception,
                } => {
                    let message = RoomMessage::Receiving {
                        peer,
                        producer,
                        reception,
                    };
                    self.tell(room, message);
                }
                // The call may be over by now: what was written is known whether its room is there or not.
                MediaEvent::Recorded { part, .. } => self.recorded(part),
                MediaEvent::RecordingFailed {
                    room,
                    recording: take,
                    problem,
                } => {
                    self.deliver(room, RoomMessage::RecordingFailed { take, problem });
                }
                MediaEvent::ProducerClosed { room, producer, .. } => {
                    self.tell(room, RoomMessage::ProducerClosed { producer });
                }
            }
        }
    }

    fn flow(&self, node: Uuid, peers: Vec<PeerFlow>) {
        let mut by_room: HashMap<Uuid, Vec<PeerFlow>> = HashMap::new();
        for peer in peers {
            by_room.entry(peer.room).or_default().push(peer);
        }
        for (room, peers) in by_room {
            if !self.checks.carries(room) && !self.tell(room, RoomMessage::Flow(peers)) {
                self.close_stray(node, room);
            }
        }
    }

    /// False if there is no such room. A full mailbox loses the message: reports come again.
    fn tell(&self, room: Uuid, message: RoomMessage) -> bool {
        let handle = self.rooms().any(CallId::from_uuid(room));
        handle.is_some_and(|handle| {
            let _ = handle.0.try_send(message);
            true
        })
    }

    /// The same for what doesn't come again.
    fn deliver(&self, room: Uuid, message: RoomMessage) {
        if let Some(handle) = self.rooms().any(CallId::from_uuid(room)) {
            deliver(&handle.0, message);
        }
    }

    fn recorded(&self, part: RecordedPart) {
        let app = self.world.app.clone();
        tokio::spawn(async move {
            // Composing waits for it for a while, and then takes what is there.
            while let Err(error) = recordings::written(&app, part.clone()).await {
                tracing::warn!(%error, "a recorded file can't be written down; trying again");
                tokio::time::sleep(RETRY).await;
            }
        });
    }

    /// A node carries a room that nobody here knows: it was another server's, or its call has ended.
    fn close_stray(&self, node: Uuid, room: Uuid) {
        let media = self.world.media.clone();
        tokio::spawn(async move { media.request(node, Request::CloseRoom { room }).await });
    }

    fn rooms(&self) -> &Rooms {
        &self.world.rooms
    }
}
