//! What is decided about a check, and that its pictures go afterwards.

use crate::{
    app::{App, notifications},
    domain::{
        identity_check::{CheckState, KEPT_DAYS},
        ids::IdentityCheckId,
        notification::Event,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        identity_checks::{self, Check},
        jobs,
        notifications::News,
        users,
    },
};
use serde::{Deserialize, Serialize};

/// The job's kind in the outbox; its payload is [`Forget`].
pub const FORGET_JOB: &str = "identity_forget";
const DAY_MS: i64 = 86_400_000;

/// A check whose pictures aren't needed any more.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Forget {
    check: IdentityCheckId,
}

/// Decides a check that waits, tells its person, and has its pictures deleted later.
///
/// # Errors
/// Not here, decided already, or the database is away.
pub(in crate::app) fn decide(
    app: &App,
    tx: &mut TenantTx<'_>,
    id: IdentityCheckId,
    state: CheckState,
    reason: &str,
    now: Moment,
) -> Result<Check> {
    let check = identity_checks::lock(tx, id)?;
    if check.state != CheckState::Waiting {
        return Err(Error::conflict("check_decided", "This was decided already."));
    }
    identity_checks::decide(tx, id, state, reason, now)?;
    let payload = serde_json::to_value(Forget { check: id }).map_err(Error::internal)?;
    jobs::enqueue(tx, FORGET_JOB, payload, now + KEPT_DAYS * DAY_MS)?;
    tell(app, tx, &check, (state, reason), now)?;
    Ok(check)
}

/// Ends a check that waits too long, or that nobody can look at: its pictures go, and its person can send others.
///
/// # Errors
/// The database is away; try again.
pub(in crate::app) async fn lapse(app: &App, scope: &TenantScope, id: IdentityCheckId) -> Result<()> {
    let (handle, now) = (app.clone(), app.now());
    app.db
        .tenant(scope, move |tx| {
            let check = identity_checks::find(tx, id)?;
            // The person first, as whoever tells one something does.
            users::hold(tx, check.user)?;
            let check = identity_checks::lock(tx, id)?;
            if check.state != CheckState::Waiting {
                return Ok(());
            }
            identity_checks::decide(tx, id, CheckState::Lapsed, "", now)?;
            identity_checks::forget_pictures(tx, id)?;
            tell(&handle, tx, &check, (CheckState::Lapsed, ""), now)
        })
        .await
}

/// Tells a check's person what became of it, and why.
fn tell(
    app: &App,
    tx: &mut TenantTx<'_>,
    check: &Check,
    (state, reason): (CheckState, &str),
    now: Moment,
) -> Result<()> {
    let news = News::of(Event::IdentityCheck, "/account/identity".to_owned())
        .with("what", state.name())
        .with("reason", reason);
    notifications::tell(app, tx, check.user, news, now)
}

/// Deletes the pictures of a check.
///
/// # Errors
/// The database is away; try again.
pub async fn forget(app: &App, scope: &TenantScope, forget: Forget) -> Result<()> {
    app.db
        .tenant(scope, move |tx| identity_checks::forget_pictures(tx, forget.check))
        .await
}
