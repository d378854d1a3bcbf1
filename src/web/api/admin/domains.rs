//! The marketplace's own domains, and the address that links name.

use crate::{
    app::domains,
    domain::own_domain::{Found, ProofState, record_of, shown},
    store::{
        domains::{self as stored, Claim},
        tenants,
    },
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
    },
};
use actix_web::{
    delete, get, post, put,
    web::{Data, Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(add)
        .service(check)
        .service(remove)
        .service(choose);
}

/// Where the marketplace is.
#[derive(Serialize, ToSchema)]
struct Addresses {
    /// The host that it has from the platform.
    subdomain: String,
    /// The host that links name.
    address: String,
    items: Vec<ClaimedDomain>,
}

/// A domain that the marketplace claims.
#[derive(Serialize, ToSchema)]
struct ClaimedDomain {
    /// As the DNS spells it.
    domain: String,
    /// As people read it.
    shown: String,
    state: ProofState,
    /// Since when it is in its state.
    since: i64,
    /// Links name it.
    canonical: bool,
    /// The TXT record that proves it.
    record: Record,
    /// The record of a proven domain has been missing since then; after three days it isn't served any more.
    failing_since: Option<i64>,
    checked_at: Option<i64>,
    /// What was found then.
    found: Option<Found>,
    /// When is looked again; it was given up without.
    next_check_at: Option<i64>,
}

/// A TXT record in the DNS.
#[derive(Serialize, ToSchema)]
struct Record {
    name: String,
    value: String,
}

impl From<Claim> for ClaimedDomain {
    fn from(claim: Claim) -> Self {
        Self {
            shown: shown(&claim.domain),
            state: claim.proof.state,
            since: claim.proof.since.0,
            canonical: claim.canonical,
            record: Record {
                name: record_of(&claim.domain),
                value: claim.token,
            },
            failing_since: claim.proof.failing_since.map(|at| at.0),
            checked_at: claim.checked.map(|(at, _)| at.0),
            found: claim.checked.map(|(_, found)| found),
            next_check_at: claim.next_check_at.map(|at| at.0),
            domain: claim.domain,
        }
    }
}

async fn addresses(web: &Web, site: &Site) -> Result<Json<Addresses>> {
    let read = web.app.db.read(&site.scope, |tx| {
        Ok(Addresses {
            subdomain: tenants::subdomain(tx)?,
            address: tenants::host(tx)?,
            items: stored::all(tx)?.into_iter().map(ClaimedDomain::from).collect(),
        })
    });
    Ok(Json(read.await?))
}

/// The marketplace's domains, with what proves them.
#[utoipa::path(tag = "console", responses((status = 200, body = Addresses), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
#[get("/admin/domains")]
async fn list(web: Data<Web>, site: Site, _by: Staff<may::Settings>) -> Result<Json<Addresses>> {
    addresses(&web, &site).await
}

/// Which domain.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Claimed {
    domain: String,
}

/// Claims a domain; the answer names the record that proves it. A claim alone is in nobody's way.
#[utoipa::path(tag = "console", request_body = Claimed, responses((status = 200, body = Addresses),
    (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 409, description = "Another business has proved it, or it is claimed already", body = Problem),
    (status = 422, body = Problem)))]
#[post("/admin/domains")]
async fn add(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Settings>,
    Json(typed): Json<Claimed>,
) -> Result<Json<Addresses>> {
    domains::claim(&web.app, &by, &typed.domain).await?;
    addresses(&web, &site).await
}

/// Looks for the record now; at most every five seconds.
#[utoipa::path(tag = "console", params(("domain" = String, Path)), responses((status = 200, body = Addresses),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 429, body = Problem)))]
#[post("/admin/domains/{domain}/check")]
async fn check(web: Data<Web>, site: Site, by: Staff<may::Settings>, domain: Path<String>) -> Result<Json<Addresses>> {
    domains::check_now(&web.app, &by, domain.into_inner()).await?;
    changed(&web, &site).await
}

/// Gives a domain up; it isn't served from now on.
#[utoipa::path(tag = "console", params(("domain" = String, Path)), responses((status = 200, body = Addresses),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
#[delete("/admin/domains/{domain}")]
async fn remove(web: Data<Web>, site: Site, by: Staff<may::Settings>, domain: Path<String>) -> Result<Json<Addresses>> {
    domains::remove(&web.app, &by, domain.into_inner()).await?;
    changed(&web, &site).await
}

/// Which address links name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChosenAddress {
    /// A proven domain; the subdomain without.
    domain: Option<String>,
}

/// Has links name a proven domain, or the subdomain again. Visitors of the other hosts are led there.
#[utoipa::path(tag = "console", request_body = ChosenAddress, responses((status = 200, body = Addresses),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem)))]
#[put("/admin/address")]
async fn choose(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Settings>,
    Json(chosen): Json<ChosenAddress>,
) -> Result<Json<Addresses>> {
    domains::choose_address(&web.app, &by, chosen.domain).await?;
    changed(&web, &site).await
}

/// Everybody sees it at once.
async fn changed(web: &Web, site: &Site) -> Result<Json<Addresses>> {
    web.hosts.forget(site.tenant.id);
    addresses(web, site).await
}
