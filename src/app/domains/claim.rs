//! Claiming a domain, giving it up, and choosing the address that links name.

use super::check;
use crate::{
    app::{App, console::StaffMember},
    domain::{
        audit::{Action, Entry},
        own_domain::{MOST_DOMAINS, OwnDomain, Proof, ProofState},
    },
    error::{Error, Result},
    store::{
        audit,
        domains::{self, Claim},
        tenants,
    },
};
use rand::RngCore;
use serde_json::json;

/// Claims a domain: says which record proves it, and begins to look for that.
///
/// # Errors
/// It is no domain that a tenant could have, is claimed already, another tenant has proved it, or the database is away.
pub async fn claim(app: &App, by: &StaffMember, typed: &str) -> Result<Claim> {
    let platform = app.config.http.public_url.host_str().unwrap_or_default();
    let domain = OwnDomain::parse(typed, platform).map_err(|why| Error::field("domain", why.to_string()))?;
    let (actor, now, scope) = (by.actor(), app.now(), by.viewer().scope);
    by.user()?;
    let (tenant, asked) = (scope.tenant().uuid(), domain.clone());
    // Said early as a kindness; what holds is the database's index, when it is proved.
    let anothers = app
        .db
        .system_read(move |tx| domains::is_anothers(tx, tenant, asked.as_str()));
    if anothers.await? {
        return Err(domains::taken());
    }
    let token = token();
    app.db
        .tenant(&scope, move |tx| {
            tenants::queue_up(tx)?;
            if domains::all(tx)?.len() >= MOST_DOMAINS {
                let words = format!("At most {MOST_DOMAINS} domains can be claimed. Remove one first.");
                return Err(Error::conflict("domains_full", words));
            }
            let proof = Proof {
                state: ProofState::Waiting,
                since: now,
                failing_since: None,
                checks: 0,
            };
            let next = proof.next_check(now).unwrap_or(now);
            if !domains::claim(tx, &domain, &token, now, next)? {
                let words = "This domain is in your list already.";
                return Err(Error::conflict("domain_claimed", words));
            }
            check::enqueue(tx, domain.as_str(), &token, next)?;
            audit::write(tx, &actor, &Entry::new(Action::DomainClaimed, domain.as_str()), now)?;
            domains::find(tx, domain.as_str())?.ok_or_else(Error::not_found)
        })
        .await
}

/// What the record says: nobody else has the same.
fn token() -> String {
    let mut random = [0; 20];
    rand::rng().fill_bytes(&mut random);
    format!("tallyroom-{}", hex::encode(random))
}

/// Gives a claim up; a domain that was served isn't from now on.
///
/// # Errors
/// There is none, or the database is away.
pub async fn remove(app: &App, by: &StaffMember, domain: String) -> Result<()> {
    let (actor, now) = (by.actor(), app.now());
    by.user()?;
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let before = domains::locked(tx, &domain)?.ok_or_else(Error::not_found)?;
            domains::remove(tx, &domain)?;
            let was = json!({"state": before.proof.state, "canonical": before.canonical});
            let entry = Entry::new(Action::DomainRemoved, domain).changed(was, json!(null));
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

/// Has links name a proven domain, or the subdomain again.
///
/// # Errors
/// The domain isn't proven, or the database is away.
pub async fn choose_address(app: &App, by: &StaffMember, domain: Option<String>) -> Result<()> {
    let (actor, now) = (by.actor(), app.now());
    by.user()?;
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            tenants::queue_up(tx)?;
            let before = tenants::host(tx)?;
            if !domains::choose(tx, domain.as_deref())? {
                let words = "Only a domain that is proven can be the address. Check its record first.";
                return Err(Error::conflict("domain_not_proven", words));
            }
            let after = tenants::host(tx)?;
            if before == after {
                return Ok(());
            }
            let entry = Entry::new(Action::AddressChanged, &after)
                .changed(json!({"address": before}), json!({"address": after}));
            audit::write(tx, &actor, &entry, now)
        })
        .await
}
