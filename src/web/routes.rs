//! The map: which route is where. Pages and API belong to a tenant's host; the platform's own host has a few pages.

use super::{
    admin_ui, api, assets, docs, extract, gate, ops, pages, platform_api, site, sockets, state::Web,
    unrouted::no_route, visits, webhooks,
};
use actix_web::{
    guard::{Guard, Not, fn_guard},
    middleware::from_fn,
    web::{self, Data, ServiceConfig},
};

pub(super) fn routes(config: &mut ServiceConfig, web: &Data<Web>) {
    config
        .configure(extract::bounds)
        .configure(ops::routes)
        .configure(sockets::nodes);
    assets::routes(config, &web.assets());
    admin_ui::files(config, &web.app.config.console.directory);
    // First, so that `no_route` knows a tenant's paths: of two scopes with the same prefix actix looks only the first up.
    let tenant = web::scope("")
        .guard(Not(at_platform(web)))
        .wrap(from_fn(gate::tenant))
        .configure(docs::routes)
        .service(api::v1())
        .configure(sockets::people)
        .configure(visits::routes)
        .configure(webhooks::routes)
        .configure(admin_ui::pages)
        .configure(pages::tenant);
    let platform = web::scope("")
        .guard(at_platform(web))
        .wrap(from_fn(gate::platform))
        .configure(docs::of_platform)
        .service(platform_api::all())
        .configure(admin_ui::pages)
        .configure(pages::platform);
    // The scopes take this over, so it is reached through their gates.
    config
        .service(tenant)
        .service(platform)
        .default_service(web::to(no_route));
}

fn at_platform(web: &Data<Web>) -> impl Guard + use<> {
    let web = Data::clone(web);
    fn_guard(move |context| site::is_platform(context.head(), &web))
}
