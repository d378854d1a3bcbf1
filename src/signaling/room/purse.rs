//! One wallet for a call and its legs: each room tells the others of the same payer what it takes, so that all of them know
//! how long the money lasts.

use super::{RoomMessage, deliver, task::Room, view::Told};
use crate::domain::{
    call::{CallPhase, Draw, Event},
    ids::{TenantId, UserId},
};

/// What a room told of its meter.
#[derive(Default)]
pub(super) struct Shared {
    draw: Option<Draw>,
    /// The ledger's answer changed what is left, and nobody was told yet.
    pub spent: bool,
}

impl Room {
    fn payer(&self) -> (TenantId, UserId) {
        (self.scope.tenant(), self.call.buyer.id)
    }

    fn is_paid_from_wallet(&self) -> bool {
        self.call.booking.is_none() && !self.call.terms.free
    }

    /// From now on this room hears of its payer's wallet.
    pub(super) fn open_purse(&self) {
        if self.is_paid_from_wallet() {
            let purses = &self.world.rooms.purses;
            purses.put(self.payer(), self.call.id, &self.mailbox, None);
        }
    }

    /// What is paid from the wallet already. A call that is taken up again is told its wallet by whoever takes it up: before
    /// it has recovered, any news would find everybody gone for as long as no server was there.
    pub(super) async fn hear_purse(&mut self) {
        let purses = &self.world.rooms.purses;
        if self.is_paid_from_wallet() && !purses.others(self.payer(), self.call.id).is_empty() {
            self.credit(self.session.available_minor()).await;
        }
    }

    /// Tells whatever else the payer pays, if this meter takes from the wallet otherwise than it was told.
    pub(super) fn share_purse(&mut self) {
        if !self.is_paid_from_wallet() {
            return;
        }
        let draw = self.session.draw(self.now());
        let spent = std::mem::take(&mut self.shared.spent);
        if draw == self.shared.draw && !spent {
            return;
        }
        self.shared.draw.clone_from(&draw);
        let purses = &self.world.rooms.purses;
        purses.put(self.payer(), self.call.id, &self.mailbox, draw);
        self.tell_purses(self.call.buyer.id, spent.then(|| self.session.available_minor()));
    }

    fn tell_purses(&self, payer: UserId, available_minor: Option<i64>) {
        let payer = (self.scope.tenant(), payer);
        for room in self.world.rooms.purses.rooms(payer, self.call.id) {
            deliver(&room, RoomMessage::Purse { available_minor });
        }
    }

    /// Somebody's wallet changed from outside.
    pub(super) async fn wallet(&mut self, payer: UserId, available_minor: i64) {
        self.tell_purses(payer, Some(available_minor));
        if payer == self.call.buyer.id && self.is_paid_from_wallet() {
            self.purse(Some(available_minor)).await;
        }
    }

    /// The payer's wallet changed, or what else is paid from it does otherwise.
    pub(super) async fn purse(&mut self, available_minor: Option<i64>) {
        let waits = self.session.phase(self.now()).0 == CallPhase::PreCheck;
        if let Some(parent) = self.parent.as_mut().filter(|_| waits && available_minor.is_some()) {
            // It may suffice by now. Once it has been given up, what it lacked stays said.
            parent.needed_minor = None;
        }
        self.credit(available_minor.unwrap_or(self.session.available_minor()))
            .await;
    }

    /// So much can be spent on this call, whatever it is paid from.
    pub(super) async fn credit(&mut self, available_minor: i64) {
        let others = if self.is_paid_from_wallet() {
            self.world.rooms.purses.others(self.payer(), self.call.id)
        } else {
            Vec::new()
        };
        let news = Event::WalletChanged {
            available_minor,
            others,
        };
        let _ = self.apply(news).await;
        // How much time is left is said at once.
        self.told = Told::default();
    }
}
