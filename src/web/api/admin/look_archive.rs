//! A look as one file: taken away, and brought.

use super::{
    branding::{Branding, changed},
    branding_templates::attempt,
    words::check_word,
};
use crate::{
    app::{
        console::{self, checked_title},
        look_archive::{self, Chosen, MAX_BYTES, SaidWord, WholeLook},
        pictures,
    },
    domain::{
        brand::{Brand, FileHash},
        permission::Permission,
        picture::Purpose,
    },
    error::Error,
    store::{
        looks::{self, File},
        words::{self, OwnWord},
    },
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
        gallery,
        theme::{Own, scoped},
        upload,
    },
};
use actix_web::{
    HttpResponse, get,
    http::header,
    put,
    web::{Data, Json, Payload},
};
use std::collections::{BTreeMap, HashMap, HashSet};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(fetch).service(bring);
}

/// The present look as one file: what was chosen, pictures, style sheet, templates and words.
#[utoipa::path(tag = "console", responses((status = 200, content_type = "application/gzip"),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/branding/archive")]
async fn fetch(web: Data<Web>, site: Site, _by: Staff<may::Branding>) -> Result<HttpResponse> {
    let look = site.frame.theme.chosen();
    let named: Vec<FileHash> = look.files().cloned().collect();
    let read = web
        .app
        .db
        .read(&site.scope, move |tx| Ok((looks::files(tx, &named)?, words::all(tx)?)));
    let (files, words) = read.await?;
    let archive = tokio::task::spawn_blocking(move || look_archive::write(whole(look, files, words)));
    let archive = archive.await.map_err(Error::internal)??;
    let name = format!("attachment; filename=\"{}-look.tar.gz\"", site.tenant.slug);
    Ok(HttpResponse::Ok()
        .content_type("application/gzip")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(archive))
}

fn whole(look: Brand, mut files: HashMap<FileHash, File>, words: Vec<OwnWord>) -> WholeLook {
    let mut body = |hash: Option<&FileHash>| Some(files.get_mut(hash?)?.body.clone());
    let text = |body: Vec<u8>| String::from_utf8(body).ok();
    let templates: BTreeMap<String, String> = look
        .templates
        .iter()
        .filter_map(|(name, hash)| Some((name.clone(), text(body(Some(hash))?)?)))
        .collect();
    WholeLook {
        logo: body(look.logo.as_ref()),
        favicon: body(look.favicon.as_ref()),
        css: body(look.css.as_ref()).and_then(text),
        templates,
        words: words
            .into_iter()
            .map(|word| SaidWord {
                language: word.language,
                key: word.key,
                value: word.value,
            })
            .collect(),
        chosen: Chosen {
            brand: look.brand,
            scheme: look.scheme,
            radius: look.radius,
            font: look.font,
            page_title: look.page_title,
        },
    }
}

/// Publishes a look from such a file, checked like everything in it that is typed here: all of it, or nothing. The look
/// before it stays a version to go back to; words that the file doesn't have stay.
#[utoipa::path(tag = "console", request_body(content = Vec<u8>, content_type = "application/gzip"),
    responses((status = 200, body = Branding), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 422, description = "Says what in it can't be taken", body = Problem), (status = 429, body = Problem)))]
#[put("/admin/branding/archive")]
async fn bring(web: Data<Web>, site: Site, by: Staff<may::Branding>, payload: Payload) -> Result<Json<Branding>> {
    by.user()?;
    let sent = upload::bytes(&web, &site, payload, MAX_BYTES, "archive").await?;
    let look = tokio::task::spawn_blocking(move || look_archive::read(&sent));
    let mut look = look.await.map_err(Error::internal)??;
    let said = std::mem::take(&mut look.words);
    if !said.is_empty() && !by.standing().may(Permission::Words) {
        let words = "There are words in this archive, and you haven't been given the permission to change those.";
        return Err(Error::forbidden(words).into());
    }
    let words = checked_words(&site, said)?;
    if let Some(css) = &look.css {
        scoped(css).map_err(|wrong| Error::field("css", wrong.to_string()))?;
    }
    let mut brand = Brand {
        font: look.chosen.font,
        page_title: look.chosen.page_title.as_deref().map(checked_title).transpose()?,
        ..Brand::new(look.chosen.brand.clone(), look.chosen.scheme, look.chosen.radius)
    };
    let own = Own {
        css: look.css.clone(),
        templates: look.templates.clone(),
        words: words.clone(),
    };
    attempt(&web, &site, own, Some(brand.clone()), gallery::try_all).await?;
    let files = kept(&mut brand, look).await?;
    let tenant = console::publish_whole(&web.app, &by, brand, files, words).await?;
    changed(&web, &site.scope, &tenant).await
}

/// The files that a look comes with, and their names in it; pictures are made anew.
async fn kept(brand: &mut Brand, look: WholeLook) -> Result<Vec<File>> {
    let mut files = Vec::new();
    let sent_pictures = [
        (look.logo, Purpose::Logo, &mut brand.logo),
        (look.favicon, Purpose::Favicon, &mut brand.favicon),
    ];
    for (sent, purpose, place) in sent_pictures {
        let Some(sent) = sent else { continue };
        let file = pictures::remake(sent, purpose).await?;
        *place = Some(FileHash::of(&file.body));
        files.push(file);
    }
    let mut keep = |media_type: &str, text: String| {
        let file = File {
            media_type: media_type.to_owned(),
            body: text.into_bytes(),
        };
        let hash = FileHash::of(&file.body);
        files.push(file);
        hash
    };
    brand.css = look.css.map(|css| keep("text/css", css));
    let templates = look.templates.into_iter();
    brand.templates = templates
        .map(|(name, text)| (name, keep("text/x-handlebars", text)))
        .collect();
    Ok(files)
}

/// The same as if each was typed.
fn checked_words(site: &Site, said: Vec<SaidWord>) -> Result<Vec<OwnWord>> {
    let mut known: HashMap<String, HashMap<String, String>> = HashMap::new();
    for language in site.languages() {
        let texts = site.frame.theme.texts(language).unwrap_or_default();
        let texts = texts.into_iter().map(|(key, text)| (key, text.to_owned())).collect();
        known.insert(language.clone(), texts);
    }
    let mut seen = HashSet::new();
    said.into_iter()
        .map(|word| {
            let default = known.get(&word.language).and_then(|texts| texts.get(&word.key));
            let shown: String = word.key.chars().filter(|c| !c.is_control()).take(60).collect();
            let no_text = || {
                Error::field(
                    "archive",
                    format!("There is no text “{shown}” here, or not in its language."),
                )
            };
            let default = default.ok_or_else(no_text)?;
            if !seen.insert((word.language.clone(), word.key.clone())) {
                let twice = format!("The archive has the text “{shown}” twice.");
                return Err(Error::field("archive", twice).into());
            }
            let value = check_word(&word.value, default)
                .map_err(|error| Error::field("archive", format!("The text “{shown}”: {}", error.public)))?;
            Ok(OwnWord {
                language: word.language,
                key: word.key,
                value,
            })
        })
        .collect()
}
