//! Sending a batch to a provider that pays by itself.

use super::{
    carry,
    step::{take, tell},
};
use crate::{
    app::{
        App,
        ports::{Answer, GatewayError, Outcome, PaidOut, PayoutBatch, PayoutProvider},
    },
    domain::{
        ids::PayoutId,
        payout::{State, Step},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, jobs, payout_batches,
        payouts::{self, Became},
    },
};
use anyhow::anyhow;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// The job's kind in the outbox.
pub const SEND_JOB: &str = "send_payouts";
/// Payouts that are sent before what became of them is written down.
const AT_ONCE: i64 = 20;
/// What seller and staff read of a payout that got no answer.
const SILENT: &str = "The provider hasn't answered yet. We keep asking.";
/// What they read of one for which the marketplace's own balance doesn't suffice.
const TOO_LITTLE: &str =
    "The marketplace's balance at the provider isn't enough for this yet. We try again every hour.";
/// After how long that is.
const TRY_AGAIN_S: u32 = 3_600;

/// Which batch.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its number.
    pub batch: i32,
}

/// Asks that a batch is sent once this transaction is committed.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn enqueue(tx: &mut TenantTx<'_>, batch: i32, at: Moment) -> Result<()> {
    jobs::enqueue(tx, SEND_JOB, json!(Job { batch }), at)
}

/// Sends what of a batch is still on its way, and writes down what became of each payout. Run again, it pays nobody twice.
///
/// # Errors
/// The provider doesn't answer, has too little for it or doesn't take us, or the database is away; to be tried again.
pub async fn send(app: &App, scope: &TenantScope, job: Job) -> Result<()> {
    let (mut after, mut silent, mut later) = (None, None, None);
    while let Some((carrier, batch)) = next(app, scope, job.batch, after).await? {
        if after.is_none() {
            // Keys that aren't taken any more must not look as if each seller's account were wrong.
            carrier.test_connection().await.map_err(|error| unsent(&error))?;
        }
        let outcomes = carrier.send(&batch).await.map_err(|error| unsent(&error))?;
        for (order, outcome) in batch.payouts.iter().zip(outcomes) {
            after = Some(order.payout);
            match &outcome {
                Err(error @ GatewayError::Unknown(_)) => silent = Some(unsent(error)),
                Err(GatewayError::Later(_)) => later = Some(Error::too_many(TRY_AGAIN_S)),
                _ => {}
            }
            note(app, scope, order.payout, outcome).await?;
        }
    }
    silent.or(later).map_or(Ok(()), Err)
}

fn unsent(error: &GatewayError) -> Error {
    Error::unavailable(anyhow!("payouts can't be sent: {error}"))
}

/// The next payouts to be sent, after that one. Nothing goes to whoever is frozen: theirs wait.
async fn next(
    app: &App,
    scope: &TenantScope,
    number: i32,
    after: Option<PayoutId>,
) -> Result<Option<(Arc<dyn PayoutProvider>, PayoutBatch)>> {
    let handle = app.clone();
    app.db
        .read(scope, move |tx| {
            let batch = payout_batches::find(tx, number)?;
            let lines = payout_batches::to_send(tx, number, after, AT_ONCE)?;
            if lines.is_empty() {
                return Ok(None);
            }
            let carrier = handle.carrier(tx, batch.way, batch.account)?;
            Ok(Some((carrier, carry::orders(&handle, &batch, lines)?)))
        })
        .await
}

/// Whether a batch is being sent at this moment.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn is_being_sent(tx: &mut TenantTx<'_>, batch: i32, now: Moment) -> Result<bool> {
    jobs::is_running(tx, SEND_JOB, &json!(Job { batch }), now)
}

/// Writes down what became of a payout, and tells its seller.
async fn note(app: &App, scope: &TenantScope, id: PayoutId, outcome: Answer<PaidOut>) -> Result<()> {
    let (handle, now) = (app.clone(), app.now());
    app.db
        .tenant(scope, move |tx| {
            let found = payouts::lock(tx, &[id])?;
            let Some(payout) = found.first().filter(|payout| payout.state == State::Batched) else {
                return Ok(());
            };
            let (step, state, reason) = match &outcome {
                Ok(paid) => {
                    payouts::set_reference(tx, id, &paid.reference)?;
                    match &paid.outcome {
                        Outcome::Settled(_) => (Step::Pay, State::Paid, ""),
                        Outcome::Declined(why) => (Step::Fail, State::Failed, why.as_str()),
                        _ => return payouts::set_reason(tx, id, SILENT),
                    }
                }
                Err(
                    GatewayError::Declined { reason: why, .. }
                    | GatewayError::Rejected(why)
                    | GatewayError::Unsupported(why),
                ) => (Step::Fail, State::Failed, why.as_str()),
                Err(GatewayError::Later(_)) => return payouts::put_off(tx, id, TOO_LITTLE),
                Err(GatewayError::Unknown(_) | GatewayError::BadSignature(_)) => {
                    return payouts::set_reason(tx, id, SILENT);
                }
            };
            let became = Became {
                state,
                approved_by: None,
                batch: None,
                reason,
            };
            take(tx, &found, step, became, now)?;
            tell(&handle, tx, payout, (state, reason), now)
        })
        .await
}
