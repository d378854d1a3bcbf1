//! Numbers for Prometheus.

use super::state::Live;
use actix_web::{HttpResponse, http::header};
use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Requests' durations in seconds, by method, route pattern and status.
pub const REQUEST_SECONDS: &str = "http_request_duration_seconds";

/// Upper bounds of the durations' buckets, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// How often what was measured is folded into the buckets; it piles up until then.
const UPKEEP: Duration = Duration::from_secs(5);

/// The process's recorder, installed by the first who asks: the `metrics` crate knows one a process.
///
/// # Errors
/// Somebody else installed another.
pub fn recorder() -> anyhow::Result<PrometheusHandle> {
    static INSTALLED: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .context("the metrics' recorder can't be installed")?;
    metrics::describe_histogram!(REQUEST_SECONDS, metrics::Unit::Seconds, "How long requests took");
    *installed = Some(handle.clone());
    Ok(handle)
}

/// Keeps the recorder's memory bounded while nobody scrapes. Ends with the runtime.
pub(super) fn start_upkeep(handle: PrometheusHandle) {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            handle.run_upkeep();
        }
    });
}

/// What is going on this moment, on this server.
pub(super) fn count_live(live: &Live) {
    let gauges = [
        ("calls_live", live.registry.count()),
        ("sockets_open", live.registry.people().count()),
        ("media_nodes", live.hub.count()),
    ];
    for (name, count) in gauges {
        metrics::gauge!(name).set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
    }
}

pub(super) fn page(handle: &PrometheusHandle) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(handle.render())
}
