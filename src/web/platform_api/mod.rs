//! The platform's own JSON API, at its own host: one file a resource, each with its own `routes`.

mod audit;
mod lists;
mod overview;
mod plans;
mod quotas;
mod session;
mod subscriptions;
mod tenants;

use actix_web::{App, dev::HttpServiceFactory};
use utoipa::{OpenApi, openapi};
use utoipa_actix_web::{AppExt, OpenApiFactory, scope, service_config::ServiceConfig};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tallyroom, the platform",
        description = "The API of those who run the platform, at its own host. Signed in with a cookie."
    ),
    components(schemas(super::Problem))
)]
struct Description;

/// Everything below `/api/platform`.
pub(super) fn all() -> impl HttpServiceFactory + OpenApiFactory + 'static {
    scope("/api/platform").configure(routes)
}

fn routes(config: &mut ServiceConfig) {
    session::routes(config);
    tenants::routes(config);
    plans::routes(config);
    quotas::routes(config);
    subscriptions::routes(config);
    audit::routes(config);
    overview::routes(config);
    lists::routes(config);
}

/// The description that the platform's `/api/openapi.json` shows.
pub fn openapi() -> openapi::OpenApi {
    App::new()
        .into_utoipa_app()
        .openapi(Description::openapi())
        .service(all())
        .split_for_parts()
        .1
}
