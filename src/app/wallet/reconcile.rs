//! The job that finds out what became of a payment.

use super::{RECONCILE_JOB, ReconcileTopUp, ask};
use crate::{
    app::{App, payments},
    domain::{ids::TopUpId, payment::State},
    error::{Error, Result},
    store::{TenantScope, jobs, top_ups},
};

/// Asks the gateway about a top-up that has no outcome yet. If it still has none afterwards, the next question is
/// enqueued: asking goes on, more and more rarely, until there is an answer. Nothing is ever charged again.
///
/// # Errors
/// The database is away, or the gateway's answer contradicts the intent; the job runner tries again.
pub async fn reconcile(app: &App, scope: &TenantScope, id: TopUpId) -> Result<()> {
    let top_up = app.db.read(scope, move |tx| top_ups::find(tx, id)).await?;
    // What is held has a job of its own.
    let is_over = |state: State| state.is_final() || state == State::Held;
    if is_over(top_up.state) {
        return Ok(());
    }
    let (now, before) = (app.now(), top_up.state);
    let top_up = ask(app, scope, id).await?;
    // Who has just become unknown is asked about again already.
    if is_over(top_up.state) || (top_up.state == State::Unknown && before != State::Unknown) {
        return Ok(());
    }
    let next = payments::next_question(top_up.created_at, now);
    app.db
        .tenant(scope, move |tx| {
            let payload = serde_json::to_value(ReconcileTopUp { top_up: id }).map_err(Error::internal)?;
            jobs::enqueue(tx, RECONCILE_JOB, payload, next)
        })
        .await
}
