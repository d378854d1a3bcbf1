//! What payments of all sorts have in common, whatever the money is for: how an answer is weighed, and when to ask again.

use super::ports::{Answer, Outcome, Standing};
use crate::{
    domain::{money::Money, payment::State, time::Moment},
    error::{Error, Result},
};
use anyhow::anyhow;
use uuid::Uuid;

/// The first question of the job; by then most people are back and it has nothing to do.
pub(super) const FIRST_ASKED_MS: i64 = 60_000;
/// How soon an outcome that got lost is asked for again.
pub(super) const ASK_AGAIN_MS: i64 = 10_000;
/// How long people can pay on a payment page.
pub(super) const PAGE_OPEN_MS: i64 = 3_600_000;
/// An intent without a payment page is given up after this long.
const NEVER_OPENED_MS: i64 = 15 * 60_000;
/// Bounds of the time between two questions; in between it is a quarter of the payment's age.
const PAUSE_MS: (i64, i64) = (10_000, 3_600_000);

/// What an answer of a gateway makes of a payment.
pub(super) struct Heard {
    /// How it stands.
    pub state: State,
    /// Why it was declined.
    pub reason: Option<String>,
    /// What was paid, if it was.
    pub paid: Option<Money>,
}

/// Weighs an answer about a payment of so much. Silence is no answer: the money may have moved.
///
/// # Errors
/// Another amount was paid than was asked for.
pub(super) fn weigh(payment: Uuid, asked: Money, answer: Answer<Standing>) -> Result<Heard> {
    let (state, reason, paid) = match answer.map(|standing| standing.outcome) {
        Ok(Outcome::Settled(paid)) if paid != asked => {
            let told = anyhow!("payment {payment} is of {asked:?}, but {paid:?} was paid");
            return Err(Error::internal(told));
        }
        Ok(Outcome::Settled(paid)) => (State::Settled, None, Some(paid)),
        Ok(Outcome::Declined(reason)) => (State::Declined, Some(reason), None),
        // What is only held isn't paid.
        Ok(Outcome::Pending | Outcome::Held(_)) => (State::Pending, None, None),
        Err(error) => {
            tracing::warn!(%payment, %error, "a payment's outcome isn't known");
            (State::Unknown, None, None)
        }
    };
    Ok(Heard { state, reason, paid })
}

/// When to ask next about a payment without an outcome: more and more rarely, until there is one.
pub(super) fn next_question(begun: Moment, now: Moment) -> Moment {
    now + ((now - begun) / 4).clamp(PAUSE_MS.0, PAUSE_MS.1)
}

/// What is said of a payment that the gateway never opened a page for, once that is certain.
pub(super) fn never_opened(begun: Moment, now: Moment) -> Option<Standing> {
    let declined = || Outcome::Declined("The payment page couldn't be opened.".to_owned()).into();
    (now - begun >= NEVER_OPENED_MS).then(declined)
}

/// What is said of a payment that the gateway refused to open.
pub(super) fn refused() -> Standing {
    Outcome::Declined("The payment provider can't take this payment.".to_owned()).into()
}
