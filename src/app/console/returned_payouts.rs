//! Payouts whose money returns to its seller: refused by staff, or said not to have arrived.

use super::{
    StaffMember,
    payouts::{became, check_by_hand, check_others, lock, note},
};
use crate::{
    app::{
        App,
        payouts::{is_being_sent, orders, take, tell},
        platform::checked_reason,
        ports::{PayoutOrder, PayoutProvider},
    },
    domain::{
        audit::Action,
        ids::PayoutId,
        payout::{State, Step},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx, frozen, payout_batches,
        payouts::{self, Payout},
        users,
    },
};
use std::sync::Arc;

/// Refuses a payout, for a reason that its seller reads. The money can be asked for again.
///
/// # Errors
/// No reason, it is the reader's own, it is being sent or over, not here, or the database is away.
pub async fn refuse_payout(app: &App, by: &StaffMember, id: PayoutId, reason: &str) -> Result<()> {
    let what = (Step::Refuse, State::Refused, Action::PayoutRefused);
    return_payout(app, by, id, what, reason, false).await
}

/// Says that a payout didn't arrive, and why. The money can be asked for again. Of a provider that pays by itself that holds
/// only for what waits because its seller is frozen or their account closed, and only if it was never paid there.
///
/// # Errors
/// No reason, it is the reader's own, it isn't being sent, its provider says so by itself or doesn't answer, not here, or
/// the database is away.
pub async fn fail_payout(app: &App, by: &StaffMember, id: PayoutId, reason: &str) -> Result<()> {
    let handle = app.clone();
    let waiting = app
        .db
        .read(&by.viewer().scope, move |tx| waiting(&handle, tx, id))
        .await?;
    let was_asked = waiting.is_some();
    if let Some((carrier, order)) = waiting
        && carrier.look_up(&order).await?.is_some()
    {
        let words = "The provider has paid this already. Let the seller's money go, and it is written down.";
        return Err(Error::conflict("carried_by_provider", words));
    }
    let what = (Step::Fail, State::Failed, Action::PayoutFailed);
    return_payout(app, by, id, what, reason, was_asked).await
}

/// Who would carry a payout that waits for its seller, and what they were told of it.
fn waiting(app: &App, tx: &mut TenantTx<'_>, id: PayoutId) -> Result<Option<(Arc<dyn PayoutProvider>, PayoutOrder)>> {
    let payout = payouts::find(tx, id)?;
    let Some(number) = payout.batch.filter(|_| payout.state == State::Batched) else {
        return Ok(None);
    };
    let batch = payout_batches::find(tx, number)?;
    if !batch.way.pays_by_itself() || !is_held_up(tx, &payout)? {
        return Ok(None);
    }
    // What is under way now may be there only after it was asked for.
    check_idle(tx, number, app.now())?;
    // Who can't be asked any more is as good as one who pays by hand.
    let Ok(carrier) = app.carrier(tx, batch.way, batch.account) else {
        return Ok(None);
    };
    let line = payout_batches::line(tx, number, id)?;
    let orders = orders(app, &batch, line.into_iter().collect())?;
    Ok(orders.payouts.into_iter().next().map(|order| (carrier, order)))
}

/// Nothing is sent to its seller for now.
fn is_held_up(tx: &mut TenantTx<'_>, payout: &Payout) -> Result<bool> {
    Ok(frozen::is_frozen(tx, payout.seller)? || users::find(tx, payout.seller)?.suspended)
}

/// Whether it is still held up; that stays so until the transaction ends.
///
/// # Errors
/// Somebody may be about to send it all the same, or the database is away.
fn check_unsent(tx: &mut TenantTx<'_>, payout: &Payout, number: i32, now: Moment) -> Result<bool> {
    users::hold(tx, payout.seller)?;
    if !is_held_up(tx, payout)? {
        return Ok(false);
    }
    check_idle(tx, number, now)?;
    Ok(true)
}

fn check_idle(tx: &mut TenantTx<'_>, batch: i32, now: Moment) -> Result<()> {
    if is_being_sent(tx, batch, now)? {
        let words = "This batch is being sent at this moment. Try again in a minute.";
        return Err(Error::conflict("carried_by_provider", words));
    }
    Ok(())
}

async fn return_payout(
    app: &App,
    by: &StaffMember,
    id: PayoutId,
    (step, state, action): (Step, State, Action),
    reason: &str,
    was_asked: bool,
) -> Result<()> {
    let reason = checked_reason(reason)?;
    let (handle, actor, user, now) = (app.clone(), by.actor(), by.user()?, app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let payout = payouts::find(tx, id)?;
            let is_unsent = match payout.batch {
                Some(number) if was_asked => check_unsent(tx, &payout, number, now)?,
                _ => false,
            };
            let found = lock(tx, &[id])?;
            check_others(user, &found)?;
            if let (false, Some(number)) = (is_unsent, payout.batch) {
                check_by_hand(&handle, tx, number)?;
            }
            take(tx, &found, step, became(state, &reason), now)?;
            for payout in &found {
                note(tx, &actor, action, payout, state, &reason, now)?;
                tell(&handle, tx, payout, (state, &reason), now)?;
            }
            Ok(())
        })
        .await
}
