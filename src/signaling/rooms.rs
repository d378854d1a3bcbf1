//! The rooms that are open on this server, found by their call.

use super::{purses::Purses, room::RoomHandle};
use crate::domain::ids::{CallId, TenantId};
use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// All of them.
#[derive(Default)]
pub(super) struct Rooms {
    open: Mutex<HashMap<CallId, Open>>,
    news: AtomicU64,
    /// What is paid from whose wallet.
    pub purses: Purses,
}

struct Open {
    tenant: TenantId,
    handle: RoomHandle,
    /// Of a leg, its call.
    parent: Option<CallId>,
}

impl Rooms {
    /// Opens a call's room, unless it has one.
    pub fn open<T>(
        &self,
        (tenant, call, parent): (TenantId, CallId, Option<CallId>),
        open: impl FnOnce() -> (RoomHandle, T),
    ) -> Option<(RoomHandle, T)> {
        let mut rooms = self.all();
        if rooms.contains_key(&call) {
            return None;
        }
        let (handle, opened) = open();
        let room = Open {
            tenant,
            handle: handle.clone(),
            parent,
        };
        rooms.insert(call, room);
        Some((handle, opened))
    }

    pub fn close(&self, call: CallId) {
        self.all().remove(&call);
    }

    pub fn has(&self, call: CallId) -> bool {
        self.all().contains_key(&call)
    }

    /// The room of a call of that tenant.
    pub fn of(&self, tenant: TenantId, call: CallId) -> Option<RoomHandle> {
        let rooms = self.all();
        let room = rooms.get(&call).filter(|room| room.tenant == tenant)?;
        Some(room.handle.clone())
    }

    /// The room of a call, whosever it is.
    pub fn any(&self, call: CallId) -> Option<RoomHandle> {
        self.all().get(&call).map(|room| room.handle.clone())
    }

    /// The rooms of a call's legs.
    pub fn legs(&self, parent: CallId) -> Vec<RoomHandle> {
        let rooms = self.all();
        let legs = rooms.values().filter(|room| room.parent == Some(parent));
        legs.map(|room| room.handle.clone()).collect()
    }

    pub fn handles(&self) -> Vec<RoomHandle> {
        self.all().values().map(|room| room.handle.clone()).collect()
    }

    /// Numbers what rooms tell each other: it may arrive in another order.
    pub fn next_news(&self) -> u64 {
        self.news.fetch_add(1, Ordering::Relaxed)
    }

    pub fn count(&self) -> usize {
        self.all().len()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<CallId, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
