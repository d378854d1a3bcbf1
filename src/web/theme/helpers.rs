//! The helpers templates write words, money, times, icons and addresses with.
//!
//! All but `icon`, `time`, `json`, `entry` and `star_row` give plain text, which handlebars escapes; those give markup and escape
//! what they are given themselves.

use super::{assets::Assets, words::Words};
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonRender as _, Output, RenderContext, RenderError,
    RenderErrorReason, ScopedJson,
};
use serde_json::{Map, Value};
use std::{collections::HashMap, sync::Arc};
use url::Url;

/// What helpers look things up in.
pub struct Shelf {
    /// Words by language, each with everything it inherits.
    pub words: HashMap<String, Words>,
    /// Language of last resort.
    pub lang: String,
    /// Addresses and icons.
    pub assets: Arc<Assets>,
}

impl Shelf {
    /// The words of the first of these languages there are words in. `de-AT` is served by `de`.
    pub fn words<'a>(&'a self, langs: impl IntoIterator<Item = &'a str>) -> Option<&'a Words> {
        langs.into_iter().chain([self.lang.as_str()]).find_map(|lang| {
            let base = lang.split('-').next().unwrap_or(lang);
            self.words.get(lang).or_else(|| self.words.get(base))
        })
    }
}

/// One call of a helper.
struct Call<'a> {
    shelf: &'a Shelf,
    words: &'a Words,
    zone: &'a str,
    name: &'a str,
    params: Vec<&'a Value>,
    hash: Map<String, Value>,
}

type Write = fn(&Call<'_>) -> Result<Value, RenderError>;

/// A helper that gives text (escaped by handlebars) or markup (not).
struct Helping {
    shelf: Arc<Shelf>,
    write: Write,
    markup: bool,
}

/// Registers all helpers.
pub fn register(registry: &mut Handlebars<'_>, shelf: &Arc<Shelf>) {
    let texts: [(&str, Write); 11] = [
        ("t", t),
        ("say", say),
        ("money", money),
        ("datetime", datetime),
        ("duration", duration),
        ("tenths", tenths),
        ("asset", asset),
        ("safe_url", safe_url),
        ("initials", initials),
        ("words", section),
        ("join", join),
    ];
    let markup: [(&str, Write); 5] = [
        ("icon", icon),
        ("time", time),
        ("json", json),
        ("entry", entry),
        ("star_row", star_row),
    ];
    let texts = texts.into_iter().map(|(name, write)| (name, write, false));
    for (name, write, markup) in texts.chain(markup.into_iter().map(|(name, write)| (name, write, true))) {
        registry.register_helper(
            name,
            Box::new(Helping {
                shelf: Arc::clone(shelf),
                write,
                markup,
            }),
        );
    }
}

impl HelperDef for Helping {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let page = |name: &str| context.data()["page"][name].as_str().unwrap_or_default();
        let words = self.shelf.words([page("lang"), page("tenant_lang")]);
        let call = Call {
            shelf: &self.shelf,
            words: words.ok_or_else(|| wrong(helper.name(), "no language has words"))?,
            zone: page("zone"),
            name: helper.name(),
            params: helper.params().iter().map(|param| param.value()).collect(),
            hash: helper
                .hash()
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.value().clone()))
                .collect(),
        };
        (self.write)(&call).map(ScopedJson::Derived)
    }

    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        state: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let text = self.call_inner(helper, registry, context, state)?.render();
        if self.markup || state.is_disable_escape() {
            out.write(&text)?;
        } else {
            out.write(&registry.get_escape_fn()(&text))?;
        }
        Ok(())
    }
}

fn wrong(helper: &str, why: impl std::fmt::Display) -> RenderError {
    RenderErrorReason::Other(format!("{helper}: {why}")).into()
}

impl Call<'_> {
    fn text(&self, at: usize) -> Result<&str, RenderError> {
        self.params
            .get(at)
            .and_then(|value| value.as_str())
            .ok_or_else(|| wrong(self.name, format!("parameter {at} is no text")))
    }

    fn number(&self, at: usize) -> Result<i64, RenderError> {
        self.params
            .get(at)
            .and_then(|value| value.as_i64())
            .ok_or_else(|| wrong(self.name, format!("parameter {at} is no whole number")))
    }

    fn instant(&self) -> Result<jiff::Timestamp, RenderError> {
        self.text(0)?.parse().map_err(|error| wrong(self.name, error))
    }
}

