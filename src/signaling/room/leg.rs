//! A leg's own room: its session, its journal and its meter, without sockets and without media. What it knows of its two it
//! is told by its call's room; both find each other by their calls, in whichever order they were opened.

use super::{
    RoomMessage, deliver,
    legs::{Leg, ender},
    task::Room,
};
use crate::{
    app::legs,
    domain::{
        call::{CallPhase, CallRole, Event},
        guest::GuestRole,
        ids::{CallId, GuestId, UserId},
        time::Moment,
    },
    store::calls::Party,
};
use tallyroom_media_protocol::signaling::CallView;
use tokio::sync::mpsc;

/// Before a leg begins, its third person may be away for this long.
const AWAY_MS: i64 = 60_000;

/// Who is in a call's room, told to its legs.
pub(in crate::signaling) struct Here {
    /// Later news has a higher number.
    pub number: u64,
    pub person: UserId,
    pub here: bool,
    /// The call's own meter has begun.
    pub begun: bool,
}

/// What a leg's room knows of its call.
pub(in crate::signaling) struct Parent {
    pub call: CallId,
    /// The place of its third person, once it was read.
    place: Option<(GuestId, GuestRole)>,
    /// Who is there, buyer and seller.
    here: [bool; 2],
    /// The numbers of the last news of each.
    heard: [Option<u64>; 2],
    /// Its meter has begun: until then nobody pays, neither there nor here.
    begun: bool,
    /// When the third person was last there, or waited to be let in.
    third_seen: Moment,
    /// What the payer lacks for it to start.
    pub needed_minor: Option<i64>,
    /// What was told last, and to which room.
    told: Option<(Option<i64>, mpsc::Sender<RoomMessage>)>,
}

impl Parent {
    pub fn of(call: CallId, now: Moment) -> Self {
        Self {
            call,
            place: None,
            here: [false; 2],
            heard: [None; 2],
            begun: false,
            third_seen: now,
            needed_minor: None,
            told: None,
        }
    }
}

impl Room {
    /// Somebody is in the call's room, or isn't any more.
    pub(super) async fn here(&mut self, news: Here) {
        let (Some(role), Some(parent)) = (self.role_of(news.person), &mut self.parent) else {
            return;
        };
        parent.begun |= news.begun;
        let heard = &mut parent.heard[role as usize];
        if heard.is_some_and(|number| number > news.number) {
            return;
        }
        *heard = Some(news.number);
        let here = news.here;
        parent.here[role as usize] = here;
        let epoch = self.session.newest_epoch(role);
        if here {
            // A new connection, or the first one.
            let _ = self.apply(Event::Join { role, epoch: epoch + 1 }).await;
        } else {
            let _ = self.apply(Event::Leave { role, epoch }).await;
        }
    }

    /// What the call's room can't know, and what follows from both being there: they agreed to the price before, one by
    /// saying yes to it and the other by coming for it, so that nobody presses anything.
    pub(super) async fn follow_parent(&mut self) {
        let Some(parent) = &self.parent else { return };
        let (call, here) = (parent.call, parent.here);
        if parent.place.is_none()
            && let Ok(place) = legs::place(&self.world.app, &self.scope, self.call.id).await
            && let Some(parent) = &mut self.parent
        {
            parent.place = Some((place.id, place.role));
            if place.ended {
                // Taken back while this room wasn't open.
                self.leg_over(None).await;
            }
        }
        for role in [CallRole::Buyer, CallRole::Seller] {
            if here[role as usize] && !self.session.is_present(role) {
                let epoch = self.session.newest_epoch(role) + 1;
                let _ = self.apply(Event::Join { role, epoch }).await;
            }
        }
        if here == [true, true] {
            self.press().await;
        }
        self.give_up().await;
        if self.parent_room().is_none() {
            self.look_for_parent(call).await;
        }
        let phase = self.session.phase(self.now()).0;
        if let Some(parent) = &mut self.parent
            && matches!(phase, CallPhase::Live | CallPhase::Suspended)
        {
            parent.needed_minor = None;
        }
    }

