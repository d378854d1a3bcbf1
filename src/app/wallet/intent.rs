//! Intents to pay, stored before any gateway hears of them.

use super::{RECONCILE_JOB, ReconcileTopUp, kept::refuse_too_many};
use crate::{
    app::{App, extensions, gateway_accounts, payments::FIRST_ASKED_MS},
    domain::{payment::Purpose, trust::Trust},
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, jobs, saved_methods,
        top_ups::{self, TopUp},
        users,
    },
};

/// Payments without an outcome a person can have.
pub(super) const MOST_OPEN: i64 = 10;

/// Stores an intent, and has it asked about for as long as it has no outcome.
///
/// # Errors
/// Too many payments are open, too much is kept already, what it is for is paid or being paid, the account was switched
/// off meanwhile, it is more than somebody new can bring, or the database is away.
pub(super) async fn store(app: &App, scope: &TenantScope, intent: &TopUp) -> Result<()> {
    let stored = intent.clone();
    app.db
        .tenant(scope, move |tx| {
            if top_ups::open(tx, stored.user, MOST_OPEN)?.len() >= MOST_OPEN as usize {
                let public =
                    "You have several payments open already. Finish one of them, or wait until they have run out.";
                return Err(Error::conflict("too_many_open_top_ups", public));
            }
            stay_within_trust(tx, &stored)?;
            if let Some(account) = stored.account {
                gateway_accounts::hold_open(tx, account)?;
            }
            if let Some(Purpose::Extension(extension)) = stored.pays_for {
                extensions::refuse_unless_payable(tx, extension, stored.created_at)?;
            }
            // It may have been removed a moment ago.
            if let Some(method) = stored.method
                && saved_methods::find(tx, method)?.sealed_token.is_none()
            {
                return Err(Error::not_found());
            }
            if stored.keeps.is_some() {
                refuse_too_many(tx, stored.user)?;
            }
            top_ups::insert(tx, &stored)?;
            let payload = serde_json::to_value(ReconcileTopUp { top_up: stored.id }).map_err(Error::internal)?;
            jobs::enqueue(tx, RECONCILE_JOB, payload, stored.created_at + FIRST_ASKED_MS)
        })
        .await
}

/// Somebody new can't bring much in a day; an order or more time can be paid all the same, if it is the only thing.
fn stay_within_trust(tx: &mut TenantTx<'_>, intent: &TopUp) -> Result<()> {
    // One after the other, so that two at once don't pass where one alone would.
    users::lock(tx, intent.user)?;
    let (now, currency) = (intent.created_at, intent.amount.currency);
    let history = top_ups::history(tx, intent.user, currency, now)?;
    let (_, most) = Trust::of(&history, now).limits(currency);
    let alone = intent.pays_for.is_some() && history.lately_minor == 0;
    if alone || history.lately_minor.saturating_add(intent.amount.minor) <= most.minor {
        return Ok(());
    }
    let words = format!("In your first weeks you can add up to {most} a day. Try again tomorrow, or add less.");
    Err(Error::conflict("trust_limit", words))
}
