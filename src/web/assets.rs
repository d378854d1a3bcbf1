//! Styles, scripts, fonts and pictures: built ones, and each tenant's few tokens.

use super::{
    error::Result,
    headers::unless_known,
    site::{self, Home},
    state::Web,
    theme::mark,
    unrouted::nothing_there,
};
use crate::{
    app::snapshots,
    domain::{brand::FileHash, ids::UserId},
    error,
    store::{
        TenantScope,
        looks::{self, File},
        photos,
    },
};
use actix_files::Files;
use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    get,
    http::header::{self, EntityTag, HeaderValue},
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
        .service(picture)
        .service(initials)
        .service(face)
        .service(still)
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
    let theme = match &resident(&web, &request).await? {
        Some(home) => web.theme(&home.tenant, &home.scope).await?,
        None => web.themes.get("default"),
    };
    let own = theme.own_stylesheet().filter(|own| own.hash == *hash);
    let sheet = own.unwrap_or(theme.stylesheet());
    let cache = if *hash == sheet.hash { FOREVER } else { "no-cache" };
    Ok(HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, cache))
        .body(sheet.css.clone()))
}

/// Whatever a picture holds, opened by itself it is a picture and nothing else.
const INERT: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// A picture of the host's tenant.
#[get("/look/{hash}")]
async fn picture(web: Data<Web>, request: HttpRequest, hash: Path<String>) -> Result<HttpResponse> {
    let scope = counted(&web, &request).await?;
    let wanted = [FileHash::try_from(hash.into_inner()).map_err(|_| error::Error::not_found())?];
    let found = web.app.db.read(&scope, move |tx| looks::files(tx, &wanted)).await?;
    let found = found.into_values().find(|file| file.media_type.starts_with("image/"));
    Ok(inert(found.ok_or_else(error::Error::not_found)?))
}

/// The face of one of the host's sellers.
#[get("/photos/{hash}")]
async fn face(web: Data<Web>, request: HttpRequest, hash: Path<String>) -> Result<HttpResponse> {
    let scope = counted(&web, &request).await?;
    let hash = FileHash::try_from(hash.into_inner()).map_err(|_| error::Error::not_found())?;
    let found = web.app.db.read(&scope, move |tx| photos::find(tx, &hash)).await?;
    Ok(inert(found.ok_or_else(error::Error::not_found)?))
}

/// The still of one of the host's sellers in their call. Nobody shows it without asking: it may be taken back at any time.
#[get("/snapshots/{seller}")]
async fn still(web: Data<Web>, request: HttpRequest, seller: Path<String>) -> Result<HttpResponse> {
    let scope = counted(&web, &request).await?;
    let seller: UserId = seller.parse().map_err(|_| error::Error::not_found())?;
    let still = snapshots::show(&web.app, &scope, seller).await?;
    let tag = EntityTag::new_strong(still.hash);
    let mut response = unless_known(&request, tag, "no-cache", "image/jpeg", still.body);
    let policy = HeaderValue::from_static(INERT);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Whose host was asked.
async fn home(web: &Web, request: &HttpRequest) -> Result<Home> {
    Ok(resident(web, request).await?.ok_or_else(error::Error::not_found)?)
}

async fn resident(web: &Web, request: &HttpRequest) -> Result<Option<Home>> {
    let asked = site::asked_host(request.head(), web);
    Ok(web.hosts.find(web, site::without_port(&asked)).await?)
}

/// The right to read a picture of the host's tenant, which is in the database; counted.
async fn counted(web: &Web, request: &HttpRequest) -> Result<TenantScope> {
    let home = home(web, request).await?;
    web.limits.picture(home.tenant.id, site::client(request.head(), web))?;
    Ok(home.scope)
}

fn inert(file: File) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(file.media_type)
        .insert_header((header::CACHE_CONTROL, FOREVER))
        .insert_header((header::CONTENT_SECURITY_POLICY, INERT))
        .body(file.body)
}

/// The picture of a tenant that has chosen none; its name may change.
#[get("/mark.svg")]
async fn initials(web: Data<Web>, request: HttpRequest) -> Result<HttpResponse> {
    let Home { tenant, scope, .. } = home(&web, &request).await?;
    let theme = web.theme(&tenant, &scope).await?;
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::CONTENT_SECURITY_POLICY, INERT))
        .body(mark::mark(&tenant.name, &theme.verdict())))
}
