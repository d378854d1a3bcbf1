//! The marketplace in numbers.

use crate::{
    domain::{money::Money, period::Period},
    store::console::{Dashboard, dashboard},
    web::{
        Problem, Result, Site, Web, csv,
        csv::Csv,
        extract::{Staff, may},
    },
};
use actix_web::{
    HttpResponse, get,
    web::{Data, Json, Query},
};
use jiff::tz::TimeZone;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(table);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Shown {
    /// How far back; a week unless it is said.
    #[serde(default)]
    period: Period,
}

/// Figures of the last day, week or month, in steps of the marketplace's own time.
#[utoipa::path(tag = "console", params(Shown), responses((status = 200, body = Dashboard),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/dashboard")]
async fn show(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Dashboard>,
    Query(shown): Query<Shown>,
) -> Result<Json<Dashboard>> {
    Ok(Json(read(&web, &by, shown.period, &zone(&site)).await?))
}

async fn read(web: &Web, by: &Staff<may::Dashboard>, period: Period, zone: &TimeZone) -> Result<Dashboard> {
    let bounds = period.bounds(web.app.now(), zone);
    let scope = by.viewer().scope;
    Ok(web.app.db.read(&scope, move |tx| dashboard(tx, &bounds)).await?)
}

fn zone(site: &Site) -> TimeZone {
    TimeZone::get(&site.tenant.time_zone).unwrap_or(TimeZone::UTC)
}

/// The same as a table.
#[utoipa::path(tag = "console", params(Shown), responses((status = 200, content_type = "text/csv", body = String),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/dashboard.csv")]
async fn table(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Dashboard>,
    Query(shown): Query<Shown>,
) -> Result<HttpResponse> {
    let zone = zone(&site);
    let figures = read(&web, &by, shown.period, &zone).await?;
    let mut lines = Csv::with_head(&["from", "calls", "minutes", "charged", "commission", "currency"]);
    let amount = |minor: i64| Money::new(minor, site.tenant.currency).decimal();
    for step in &figures.series {
        lines.line(&[
            &csv::instant(step.from_at, &zone),
            &step.calls.to_string(),
            &step.minutes.to_string(),
            &amount(step.charged_minor),
            &amount(step.commission_minor),
            &figures.currency,
        ]);
    }
    let name = format!("{}-{}", site.tenant.slug, shown.period.name());
    Ok(csv::download(&name).body(lines.bytes()))
}
