//! Background work: claims due jobs of all tenants, runs them without holding a connection, and tries failed ones again
//! ever more slowly until they are dead and somebody has to look (law 8).

use crate::{
    app::{
        App, archive, bookings, calendar, disputes, documents, domains, gateway_accounts, identity_checks, letters,
        lost, notifications, payouts, platform,
        ports::{Letters, Mailer},
        private_rooms, recordings, subscriptions,
        wallet::{self, ReconcileTopUp},
        watching, webhooks,
    },
    domain::time::Moment,
    error::{Error, Kind, Result},
    store::{
        jobs::{self, Claimed, Outcome},
        tenants,
    },
};
use anyhow::anyhow;
use serde::de::DeserializeOwned;
use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::task::JoinSet;
use tracing::Instrument;

/// How often due jobs are looked for.
const PERIOD: Duration = Duration::from_millis(500);
/// How often the calendar is looked at.
const CALENDAR_MS: i64 = 60_000;
/// How long a claimed job may take before another process takes it.
const LEASE_MS: i64 = 60_000;
/// How often a running job's lease is made longer.
const KEEP: Duration = Duration::from_secs(20);
/// Jobs that run at once.
const MOST_AT_ONCE: usize = 64;
/// Jobs claimed at once.
const BATCH: usize = 16;
/// Tries before a job is dead; with the backoff below that is about two days.
const MAX_ATTEMPTS: u32 = 14;
/// First pause after a failure; doubles each time up to [`LONGEST_MS`].
const PAUSE_MS: i64 = 5_000;
const LONGEST_MS: i64 = 8 * 3_600_000;

/// Runs jobs.
pub struct Runner {
    app: App,
    mailer: Arc<dyn Mailer>,
    letters: Arc<dyn Letters>,
    /// When it was looked last for what is due by the calendar and not by an event.
    looked_at: Mutex<Option<Moment>>,
}

impl Runner {
    /// With what jobs need.
    pub fn new(app: App, mailer: Arc<dyn Mailer>, letters: Arc<dyn Letters>) -> Self {
        Self {
            app,
            mailer,
            letters,
            looked_at: Mutex::default(),
        }
    }

    /// Runs jobs until the process ends.
    pub async fn run(self) {
        let this = Arc::new(self);
        // However long that takes, jobs don't wait for it.
        tokio::join!(Arc::clone(&this).run_jobs(), this.keep_the_calendar());
    }

