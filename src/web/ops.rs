//! For whoever runs the server; at any host, since load balancers and scrapers come by address.

use super::{error::Result, metrics, state::Web};
use crate::error::Error;
use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Query, ServiceConfig},
};
use serde::Deserialize;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(alive)
        .service(ready)
        .service(numbers)
        .service(may_have_certificate);
}

/// The process runs.
#[get("/healthz")]
async fn alive() -> &'static str {
    "ok\n"
}

/// It can serve: the database answers. What it answers is what every first request asks.
#[get("/readyz")]
async fn ready(web: Data<Web>) -> Result<&'static str> {
    web.app.db.tenant_by_host("").await?;
    Ok("ready\n")
}

/// Numbers for Prometheus.
#[get("/metrics")]
async fn numbers(web: Data<Web>, request: HttpRequest) -> Result<HttpResponse> {
    directly(&web, &request)?;
    metrics::count_live(&web.live);
    Ok(metrics::page(&web.metrics))
}

/// Which host a proxy would have a certificate for.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    domain: String,
}

/// Whether a proxy may have a certificate made for a host: one of the platform's that there is, or a domain that a tenant
/// has proved. Suspended tenants keep theirs: what their visitors are told comes through TLS, too.
#[get("/internal/tls/ask")]
async fn may_have_certificate(
    web: Data<Web>,
    request: HttpRequest,
    Query(asked): Query<Asked>,
) -> Result<HttpResponse> {
    directly(&web, &request)?;
    let domain = asked.domain.to_lowercase();
    let is_platform = web.app.config.http.public_url.host_str() == Some(&domain);
    if !is_platform && !web.hosts.has_been_home(&domain) {
        web.limits.certificate()?;
    }
    if is_platform || web.hosts.find(&web, &domain).await?.is_some() {
        return Ok(HttpResponse::Ok().body("yes\n"));
    }
    Err(Error::not_found().into())
}

/// Who asks this comes directly: what comes through our proxies comes from outside.
fn directly(web: &Web, request: &HttpRequest) -> Result<()> {
    let forwarded = request.headers().contains_key("x-forwarded-for");
    if forwarded && web.app.config.http.trusted_proxies > 0 {
        return Err(Error::not_found().into());
    }
    Ok(())
}
