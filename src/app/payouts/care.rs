//! What is done about each tenant's books by the calendar: releasing what was held for long enough, every hour, and
//! comparing balances with entries, every day.

use crate::{
    app::App,
    domain::time::Moment,
    error::Result,
    store::{
        TenantScope,
        books::{self, Care},
        jobs, ledger,
    },
};

/// The releasing job's kind in the outbox; it is about all of the tenant's sellers.
pub const RELEASE_JOB: &str = "release_earnings";
/// The checking job's kind in the outbox.
pub const CHECK_JOB: &str = "check_books";

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

impl Care {
    fn job(self) -> (&'static str, i64) {
        match self {
            Self::Release => (RELEASE_JOB, HOUR_MS),
            Self::Check => (CHECK_JOB, DAY_MS),
        }
    }
}

/// Puts the jobs that are due into the outbox, each once, however many processes do this.
///
/// # Errors
/// The database is away.
pub async fn look(app: &App) -> Result<()> {
    let now = app.now();
    for care in [Care::Release, Care::Check] {
        let due = app.db.system_read(move |tx| books::due(tx, care, now, DAY_MS)).await?;
        for scope in due {
            if let Err(error) = ask_for(app, &scope, care, now).await {
                tracing::warn!(%error, ?care, "books can't be seen to; later again");
            }
        }
    }
    Ok(())
}

async fn ask_for(app: &App, scope: &TenantScope, care: Care, now: Moment) -> Result<()> {
    let (job, period_ms) = care.job();
    app.db
        .tenant(scope, move |tx| {
            if books::take_on(tx, care, now, now + period_ms)? {
                jobs::enqueue(tx, job, serde_json::Value::Null, now)?;
            }
            Ok(())
        })
        .await
}

/// Compares all balances with their entries, and keeps what that finds for the staff.
///
/// # Errors
/// The database is away.
pub async fn check(app: &App, scope: &TenantScope) -> Result<()> {
    let now = app.now();
    // Of one moment, or what is paid meanwhile would look like a fault.
    let trials = app.db.snapshot(scope, ledger::trial_balance).await?;
    for trial in trials.iter().filter(|trial| !trial.holds()) {
        tracing::error!(?trial, tenant = %scope.tenant(), "the books are wrong");
    }
    let found: Vec<books::Found> = trials.into_iter().map(Into::into).collect();
    app.db
        .tenant(scope, move |tx| books::note_checked(tx, &found, now))
        .await
}