/// `{{t "home.title" name=page.tenant_name}}`: a text of the words file. Several parameters are one key with dots
/// between: `{{t "language" code}}`; such a made-up key that no words file has is written as `fallback`'s text, else as
/// its last part.
fn t(call: &Call<'_>) -> Result<Value, RenderError> {
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
fn say(call: &Call<'_>) -> Result<Value, RenderError> {
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

/// `{{money amount}}` of an object with `minor` and `currency`, or `{{money minor currency}}`. With `sign=true` what
/// comes in carries a plus.
fn money(call: &Call<'_>) -> Result<Value, RenderError> {
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

/// `{{datetime at "zoned"}}`: an instant in the reader's zone as text. Styles: see [`super::when::instant`].
fn datetime(call: &Call<'_>) -> Result<Value, RenderError> {
    let style = call.params.get(1).and_then(|style| style.as_str()).unwrap_or("full");
    let zone = call.hash.get("zone").and_then(Value::as_str).unwrap_or(call.zone);
    Ok(Value::String(call.words.instant(call.instant()?, zone, style)))
}

/// `{{time at "zoned"}}`: the same as a `time` element, to which the browser adds the reader's own time when its zone
/// is another.
fn time(call: &Call<'_>) -> Result<Value, RenderError> {
    let Value::String(text) = datetime(call)? else {
        return Ok(Value::Null);
    };
    let (text, zone) = (handlebars::html_escape(&text), handlebars::html_escape(call.zone));
    Ok(Value::String(format!(
        "<time datetime=\"{}\" data-zone=\"{zone}\">{text}</time>",
        call.instant()?
    )))
}

/// `{{duration seconds}}`: `12 min 30 s`.
fn duration(call: &Call<'_>) -> Result<Value, RenderError> {
    Ok(Value::String(call.words.duration(call.number(0)?)))
}

/// `{{tenths 48}}`: `4.8`.
fn tenths(call: &Call<'_>) -> Result<Value, RenderError> {
    let tenths = call.number(0)?;
    Ok(Value::String(format!(
        "{}{}{}",
        tenths / 10,
        call.words.money_style().decimal,
        (tenths % 10).abs()
    )))
}

/// `{{asset "default/app.css"}}`: the address of something Vite built.
fn asset(call: &Call<'_>) -> Result<Value, RenderError> {
    let parts: Vec<String> = call.params.iter().map(|part| part.render()).collect();
    let source = parts.concat();
    let address = call.shelf.assets.address(&source);
    address
        .map(|found| Value::String(found.to_owned()))
        .ok_or_else(|| wrong("asset", format!("nothing was built of `{source}`")))
}

/// `{{entry "default/app.ts"}}`: the elements that load a script and its styles.
fn entry(call: &Call<'_>) -> Result<Value, RenderError> {
    let source = call.text(0)?;
    let markup = call.shelf.assets.entry(source);
    markup
        .map(Value::String)
        .ok_or_else(|| wrong("entry", format!("nothing was built of `{source}`")))
}

/// `{{icon "phone" "class"}}`: an icon of the set.
fn icon(call: &Call<'_>) -> Result<Value, RenderError> {
    let class = call.params.get(1).and_then(|class| class.as_str()).unwrap_or_default();
    let name = call.text(0)?;
    call.shelf
        .assets
        .icon(name, class)
        .map(Value::String)
        .ok_or_else(|| wrong("icon", format!("no icon `{name}`")))
}

/// `{{star_row 4}}`: five stars, so many of them filled; the number stands beside them for screen readers.
fn star_row(call: &Call<'_>) -> Result<Value, RenderError> {
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

/// `{{safe_url address}}`: an address that leads to a page, or `#`. A path on this host, http, https or mailto; what
/// could run (`javascript:`, `data:`) or lead elsewhere in disguise (`//host`, `/\host`) doesn't pass.
fn safe_url(call: &Call<'_>) -> Result<Value, RenderError> {
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

fn is_safe_url(address: &str) -> bool {
    if address.chars().any(|c| c.is_control() || c == '\\') {
        return false;
    }
    if let Some(rest) = address.strip_prefix('/') {
        return !rest.starts_with('/');
    }
    Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto"))
}

/// `{{initials name}}`: of the first and last word.
fn initials(call: &Call<'_>) -> Result<Value, RenderError> {
    let name = call.text(0)?;
    let mut letters = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    let both = first.into_iter().chain(letters.next_back());
    Ok(Value::String(both.flat_map(char::to_uppercase).collect()))
}

/// `(words "room")`: all texts of a section, for `json`. Of several sections, each key keeps its section's name.
fn section(call: &Call<'_>) -> Result<Value, RenderError> {
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
fn join(call: &Call<'_>) -> Result<Value, RenderError> {
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

/// `{{json value}}`: for a `<script type="application/json">`. Nothing in it can end that element.
fn json(call: &Call<'_>) -> Result<Value, RenderError> {
    let value = call.params.first().ok_or_else(|| wrong("json", "needs a value"))?;
    let text = value
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026");
    Ok(Value::String(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn render(template: &str, data: Value) -> Result<String, RenderError> {
        let mut words = Words::new("en");
        let file =
            "hello = 'Hello {name}'\n[language]\nen = 'English'\n[time]\nweekdays = 'Mon Tue Wed Thu Fri Sat Sun'\n";
        words.add(&file.parse().unwrap()).unwrap();
        let mut german = Words::new("de");
        german
            .add(
                &"hello = 'Hallo {name}'\n[money]\ndecimal = ','\npattern = '{number} {symbol}'"
                    .parse()
                    .unwrap(),
            )
            .unwrap();
        german.inherit(&words);
        let words = HashMap::from([("en".to_owned(), words), ("de".to_owned(), german)]);
        let shelf = Arc::new(Shelf {
            words,
            lang: "en".to_owned(),
            assets: Arc::default(),
        });
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        register(&mut registry, &shelf);
        registry.render_template(template, &data)
    }

    fn page(lang: &str, value: Value) -> Value {
        json!({"page": {"lang": lang, "tenant_lang": "en", "zone": "America/New_York"}, "value": value})
    }

    #[test]
    fn markup_in_data_stays_text() {
        let evil = "<script>alert('x')</script>\" onload=";
        for template in [
            "{{value}}",
            "{{t \"hello\" name=value}}",
            "{{t \"language\" value}}",
            "{{say (lookup this \"message\")}}",
            "{{initials value}}",
            "{{safe_url value}}",
        ] {
            let mut data = page("en", json!(evil));
            data["message"] = json!({"key": "hello", "params": {"name": evil}});
            let out = render(template, data).unwrap();
            assert!(!out.contains('<') && !out.contains("\" onload"), "{template}: {out}");
        }
        assert!(!render("{{json value}}", page("en", json!(evil))).unwrap().contains('<'));
    }

    #[test]
    fn a_subexpression_is_escaped_once() {
        let out = render(
            "{{#with (t \"hello\" name=value)}}{{this}}{{/with}}",
            page("en", json!("A & B")),
        )
        .unwrap();
        assert_eq!(out, "Hello A &amp; B");
    }

    #[test]
    fn words_fall_back_from_reader_to_tenant_to_default() {
        for (lang, hello) in [
            ("de", "Hallo M"),
            ("de-AT", "Hallo M"),
            ("fr", "Hello M"),
            ("en", "Hello M"),
        ] {
            assert_eq!(
                render("{{t \"hello\" name=value}}", page(lang, json!("M"))).unwrap(),
                hello,
                "{lang}"
            );
        }
        assert_eq!(
            render("{{t \"language\" value}}", page("de", json!("en"))).unwrap(),
            "English"
        );
        assert_eq!(
            render("{{t \"language\" value}}", page("de", json!("tlh"))).unwrap(),
            "tlh"
        );
    }

    #[test]
    fn a_missing_text_is_an_error_but_a_message_speaks_for_itself() {
        assert!(render("{{t \"nothing.such\"}}", page("en", json!(null))).is_err());
        let spoken = render(
            "{{say value}}",
            page("en", json!({"key": "The card was refused.", "params": {}})),
        );
        assert_eq!(spoken.unwrap(), "The card was refused.");
    }

    #[test]
    fn money_in_the_readers_language() {
        let amount = json!({"minor": 180, "currency": "EUR"});
        assert_eq!(render("{{money value}}", page("en", amount.clone())).unwrap(), "€1.80");
        assert_eq!(render("{{money value}}", page("de", amount.clone())).unwrap(), "1,80 €");
        assert_eq!(
            render("{{money value sign=true}}", page("en", amount)).unwrap(),
            "+€1.80"
        );
        assert!(render("{{money value}}", page("en", json!("1.80"))).is_err());
        assert!(
            render("{{money value \"EUR\"}}", page("en", json!(1.8))).is_err(),
            "no floats"
        );
    }

    #[test]
    fn time_is_localised_and_marked_up() {
        let out = render("{{time value \"zoned\"}}", page("en", json!("2026-11-24T18:00:00Z"))).unwrap();
        assert_eq!(
            out,
            "<time datetime=\"2026-11-24T18:00:00Z\" data-zone=\"America/New_York\">Tue 13:00, New York</time>"
        );
    }

    #[test]
    fn addresses_that_could_run_dont_pass() {
        for good in [
            "/",
            "/wallet?next=/calls/1",
            "https://example.com/a",
            "mailto:a@example.com",
        ] {
            assert!(is_safe_url(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "",
            "wallet",
        ] {
            assert!(!is_safe_url(bad), "{bad}");
        }
    }

    #[test]
    fn initials_of_any_name() {
        for (name, expected) in [
            ("Mira Sand", "MS"),
            ("ada", "A"),
            ("Jean-Luc van der Berg", "JB"),
            ("  ", ""),
            ("émile ß", "ÉSS"),
        ] {
            assert_eq!(render("{{initials value}}", page("en", json!(name))).unwrap(), expected);
        }
    }
}
