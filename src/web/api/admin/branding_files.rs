//! The files of a look: pictures and the style sheet of its own.

use super::branding::{Branding, changed};
use crate::{
    app::{
        console::{self, Part},
        pictures,
    },
    domain::{
        brand::FileHash,
        picture::{MAX_BYTES, Purpose},
    },
    error::Error,
    store::looks::{self, File},
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
        theme::{MAX_TEXT_BYTES, scoped},
        upload,
    },
};
use actix_web::{
    delete, get, put,
    web::{Data, Json, Path, Payload},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(set_picture)
        .service(drop_picture)
        .service(set_css)
        .service(drop_css)
        .service(read);
}

/// Which picture.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Which {
    /// In the head of pages.
    Logo,
    /// In browser tabs.
    Favicon,
}

impl Which {
    fn part(self) -> Part {
        match self {
            Self::Logo => Part::Logo,
            Self::Favicon => Part::Favicon,
        }
    }

    fn purpose(self) -> Purpose {
        match self {
            Self::Logo => Purpose::Logo,
            Self::Favicon => Purpose::Favicon,
        }
    }
}

pub(super) async fn publish(
    web: &Web,
    site: &Site,
    by: &Staff<may::Branding>,
    part: Part,
    file: Option<File>,
) -> Result<Json<Branding>> {
    let theme = site.frame.theme.chosen();
    let tenant = console::publish_part(&web.app, by, theme, part, file).await?;
    changed(web, &site.scope, &tenant).await
}

/// Publishes a picture: PNG, JPEG, WebP, GIF or SVG, known by what is in it, and made anew.
#[utoipa::path(tag = "console", params(("picture" = Which, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Branding), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 422, body = Problem)))]
#[put("/admin/branding/pictures/{picture}")]
async fn set_picture(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Branding>,
    which: Path<Which>,
    payload: Payload,
) -> Result<Json<Branding>> {
    let sent = upload::bytes(&web, &site, payload, MAX_BYTES, "picture").await?;
    let file = pictures::remake(sent, which.purpose()).await?;
    publish(&web, &site, &by, which.part(), Some(file)).await
}

/// Goes back to the theme's picture.
#[utoipa::path(tag = "console", params(("picture" = Which, Path)), responses((status = 200, body = Branding),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[delete("/admin/branding/pictures/{picture}")]
async fn drop_picture(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Branding>,
    which: Path<Which>,
) -> Result<Json<Branding>> {
    publish(&web, &site, &by, which.part(), None).await
}

/// Publishes a style sheet over the theme's. It holds for the marketplace's pages and fetches nothing from elsewhere.
#[utoipa::path(tag = "console", request_body(content = String, content_type = "text/css"),
    responses((status = 200, body = Branding), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 422, description = "Says line and reason", body = Problem)))]
#[put("/admin/branding/css")]
async fn set_css(web: Data<Web>, site: Site, by: Staff<may::Branding>, payload: Payload) -> Result<Json<Branding>> {
    let css = upload::text(&web, &site, payload, MAX_TEXT_BYTES, "css").await?;
    scoped(&css).map_err(|wrong| Error::field("css", wrong.to_string()))?;
    let file = File {
        media_type: "text/css".to_owned(),
        body: css.into_bytes(),
    };
    publish(&web, &site, &by, Part::Css, Some(file)).await
}

/// Goes without a style sheet of its own.
#[utoipa::path(tag = "console", responses((status = 200, body = Branding), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
#[delete("/admin/branding/css")]
async fn drop_css(web: Data<Web>, site: Site, by: Staff<may::Branding>) -> Result<Json<Branding>> {
    publish(&web, &site, &by, Part::Css, None).await
}

/// A text as it was published.
#[derive(Serialize, ToSchema)]
struct PublishedText {
    text: String,
}

/// A text of this look or an earlier one, by its name.
#[utoipa::path(tag = "console", responses((status = 200, body = PublishedText), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/branding/files/{hash}")]
async fn read(
    web: Data<Web>,
    site: Site,
    _by: Staff<may::Branding>,
    hash: Path<String>,
) -> Result<Json<PublishedText>> {
    let wanted = [FileHash::try_from(hash.into_inner()).map_err(|_| Error::not_found())?];
    let found = web
        .app
        .db
        .read(&site.scope, move |tx| looks::files(tx, &wanted))
        .await?;
    let text = found
        .into_values()
        .find(|file| file.media_type.starts_with("text/"))
        .and_then(|file| String::from_utf8(file.body).ok());
    Ok(Json(PublishedText {
        text: text.ok_or_else(Error::not_found)?,
    }))
}
