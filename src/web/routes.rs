//! The map: which route is where. Pages and API belong to a tenant's host; the platform's own host has a few pages.

use super::{api, assets, docs, error::no_route, extract, gate, ops, pages, sockets, state::Web};
use actix_web::{
    guard::fn_guard,
    middleware::from_fn,
    web::{self, Data, ServiceConfig},
};

pub(super) fn routes(config: &mut ServiceConfig, web: &Data<Web>) {
    config
        .configure(extract::bounds)
        .configure(ops::routes)
        .configure(sockets::nodes);
    assets::routes(config, &web.assets());
    let own = Data::clone(web);
    let platform = web::scope("")
        .guard(fn_guard(move |context| super::site::is_platform(context.head(), &own)))
        .wrap(from_fn(gate::platform))
        .configure(pages::platform)
        .default_service(web::to(no_route));
    let tenant = web::scope("")
        .wrap(from_fn(gate::tenant))
        .configure(docs::routes)
        .service(api::v1())
        .configure(sockets::people)
        .configure(pages::tenant)
        .default_service(web::to(no_route));
    config.service(platform).service(tenant);
}
