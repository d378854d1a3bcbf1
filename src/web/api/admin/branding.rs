//! How the marketplace looks.

use crate::{
    app::console::{self, Look},
    domain::{
        audit::Action,
        brand::{Brand, BrandRadius, BrandScheme, FileHash, Font, HexColor},
        tenant::Tenant,
    },
    store::{TenantScope, audit, looks},
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
        theme::{Own, Verdict},
    },
};
use actix_web::{
    get, post, put,
    web::{Data, Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(publish).service(check).service(revert);
}

/// The present look, what is made of it, and how it came to be.
#[derive(Serialize, ToSchema)]
pub(super) struct Branding {
    brand: HexColor,
    scheme: BrandScheme,
    radius: BrandRadius,
    font: Option<Font>,
    page_title: String,
    #[serde(flatten)]
    verdict: LookVerdict,
    pictures: LookPictures,
    /// The style sheet of its own, a name to read it by.
    css: Option<FileHash>,
    /// A template that failed since the last change.
    fault: Option<LookFault>,
    /// What can be chosen.
    fonts: [Font; 6],
    /// Newest first; the first is the present one.
    versions: Vec<LookVersion>,
}

/// A template that failed; the theme's stands in for it.
#[derive(Serialize, ToSchema)]
struct LookFault {
    /// Unix milliseconds.
    at: i64,
    template: String,
    why: String,
}

/// What stands in the head of pages and in browser tabs.
#[derive(Serialize, ToSchema)]
struct LookPictures {
    logo: LookPicture,
    favicon: LookPicture,
}

/// One picture.
#[derive(Serialize, ToSchema)]
struct LookPicture {
    url: String,
    /// Sent by the staff, rather than the theme's.
    own: bool,
}

/// What becomes of the chosen colour.
#[derive(Serialize, ToSchema)]
struct LookVerdict {
    tokens: LookTokens,
    contrast: LookContrast,
}

/// The three colours that follow from one.
#[derive(Serialize, ToSchema)]
struct LookTokens {
    /// Buttons.
    brand: String,
    /// Text on buttons.
    on_brand: String,
    /// Links and text.
    brand_text: String,
}

/// How the chosen colour reads.
#[derive(Serialize, ToSchema)]
struct LookContrast {
    /// With the page's ground, in tenths.
    ratio_tenths: u32,
    verdict: ContrastVerdict,
}

/// Whether the colour could be taken as it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ContrastVerdict {
    Good,
    Adjusted,
}

/// A look that was published.
#[derive(Serialize, ToSchema)]
struct LookVersion {
    id: Uuid,
    /// Unix milliseconds.
    at: i64,
    /// Who; null for how it was before anybody changed anything.
    by: Option<String>,
    /// What was chosen; null for the theme's own.
    #[schema(value_type = Option<Object>)]
    look: Option<Brand>,
}

impl From<Verdict> for LookVerdict {
    fn from(verdict: Verdict) -> Self {
        Self {
            contrast: LookContrast {
                ratio_tenths: verdict.ratio_tenths,
                verdict: if verdict.adjusted {
                    ContrastVerdict::Adjusted
                } else {
                    ContrastVerdict::Good
                },
            },
            tokens: LookTokens {
                brand: verdict.brand,
                on_brand: verdict.on_brand,
                brand_text: verdict.brand_text,
            },
        }
    }
}

impl From<looks::Version> for LookVersion {
    fn from(version: looks::Version) -> Self {
        Self {
            id: version.id,
            at: version.at.0,
            by: version.by,
            look: version.look,
        }
    }
}

async fn branding(web: &Web, scope: &TenantScope, tenant: &Tenant) -> Result<Json<Branding>> {
    let theme = web.theme(tenant, scope).await?;
    let (versions, failed) = web
        .app
        .db
        .read(scope, |tx| {
            let versions = looks::versions(tx)?;
            let failed = match versions.first() {
                Some(present) => audit::latest(tx, Action::TemplateFailed, present.at)?,
                None => None,
            };
            Ok((versions, failed))
        })
        .await?;
    let fault = failed.map(|(at, template, after)| LookFault {
        at: at.0,
        template,
        why: after.unwrap_or_default()["why"].as_str().unwrap_or_default().to_owned(),
    });
    let chosen = theme.chosen();
    Ok(Json(Branding {
        brand: chosen.brand,
        scheme: chosen.scheme,
        radius: chosen.radius,
        font: chosen.font,
        page_title: chosen.page_title.unwrap_or_else(|| tenant.name.clone()),
        verdict: theme.verdict().into(),
        pictures: LookPictures {
            logo: LookPicture {
                url: theme.logo().to_owned(),
                own: chosen.logo.is_some(),
            },
            favicon: LookPicture {
                url: theme.favicon().to_owned(),
                own: chosen.favicon.is_some(),
            },
        },
        css: chosen.css,
        fault,
        fonts: Font::ALL,
        versions: versions.into_iter().map(LookVersion::from).collect(),
    }))
}

/// How the marketplace looks.
#[utoipa::path(tag = "console",
    responses((status = 200, body = Branding), (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/branding")]
async fn show(web: Data<Web>, site: Site, _by: Staff<may::Branding>) -> Result<Json<Branding>> {
    branding(&web, &site.scope, &site.tenant).await
}

/// What is chosen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChosenLook {
    brand: HexColor,
    scheme: BrandScheme,
    radius: BrandRadius,
    font: Font,
    /// What browser tabs call the site.
    #[schema(min_length = 1, max_length = 80)]
    page_title: String,
}

impl From<ChosenLook> for Look {
    fn from(chosen: ChosenLook) -> Self {
        Self {
            brand: chosen.brand,
            scheme: chosen.scheme,
            radius: chosen.radius,
            font: chosen.font,
            page_title: chosen.page_title,
        }
    }
}

/// Publishes a look: pages and mails wear it at once.
#[utoipa::path(tag = "console", responses((status = 200, body = Branding), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem)))]
#[put("/admin/branding")]
async fn publish(web: Data<Web>, by: Staff<may::Branding>, Json(typed): Json<ChosenLook>) -> Result<Json<Branding>> {
    let tenant = console::publish_look(&web.app, &by, typed.into()).await?;
    changed(&web, &by.viewer().scope, &tenant).await
}

/// What would become of a look; nothing is changed.
#[utoipa::path(tag = "console", responses((status = 200, body = LookVerdict), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem)))]
#[post("/admin/branding/check")]
async fn check(site: Site, _by: Staff<may::Branding>, Json(typed): Json<ChosenLook>) -> Result<Json<LookVerdict>> {
    let look = Look::from(typed).over(site.tenant.brand.as_ref())?;
    let theme = site.frame.theme.tailored(Some(&look), &Own::default())?;
    Ok(Json(theme.verdict().into()))
}

/// Takes up an earlier look again, as a new version.
#[utoipa::path(tag = "console", responses((status = 200, body = Branding), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem)))]
#[post("/admin/branding/revert/{version}")]
async fn revert(web: Data<Web>, by: Staff<may::Branding>, version: Path<Uuid>) -> Result<Json<Branding>> {
    let tenant = console::revert_look(&web.app, &by, *version).await?;
    changed(&web, &by.viewer().scope, &tenant).await
}

/// People see it at once.
pub(super) async fn changed(web: &Web, scope: &TenantScope, tenant: &Tenant) -> Result<Json<Branding>> {
    web.hosts.forget(tenant.id);
    branding(web, scope, tenant).await
}
