//! What is paid from whose wallet on this server at the same time: a call, and those of its legs that the same person pays.

use super::room::RoomMessage;
use crate::domain::{
    call::Draw,
    ids::{CallId, TenantId, UserId},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::mpsc;

type Payer = (TenantId, UserId);

struct Purse {
    call: CallId,
    room: mpsc::Sender<RoomMessage>,
    /// How its meter takes from the wallet, while it does.
    draw: Option<Draw>,
}

/// By payer, the calls that they pay from their wallet.
#[derive(Default)]
pub(super) struct Purses(Mutex<HashMap<Payer, Vec<Purse>>>);

impl Purses {
    /// A call is paid from a wallet from now on, and how its meter takes from it, if it does by now.
    pub fn put(&self, payer: Payer, call: CallId, room: &mpsc::Sender<RoomMessage>, draw: Option<Draw>) {
        let mut purses = self.all();
        let theirs = purses.entry(payer).or_default();
        match theirs.iter_mut().find(|purse| purse.call == call) {
            Some(purse) => purse.draw = draw,
            None => theirs.push(Purse {
                call,
                room: room.clone(),
                draw,
            }),
        }
    }

    /// The call is over.
    pub fn take_out(&self, payer: Payer, call: CallId) {
        let mut purses = self.all();
        if let Some(theirs) = purses.get_mut(&payer) {
            theirs.retain(|purse| purse.call != call);
            if theirs.is_empty() {
                purses.remove(&payer);
            }
        }
    }

    /// How whatever else they pay takes from the wallet.
    pub fn others(&self, payer: Payer, than: CallId) -> Vec<Draw> {
        let draw = |purse: &Purse| (purse.call != than).then(|| purse.draw.clone()).flatten();
        self.all().get(&payer).into_iter().flatten().filter_map(draw).collect()
    }

    /// The rooms of whatever else they pay.
    pub fn rooms(&self, payer: Payer, than: CallId) -> Vec<mpsc::Sender<RoomMessage>> {
        let room = |purse: &Purse| (purse.call != than).then(|| purse.room.clone());
        self.all().get(&payer).into_iter().flatten().filter_map(room).collect()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Payer, Vec<Purse>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
