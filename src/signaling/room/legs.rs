//! A call's legs, as its room sees them: third persons who pay or are paid. Each has a room without media of its own (see
//! `leg`), which this one tells who is there and what flows, and which tells this one how it stands.

use super::{Chair, RoomMessage, deliver, leg::Here, task::Room};
use crate::{
    app::legs::Offered,
    domain::{
        call::{CallPhase, CallRole, EndReason, Evidence},
        guest::GuestRole,
        ids::{CallId, GuestId, ServiceId, UserId},
    },
    error::{Error, Result},
    store::calls::Party,
};
use tallyroom_media_protocol::{
    Request,
    signaling::{CallView, LegView, ProposedLeg, ServerMessage, SuspendReason},
};
use tokio::sync::mpsc;

/// How a leg stands, told by its room.
#[derive(Clone)]
pub(in crate::signaling) struct Leg {
    /// Later news has a higher number.
    pub number: u64,
    pub id: CallId,
    /// The place of its third person.
    pub place: GuestId,
    pub role: GuestRole,
    pub third: CallRole,
    pub buyer: Party,
    pub seller: Party,
    /// What the payer lacks for it to start.
    pub needed_minor: Option<i64>,
    /// As its payer sees it.
    pub view: CallView,
    pub room: mpsc::Sender<RoomMessage>,
}

impl Leg {
    fn party(&self, role: CallRole) -> &Party {
        match role {
            CallRole::Buyer => &self.buyer,
            CallRole::Seller => &self.seller,
        }
    }

    fn third_person(&self) -> &Party {
        self.party(self.third)
    }

    /// Whether its third person is to be held back: whoever hasn't begun to pay, or be paid, or has no credit left. A lost
    /// connection holds nobody back.
    fn is_held(&self) -> bool {
        match self.view.phase {
            CallPhase::Live => false,
            CallPhase::Suspended => self.view.suspended == Some(SuspendReason::Credit),
            _ => true,
        }
    }

    fn has(&self, person: UserId) -> bool {
        [self.buyer.id, self.seller.id].contains(&person)
    }

    /// As one of its two sees it.
    fn view_for(&self, person: UserId) -> LegView {
        let third = self.third_person();
        LegView {
            id: self.id.uuid(),
            person: third.id.uuid(),
            name: third.name.clone(),
            role: self.role.into(),
            guest: self.place.uuid(),
            you_pay: person == self.buyer.id,
            phase: self.view.phase,
            suspended: self.view.suspended,
            ended: self.view.ended,
            until_ms: self.view.until_ms,
            currency: self.view.currency.clone(),
            rate_minor: self.view.rate_minor,
            charged_minor: self.view.charged_minor,
            remaining_ms: self.view.remaining_ms,
            running: self.view.running,
            needed_minor: self.needed_minor,
            server_now_ms: self.view.server_now_ms,
        }
    }
}

/// Whom the seller would bring in.
pub(in crate::signaling) struct Proposal {
    pub service: ServiceId,
    pub role: GuestRole,
    pub offered: Offered,
}

impl Room {
    /// A leg's room tells how it stands.
    pub(super) async fn leg_changed(&mut self, leg: Leg) {
        let later = |known: &Leg| known.id == leg.id && known.number > leg.number;
        if self.legs.iter().any(later) || self.past_legs.contains(&leg.id) {
            return;
        }
        let at = self.legs.iter().position(|known| known.id == leg.id);
        let before = at.map(|at| self.legs.swap_remove(at));
        let new = before
            .as_ref()
            .is_none_or(|before| !before.room.same_channel(&leg.room));
        let held = before.as_ref().map(Leg::is_held);
        for person in [leg.buyer.id, leg.seller.id] {
            let told = Box::new(leg.view_for(person));
            self.tell_person(person, &ServerMessage::Leg { leg: told });
            if new {
                self.tell_leg_who(&leg, person);
            }
        }
        if leg.view.phase == CallPhase::Ended {
            self.past_legs.insert(leg.id);
            self.show_out(leg.place).await;
            return;
        }
        let third = leg.third_person().id;
        let hold = held != Some(leg.is_held());
        self.legs.push(leg);
        if hold {
            self.hold_guest(third);
        }
    }