    async fn press(&mut self) {
        let waits = |parent: &Parent| !parent.begun || parent.needed_minor.is_some();
        if self.parent.as_ref().is_some_and(waits) || self.session.phase(self.now()).0 != CallPhase::PreCheck {
            return;
        }
        for role in [CallRole::Seller, CallRole::Buyer] {
            if !self.session.has_pressed(role) {
                let epoch = self.session.newest_epoch(role);
                let _ = self.apply(Event::Connect { role, epoch }).await;
            }
        }
    }

    pub(super) fn third_seen(&mut self) {
        let now = self.now();
        if let Some(parent) = &mut self.parent {
            parent.third_seen = now;
        }
    }

    /// What can't begin ends: it neither keeps the money that it holds already, nor who is away, occupied.
    async fn give_up(&mut self) {
        let phase = self.session.phase(self.now()).0;
        let Some(parent) = &self.parent else { return };
        let third = self.call.third().unwrap_or(CallRole::Seller);
        if phase != CallPhase::PreCheck || parent.here[third as usize] {
            self.third_seen();
        }
        let Some(parent) = &self.parent else { return };
        let is_away = self.now() - parent.third_seen > AWAY_MS;
        let is_short = parent.needed_minor.is_some() && self.session.holds_blocks();
        if phase == CallPhase::PreCheck && (is_away || is_short) {
            self.leg_over(None).await;
        }
    }

    fn parent_room(&self) -> Option<mpsc::Sender<RoomMessage>> {
        let parent = self.parent.as_ref()?;
        let room = self.world.rooms.of(self.scope.tenant(), parent.call)?.0;
        (!room.is_closed()).then_some(room)
    }

    /// The call's room isn't there: it will be soon, or the call has ended, and nobody told.
    async fn look_for_parent(&mut self, call: CallId) {
        match legs::parent_ended(&self.world.app, &self.scope, call).await {
            Ok(Some((parent, ended))) => {
                let by = ender(ended.reason).map(|role| parent.party(role).id);
                self.leg_over(by).await;
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, leg = %self.call.id, "a leg's call can't be looked for"),
        }
    }

    /// The call is over, or the third person is out.
    pub(super) async fn leg_over(&mut self, by: Option<UserId>) {
        let by = by.and_then(|person| self.role_of(person));
        let _ = self.apply(Event::Over { by }).await;
    }

    /// Tells the call's room how the leg stands, if something changed, it is time to say it again, or that room is new.
    pub(super) fn tell_parent(&mut self, view: CallView, is_told: bool) {
        let Some(room) = self.parent_room() else { return };
        let (id, third) = (self.call.id, self.call.third().unwrap_or(CallRole::Seller));
        let (buyer, seller): (Party, Party) = (self.call.buyer.clone(), self.call.seller.clone());
        let (number, own) = (self.world.rooms.next_news(), self.mailbox.clone());
        let Some(parent) = &mut self.parent else { return };
        let Some((place, role)) = parent.place else { return };
        let needed_minor = parent.needed_minor;
        let known = parent
            .told
            .as_ref()
            .is_some_and(|(needed, to)| *needed == needed_minor && to.same_channel(&room));
        if known && is_told {
            return;
        }
        parent.told = Some((needed_minor, room.clone()));
        let leg = Leg {
            number,
            id,
            place,
            role,
            third,
            buyer,
            seller,
            needed_minor,
            view,
            room: own,
        };
        deliver(&room, RoomMessage::Leg(Box::new(leg)));
    }

    /// Tells the call's room that time runs short in the leg.
    pub(super) fn warn_parent(&self, minutes_left: u32) {
        if let Some(room) = self.parent_room() {
            let leg = self.call.id;
            deliver(&room, RoomMessage::LegWarned { leg, minutes_left });
        }
    }
}
