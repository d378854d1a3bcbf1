//! What the marketplace says.

use crate::{
    app::console,
    error::{self, Error},
    store::words,
    web::{
        Problem, Result, Site, Web,
        extract::{Staff, may},
        theme::placeholders,
    },
};
use actix_web::{
    HttpResponse, get, put,
    web::{Data, Json, Query},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(change);
}

/// Which words.
#[derive(Deserialize, IntoParams)]
struct WhichWords {
    /// ISO code of a language; the marketplace's own without.
    language: Option<String>,
}

/// All texts of a language.
#[derive(Serialize, ToSchema)]
struct WordList {
    /// Languages there are texts in.
    languages: Vec<String>,
    items: Vec<Word>,
}

/// One text.
#[derive(Serialize, ToSchema)]
struct Word {
    /// Which; one form of a text stands in brackets, as in `calls[one]`.
    key: String,
    /// As the theme says it.
    default: String,
    /// As it is said here, if otherwise.
    value: Option<String>,
}

/// All texts of a language, by key.
#[utoipa::path(tag = "console", params(WhichWords), responses((status = 200, body = WordList),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
#[get("/admin/words")]
async fn list(
    web: Data<Web>,
    site: Site,
    _by: Staff<may::Words>,
    Query(query): Query<WhichWords>,
) -> Result<Json<WordList>> {
    let language = query.language.unwrap_or_else(|| site.tenant.language.clone());
    let own = web.app.db.read(&site.scope, words::all).await?;
    let mut own: HashMap<String, String> = own
        .into_iter()
        .filter(|word| word.language == language)
        .map(|word| (word.key, word.value))
        .collect();
    let texts = site.frame.theme.texts(&language).ok_or_else(unknown_language)?;
    let items = texts.into_iter().map(|(key, default)| Word {
        value: own.remove(&key),
        default: default.to_owned(),
        key,
    });
    Ok(Json(WordList {
        items: items.collect(),
        languages: site.languages().to_vec(),
    }))
}

fn unknown_language() -> Error {
    Error::field("language", "There are no texts in this language.")
}

/// A text to be changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedWord {
    language: String,
    key: String,
    /// Null goes back to the theme's text.
    #[schema(min_length = 1, max_length = 2000)]
    value: Option<String>,
}

/// Changes one text. Markup in it is text like any other.
#[utoipa::path(tag = "console", responses((status = 204), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem)))]
#[put("/admin/words")]
async fn change(
    web: Data<Web>,
    site: Site,
    by: Staff<may::Words>,
    Json(typed): Json<ChangedWord>,
) -> Result<HttpResponse> {
    let texts = site.frame.theme.texts(&typed.language).ok_or_else(unknown_language)?;
    let known = texts.into_iter().find(|(key, _)| *key == typed.key);
    // What the theme no longer says can still be taken away.
    if let Some(value) = &typed.value {
        let (_, default) = known.ok_or_else(|| Error::field("key", "There is no such text."))?;
        check_placeholders(value, default)?;
    }
    console::set_word(&web.app, &by, typed.language, typed.key, typed.value).await?;
    web.hosts.forget(site.tenant.id);
    Ok(HttpResponse::NoContent().finish())
}

/// A text as it is kept, if it can stand in place of the theme's.
pub(super) fn check_word(value: &str, default: &str) -> error::Result<String> {
    check_placeholders(value, default)?;
    console::checked_text(value)
}

/// A name that nothing fills in would stand on the page as it is.
fn check_placeholders(value: &str, default: &str) -> error::Result<()> {
    let known = placeholders(default);
    let Some(unknown) = placeholders(value).into_iter().find(|name| !known.contains(name)) else {
        return Ok(());
    };
    let names: Vec<_> = known.iter().map(|name| format!("{{{name}}}")).collect();
    let told = match names.is_empty() {
        true => "this text has none".to_owned(),
        false => format!("this text has {}", names.join(", ")),
    };
    let unknown: String = unknown.chars().take(40).collect();
    Err(Error::field(
        "value",
        format!("Nothing is filled in for {{{unknown}}}; {told}."),
    ))
}
