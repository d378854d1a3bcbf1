//! The tenant's console, at the tenant's own host. Every handler asks for a
//! [`Staff`](crate::web::extract::Staff) that names the permission it needs.

mod books;
mod branding;
mod branding_files;
mod branding_templates;
mod categories;
mod charges;
mod chats;
mod dashboard;
mod disputes;
mod documents;
mod domains;
mod erase_person;
mod exports;
mod gateway_accounts;
mod gateway_messages;
mod identity_checks;
mod lists;
mod look_archive;
mod payouts;
mod people;
mod recordings;
mod refunds;
mod running;
mod sellers;
mod settings;
mod shares;
mod staff;
mod studios;
mod subscription;
mod words;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    staff::routes(config);
    people::routes(config);
    payouts::routes(config);
    books::routes(config);
    identity_checks::routes(config);
    lists::routes(config);
    settings::routes(config);
    dashboard::routes(config);
    domains::routes(config);
    chats::routes(config);
    recordings::routes(config);
    running::routes(config);
    refunds::routes(config);
    disputes::routes(config);
    documents::routes(config);
    charges::routes(config);
    shares::routes(config);
    categories::routes(config);
    sellers::routes(config);
    studios::routes(config);
    subscription::routes(config);
    branding::routes(config);
    branding_files::routes(config);
    branding_templates::routes(config);
    look_archive::routes(config);
    words::routes(config);
    exports::routes(config);
    gateway_accounts::routes(config);
    gateway_messages::routes(config);
    erase_person::routes(config);
}