    async fn keep_the_calendar(&self) {
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.look_at_the_calendar(self.app.now()).await;
        }
    }

    async fn run_jobs(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // A long job keeps none of the others waiting.
        let mut running = JoinSet::new();
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                Some(_) = running.join_next() => {}
            }
            let free = MOST_AT_ONCE.saturating_sub(running.len());
            let claimed = self.claim(free.min(BATCH)).await.unwrap_or_default();
            for job in claimed {
                let this = Arc::clone(&self);
                running.spawn(async move { this.run_one(job).await });
            }
        }
    }

    /// Runs what is due now, once. Gives how many jobs that were.
    ///
    /// # Errors
    /// The database is away.
    pub async fn run_due(&self) -> Result<usize> {
        self.look_at_the_calendar(self.app.now()).await;
        let claimed = self.claim(BATCH).await?;
        let count = claimed.len();
        futures::future::join_all(claimed.into_iter().map(|job| self.run_one(job))).await;
        Ok(count)
    }

    /// Once in a while: mails about the end of what tenants have paid for, what was lost, and what has become too old.
    async fn look_at_the_calendar(&self, now: Moment) {
        {
            let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
            if looked_at.is_some_and(|at| now - at < CALENDAR_MS) {
                return;
            }
            *looked_at = Some(now);
        }
        if let Err(error) = subscriptions::remind(&self.app).await {
            tracing::warn!(%error, "the calendar can't be looked at; later again");
        }
        if let Err(error) = lost::take_up(&self.app).await {
            tracing::warn!(%error, "what is lost can't be looked for; later again");
        }
        if let Err(error) = payouts::look(&self.app).await {
            tracing::warn!(%error, "nobody's books can be seen to; later again");
        }
        if let Err(error) = notifications::sweep(&self.app).await {
            tracing::warn!(%error, "old notifications can't be forgotten; later again");
        }
        if let Err(error) = private_rooms::sweep(&self.app).await {
            tracing::warn!(%error, "old visits can't be forgotten; later again");
        }
    }

    async fn claim(&self, most: usize) -> Result<Vec<Claimed>> {
        let (now, most) = (self.app.now(), i64::try_from(most).unwrap_or(0));
        // Mostly there is nothing, and who only looks makes nobody look again at what they know.
        if most == 0 || !self.app.db.system_read(move |tx| jobs::is_any_due(tx, now)).await? {
            return Ok(Vec::new());
        }
        self.app
            .db
            .system(move |tx| jobs::claim(tx, now, now + LEASE_MS, most))
            .await
    }

    async fn run_one(&self, job: Claimed) {
        let span = tracing::info_span!("job", tenant = %job.scope.tenant(), job = %job.id, kind = job.kind);
        self.settle(job).instrument(span).await;
    }

    async fn settle(&self, job: Claimed) {
        let result = tokio::select! {
            result = self.work(&job) => result,
            never = self.keep(&job) => match never {},
        };
        let now = self.app.now();
        let outcome = outcome(&job, result, now);
        match &outcome {
            Outcome::Done | Outcome::PutOff { .. } => {}
            Outcome::Retry { error, .. } => {
                tracing::warn!(error, "job failed; later again")
            }
            Outcome::Dead { error } => {
                metrics::counter!("jobs_dead_total", "kind" => job.kind.clone()).increment(1);
                tracing::error!(error, "job is dead");
            }
        }
        let stored = self
            .app
            .db
            .system(move |tx| jobs::settle(tx, &job, &outcome, now))
            .await;
        if let Err(error) = stored {
            tracing::error!(%error, "a job's outcome can't be stored; it runs again when its lease ends");
        }
    }

    /// Keeps a job that takes long from being taken by another process.
    async fn keep(&self, job: &Claimed) -> Infallible {
        loop {
            tokio::time::sleep(KEEP).await;
            let (scope, id, until) = (job.scope, job.id, self.app.now() + LEASE_MS);
            let kept = self.app.db.system(move |tx| jobs::keep(tx, &scope, id, until)).await;
            if let Err(error) = kept {
                tracing::warn!(%error, "a job's lease can't be kept");
            }
        }
    }

    async fn work(&self, job: &Claimed) -> Result<()> {
        match job.kind.as_str() {
            letters::JOB => self.send(job).await,
            wallet::RECONCILE_JOB => {
                let job_of: ReconcileTopUp = read(job)?;
                wallet::reconcile(&self.app, &job.scope, job_of.top_up).await
            }
            wallet::FINISH_JOB => wallet::finish(&self.app, &job.scope, read(job)?).await,
            wallet::COMPARE_JOB => wallet::compare(&self.app, &job.scope, read(job)?).await,
            subscriptions::RECONCILE_JOB => {
                let asked: subscriptions::Reconcile = read(job)?;
                subscriptions::reconcile(&self.app, &job.scope, asked.payment).await
            }
            platform::ERASE_JOB => platform::erase(&self.app, &job.scope).await,
            archive::MAKE_JOB => archive::make(&self.app, &job.scope, read(job)?).await,
            archive::EXPIRE_JOB => archive::expire(&self.app, &job.scope, read(job)?).await,
            notifications::ANNOUNCE_JOB => notifications::announce(&self.app, &job.scope, read(job)?).await,
            notifications::PUSH_JOB => {
                notifications::push(&self.app, self.letters.as_ref(), &job.scope, read(job)?).await
            }
            bookings::LOOK_JOB => bookings::look(&self.app, &job.scope, read(job)?).await,
            bookings::REMIND_JOB => bookings::remind(&self.app, &job.scope, read(job)?).await,
            identity_checks::FORGET_JOB => identity_checks::forget(&self.app, &job.scope, read(job)?).await,
            bookings::LAPSE_JOB => bookings::lapse(&self.app, &job.scope, read(job)?).await,
            calendar::READ_JOB => calendar::read_import(&self.app, &job.scope, read(job)?).await,
            gateway_accounts::FORGET_JOB => gateway_accounts::forget(&self.app, &job.scope, read(job)?).await,
            disputes::LINK_JOB => disputes::link(&self.app, &job.scope, read(job)?).await,
            webhooks::PROCESS_JOB => webhooks::process(&self.app, &job.scope, read(job)?).await,
            watching::WATCH_JOB => watching::tell_watchers(&self.app, &job.scope, read(job)?).await,
            payouts::RELEASE_JOB => payouts::release_all(&self.app, &job.scope).await,
            payouts::CHECK_JOB => payouts::check(&self.app, &job.scope).await,
            payouts::SEND_JOB => payouts::send(&self.app, &job.scope, read(job)?).await,
            documents::ISSUE_JOB => documents::issue(&self.app, &job.scope, read(job)?).await,
            recordings::COMPOSE_JOB => recordings::compose(&self.app, &job.scope, read(job)?).await,
            recordings::FORGET_JOB => recordings::forget(&self.app, &job.scope, read(job)?).await,
            domains::CHECK_JOB => domains::check(&self.app, &job.scope, read(job)?).await,
            other => Err(Error::invalid(format!("nobody knows how to do {other:?}"))),
        }
    }

    async fn send(&self, job: &Claimed) -> Result<()> {
        let tenant = self.app.db.read(&job.scope, tenants::own).await?;
        self.app.count_mail(tenant.id, self.app.quotas(&tenant))?;
        let mail = self.letters.write(&job.scope, read(job)?).await?;
        self.mailer
            .send(mail)
            .await
            .map_err(|error| Error::unavailable(anyhow!("{error:#}")))
    }
}

/// What a job is to be done with.
fn read<T: DeserializeOwned>(job: &Claimed) -> Result<T> {
    serde_json::from_value(job.payload.clone()).map_err(Error::internal)
}

fn outcome(job: &Claimed, result: Result<()>, now: Moment) -> Outcome {
    let Err(error) = result else { return Outcome::Done };
    if let Kind::TooMany { retry_after_s } = error.kind {
        return Outcome::PutOff {
            at: now + i64::from(retry_after_s) * 1_000,
        };
    }
    let hopeless = matches!(error.kind, Kind::Invalid { .. } | Kind::NotFound) || job.attempts + 1 >= MAX_ATTEMPTS;
    let error = error.to_string();
    if hopeless {
        return Outcome::Dead { error };
    }
    let pause_ms = PAUSE_MS.saturating_mul(1 << job.attempts.min(20)).min(LONGEST_MS);
    Outcome::Retry {
        at: now + pause_ms,
        error,
    }
}