    pub(super) fn leg_warned(&self, leg: CallId, minutes_left: u32) {
        let Some(known) = self.legs.iter().find(|known| known.id == leg) else {
            return;
        };
        let leg = leg.uuid();
        for person in [known.buyer.id, known.seller.id] {
            self.tell_person(person, &ServerMessage::LegWarning { leg, minutes_left });
        }
    }

    fn tell_person(&self, person: UserId, message: &ServerMessage) {
        if let Some(seat) = self.seat(self.chair(person)) {
            seat.tell(message);
        }
    }

    fn is_here(&self, person: UserId) -> bool {
        self.seat(self.chair(person)).is_some_and(|seat| seat.socket.is_some())
    }

    /// The legs of somebody's, as they see them.
    pub(super) fn leg_views(&self, chair: Chair) -> Vec<LegView> {
        let person = self.person_on(chair);
        let theirs = self.legs.iter().filter(|leg| leg.has(person));
        theirs.map(|leg| leg.view_for(person)).collect()
    }

    /// Somebody came, or is gone: their legs hear of it.
    pub(super) fn tell_legs_who(&self, chair: Chair) {
        let person = self.person_on(chair);
        for leg in self.legs.iter().filter(|leg| leg.has(person)) {
            self.tell_leg_who(leg, person);
        }
    }

    fn tell_leg_who(&self, leg: &Leg, person: UserId) {
        let here = Here {
            number: self.world.rooms.next_news(),
            person,
            here: self.is_here(person),
            begun: self.begun,
        };
        deliver(&leg.room, RoomMessage::Here(here));
    }

    /// Whoever waits to be let in isn't away.
    pub(super) fn tell_leg_waits(&self, person: UserId) {
        let theirs = self.legs.iter().filter(|leg| leg.third_person().id == person);
        theirs.for_each(|leg| deliver(&leg.room, RoomMessage::Waits));
    }

    /// The call's meter has begun: from now on its legs may.
    pub(super) fn begin_legs(&mut self) {
        let is_on = matches!(self.session.phase(self.now()).0, CallPhase::Live | CallPhase::Suspended);
        if !is_on || std::mem::replace(&mut self.begun, true) {
            return;
        }
        for leg in &self.legs {
            for person in [leg.buyer.id, leg.seller.id] {
                self.tell_leg_who(leg, person);
            }
        }
        for guest in self.guests.iter().filter(|guest| guest.place.leg.is_some()) {
            self.hold_guest(guest.person);
        }
    }

    /// What flowed, as each leg is concerned. Before the call's own meter has begun nobody pays, and while its media is held
    /// back nobody sends to anybody.
    pub(super) fn tell_legs_what(&self, seen: impl Fn(Chair, Chair) -> Evidence) {
        for leg in &self.legs {
            let mut evidence = seen(self.chair(leg.buyer.id), self.chair(leg.seller.id));
            if self.held_back || !self.begun {
                evidence.seller_sent = None;
            }
            if evidence != Evidence::default() {
                // Reports come again.
                let _ = leg.room.try_send(RoomMessage::LegFlow(evidence));
            }
        }
    }

    /// Whether somebody's own leg holds them back, also while its room hasn't said how it stands. Nobody is held back in the
    /// check, which is free for all.
    pub(super) fn is_guest_held(&self, person: UserId) -> bool {
        let theirs = self.legs.iter().find(|leg| leg.third_person().id == person);
        let has_leg = || self.guest(person).is_some_and(|guest| guest.place.leg.is_some());
        self.begun && theirs.map_or_else(has_leg, Leg::is_held)
    }

