//! The JSON API, one file a resource, each with its own `routes`. What they describe of themselves is collected into
//! [`openapi`].

mod admin;
mod bookings;
mod calendar;
mod call_chat;
pub(super) mod calls;
mod conversations;
mod documents;
mod extensions;
mod guests;
mod hours;
mod legs;
mod me;
mod people;
mod private_rooms;
mod push;
mod recordings;
mod register;
mod reviews;
mod sellers;
mod selling;
mod session;
mod snapshots;
mod studio;
mod tips;
mod wallet;

use actix_web::{App, dev::HttpServiceFactory};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_actix_web::{AppExt, OpenApiFactory, scope, service_config::ServiceConfig};

#[derive(OpenApi)]
#[openapi(
    info(title = "Tallyroom", description = "The API of one tenant's marketplace, at the tenant's own host."),
    components(schemas(super::Problem)),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        api.components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// Everything below `/api/v1`.
pub(super) fn v1() -> impl HttpServiceFactory + OpenApiFactory + 'static {
    scope("/api/v1").configure(routes)
}

fn routes(config: &mut ServiceConfig) {
    calls::routes(config);
    call_chat::routes(config);
    extensions::routes(config);
    guests::routes(config);
    private_rooms::routes(config);
    legs::routes(config);
    recordings::routes(config);
    snapshots::routes(config);
    session::routes(config);
    register::routes(config);
    me::routes(config);
    push::routes(config);
    wallet::routes(config);
    documents::routes(config);
    selling::routes(config);
    hours::routes(config);
    calendar::routes(config);
    bookings::routes(config);
    sellers::routes(config);
    studio::routes(config);
    tips::routes(config);
    reviews::routes(config);
    people::routes(config);
    conversations::routes(config);
    admin::routes(config);
}

/// The description that `/api/openapi.json` and `tallyroom openapi` show.
pub fn openapi() -> openapi::OpenApi {
    App::new()
        .into_utoipa_app()
        .openapi(Description::openapi())
        .service(v1())
        .split_for_parts()
        .1
}
