//! What tenants pay the platform: once, for an interval of a plan, and never by themselves again (requirements A5 to A7).
//!
//! A payment is an intent first, then a payment page, then an outcome, as a top-up is. The money is the owner's: it is
//! written into the owner's book of invoices, which is append-only, and not into the tenant's ledger, in which the
//! tenant's own people have theirs. Paying and its invoice are one transaction; the invoice has the payment's id, so
//! that it is there once however often the outcome is heard.

mod limits;
mod outcome;
mod pay;
mod remind;
mod show;

pub(in crate::app) use limits::{is_stopped, more_stored, one_more_call, one_more_seller, one_more_staff, running};
pub use pay::{begin, confirm, reconcile};
pub use remind::remind;
pub use show::{Shown, show};

use crate::domain::ids::SubscriptionId;
use serde::{Deserialize, Serialize};

/// The reconciling job's kind in the outbox; its payload is [`Reconcile`].
pub const RECONCILE_JOB: &str = "reconcile_subscription";

/// Which payment the job asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconcile {
    /// Its id.
    pub payment: SubscriptionId,
}
