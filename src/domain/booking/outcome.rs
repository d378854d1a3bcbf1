//! How an order ends, and who gets what.

use super::Terms;
use crate::domain::{call::CallRole, order_price::OrderPrice};
use serde::{Deserialize, Serialize};

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Outcome {
    /// The talk took place.
    Held {
        /// What of the price is earned by it, in minor units.
        earned_minor: i64,
    },
    /// What was delivered was accepted, by the buyer or because they said nothing.
    Accepted,
    /// It wasn't paid in time.
    NotPaid,
    /// Nobody answered in time, or no time was agreed on within the days that there were.
    Expired,
    /// A time was turned down, and no other named.
    Declined {
        /// Who turned it down.
        by: CallRole,
    },
    /// It was taken back before it was both paid and agreed on.
    Withdrawn {
        /// Who took it back.
        by: CallRole,
    },
    /// What was agreed was called off.
    Cancelled {
        /// Who called it off.
        by: CallRole,
        /// By the buyer, later than can be for nothing.
        late: bool,
    },
    /// By the record of presence somebody didn't come.
    Missed {
        /// Who.
        absent: Absent,
    },
}

/// Who wasn't there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// The seller waited for the buyer.
    Buyer,
    /// The buyer waited for the seller.
    Seller,
    /// Neither came.
    Both,
}

/// What becomes of what was paid: what goes back and what is due are all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Goes back to the buyer, in minor units.
    pub refund_minor: i64,
    /// What of the price is earned by the seller and the tenant, in minor units. Of a talk that took place the call's own
    /// bill says what of it was used.
    pub earned_minor: i64,
    /// What the buyer pays for that, with their part of fee and tax.
    pub due: OrderPrice,
}

impl Outcome {
    /// Who gets what of the price.
    pub fn settlement(self, terms: &Terms) -> Settlement {
        let earned_minor = match self {
            Self::Held { earned_minor } => earned_minor,
            Self::Accepted => terms.price_minor,
            Self::Cancelled { late: true, .. } => terms.share(terms.late_cancel_bp),
            Self::Missed { absent: Absent::Buyer } => terms.share(terms.no_show_bp),
            // Whoever isn't to blame pays nothing; of two who didn't come neither earns.
            _ => 0,
        };
        let (charged, due) = (terms.charged(), terms.charged().due(earned_minor));
        Settlement {
            refund_minor: charged.total_minor() - due.total_minor(),
            earned_minor,
            due,
        }
    }
}
