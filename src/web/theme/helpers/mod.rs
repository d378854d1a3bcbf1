//! The helpers templates write words, money, times, icons and addresses with.
//!
//! All but `icon`, `time`, `json`, `entry` and `star_row` give plain text, which handlebars escapes; those give markup and escape
//! what they are given themselves.

mod markup;
#[cfg(test)]
mod tests;
mod texts;

use super::{assets::Assets, words::Words};
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError, RenderErrorReason,
    ScopedJson,
};
use serde_json::{Map, Value};
use std::{collections::HashMap, sync::Arc};

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
    /// The reader's language, and the tenant's.
    langs: [&'a str; 2],
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
    for (name, helping) in all(shelf) {
        registry.register_helper(name, Box::new(helping));
    }
}

/// The same helpers over another shelf, for one rendering: what was compiled once serves tenants with words of their own.
pub fn lend<'reg: 'rc, 'rc>(state: &mut RenderContext<'reg, 'rc>, shelf: &Arc<Shelf>) {
    for (name, helping) in all(shelf) {
        state.register_local_helper(name, Box::new(helping));
    }
}

fn all(shelf: &Arc<Shelf>) -> impl Iterator<Item = (&'static str, Helping)> {
    let texts: [(&str, Write); 13] = [
        ("t", texts::t),
        ("say", texts::say),
        ("named", texts::named),
        ("money", texts::money),
        ("datetime", texts::datetime),
        ("date", texts::date),
        ("duration", texts::duration),
        ("tenths", texts::tenths),
        ("asset", texts::asset),
        ("safe_url", texts::safe_url),
        ("initials", texts::initials),
        ("words", texts::section),
        ("join", texts::join),
    ];
    let markup: [(&str, Write); 5] = [
        ("icon", markup::icon),
        ("time", markup::time),
        ("json", markup::json),
        ("entry", markup::entry),
        ("star_row", markup::star_row),
    ];
    let texts = texts.into_iter().map(|(name, write)| (name, write, false));
    let markup = markup.into_iter().map(|(name, write)| (name, write, true));
    texts.chain(markup).map(move |(name, write, markup)| {
        let shelf = Arc::clone(shelf);
        (name, Helping { shelf, write, markup })
    })
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
        let langs = [page("lang"), page("tenant_lang")];
        let words = self.shelf.words(langs);
        let call = Call {
            shelf: &self.shelf,
            words: words.ok_or_else(|| wrong(helper.name(), "no language has words"))?,
            langs,
            zone: page("zone"),
            name: helper.name(),
            params: helper.params().iter().map(|param| param.value()).collect(),
            hash: helper
                .hash()
                .iter()
                // A text has no use for more, and copies would cost.
                .filter(|(_, value)| is_plain(value.value()))
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

/// Whether a value is one word or number, or an amount of money.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.len() == 2 && fields.contains_key("minor") && fields.contains_key("currency"),
        Value::Array(_) => false,
        _ => true,
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
