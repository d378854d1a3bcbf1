//! What people's pages are told of a call while they aren't in its room.

use super::task::Room;
use crate::{app::bookings, domain::call::EndReason};
use tallyroom_media_protocol::signaling::{CallerRating, ServerMessage};

impl Room {
    pub(super) fn ring(&self) {
        let (now, rung) = (self.now(), self.call.rung());
        let message = ServerMessage::Ring {
            call: self.call.id.uuid(),
            caller_name: self.call.party(rung.other()).name.clone(),
            caller_rating: self.call.caller_rating.map(|rating| CallerRating {
                average_tenths: rating.average_tenths,
                count: rating.count,
            }),
            service_title: self.call.service_title.clone(),
            into_call: self.parent.is_some(),
            until_ms: self.session.next_deadline().unwrap_or(now).0,
            server_now_ms: now.0,
        };
        self.world
            .people
            .tell((self.scope.tenant(), self.call.party(rung).id), &message);
    }

    pub(super) fn ring_ended(&self) {
        let outcome = self.session.end_reason().map_or_else(|| "accepted".to_owned(), outcome);
        self.tell_people(&ServerMessage::RingEnded {
            call: self.call.id.uuid(),
            outcome,
        });
    }

    /// Both agreed to begin: their pages lead them here.
    pub(super) fn begin(&self) {
        let Some(order) = self.call.booking else { return };
        let message = ServerMessage::Begun {
            call: self.call.id.uuid(),
            order: order.uuid(),
        };
        self.tell_people(&message);
    }

    /// What was paid for beforehand ends soon: both are told outside of the room as well. The room waits for nobody.
    pub(super) fn ends_soon(&self, minutes_left: u32) {
        let Some(order) = self.call.booking else { return };
        let (app, scope) = (self.world.app.clone(), self.scope);
        tokio::spawn(async move {
            if let Err(error) = bookings::ends_soon(&app, &scope, order, minutes_left).await {
                tracing::warn!(%error, %order, "the end of a talk can't be announced");
            }
        });
    }

    /// Tells all pages of both; of a leg, those of the third person: the other one's show the call itself.
    fn tell_people(&self, message: &ServerMessage) {
        for person in self.call.occupied() {
            self.world.people.tell((self.scope.tenant(), person), message);
        }
    }
}

fn outcome(reason: EndReason) -> String {
    let text = serde_json::to_value(reason).ok();
    text.and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
