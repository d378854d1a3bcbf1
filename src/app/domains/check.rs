//! Looking for the record that proves a domain. One job per claim looks and enqueues the next look; staff may look in
//! between.

use crate::{
    app::{
        App,
        console::StaffMember,
        letters::{self, Letter},
    },
    domain::{
        audit::{Action, Actor, Entry},
        own_domain::{Found, ProofState, record_of},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, audit,
        domains::{self, Claim},
        jobs, subscription_notices, tenants,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The job that looks.
pub const CHECK_JOB: &str = "check_domain";
/// Staff may look again after this long.
const BETWEEN_LOOKS_MS: i64 = 5_000;

/// Which claim a job is about. One that was given up and made again has another token, and a job of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    domain: String,
    token: String,
}

pub(super) fn enqueue(tx: &mut TenantTx<'_>, domain: &str, token: &str, at: Moment) -> Result<()> {
    jobs::enqueue(tx, CHECK_JOB, json!({"domain": domain, "token": token}), at)
}

/// Looks for the record of a claim, if there is one still, and has it looked for again.
///
/// # Errors
/// The database is away.
pub async fn check(app: &App, scope: &TenantScope, job: Job) -> Result<()> {
    let name = job.domain.clone();
    let claim = app.db.read(scope, move |tx| domains::find(tx, &name)).await?;
    let Some(claim) = claim.filter(|claim| claim.token == job.token) else {
        return Ok(());
    };
    let found = look(app, &claim).await;
    note(app, scope, Look { claim, found, by: None }).await.map(|_| ())
}

/// Looks now.
///
/// # Errors
/// There is no such claim, it was looked at a moment ago, another tenant proves it this moment, or the database is away.
pub async fn check_now(app: &App, by: &StaffMember, domain: String) -> Result<Claim> {
    let scope = by.viewer().scope;
    by.user()?;
    let claim = app.db.read(&scope, move |tx| domains::find(tx, &domain)).await?;
    let claim = claim.ok_or_else(Error::not_found)?;
    let waits = claim.checked.map_or(0, |(at, _)| at + BETWEEN_LOOKS_MS - app.now());
    if waits > 0 {
        return Err(Error::too_many(u32::try_from((waits + 999) / 1_000).unwrap_or(1)));
    }
    let found = look(app, &claim).await;
    let by = Some(by.actor());
    note(app, &scope, Look { claim, found, by })
        .await?
        .ok_or_else(Error::not_found)
}

/// What the DNS says.
async fn look(app: &App, claim: &Claim) -> Found {
    match app.dns.texts(&record_of(&claim.domain)).await {
        Ok(texts) if texts.iter().any(|text| text.trim() == claim.token) => Found::Record,
        Ok(texts) if texts.is_empty() => Found::Nothing,
        Ok(_) => Found::Other,
        Err(error) => {
            tracing::info!(domain = claim.domain, %error, "the DNS doesn't answer");
            Found::NoAnswer
        }
    }
}

/// What a look brought, on its way to be written down.
struct Look {
    claim: Claim,
    found: Found,
    /// Who asked for it; nobody, if it is the job's turn.
    by: Option<Actor>,
}

/// Writes it down, with what follows: audit entries, mails, and the next look. None if the claim was given up meanwhile.
async fn note(app: &App, scope: &TenantScope, look: Look) -> Result<Option<Claim>> {
    let (app, scope, db, now) = (app.clone(), *scope, app.db.clone(), app.now());
    db.system(move |tx| {
        let name = look.claim.domain.as_str();
        let before = domains::locked(&mut tx.within(&scope), name)?;
        let Some(before) = before.filter(|claim| claim.token == look.claim.token) else {
            return Ok(None);
        };
        let is_job = look.by.is_none();
        if is_job && before.next_check_at.is_none_or(|due| due > now) {
            // Another process had the same job.
            return Ok(Some(before));
        }
        let tenant = scope.tenant().uuid();
        let found = match look.found {
            Found::Record if domains::is_anothers(tx, tenant, name)? => Found::Taken,
            found => found,
        };
        let mut after = before.proof.after(found, now);
        if !is_job && after.state == before.proof.state {
            // However often people look, the job keeps its pace.
            after.checks = before.proof.checks;
        }
        // The job that waits goes on with its turns.
        let next = before
            .next_check_at
            .filter(|_| !is_job)
            .or_else(|| after.next_check(now));
        domains::note(tx, tenant, name, (after, found), now, next)?;
        let tx = &mut tx.within(&scope);
        if let Some(next) = next
            && before.next_check_at != Some(next)
        {
            enqueue(tx, name, &before.token, next)?;
        }
        let actor = look.by.unwrap_or_else(Actor::system);
        tell(tx, &app, &actor, &before, after.state, now)?;
        domains::find(tx, name)
    })
    .await
}

/// What a new state of the proof means to people.
fn tell(tx: &mut TenantTx<'_>, app: &App, actor: &Actor, before: &Claim, state: ProofState, now: Moment) -> Result<()> {
    let (was, is) = (json!({"state": before.proof.state}), json!({"state": state}));
    let entry = |action| Entry::new(action, &before.domain).changed(was, is);
    match (before.proof.state, state) {
        (ProofState::Waiting | ProofState::Lost, ProofState::Proven) => {
            audit::write(tx, actor, &entry(Action::DomainProven), now)
        }
        (ProofState::Proven, ProofState::Lost) => {
            audit::write(tx, actor, &entry(Action::DomainLost), now)?;
            let link = format!("{}/admin/settings", app.origin(&tenants::host(tx)?));
            for reader in subscription_notices::readers(tx)? {
                let letter = Letter::DomainLost {
                    domain: before.domain.clone(),
                    link: link.clone(),
                };
                letters::post(tx, reader, letter, now)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
