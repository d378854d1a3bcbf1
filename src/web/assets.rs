//! Styles, scripts, fonts and pictures: built ones, and each tenant's few tokens.

use super::{error::Result, site, state::Web, unrouted::nothing_there};
use actix_files::Files;
use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    get,
    http::header::{self, HeaderValue},
    middleware::{Next, from_fn},
    web::{self, Data, Path, ServiceConfig},
};
use std::path::Path as FilePath;

/// Their addresses carry a hash of what is in them.
const FOREVER: &str = "public, max-age=31536000, immutable";

pub(super) fn routes(config: &mut ServiceConfig, folder: &FilePath) {
    let files = Files::new("/", folder)
        .prefer_utf8(true)
        .default_handler(web::to(nothing_there));
    config
        .service(stylesheet)
        .service(web::scope("/assets").wrap(from_fn(keep)).service(files));
}

pub(super) async fn keep<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<B>, Error> {
    let mut response = next.call(request).await?;
    if response.status().is_success() {
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    }
    Ok(response)
}

/// The tokens of the host's theme. An address of older tokens gets the present ones, to be asked for again.
#[get("/theme/{hash}.css")]
async fn stylesheet(web: Data<Web>, request: HttpRequest, hash: Path<String>) -> Result<HttpResponse> {
    let asked = site::asked_host(request.head(), &web);
    let tenant = web.hosts.find(&web, site::without_port(&asked)).await?;
    let theme = match &tenant {
        Some((tenant, _)) => web.themes.of(tenant),
        None => web.themes.get("default"),
    };
    let (current, sheet) = theme.stylesheet();
    let cache = if *hash == current { FOREVER } else { "no-cache" };
    Ok(HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, cache))
        .body(sheet.to_owned()))
}
