//! The consoles' one program, as it was built: at `/admin` of the platform's host for whoever comes, at a tenant's host
//! for its staff.

use super::{assets, error::Result, site::Site, state::Web, unrouted::nothing_there};
use crate::{
    app::{
        console::{StaffMember, Visit},
        identity::Viewer,
    },
    error::Error,
};
use actix_files::{Files, NamedFile};
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    middleware::from_fn,
    web::{self, Data, Path, ServiceConfig},
};
use std::path::Path as FilePath;

/// What carries a hash in its name, for everybody at every host.
pub(super) fn files(config: &mut ServiceConfig, folder: &FilePath) {
    // Without a build there is no folder, and nothing to be found in it.
    if folder.join("assets").is_dir() {
        let files = Files::new("/", folder.join("assets")).default_handler(web::to(nothing_there));
        config.service(web::scope("/admin/assets").wrap(from_fn(assets::keep)).service(files));
    }
}

pub(super) fn pages(config: &mut ServiceConfig) {
    config.service(front).service(page);
}

#[get("/admin")]
async fn front(
    web: Data<Web>,
    site: Option<Site>,
    viewer: Option<Viewer>,
    visit: Option<Visit>,
) -> Result<HttpResponse> {
    program(&web, site, viewer, visit).await
}

/// The program's page, told which console this host has.
async fn program(web: &Web, site: Option<Site>, viewer: Option<Viewer>, visit: Option<Visit>) -> Result<HttpResponse> {
    let face = if site.is_some() { "tenant" } else { "platform" };
    admit(web, site, viewer, visit).await?;
    let path = web.app.config.console.directory.join("index.html");
    let Ok(built) = tokio::fs::read_to_string(&path).await else {
        return Ok(unbuilt());
    };
    let told = built.replacen(
        "<meta name=\"face\" content=\"\"",
        &format!("<meta name=\"face\" content=\"{face}\""),
        1,
    );
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(told))
}

fn unbuilt() -> HttpResponse {
    let words =
        "The consoles haven't been built. Run: npm --prefix admin_ui install && npm --prefix admin_ui run build\n";
    HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE)
        .content_type("text/plain; charset=utf-8")
        .body(words)
}

/// Files without a hash by their names; every other path is the program's own to understand.
#[get("/admin/{path:.*}")]
async fn page(
    web: Data<Web>,
    request: HttpRequest,
    site: Option<Site>,
    viewer: Option<Viewer>,
    visit: Option<Visit>,
    path: Path<String>,
) -> Result<HttpResponse> {
    let loose = ["scheme.js", "favicon.svg"]
        .into_iter()
        .find(|name| *name == path.as_str());
    if let Some(name) = loose {
        return file(&web, &request, name).await;
    }
    if path.as_str() == "assets" || path.starts_with("assets/") {
        return Err(Error::not_found().into());
    }
    program(&web, site, viewer, visit).await
}

/// The platform's staff sign in inside; a tenant's have signed in before, unless the platform's visit it. For others there
/// is nothing here.
async fn admit(web: &Web, site: Option<Site>, viewer: Option<Viewer>, visit: Option<Visit>) -> Result<()> {
    let Some(site) = site.filter(|_| visit.is_none()) else {
        return Ok(());
    };
    let viewer = viewer.ok_or_else(Error::sign_in_needed)?;
    let member = StaffMember::of(&web.app, viewer, site.client.to_string()).await?;
    member.map(|_| ()).ok_or_else(|| Error::not_found().into())
}

async fn file(web: &Web, request: &HttpRequest, name: &str) -> Result<HttpResponse> {
    let path = web.app.config.console.directory.join(name);
    let Ok(file) = NamedFile::open_async(&path).await else {
        return Ok(unbuilt());
    };
    let mut answer = file.prefer_utf8(true).into_response(request);
    answer
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(answer)
}
