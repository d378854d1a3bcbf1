//! A day later, a payment's outcome is compared with what its provider says by then.

use super::{hold, outcome};
use crate::{
    app::{
        App,
        ports::{Outcome, Standing},
    },
    domain::{ids::TopUpId, payment::State},
    error::{Error, Result},
    store::{TenantScope, TenantTx, gateway_differences, ledger, top_ups},
};
use serde::{Deserialize, Serialize};

/// The job's kind in the outbox; its payload is [`Compare`].
pub const COMPARE_JOB: &str = "compare_top_up";
/// How long after its outcome a payment is compared.
pub(super) const COMPARED_AFTER_MS: i64 = 24 * 3_600_000;

/// Which payment the job compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compare {
    /// Its id.
    pub top_up: TopUpId,
}

/// Asks the provider again about a payment that has its outcome. Money that came late is credited; whatever else differs
/// is noted for staff, who decide: nothing is moved because a provider has changed its mind.
///
/// # Errors
/// It doesn't answer, or the database is away; the job runner tries again.
pub async fn compare(app: &App, scope: &TenantScope, Compare { top_up: id }: Compare) -> Result<()> {
    let read = move |tx: &mut TenantTx<'_>| {
        let top_up = top_ups::find(tx, id)?;
        let credited = ledger::moved(tx, id.uuid())?;
        Ok((top_up, credited))
    };
    let (top_up, credited) = app.db.read(scope, read).await?;
    let (Some(account), Some(_), Some(name)) = (top_up.account, &top_up.reference, hold::known_as(&top_up)) else {
        return Ok(());
    };
    // What was declined may have been held late; its end is compared.
    if top_up.state == State::Held {
        return Ok(());
    }
    let answer = app.gateway(scope, Some(account)).await?.confirm(name).await;
    let theirs = answer.map_err(Error::unavailable)?;
    let ours = match credited {
        // What was taken beyond what was due of a hold is credited by another transfer.
        _ if top_up.hold.is_some() && top_up.state == State::Settled => format!("settled {}", top_up.amount.minor),
        Some(minor) => format!("settled {minor}"),
        // What was let go will never come.
        None if top_up.state == State::Released => State::Declined.name().to_owned(),
        None => top_up.state.name().to_owned(),
    };
    let theirs_said = said(&theirs);
    if top_up.charge.is_none() && theirs.charge.is_some() {
        outcome::heard(app, scope, id, Ok(theirs.clone())).await?;
    }
    if ours == theirs_said {
        return Ok(());
    }
    if top_up.state == State::Declined && matches!(theirs.outcome, Outcome::Settled(_)) {
        outcome::heard(app, scope, id, Ok(theirs)).await?;
    }
    let now = app.now();
    app.db
        .tenant(scope, move |tx| {
            gateway_differences::note(tx, (id, account), (&ours, &theirs_said), now)
        })
        .await
}

fn said(standing: &Standing) -> String {
    match &standing.outcome {
        Outcome::Settled(money) => format!("settled {}", money.minor),
        Outcome::Held(money) => format!("held {}", money.minor),
        Outcome::Pending => State::Pending.name().to_owned(),
        Outcome::Declined(_) => State::Declined.name().to_owned(),
    }
}
