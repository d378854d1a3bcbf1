//! Money that a card only holds (requirement M9). Held for an order it pays the order at once; what is due of it is taken
//! when the order is over, and the rest is let go. Held for no order it is credit for the next talk; what is left of that
//! when the talk is over is let go. Until then its other side is in [`AccountKind::Authorised`].

mod books;
mod finish;
mod take_up;

pub use finish::finish;
pub(super) use finish::known_as;
pub(super) use take_up::{Change, heard};

use crate::{
    domain::{
        ids::{BookingId, TopUpId, UserId},
        payment::State,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx, jobs,
        ledger::AccountKind,
        top_ups::{self, TopUp},
    },
};
use serde::{Deserialize, Serialize};

/// The job's kind in the outbox; its payload is [`Finish`].
pub const FINISH_JOB: &str = "finish_hold";

/// Which hold the job brings to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    /// The payment.
    pub top_up: TopUpId,
}

fn finish_at(tx: &mut TenantTx<'_>, top_up: TopUpId, at: Moment) -> Result<()> {
    let payload = serde_json::to_value(Finish { top_up }).map_err(Error::internal)?;
    jobs::enqueue(tx, FINISH_JOB, payload, at)
}

fn set_due(tx: &mut TenantTx<'_>, top_up: &mut TopUp, due_minor: i64, now: Moment) -> Result<()> {
    if let Some(hold) = &mut top_up.hold {
        hold.due_minor = Some(due_minor);
    }
    top_ups::update(tx, top_up, now)
}

/// What is let go of what a card holds for an order.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) struct LetGo {
    /// Where its other side is.
    pub from: AccountKind,
    /// How much, in minor units.
    pub minor: i64,
}

/// The order is over, and so much of it goes back: as far as a card holds it, that is never taken; as far as a card held it
/// and it was lost, that is no loss. Nothing if no card holds anything for it. Whoever calls moves the money.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn let_go(
    tx: &mut TenantTx<'_>,
    order: BookingId,
    refund_minor: i64,
    now: Moment,
) -> Result<Option<LetGo>> {
    let Some(mut top_up) = top_ups::lock_hold_of(tx, order)? else {
        return Ok(None);
    };
    if top_up.state != State::Held {
        let minor = refund_minor.clamp(0, books::lost_minor(tx, &top_up)?);
        let from = AccountKind::Chargebacks;
        return Ok((minor > 0).then_some(LetGo { from, minor }));
    }
    let minor = refund_minor.clamp(0, top_up.amount.minor);
    let due_minor = top_up.amount.minor - minor;
    set_due(tx, &mut top_up, due_minor, now)?;
    finish_at(tx, top_up.id, now)?;
    let from = AccountKind::Authorised(top_up.account);
    Ok(Some(LetGo { from, minor }))
}

/// Somebody's talk is over: what their cards hold for it is brought to its end.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn talk_ended(tx: &mut TenantTx<'_>, buyer: UserId, now: Moment) -> Result<()> {
    for top_up in top_ups::held_as_credit(tx, buyer)? {
        finish_at(tx, top_up, now)?;
    }
    Ok(())
}
