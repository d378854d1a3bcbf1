//! Every text of a theme in one language: keys, `{placeholders}`, plural and gender forms.
//!
//! A words file is nested TOML; `[home] title = "…"` is the key `home.title`. A table of forms is one text:
//! `{ one = "{count} call", other = "{count} calls" }` is chosen by the number `count`,
//! `{ f = "…", m = "…", other = "…" }` by `gender`; forms may be nested.

mod sentences;

use super::{
    money::{self, MoneyStyle},
    plural::plural,
    when,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// Longest text a words file may hold, in bytes.
const MAX_TEXT: usize = 8 * 1024;

/// The words of one language, own ones over inherited ones. Copies share what they have in common.
#[derive(Clone, Debug, Default)]
pub struct Words {
    lang: String,
    texts: Arc<BTreeMap<String, Text>>,
    /// A tenant's, in place of those.
    own: HashMap<String, Text>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Text {
    Plain(String),
    Forms(HashMap<String, Text>),
}

const FORMS: [&str; 8] = ["zero", "one", "two", "few", "many", "other", "f", "m"];

impl Words {
    /// No words yet, in the language `lang` (an ISO code, as plural rules go by it).
    pub fn new(lang: &str) -> Self {
        Self {
            lang: lang.to_owned(),
            ..Self::default()
        }
    }

    /// Adds a file's words over those already here.
    pub fn add(&mut self, file: &toml::Table) -> Result<(), String> {
        self.add_table("", file)
    }

    fn add_table(&mut self, prefix: &str, table: &toml::Table) -> Result<(), String> {
        for (name, value) in table {
            let key = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}.{name}")
            };
            match value {
                toml::Value::Table(inner) if !is_forms(inner) => self.add_table(&key, inner)?,
                _ => {
                    let text = text(value).map_err(|why| format!("{key}: {why}"))?;
                    Arc::make_mut(&mut self.texts).insert(key, text);
                }
            }
        }
        Ok(())
    }

    /// Takes over what `other` has and this lacks.
    pub fn inherit(&mut self, other: &Self) {
        let texts = Arc::make_mut(&mut self.texts);
        for (key, text) in other.texts.iter() {
            texts.entry(key.clone()).or_insert_with(|| text.clone());
        }
    }

    /// Every text as a tenant may write it anew, by key; `calls[one]` is one form of `calls`.
    pub fn items(&self) -> Vec<(String, &str)> {
        let mut items = Vec::new();
        for (key, text) in self.texts.iter() {
            text.leaves(key, &mut items);
        }
        items.sort();
        items
    }

    /// Puts a tenant's text in place of what was there. False if there is no such text to be written anew.
    pub fn write(&mut self, key: &str, value: &str) -> bool {
        let (name, forms) = key.split_once('[').unwrap_or((key, ""));
        let Some(mut text) = self.get(name).cloned() else {
            return false;
        };
        let mut forms = forms.split(['[', ']']).filter(|form| !form.is_empty());
        let leaf = forms.try_fold(&mut text, |text, form| match text {
            Text::Forms(forms) => forms.get_mut(form),
            Text::Plain(_) => None,
        });
        let Some(Text::Plain(leaf)) = leaf else {
            return false;
        };
        value.clone_into(leaf);
        self.own.insert(name.to_owned(), text);
        true
    }

    fn get(&self, key: &str) -> Option<&Text> {
        self.own.get(key).or_else(|| self.texts.get(key))
    }

    /// The text of `key` with its placeholders filled in, or of the sentence with something filled in that `key` is; none
    /// if there is no such thing.
    pub fn say(&self, key: &str, params: &Map<String, Value>, zone: &str) -> Option<String> {
        match self.get(key) {
            Some(text) => Some(self.fill(self.choose(text, params)?, params, zone)),
            None => self.sentence(key, zone),
        }
    }

    fn sentence(&self, said: &str, zone: &str) -> Option<String> {
        let patterns = self.texts.iter().filter(|(key, _)| key.contains(' '));
        patterns
            .filter_map(|(pattern, text)| Some((sentences::parts(pattern, said)?, text)))
            .find_map(|(parts, text)| Some(self.fill(self.choose(text, &parts)?, &parts, zone)))
    }

    /// The text of `key` as it stands in the file.
    pub fn raw(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Text::Plain(text) => Some(text),
            Text::Forms(_) => None,
        }
    }

    /// All texts under `section` as `{"key": "pattern"}`, forms as objects: for scripts.
    pub fn section(&self, section: &str) -> Value {
        let prefix = format!("{section}.");
        let from_there = self.texts.range(prefix.clone()..);
        let inside = from_there.map_while(|(key, text)| {
            let name = key.strip_prefix(&prefix)?;
            Some((name.to_owned(), self.own.get(key).unwrap_or(text).to_json()))
        });
        Value::Object(inside.collect())
    }

    /// How this language writes money.
    pub fn money_style(&self) -> MoneyStyle {
        let part = |key: &str, or: &str| self.raw(key).unwrap_or(or).to_owned();
        MoneyStyle {
            decimal: part("money.decimal", "."),
            group: part("money.group", ","),
            pattern: part("money.pattern", "{symbol}{number}"),
        }
    }

    /// An amount in this language.
    pub fn money(&self, minor: i64, currency: &str) -> String {
        money::money(minor, currency, &self.money_style())
    }

    /// Each key with the names of its placeholders, to compare languages by. Sentences that are keys themselves are
    /// left out: the first language needs none.
    #[cfg(test)]
    pub fn placeholders(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        self.texts
            .iter()
            .filter(|(key, _)| !key.contains(' '))
            .map(|(key, text)| (key.as_str(), text.placeholders()))
            .collect()
    }

    fn choose<'a>(&'a self, text: &'a Text, params: &Map<String, Value>) -> Option<&'a str> {
        match text {
            Text::Plain(text) => Some(text),
            Text::Forms(forms) => {
                let gender = params
                    .get("gender")
                    .and_then(Value::as_str)
                    .filter(|gender| forms.contains_key(*gender));
                let plural = params
                    .get("count")
                    .and_then(Value::as_i64)
                    .map(|count| plural(&self.lang, count));
                let zero = params.get("count").and_then(Value::as_i64) == Some(0) && forms.contains_key("zero");
                let form = gender.or(zero.then_some("zero")).or(plural).unwrap_or("other");
                self.choose(forms.get(form).or_else(|| forms.get("other"))?, params)
            }
        }
    }

    /// Replaces `{name}` and `{name:how}`; a name that isn't given stays as it stands, so that it is noticed.
    fn fill(&self, pattern: &str, params: &Map<String, Value>, zone: &str) -> String {
        let mut text = String::with_capacity(pattern.len());
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((inside, behind)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            let (name, how) = inside.split_once(':').unwrap_or((inside, ""));
            match params.get(name) {
                Some(value) => text.push_str(&self.written(value, how, zone)),
                None => text.push_str(&format!("{{{inside}}}")),
            }
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    fn written(&self, value: &Value, how: &str, zone: &str) -> String {
        match (value, how) {
            (Value::Object(amount), _) => match (amount.get("minor"), amount.get("currency")) {
                (Some(Value::Number(minor)), Some(Value::String(currency))) => {
                    self.money(minor.as_i64().unwrap_or_default(), currency)
                }
                _ => String::new(),
            },
            (Value::Number(bp), "percent") => self.percent(bp.as_u64().unwrap_or_default()),
            (Value::Number(seconds), "duration") => self.duration(seconds.as_i64().unwrap_or_default()),
            (Value::String(at), style) if !style.is_empty() => at
                .parse()
                .map_or_else(|_| at.clone(), |at| self.instant(at, zone, style)),
            (Value::String(text), _) => text.clone(),
            (Value::Null, _) => String::new(),
            (other, _) => other.to_string(),
        }
    }

    /// An instant in a zone. See [`when::instant`] for the styles.
    pub fn instant(&self, at: Timestamp, zone: &str, style: &str) -> String {
        let tz = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        when::instant(&at.to_zoned(tz), style, |key| self.raw(key).unwrap_or_default())
    }

    /// A date of a calendar: `Tue 24 Nov 2026`.
    pub fn date(&self, date: Date) -> String {
        when::date(date, |key| self.raw(key).unwrap_or_default())
    }

    /// Basis points as a percentage: `7.7`.
    pub fn percent(&self, bp: u64) -> String {
        money::percent(bp, &self.money_style())
    }

    /// A length of time: `12 min 30 s`.
    pub fn duration(&self, seconds: i64) -> String {
        when::duration(seconds, |key| self.raw(key).unwrap_or_default())
    }
}

/// The names that a text has filled in.
pub fn placeholders(text: &str) -> BTreeSet<&str> {
    let inside = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
    inside.map(|(name, _)| name.split(':').next().unwrap_or(name)).collect()
}

impl Text {
    fn leaves<'a>(&'a self, key: &str, found: &mut Vec<(String, &'a str)>) {
        match self {
            Self::Plain(text) => found.push((key.to_owned(), text)),
            Self::Forms(forms) => {
                for (form, text) in forms {
                    text.leaves(&format!("{key}[{form}]"), found);
                }
            }
        }
    }

    #[cfg(test)]
    fn placeholders(&self) -> BTreeSet<&str> {
        match self {
            Self::Plain(text) => placeholders(text),
            Self::Forms(forms) => forms.get("other").map(Self::placeholders).unwrap_or_default(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Plain(text) => Value::String(text.clone()),
            Self::Forms(forms) => Value::Object(forms.iter().map(|(k, v)| (k.clone(), v.to_json())).collect()),
        }
    }
}

fn is_forms(table: &toml::Table) -> bool {
    table.contains_key("other") && table.keys().all(|key| FORMS.contains(&key.as_str()))
}

fn text(value: &toml::Value) -> Result<Text, String> {
    match value {
        toml::Value::String(text) if text.len() > MAX_TEXT => Err(format!("longer than {MAX_TEXT} bytes")),
        toml::Value::String(text) => Ok(Text::Plain(text.clone())),
        toml::Value::Table(forms) if is_forms(forms) => {
            let forms: Result<_, String> = forms
                .iter()
                .map(|(form, value)| Ok((form.clone(), text(value)?)))
                .collect();
            Ok(Text::Forms(forms?))
        }
        _ => Err("is neither a text nor a table of forms".to_owned()),
    }
}

#[cfg(test)]
mod tests;
