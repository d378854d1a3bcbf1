//! How each side sees the call.

use super::{Chair, guests::Guest, task::Room};
use crate::domain::{
    call::{CallPhase, CallRole, EndReason},
    time::Moment,
};
use tallyroom_media_protocol::signaling::{CallView, OtherView, ServerMessage, SuspendReason};

/// Views are sent again this often while time runs, so that clients' countdowns can't drift.
const RESYNC_MS: i64 = 5_000;

/// What was told last.
#[derive(Default)]
pub(super) struct Told {
    views: Option<[CallView; 2]>,
    at: Moment,
}

impl Room {
    pub(super) fn view(&self, role: CallRole) -> CallView {
        let now = self.now();
        let (phase, suspended) = self.session.phase(now);
        let remaining_ms = self.session.remaining_ms(now);
        let them = role.other();
        CallView {
            id: self.call.id.uuid(),
            role: self.call.room_role(role),
            phase,
            suspended,
            ended: self.session.end_reason(),
            ended_because: self.because.clone(),
            until_ms: match phase {
                CallPhase::Ringing | CallPhase::PreCheck | CallPhase::Suspended => {
                    self.session.next_deadline().map(|at| at.0)
                }
                _ => None,
            },
            rung: role == self.call.rung(),
            prepaid: self.call.booking.is_some(),
            free: self.call.terms.free,
            other: OtherView {
                name: self.person(them).name.clone(),
                present: self.session.is_present(them),
                connected: self.session.has_pressed(them),
            },
            you_connected: self.session.has_pressed(role),
            service_title: self.call.service_title.clone(),
            currency: self.call.currency.code().to_owned(),
            rate_minor: self.call.terms.rate_minor,
            charged_minor: self.session.charged_minor(),
            billable_ms: self.session.meter().billable_ms(),
            remaining_ms,
            running: self.session.is_running(now),
            available_minor: (role == CallRole::Buyer && self.call.booking.is_none())
                .then(|| self.session.available_minor()),
            server_now_ms: now.0,
        }
    }

    /// How whoever sits there sees the call; nobody else does.
    pub(super) fn view_of(&self, chair: Chair) -> Option<CallView> {
        match chair {
            Chair::Side(role) => Some(self.view(role)),
            Chair::Guest(person) => self.guest(person).map(|guest| self.guest_view(guest)),
        }
    }

    /// A guest sees the talk, and nothing of its money.
    pub(super) fn guest_view(&self, guest: &Guest) -> CallView {
        let view = self.view(CallRole::Buyer);
        CallView {
            role: guest.place.role.into(),
            suspended: view.suspended.map(|_| SuspendReason::Connection),
            ended: view.ended.map(of_no_money),
            ended_because: None,
            rung: false,
            prepaid: true,
            you_connected: self.session.has_pressed(CallRole::Buyer) && self.session.has_pressed(CallRole::Seller),
            rate_minor: 0,
            charged_minor: 0,
            billable_ms: 0,
            remaining_ms: None,
            running: false,
            available_minor: None,
            ..view
        }
    }

    /// Tells both how the call stands, if something changed or it is time to say it again.
    pub(super) fn tell_views(&mut self) {
        let now = self.now();
        let views = [self.view(CallRole::Buyer), self.view(CallRole::Seller)];
        let fresh = now - self.told.at < RESYNC_MS || !views[0].running;
        let same = self.told.views.as_ref().is_some_and(|told| {
            told.iter()
                .zip(&views)
                .all(|(old, new)| without_time(old) == without_time(new))
        });
        let is_told = same && fresh;
        if self.parent.is_some() {
            self.tell_parent(views[0].clone(), is_told);
        }
        if is_told {
            return;
        }
        if self.parent.is_none() {
            self.tell_both_views(&views);
        }
        self.told = Told {
            views: Some(views),
            at: now,
        };
    }

    fn tell_both_views(&self, views: &[CallView; 2]) {
        self.tell_guests_views();
        for (role, view) in [CallRole::Buyer, CallRole::Seller].into_iter().zip(views) {
            if self.is_barred(Chair::Side(role)) {
                continue;
            }
            let message = ServerMessage::Call {
                call: Box::new(view.clone()),
            };
            self.tell(role, &message);
        }
    }
}

/// Why a call ended, for whom its money isn't.
fn of_no_money(reason: EndReason) -> EndReason {
    match reason {
        EndReason::OutOfCredit => EndReason::BuyerEnded,
        other => other,
    }
}

/// A view without what changes by itself as time passes.
fn without_time(view: &CallView) -> CallView {
    CallView {
        billable_ms: 0,
        remaining_ms: view.remaining_ms.map(|_| 0),
        server_now_ms: 0,
        ..view.clone()
    }
}
