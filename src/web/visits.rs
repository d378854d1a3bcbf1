//! Visits of the platform's staff at a tenant's console: the way in, and what is known of who comes with its cookie.

use super::{
    error::Result,
    site::Site,
    state::Web,
    tokens::{self, VISIT},
};
use crate::{
    app::console::{self, Visit},
    error::{self, Error},
};
use actix_web::{
    HttpResponse,
    dev::ServiceRequest,
    get,
    http::header,
    web::{Data, Query, ServiceConfig},
};
use serde::Deserialize;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(enter);
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    token: String,
}

/// The link that the platform's console opens.
#[get("/admin/view-as")]
async fn enter(web: Data<Web>, site: Site, Query(link): Query<Link>) -> Result<HttpResponse> {
    let address = site.client.to_string();
    let entered = console::enter(&web.app, &site.scope, &link.token, &address).await?;
    let gone = || {
        let words = "This link was used, or is too old. Ask for a new one in the platform's console.";
        Error::conflict("link_expired", words)
    };
    let entered = entered.ok_or_else(gone)?;
    Ok(HttpResponse::SeeOther()
        .cookie(tokens::visit_cookie(&web, &entered))
        .insert_header((header::LOCATION, "/admin"))
        .finish())
}

/// Whether a request is one that a visit may have a part in.
fn at_console(path: &str) -> bool {
    path == "/admin" || path.starts_with("/admin/") || path.starts_with("/api/v1/admin/")
}

/// The visit that a request is part of: then it is nobody else's, whatever other cookies it carries.
///
/// # Errors
/// It would change something, or the database is away.
pub(super) async fn of(web: &Web, request: &ServiceRequest, path: &str, site: &Site) -> error::Result<Option<Visit>> {
    if !at_console(path) {
        return Ok(None);
    }
    let Some(cookie) = request.cookie(VISIT) else {
        return Ok(None);
    };
    let visit = console::visit(&web.app, &site.scope, cookie.value()).await?;
    if visit.is_some() && !request.method().is_safe() {
        return Err(console::read_only());
    }
    Ok(visit)
}
