//! For whoever runs the server; at any host, since load balancers and scrapers come by address.

use super::{error::Result, metrics, state::Web};
use crate::error::Error;
use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, ServiceConfig},
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(alive).service(ready).service(numbers);
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

/// Numbers for Prometheus, which comes directly: what comes through our proxies comes from outside.
#[get("/metrics")]
async fn numbers(web: Data<Web>, request: HttpRequest) -> Result<HttpResponse> {
    let forwarded = request.headers().contains_key("x-forwarded-for");
    if forwarded && web.app.config.http.trusted_proxies > 0 {
        return Err(Error::not_found().into());
    }
    metrics::count_live(&web.live);
    Ok(metrics::page(&web.metrics))
}
