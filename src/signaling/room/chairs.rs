//! Who is on which place, and telling them.

use super::{Chair, seat::Seat, task::Room};
use crate::{
    domain::{call::CallRole, ids::UserId},
    store::calls::Party,
};
use tallyroom_media_protocol::{PeerId, signaling::ServerMessage};

impl Room {
    pub(super) fn role_of(&self, person: UserId) -> Option<CallRole> {
        [CallRole::Buyer, CallRole::Seller]
            .into_iter()
            .find(|role| self.person(*role).id == person)
    }

    pub(super) fn person(&self, role: CallRole) -> &Party {
        self.call.party(role)
    }

    pub(super) fn side(&self, role: CallRole) -> &Seat {
        match role {
            CallRole::Buyer => &self.buyer,
            CallRole::Seller => &self.seller,
        }
    }

    /// Tells the person's seat, or, before they joined, all of their pages.
    pub(super) fn tell(&self, role: CallRole, message: &ServerMessage) {
        match &self.side(role).socket {
            Some(socket) => socket.send(message),
            None => self
                .world
                .people
                .tell((self.scope.tenant(), self.person(role).id), message),
        }
    }

    /// Tells the two whom the call is between.
    pub(super) fn tell_both(&self, message: &ServerMessage) {
        self.buyer.tell(message);
        self.seller.tell(message);
    }

    pub(super) fn chair(&self, person: UserId) -> Chair {
        self.role_of(person).map_or(Chair::Guest(person), Chair::Side)
    }

    pub(super) fn person_on(&self, chair: Chair) -> UserId {
        match chair {
            Chair::Side(role) => self.person(role).id,
            Chair::Guest(person) => person,
        }
    }

    pub(super) fn chairs(&self) -> Vec<Chair> {
        let sides = [Chair::Side(CallRole::Buyer), Chair::Side(CallRole::Seller)];
        let guests = self.guests.iter().map(|guest| Chair::Guest(guest.person));
        sides.into_iter().chain(guests).collect()
    }

    pub(super) fn chair_of(&self, peer: PeerId) -> Option<Chair> {
        let sits = |chair: &Chair| self.seat(*chair).is_some_and(|seat| seat.peer == Some(peer));
        self.chairs().into_iter().find(sits)
    }

    pub(super) fn seat(&self, chair: Chair) -> Option<&Seat> {
        match chair {
            Chair::Side(role) => Some(self.side(role)),
            Chair::Guest(person) => self.guest(person).map(|guest| &guest.seat),
        }
    }

    pub(super) fn seat_mut(&mut self, chair: Chair) -> Option<&mut Seat> {
        match chair {
            Chair::Side(CallRole::Buyer) => Some(&mut self.buyer),
            Chair::Side(CallRole::Seller) => Some(&mut self.seller),
            Chair::Guest(person) => {
                let guest = self.guests.iter_mut().find(|guest| guest.person == person);
                guest.map(|guest| &mut guest.seat)
            }
        }
    }

    pub(super) fn tell_all(&self, message: &ServerMessage) {
        self.tell_both(message);
        self.tell_guests(message);
    }

    pub(super) fn tell_guests(&self, message: &ServerMessage) {
        self.guests.iter().for_each(|guest| guest.seat.tell(message));
    }

    pub(super) fn tell_others(&self, chair: Chair, message: &ServerMessage) {
        let others = self.chairs().into_iter().filter(|other| *other != chair);
        others
            .filter_map(|other| self.seat(other))
            .for_each(|seat| seat.tell(message));
    }
}
