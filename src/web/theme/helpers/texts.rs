//! Helpers that give plain text; handlebars escapes it.

use super::{Call, wrong};
use crate::{domain::category::Names, web::theme::mark};
use handlebars::{JsonRender as _, RenderError};
use serde::Deserialize as _;
use serde_json::{Map, Value};
use url::Url;

/// `{{t "home.title" name=page.tenant_name}}`: a text of the words file. Several parameters are one key with dots
/// between: `{{t "language" code}}`; such a made-up key that no words file has is written as `fallback`'s text, else as
/// its last part.
pub(super) fn t(call: &Call<'_>) -> Result<Value, RenderError> {
    let parts: Vec<String> = call.params.iter().map(|part| part.render()).collect();
    let key = parts.join(".");
    let say = |key: &str| call.words.say(key, &call.hash, call.zone);
    let fallback = || call.hash.get("fallback").and_then(Value::as_str).and_then(say);
    let last = || if parts.len() > 1 { parts.last().cloned() } else { None };
    say(&key)
        .or_else(fallback)
        .or_else(last)
        .map(Value::String)
        .ok_or_else(|| wrong("t", format!("no words for `{key}`")))
}

/// `{{say message}}`: a [`Message`](crate::web::pages::views::Message), by key or as it stands.
pub(super) fn say(call: &Call<'_>) -> Result<Value, RenderError> {
    let message = call.params.first().ok_or_else(|| wrong("say", "needs a message"))?;
    let key = message["key"]
        .as_str()
        .ok_or_else(|| wrong("say", "is given no message"))?;
    let none = Map::new();
    let params = message["params"].as_object().unwrap_or(&none);
    Ok(Value::String(
        call.words.say(key, params, call.zone).unwrap_or_else(|| key.to_owned()),
    ))
}

/// `{{named names}}`: the name in the reader's language, of [`Names`] that a tenant gave something.
pub(super) fn named(call: &Call<'_>) -> Result<Value, RenderError> {
    let names = call.params.first().ok_or_else(|| wrong("named", "needs names"))?;
    let names = Names::deserialize(*names).map_err(|error| wrong("named", error))?;
    let [lang, own] = call.langs;
    Ok(Value::String(names.said(lang, own).to_owned()))
}

/// `{{money amount}}` of an object with `minor` and `currency`, or `{{money minor currency}}`. With `sign=true` what
/// comes in carries a plus.
pub(super) fn money(call: &Call<'_>) -> Result<Value, RenderError> {
    let (minor, currency) = match call.params.first() {
        Some(Value::Object(amount)) => (
            amount
                .get("minor")
                .and_then(Value::as_i64)
                .ok_or_else(|| wrong("money", "no minor units"))?,
            amount
                .get("currency")
                .and_then(Value::as_str)
                .ok_or_else(|| wrong("money", "no currency"))?,
        ),
        _ => (call.number(0)?, call.text(1)?),
    };
    let plus = if minor > 0 && call.hash.get("sign") == Some(&Value::Bool(true)) {
        "+"
    } else {
        ""
    };
    Ok(Value::String(format!("{plus}{}", call.words.money(minor, currency))))
}

/// `{{datetime at "zoned"}}`: an instant in the reader's zone as text. Styles: see [`crate::web::theme::when::instant`].
pub(super) fn datetime(call: &Call<'_>) -> Result<Value, RenderError> {
    let style = call.params.get(1).and_then(|style| style.as_str()).unwrap_or("full");
    let zone = call.hash.get("zone").and_then(Value::as_str).unwrap_or(call.zone);
    Ok(Value::String(call.words.instant(call.instant()?, zone, style)))
}

/// `{{date "2026-11-24"}}`: `Tue 24 Nov 2026`, a date that is one wherever it is read.
pub(super) fn date(call: &Call<'_>) -> Result<Value, RenderError> {
    let date = call.text(0)?.parse().map_err(|error| wrong(call.name, error))?;
    Ok(Value::String(call.words.date(date)))
}

/// `{{duration seconds}}`: `12 min 30 s`.
pub(super) fn duration(call: &Call<'_>) -> Result<Value, RenderError> {
    Ok(Value::String(call.words.duration(call.number(0)?)))
}

/// `{{tenths 48}}`: `4.8`.
pub(super) fn tenths(call: &Call<'_>) -> Result<Value, RenderError> {
    let tenths = call.number(0)?;
    Ok(Value::String(format!(
        "{}{}{}",
        tenths / 10,
        call.words.money_style().decimal,
        (tenths % 10).abs()
    )))
}

/// `{{asset "default/app.css"}}`: the address of something Vite built.
pub(super) fn asset(call: &Call<'_>) -> Result<Value, RenderError> {
    let parts: Vec<String> = call.params.iter().map(|part| part.render()).collect();
    let source = parts.concat();
    let address = call.shelf.assets.address(&source);
    address
        .map(|found| Value::String(found.to_owned()))
        .ok_or_else(|| wrong("asset", format!("nothing was built of `{source}`")))
}

/// `{{safe_url address}}`: an address that leads to a page, or `#`. A path on this host, http, https or mailto; what
/// could run (`javascript:`, `data:`) or lead elsewhere in disguise (`//host`, `/\host`) doesn't pass.
pub(super) fn safe_url(call: &Call<'_>) -> Result<Value, RenderError> {
    let address = call
        .params
        .first()
        .and_then(|address| address.as_str())
        .unwrap_or_default();
    Ok(Value::String(if is_safe_url(address) {
        address.to_owned()
    } else {
        "#".to_owned()
    }))
}

pub(super) fn is_safe_url(address: &str) -> bool {
    if address.chars().any(|c| c.is_control() || c == '\\') {
        return false;
    }
    if let Some(rest) = address.strip_prefix('/') {
        return !rest.starts_with('/');
    }
    Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto"))
}

/// `{{initials name}}`: of the first and last word.
pub(super) fn initials(call: &Call<'_>) -> Result<Value, RenderError> {
    Ok(Value::String(mark::initials(call.text(0)?)))
}

/// `(words "room")`: all texts of a section, for `json`. Of several sections, each key keeps its section's name.
pub(super) fn section(call: &Call<'_>) -> Result<Value, RenderError> {
    if call.params.len() == 1 {
        return Ok(call.words.section(call.text(0)?));
    }
    let mut all = Map::new();
    for at in 0..call.params.len() {
        let name = call.text(at)?;
        if let Value::Object(texts) = call.words.section(name) {
            all.extend(texts.into_iter().map(|(key, text)| (format!("{name}.{key}"), text)));
        }
    }
    Ok(Value::Object(all))
}

/// `{{join codes "language"}}`: each code's text of that section, with commas between.
pub(super) fn join(call: &Call<'_>) -> Result<Value, RenderError> {
    let codes = call
        .params
        .first()
        .and_then(|codes| codes.as_array())
        .ok_or_else(|| wrong("join", "needs a list"))?;
    let section = call.text(1)?;
    let name = |code: &str| call.words.raw(&format!("{section}.{code}")).unwrap_or(code).to_owned();
    let names: Vec<_> = codes.iter().filter_map(Value::as_str).map(name).collect();
    Ok(Value::String(names.join(", ")))
}
