//! Third persons in the room: who may come in, on which language's channel an interpreter speaks, showing them out.

use super::{Chair, seat::Seat, task::Room};
use crate::{
    app::guests,
    domain::{
        call::{CallRole, Epoch},
        ids::{GuestId, UserId},
    },
    error::{Error, Result},
    store::call_guests::Guest as Place,
};
use tallyroom_media_protocol::signaling::{PersonView, ServerMessage};

/// Somebody who was asked in.
pub(super) struct Guest {
    /// What for; of somebody who has come.
    pub place: Place,
    pub person: UserId,
    pub name: String,
    pub seat: Seat,
    /// On which language's channel they speak.
    pub speaks: Option<String>,
}

impl Guest {
    fn of(place: Place, epoch: Epoch) -> Option<Self> {
        let person = place.person.clone()?;
        Some(Self {
            place,
            person: person.id,
            name: person.name,
            seat: Seat {
                epoch,
                ..Seat::default()
            },
            speaks: None,
        })
    }
}

impl Room {
    pub(super) fn guest(&self, person: UserId) -> Option<&Guest> {
        self.guests.iter().find(|guest| guest.person == person)
    }

    pub(super) fn tell_guests_views(&self) {
        for guest in &self.guests {
            let call = Box::new(self.guest_view(guest));
            guest.seat.tell(&ServerMessage::Call { call });
        }
    }

    /// Everybody in the room and whoever waits to be let in.
    pub(super) fn people(&self) -> Vec<PersonView> {
        let sides = [CallRole::Buyer, CallRole::Seller].into_iter();
        let sides = sides.filter(|role| !self.is_barred(Chair::Side(*role)));
        let sides = sides.map(|role| PersonView {
            id: self.person(role).id.uuid(),
            role: self.call.room_role(role),
            name: self.person(role).name.clone(),
            peer: self.side(role).peer,
            guest: None,
            asked_by: None,
            waiting: false,
            languages: Vec::new(),
            speaks: None,
        });
        let guests = self.guests.iter().map(|guest| PersonView {
            id: guest.person.uuid(),
            role: guest.place.role.into(),
            name: guest.name.clone(),
            peer: guest.seat.peer,
            guest: Some(guest.place.id.uuid()),
            asked_by: Some(guest.place.invited_by.uuid()),
            waiting: !guest.place.admitted,
            languages: guest.place.languages.clone(),
            speaks: guest.speaks.clone(),
        });
        sides.chain(guests).collect()
    }

    pub(super) fn tell_who(&self) {
        self.tell_all(&ServerMessage::People { people: self.people() });
    }

    /// Reads what somebody was asked in for; says whether they may be in the room.
    ///
    /// # Errors
    /// They weren't asked.
    pub(super) async fn know_guest(&mut self, person: UserId) -> Result<bool> {
        let place = guests::one(&self.world.app, &self.scope, self.call.id, person).await?;
        let admitted = place.admitted;
        match self.guests.iter_mut().find(|guest| guest.person == person) {
            Some(known) => known.place = place,
            // Their connections of an earlier time here stay older than the next.
            None => self.guests.extend(Guest::of(place, self.guest_epochs)),
        }
        Ok(admitted)
    }

    /// Takes a place in the room for somebody who came by a link.
    ///
    /// # Errors
    /// They weren't asked, or the buyer hasn't let them in yet; the buyer then hears that they wait.
    pub(super) async fn sit_guest(&mut self, person: UserId) -> Result<Epoch> {
        if !self.know_guest(person).await? {
            self.tell_who();
            self.tell_leg_waits(person);
            let words = format!(
                "{} has to let you in. This page goes on by itself.",
                self.call.admits().name
            );
            return Err(Error::conflict("not_admitted", words));
        }
        let seat = self.seat(Chair::Guest(person)).ok_or_else(Error::not_found)?;
        Ok(seat.epoch + 1)
    }

    /// Reads again who is asked in; whoever has been let in tries by themselves.
    pub(super) async fn look_at_guests(&mut self) {
        for guest in &mut self.guests {
            if let Ok(place) = guests::one(&self.world.app, &self.scope, self.call.id, guest.person).await {
                guest.place = place;
            }
        }
        self.tell_who();
    }

    pub(super) async fn show_out(&mut self, id: GuestId) {
        let Some(at) = self.guests.iter().position(|guest| guest.place.id == id) else {
            return;
        };
        let guest = self.guests.remove(at);
        guest.seat.tell(&ServerMessage::ShownOut);
        self.is_out(guest).await;
    }

    /// Somebody whose place is over isn't in the room any more.
    pub(super) async fn is_out(&mut self, guest: Guest) {
        self.guest_epochs = self.guest_epochs.max(guest.seat.epoch);
        for producer in guest.seat.producers.keys() {
            let producer = producer.clone();
            self.tell_all(&ServerMessage::ProducerClosed { producer });
        }
        self.remove(guest.seat.peer);
        self.visitor_left().await;
        self.tell_who();
    }

    /// An interpreter changes the channel that they speak on.
    ///
    /// # Errors
    /// They aren't one, or weren't asked in for that language.
    pub(super) fn speak(&mut self, chair: Chair, language: Option<String>) -> Result<()> {
        let Chair::Guest(person) = chair else {
            return Err(Error::forbidden("Only interpreters choose a channel to speak on."));
        };
        let guest = self.guests.iter_mut().find(|guest| guest.person == person);
        let guest = guest.ok_or_else(Error::not_found)?;
        if language
            .as_ref()
            .is_some_and(|wanted| !guest.place.languages.contains(wanted))
        {
            return Err(Error::field("language", "You weren't asked in for that language."));
        }
        guest.speaks = language;
        self.tell_who();
        Ok(())
    }
}