    /// Has the node hold a third person back, or let them through.
    pub(super) fn hold_guest(&self, person: UserId) {
        let (held, room) = (self.is_guest_held(person), self.call.id.uuid());
        if let Some(peer) = self.seat(Chair::Guest(person)).and_then(|seat| seat.peer) {
            self.order(Request::HoldPeer { room, peer, held });
        }
    }

    /// A third person leaves by themselves: theirs ends.
    pub(super) fn end_leg_of(&self, person: UserId) {
        let theirs = self.legs.iter().filter(|leg| leg.third_person().id == person);
        for leg in theirs {
            deliver(&leg.room, RoomMessage::LegOver { by: Some(person) });
        }
    }

    /// The call ends, and its legs with it.
    pub(super) fn end_legs(&mut self) {
        let Some(reason) = self.session.end_reason() else {
            return;
        };
        if std::mem::replace(&mut self.legs_ended, true) {
            return;
        }
        let by = ender(reason).map(|role| self.person(role).id);
        for leg in self.world.rooms.legs(self.call.id) {
            deliver(&leg.0, RoomMessage::LegOver { by });
        }
    }

    /// The seller would bring somebody in: the buyer is asked. Nothing follows from that but their question.
    ///
    /// # Errors
    /// It isn't the seller.
    pub(super) fn propose(&mut self, person: UserId, proposal: Option<Proposal>) -> Result<()> {
        let role = self.role_of(person).ok_or_else(Error::not_found)?;
        match (role, proposal) {
            (CallRole::Seller, Some(Proposal { service, role, offered })) => {
                self.proposed = Some(ProposedLeg {
                    service: service.uuid(),
                    name: offered.name,
                    service_title: offered.offer.service.title,
                    role: role.into(),
                    languages: offered.languages,
                    rate_minor: offered.offer.service.rate_minor,
                    increment_s: offered.offer.policy.increment.seconds(),
                    minimum_s: offered.offer.policy.minimum_s,
                    opening_minor: offered.offer.opening_minor,
                    currency: offered.currency.code().to_owned(),
                    asked_by: self.call.seller.name.clone(),
                });
            }
            (CallRole::Buyer, Some(_)) => return Err(Error::forbidden("You can bring somebody in yourself.")),
            (_, None) => {
                let declined = self.proposed.take().filter(|_| role == CallRole::Buyer);
                if let Some(ProposedLeg { name, .. }) = declined {
                    self.seller.tell(&ServerMessage::LegDeclined { name });
                }
            }
        }
        self.tell_proposed();
        Ok(())
    }

    /// The buyer has brought that one in.
    pub(super) fn brought_in(&mut self, service: ServiceId) {
        if self
            .proposed
            .as_ref()
            .is_some_and(|asked| asked.service == service.uuid())
        {
            self.proposed = None;
            self.tell_proposed();
        }
    }

    fn tell_proposed(&self) {
        let proposed = self.proposed.clone().map(Box::new);
        self.buyer.tell(&ServerMessage::LegProposed { proposed });
    }
}

/// Whose doing the end of a call was.
pub(super) fn ender(reason: EndReason) -> Option<CallRole> {
    match reason {
        EndReason::BuyerEnded | EndReason::BuyerLost | EndReason::OutOfCredit => Some(CallRole::Buyer),
        EndReason::SellerEnded | EndReason::SellerLost => Some(CallRole::Seller),
        EndReason::Rejected
        | EndReason::Missed
        | EndReason::Busy
        | EndReason::Cancelled
        | EndReason::BothLost
        | EndReason::StaffEnded
        | EndReason::CallOver => None,
    }
}

/// Only the buyer is asked.
pub(super) fn proposed_to(chair: Chair, proposed: Option<&ProposedLeg>) -> Option<ProposedLeg> {
    proposed.filter(|_| chair == Chair::Side(CallRole::Buyer)).cloned()
}
