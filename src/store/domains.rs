//! Domains that tenants claim, and what is known of their proofs.

use super::{SystemTx, TenantTx, error::violates, moment::At, schema::domains};
use crate::{
    domain::{
        own_domain::{Found, OwnDomain, Proof, ProofState},
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::prelude::*;
use uuid::Uuid;

#[derive(Queryable, Selectable)]
#[diesel(table_name = domains)]
struct Row {
    domain: String,
    token: String,
    state: String,
    canonical: bool,
    since: At,
    failing_since: Option<At>,
    checks: i32,
    checked_at: Option<At>,
    found: Option<String>,
    next_check_at: Option<At>,
}

/// A domain that a tenant claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Which, as the DNS spells it.
    pub domain: String,
    /// What its record has to say.
    pub token: String,
    /// What is known of the proof.
    pub proof: Proof,
    /// Links name it.
    pub canonical: bool,
    /// When was looked last, and what was found.
    pub checked: Option<(Moment, Found)>,
    /// When a job looks again.
    pub next_check_at: Option<Moment>,
}

impl Row {
    fn claim(self) -> Result<Claim> {
        let unknown = |what: &str| Error::internal(anyhow!("unknown {what:?} of a domain"));
        let found = self.found.as_deref();
        let found = found
            .map(|name| Found::parse(name).ok_or_else(|| unknown(name)))
            .transpose()?;
        Ok(Claim {
            proof: Proof {
                state: ProofState::parse(&self.state).ok_or_else(|| unknown(&self.state))?,
                since: self.since.0,
                failing_since: self.failing_since.map(Moment::from),
                checks: self.checks,
            },
            domain: self.domain,
            token: self.token,
            canonical: self.canonical,
            checked: self.checked_at.map(Moment::from).zip(found),
            next_check_at: self.next_check_at.map(Moment::from),
        })
    }
}

/// All claims of the tenant, by name.
///
/// # Errors
/// The database is away.
pub fn all(tx: &mut TenantTx<'_>) -> Result<Vec<Claim>> {
    let rows: Vec<Row> = domains::table
        .filter(domains::tenant_id.eq(tx.tenant().uuid()))
        .order(domains::domain)
        .select(Row::as_select())
        .load(tx.conn)?;
    rows.into_iter().map(Row::claim).collect()
}

/// One claim; none if it was given up.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, domain: &str) -> Result<Option<Claim>> {
    let row: Option<Row> = domains::table
        .find((tx.tenant().uuid(), domain))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    row.map(Row::claim).transpose()
}

/// The same, locked: two looks at once follow each other.
///
/// # Errors
/// The database is away.
pub fn locked(tx: &mut TenantTx<'_>, domain: &str) -> Result<Option<Claim>> {
    let row: Option<Row> = domains::table
        .find((tx.tenant().uuid(), domain))
        .select(Row::as_select())
        .for_update()
        .first(tx.conn)
        .optional()?;
    row.map(Row::claim).transpose()
}

/// Claims a domain; false if the tenant has already.
///
/// # Errors
/// The database is away.
pub fn claim(tx: &mut TenantTx<'_>, domain: &OwnDomain, token: &str, now: Moment, next: Moment) -> Result<bool> {
    let added = diesel::insert_into(domains::table)
        .values((
            domains::tenant_id.eq(tx.tenant().uuid()),
            domains::domain.eq(domain.as_str()),
            domains::token.eq(token),
            domains::since.eq(At(now)),
            domains::next_check_at.eq(At(next)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(added == 1)
}

/// Gives a claim up; false if there is none.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, domain: &str) -> Result<bool> {
    let row = domains::table.find((tx.tenant().uuid(), domain));
    Ok(diesel::delete(row).execute(tx.conn)? == 1)
}

/// Has links name a proven domain, or the subdomain again. False if the domain isn't proven.
///
/// # Errors
/// The database is away.
pub fn choose(tx: &mut TenantTx<'_>, domain: Option<&str>) -> Result<bool> {
    let own = domains::table.filter(domains::tenant_id.eq(tx.tenant().uuid()));
    diesel::update(own.filter(domains::canonical))
        .set(domains::canonical.eq(false))
        .execute(tx.conn)?;
    let Some(domain) = domain else { return Ok(true) };
    let chosen = own.filter(domains::domain.eq(domain).and(domains::state.eq("proven")));
    let changed = diesel::update(chosen)
        .set(domains::canonical.eq(true))
        .execute(tx.conn)?;
    Ok(changed == 1)
}

/// Whether another tenant has proved the domain.
///
/// # Errors
/// The database is away.
pub fn is_anothers(tx: &mut SystemTx<'_>, tenant: Uuid, domain: &str) -> Result<bool> {
    let other = domains::table
        .filter(domains::domain.eq(domain).and(domains::state.eq("proven")))
        .filter(domains::tenant_id.ne(tenant));
    Ok(diesel::select(diesel::dsl::exists(other)).get_result(tx.conn)?)
}

/// Writes down what a look brought. A domain that isn't proven any more isn't named by links either.
///
/// # Errors
/// Another tenant has proved it this moment, or the database is away.
pub fn note(
    tx: &mut SystemTx<'_>,
    tenant: Uuid,
    domain: &str,
    (proof, found): (Proof, Found),
    now: Moment,
    next: Option<Moment>,
) -> Result<()> {
    let row = domains::table.find((tenant, domain));
    if proof.state != ProofState::Proven {
        diesel::update(row).set(domains::canonical.eq(false)).execute(tx.conn)?;
    }
    let noted = diesel::update(row)
        .set((
            domains::state.eq(proof.state.name()),
            domains::since.eq(At(proof.since)),
            domains::failing_since.eq(proof.failing_since.map(At)),
            domains::checks.eq(proof.checks),
            domains::checked_at.eq(At(now)),
            domains::found.eq(found.name()),
            domains::next_check_at.eq(next.map(At)),
        ))
        .execute(tx.conn);
    match noted {
        Ok(_) => Ok(()),
        Err(error) if violates(&error, "domains_proven_once") => Err(taken()),
        Err(error) => Err(error.into()),
    }
}

/// What is said where another tenant has proved a domain.
pub fn taken() -> Error {
    let words = "Another business on this platform has proved that this domain is its own. It can be claimed once that \
                 business gives it up, or a few days after its record is gone from the DNS.";
    Error::conflict("domain_taken", words)
}
