//! The tenant's console, at the tenant's own host. Every handler asks for a
//! [`Staff`](crate::web::extract::Staff) that names the permission it needs.

mod dashboard;
mod export;
mod lists;
mod people;
mod running;
mod settings;
mod staff;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    staff::routes(config);
    people::routes(config);
    lists::routes(config);
    settings::routes(config);
    dashboard::routes(config);
    export::routes(config);
    running::routes(config);
}
