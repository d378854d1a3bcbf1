//! Templates in place of the theme's, and what would become of a change before it is published.

use super::{
    branding::{Branding, ChosenLook},
    branding_files::publish,
};
use crate::{
    app::console::{Look, Part},
    domain::brand::Brand,
    error::Error,
    store::looks::File,
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
        gallery, looks,
        theme::{MAX_TEXT_BYTES, Own, Theme, ThemeError, may_be_own},
        upload,
    },
};
use actix_web::{
    delete, get, post, put,
    web::{Data, Json, Payload, Query},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(read)
        .service(set)
        .service(reset)
        .service(preview);
}

/// All templates that can be replaced.
#[derive(Serialize, ToSchema)]
struct TemplateList {
    items: Vec<TemplateRow>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
struct TemplateRow {
    name: String,
    /// Replaced by one of the marketplace's own.
    own: bool,
}

/// Which template.
#[derive(Deserialize, IntoParams)]
struct WhichTemplate {
    /// As in `parts/hero`.
    #[serde(default)]
    name: String,
}

/// A template.
#[derive(Serialize, ToSchema)]
struct TemplateText {
    name: String,
    /// The theme's.
    original: String,
    own: Option<String>,
}

/// All templates that can be replaced, by name.
#[utoipa::path(tag = "console", responses((status = 200, body = TemplateList), (status = 401, body = Problem),
    (status = 403, body = Problem)))]
#[get("/admin/branding/templates")]
async fn list(site: Site, _by: Staff<may::Branding>) -> Json<TemplateList> {
    let own = site.frame.theme.chosen().templates;
    let names = site.frame.theme.sources().keys().filter(|name| may_be_own(name));
    let items = names.map(|name| TemplateRow {
        own: own.contains_key(name),
        name: name.clone(),
    });
    Json(TemplateList { items: items.collect() })
}

/// One template: the theme's, and the marketplace's own.
#[utoipa::path(tag = "console", params(WhichTemplate), responses((status = 200, body = TemplateText),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
#[get("/admin/branding/template")]
async fn read(
    web: Data<Web>,
    site: Site,
    _by: Staff<may::Branding>,
    Query(which): Query<WhichTemplate>,
) -> Result<Json<TemplateText>> {
    let original = site.frame.theme.sources().get(&which.name);
    let original = original
        .filter(|_| may_be_own(&which.name))
        .ok_or_else(Error::not_found)?;
    let mut own = worn(&web, &site).await?;
    Ok(Json(TemplateText {
        own: own.templates.remove(&which.name),
        original: original.clone(),
        name: which.name,
    }))
}

/// Publishes a template, if every sample page can be written with it.
#[utoipa::path(tag = "console", params(WhichTemplate), request_body(content = String, content_type = "text/plain"),
    responses((status = 200, body = Branding), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 422, description = "Says line and reason", body = Problem)))]
#[put("/admin/branding/template")]
async fn set(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Branding>,
    Query(which): Query<WhichTemplate>,
    payload: Payload,
) -> Result<Json<Branding>> {
    let text = upload::text(&web, &site, payload, MAX_TEXT_BYTES, "template").await?;
    let mut own = worn(&web, &site).await?;
    own.templates.insert(which.name.clone(), text.clone());
    attempt(&web, &site, own, site.tenant.brand.clone(), gallery::try_all).await?;
    let file = File {
        media_type: "text/x-handlebars".to_owned(),
        body: text.into_bytes(),
    };
    publish(&web, &site, &by, Part::Template(which.name), Some(file)).await
}

/// Goes back to the theme's template.
#[utoipa::path(tag = "console", params(WhichTemplate), responses((status = 200, body = Branding),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[delete("/admin/branding/template")]
async fn reset(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Branding>,
    Query(which): Query<WhichTemplate>,
) -> Result<Json<Branding>> {
    publish(&web, &site, &by, Part::Template(which.name), None).await
}

/// A change to look at; what is absent is as it is now.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Trial {
    page: TrialPage,
    look: Option<ChosenLook>,
    css: Option<String>,
    template: Option<TrialTemplate>,
}

/// Pages that can be looked at.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TrialPage {
    Home,
    Seller,
    Room,
    Wallet,
    Mail,
}

impl TrialPage {
    fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Seller => "seller",
            Self::Room => "room",
            Self::Wallet => "wallet",
            Self::Mail => "mail",
        }
    }
}

/// A template that isn't published yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TrialTemplate {
    name: String,
    text: String,
}

/// How a page would look.
#[derive(Serialize, ToSchema)]
struct Preview {
    html: String,
    /// Tokens and own style sheet, over those that the page names.
    css: String,
}

/// How a page with sample data would look after a change; nothing is changed.
#[utoipa::path(tag = "console", request_body = Trial, responses((status = 200, body = Preview),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/branding/preview")]
async fn preview(web: Data<Web>, site: Site, _by: Staff<may::Branding>, payload: Payload) -> Result<Json<Preview>> {
    // Texts come inside of JSON, which may double them.
    let body = upload::passing_text(payload, 3 * MAX_TEXT_BYTES, "page").await?;
    let trial: Trial =
        serde_json::from_str(&body).map_err(|error| Error::field("page", format!("That can't be read. {error}")))?;
    let mut own = worn(&web, &site).await?;
    own.css = trial.css.or(own.css);
    own.templates
        .extend(trial.template.map(|template| (template.name, template.text)));
    let (page, lang) = (trial.page.name(), site.tenant.language.clone());
    let present = site.tenant.brand.clone();
    let brand = match trial.look {
        Some(look) => Some(Look::from(look).over(present.as_ref())?),
        None => present,
    };
    let shown = attempt(&web, &site, own, brand, move |theme| {
        let html = gallery::sample(theme, &lang, page)?;
        let own = theme.own_stylesheet().map_or("", |sheet| &sheet.css);
        Ok(Preview {
            html,
            css: format!("{}{own}", theme.stylesheet().css),
        })
    });
    Ok(Json(shown.await?))
}

/// What is published now, to be changed.
async fn worn(web: &Web, site: &Site) -> Result<Own> {
    let brand = site.tenant.brand.clone();
    Ok(web
        .app
        .db
        .read(&site.scope, move |tx| looks::read(tx, brand.as_ref()))
        .await?)
}

/// Makes a theme of a change and works with it, off the async threads. What the change can't be is said with its line.
pub(super) async fn attempt<T: Send + 'static>(
    web: &Web,
    site: &Site,
    own: Own,
    brand: Option<Brand>,
    work: impl FnOnce(&Theme) -> std::result::Result<T, ThemeError> + Send + 'static,
) -> Result<T> {
    let (themes, tenant) = (Arc::clone(&web.themes), Arc::clone(&site.tenant));
    let made = tokio::task::spawn_blocking(move || {
        themes
            .get(&tenant.theme)
            .tailored(brand.as_ref(), &own)
            .and_then(|theme| work(&theme))
    });
    made.await.map_err(Error::internal)?.map_err(|error| match error {
        ThemeError::Own { name, wrong } if name == "css" => Error::field("css", wrong.to_string()).into(),
        error @ ThemeError::Own { .. } => Error::field("template", error.to_string()).into(),
        error => Error::from(error).into(),
    })
}
