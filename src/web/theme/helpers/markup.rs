//! Helpers that give markup; they escape what they are given themselves.

use super::{Call, texts::datetime, wrong};
use handlebars::{JsonRender as _, RenderError};
use serde_json::Value;

/// `{{icon "phone" "class"}}`: an icon of the set.
pub(super) fn icon(call: &Call<'_>) -> Result<Value, RenderError> {
    let class = call.params.get(1).and_then(|class| class.as_str()).unwrap_or_default();
    let name = call.text(0)?;
    call.shelf
        .assets
        .icon(name, class)
        .map(Value::String)
        .ok_or_else(|| wrong("icon", format!("no icon `{name}`")))
}

/// `{{entry "default/app.ts"}}`: the elements that load a script and its styles.
pub(super) fn entry(call: &Call<'_>) -> Result<Value, RenderError> {
    let source = call.text(0)?;
    let markup = call.shelf.assets.entry(source);
    markup
        .map(Value::String)
        .ok_or_else(|| wrong("entry", format!("nothing was built of `{source}`")))
}

/// `{{time at "zoned"}}`: the same as a `time` element, to which the browser adds the reader's own time when its zone
/// is another: in the text where the text names a city, else as a title.
pub(super) fn time(call: &Call<'_>) -> Result<Value, RenderError> {
    let Value::String(text) = datetime(call)? else {
        return Ok(Value::Null);
    };
    let style = call.params.get(1).and_then(|style| style.as_str()).unwrap_or("full");
    let named = if matches!(style, "full" | "zoned") {
        " data-city"
    } else {
        ""
    };
    let (text, zone) = (handlebars::html_escape(&text), handlebars::html_escape(call.zone));
    let at = call.instant()?;
    Ok(Value::String(format!(
        "<time datetime=\"{at}\" data-zone=\"{zone}\"{named}>{text}</time>"
    )))
}

/// `{{star_row 4}}`: five stars, so many of them filled; the number stands beside them for screen readers.
pub(super) fn star_row(call: &Call<'_>) -> Result<Value, RenderError> {
    let filled: usize = call
        .params
        .first()
        .and_then(|count| count.render().parse().ok())
        .unwrap_or_default();
    let star = |at| {
        call.shelf
            .assets
            .icon("star", if at < filled { "size-4 star-on" } else { "size-4" })
    };
    Ok(Value::String((0..5).filter_map(star).collect()))
}

/// `{{json value}}`: for a `<script type="application/json">`. Nothing in it can end that element.
pub(super) fn json(call: &Call<'_>) -> Result<Value, RenderError> {
    let value = call.params.first().ok_or_else(|| wrong("json", "needs a value"))?;
    let text = value
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026");
    Ok(Value::String(text))
}
