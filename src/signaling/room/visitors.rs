//! Visitors of a free talk: it begins and goes on with any of them, not only with the one who came first.
//!
//! To the session they are all its buyer: there while any of them is, whose newest connection is whoever's made the
//! difference.

use super::{
    Chair,
    seat::Seat,
    task::{Room, read_back},
};
use crate::{
    app::{calls, guests},
    domain::{
        call::{CallRole, Epoch, Event, Run},
        guest::GuestRole,
    },
    error::Result,
};
use tallyroom_media_protocol::signaling::ServerMessage;

/// Whether whoever is in another call as well still is, is asked so often.
const ELSEWHERE_AGAIN_MS: i64 = 10_000;

impl Room {
    /// Whether whoever sits there is a visitor of a free talk.
    pub(super) fn is_visitor(&self, chair: Chair) -> bool {
        self.call.terms.free
            && match chair {
                Chair::Side(role) => role == CallRole::Buyer,
                Chair::Guest(person) => self
                    .guest(person)
                    .is_some_and(|guest| guest.place.role == GuestRole::Visitor),
            }
    }

    /// Whether a visitor is there, apart from one.
    pub(super) fn is_visited_besides(&self, one: Option<Chair>) -> bool {
        let here = |chair: &Chair| self.seat(*chair).is_some_and(Seat::is_taken);
        let mut others = self.chairs().into_iter().filter(|chair| Some(*chair) != one);
        others.any(|chair| self.is_visitor(chair) && here(&chair))
    }

    /// One more visitor takes their place.
    ///
    /// # Errors
    /// It is too late.
    pub(super) async fn visitor_comes(&mut self, chair: Chair) -> Result<()> {
        let role = CallRole::Buyer;
        if !self.is_visitor(chair) || self.session.is_present(role) {
            return Ok(());
        }
        let epoch = self.session.newest_epoch(role) + 1;
        self.apply(Event::Join { role, epoch }).await
    }

    /// Somebody has left: if nobody else visits, the talk waits for them.
    pub(super) async fn visitor_left(&mut self) {
        let role = CallRole::Buyer;
        if self.call.terms.free && self.session.is_present(role) && !self.is_visited_besides(None) {
            let epoch = self.session.newest_epoch(role);
            let _ = self.apply(Event::Leave { role, epoch }).await;
        }
    }

    /// A visitor has enough: with the last one the talk is over.
    ///
    /// # Errors
    /// Another connection of theirs is newer.
    pub(super) async fn visitor_ends(&mut self, chair: Chair, epoch: Epoch) -> Result<()> {
        self.current(chair, epoch)?;
        if !self.is_visited_besides(Some(chair)) {
            let role = CallRole::Buyer;
            let epoch = self.session.newest_epoch(role);
            return self.apply(Event::End { role, epoch }).await;
        }
        self.closed(chair, epoch).await;
        self.give_place_back(chair).await;
        Ok(())
    }

    /// A visitor who has left by the button and can't come back by an account makes room for the next one.
    async fn give_place_back(&mut self, chair: Chair) {
        let Chair::Guest(person) = chair else { return };
        let Some(guest) = self.guest(person) else { return };
        match guests::leave(&self.world.app, &self.scope, &guest.place).await {
            Ok(true) => {
                if let Some(at) = self.guests.iter().position(|guest| guest.person == person) {
                    let guest = self.guests.remove(at);
                    self.is_out(guest).await;
                }
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, call = %self.call.id, "a visitor who has left keeps their place"),
        }
    }

    /// Whoever came first is in a call for as long as they are there, and doesn't stay in it for others' sake. While
    /// nobody else visits, the talk is theirs, and waits for them.
    pub(super) async fn follow_first_visitor(&mut self) {
        if !self.call.terms.free {
            return;
        }
        let chair = Chair::Side(CallRole::Buyer);
        let waits_for_them = self.first_is_in.unwrap_or(true) && !self.is_visited_besides(Some(chair));
        let is_in = !self.first_is_out && (self.buyer.is_taken() || waits_for_them);
        let asks_again = self.now() - self.first_elsewhere_at >= ELSEWHERE_AGAIN_MS;
        if self.first_is_in == Some(is_in) || is_in && !asks_again {
            return;
        }
        let (app, call, person) = (&self.world.app, self.call.id, self.call.buyer.id);
        let key = (self.scope.tenant(), person);
        let done = if is_in {
            calls::come_back(app, &self.scope, call, person).await
        } else {
            calls::leave(app, &self.scope, call, person).await.map(|()| true)
        };
        match done {
            Ok(true) if is_in => self.world.people.put_into(key, self.mailbox.clone()),
            Ok(_) if !is_in => self.world.people.take_out(key, &self.mailbox),
            // In another call as well: that one is theirs. When it is over, this one is.
            Ok(_) => {
                self.first_elsewhere_at = self.now();
                self.first_is_in = Some(false);
                return;
            }
            // Tried again with whatever happens next.
            Err(error) => return tracing::warn!(%error, %call, "who left a talk isn't free yet, or who is back is"),
        }
        self.first_is_in = Some(is_in);
    }

    /// Whoever came first has to leave, and doesn't come back.
    pub(super) async fn show_first_out(&mut self) {
        self.first_is_out = true;
        self.buyer.tell(&ServerMessage::ShownOut);
        self.closed(Chair::Side(CallRole::Buyer), self.buyer.epoch).await;
        // A join that is still on its way is too late.
        self.buyer.epoch += 1;
        self.visitor_left().await;
        self.tell_who();
    }

    /// Reads whether they were shown out before the room was read back.
    pub(super) async fn read_first_back(&mut self) {
        if !self.call.terms.free {
            return;
        }
        let (app, scope, call) = (&self.world.app, &self.scope, &self.call);
        self.first_is_out = read_back("who was shown out", || guests::is_first_out(app, scope, call)).await;
    }

    /// Whether whoever's place that is was shown out.
    pub(super) fn is_barred(&self, chair: Chair) -> bool {
        self.first_is_out && chair == Chair::Side(CallRole::Buyer)
    }

    /// When anything last came from any visitor.
    pub(super) fn visitors_seen(&self, seen: impl Iterator<Item = (Chair, Option<Run>)>) -> Option<Run> {
        let visitors = seen.filter(|(chair, _)| self.is_visitor(*chair));
        visitors.filter_map(|(_, run)| run).max_by_key(|run| run.to)
    }

    /// Tells the host who has come, and again whenever they open a page, until the talk has begun.
    pub(super) fn announce(&mut self, message: ServerMessage) {
        self.announced = Some(message);
        self.say_who_came();
    }

    pub(super) fn say_who_came(&mut self) {
        if self.seller.is_taken() || self.session.has_pressed(CallRole::Seller) {
            return;
        }
        let now = self.now();
        if let Some(ServerMessage::Entered { server_now_ms, .. }) = &mut self.announced {
            *server_now_ms = now.0;
        }
        if let Some(message) = &self.announced {
            let host = (self.scope.tenant(), self.call.seller.id);
            self.world.people.tell(host, message);
        }
    }
}
