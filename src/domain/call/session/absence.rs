//! Who is away, and since when (M7's reconnect window).

use super::Session;
use crate::domain::call::{CallRole, EndReason, later, ms};
use crate::domain::time::Moment;

impl Session {
    pub(super) fn lost_for_good(&self, now: Moment) -> Option<EndReason> {
        let (role, since) = self.lost_since();
        if now < since + ms(self.terms.policy.reconnect_s) {
            return None;
        }
        Some(match role {
            CallRole::Buyer if self.is_missing(CallRole::Seller, now) => EndReason::BothLost,
            CallRole::Seller if self.is_missing(CallRole::Buyer, now) => EndReason::BothLost,
            CallRole::Buyer => EndReason::BuyerLost,
            CallRole::Seller => EndReason::SellerLost,
        })
    }

    /// Who was seen least recently, and when.
    pub(super) fn lost_since(&self) -> (CallRole, Moment) {
        let (buyer, seller) = (self.last_seen(CallRole::Buyer), self.last_seen(CallRole::Seller));
        if seller <= buyer {
            (CallRole::Seller, seller)
        } else {
            (CallRole::Buyer, buyer)
        }
    }

    fn last_seen(&self, role: CallRole) -> Moment {
        later(self.side(role).seen, self.baseline)
    }

    /// Whether that person has been without a packet for longer than the bridge.
    pub(super) fn is_missing(&self, role: CallRole, now: Moment) -> bool {
        now - self.last_seen(role) > i64::from(self.terms.policy.bridge_ms)
    }
}
