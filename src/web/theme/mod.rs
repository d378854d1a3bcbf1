//! A tenant's look: templates, words, tokens and assets, loaded from `tenant_themes/`.
//!
//! A theme is a folder: `theme.toml`, `words/`, `templates/`. What it lacks it takes from `default`. [`Themes`] holds
//! all of them; [`Theme::render`] writes a page, [`Theme::render_mail`] a mail, [`Theme::stylesheet`] the tokens.

mod assets;
mod color;
mod error;
mod helpers;
mod money;
mod page;
mod plural;
mod registry;
mod source;
#[cfg(test)]
mod tests;
mod tokens;
mod when;
mod words;

pub use error::ThemeError;
pub use page::{Flash, PageContext, PageUser, Scheme, Tone};
pub use registry::Themes;
pub use tokens::{Font, Radius, Tokens};

use crate::{domain::brand::Brand, web::pages::views::View};
use assets::Assets;
use handlebars::{Handlebars, no_escape};
use helpers::Shelf;
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use source::{Manifest, Source};
use std::{collections::BTreeMap, collections::HashMap, sync::Arc};
use tokens::{DefaultScheme, Palette};

/// Templates whose name ends so are plain text.
const TEXT_ENDING: &str = ".txt";

/// One tenant's look.
pub struct Theme {
    key: String,
    manifest: Manifest,
    shelf: Arc<Shelf>,
    templates: Arc<Templates>,
    sheet: (String, String),
    facts: Value,
}

/// Compiled once a folder, however many tenants wear them in their own colours.
struct Templates {
    html: Handlebars<'static>,
    text: Handlebars<'static>,
}

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Subject, one line.
    pub subject: String,
    /// HTML part.
    pub html: String,
    /// Plain-text part.
    pub text: String,
}

impl Theme {
    fn build(key: &str, own: &Source, default: &Source, assets: &Arc<Assets>) -> Result<Self, ThemeError> {
        let manifest = own.manifest.clone();
        let shelf = Arc::new(Shelf {
            words: inherit(own, default),
            lang: manifest.lang.clone(),
            assets: Arc::clone(assets),
        });
        let mut templates: BTreeMap<_, _> = default.templates.clone();
        templates.extend(own.templates.clone());
        source::refuse_cycles(&templates)?;
        let (mut html, mut text) = (Handlebars::new(), Handlebars::new());
        text.register_escape_fn(no_escape);
        for registry in [&mut html, &mut text] {
            registry.set_strict_mode(true);
            registry.set_prevent_indent(true);
            helpers::register(registry, &shelf);
        }
        for (name, body) in &templates {
            let registry = if name.ends_with(TEXT_ENDING) {
                &mut text
            } else {
                &mut html
            };
            registry
                .register_template_string(name, body)
                .map_err(|error| ThemeError::template(name, error))?;
        }
        Ok(Self::dressed(key, manifest, shelf, Arc::new(Templates { html, text })))
    }

    fn dressed(key: &str, manifest: Manifest, shelf: Arc<Shelf>, templates: Arc<Templates>) -> Self {
        let css = tokens::stylesheet(&manifest.tokens);
        let sheet = (hex::encode(&Sha256::digest(&css)[..8]), css);
        let facts = facts(key, &manifest, &shelf, &sheet.0);
        Self {
            key: key.to_owned(),
            manifest,
            shelf,
            templates,
            sheet,
            facts,
        }
    }

    /// The same templates, words and pictures in a tenant's own colours.
    fn branded(&self, brand: &Brand) -> Self {
        let manifest = Manifest {
            tokens: self.manifest.tokens.branded(brand),
            ..self.manifest.clone()
        };
        Self::dressed(
            &self.key,
            manifest,
            Arc::clone(&self.shelf),
            Arc::clone(&self.templates),
        )
    }

    /// The folder's name.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What the theme is called.
    pub fn name(&self) -> &str {
        &self.manifest.name
    }

    /// Languages there are words in, sorted.
    pub fn languages(&self) -> Vec<String> {
        let mut languages: Vec<_> = self.shelf.words.keys().cloned().collect();
        languages.sort();
        languages
    }

    /// The tokens' stylesheet: a hash of what is in it, and the sheet. Pages ask for `/theme/{hash}.css`.
    pub fn stylesheet(&self) -> (&str, &str) {
        (&self.sheet.0, &self.sheet.1)
    }

    /// One text of the words file in a language, for what isn't a page (notices, push messages).
    pub fn say(&self, lang: &str, key: &str, params: &Map<String, Value>, zone: &str) -> Option<String> {
        self.shelf.words([lang])?.say(key, params, zone)
    }

    /// Writes a view's page.
    pub fn page<V: View>(&self, view: &V, page: &PageContext) -> Result<String, ThemeError> {
        self.render(V::TEMPLATE, view, page)
    }

    /// Writes a page: the template sees the view's fields, `page` and `theme`.
    pub fn render(&self, template: &str, view: &impl Serialize, page: &PageContext) -> Result<String, ThemeError> {
        let root = self.root(template, view, page)?;
        self.templates
            .html
            .render(template, &root)
            .map_err(|error| ThemeError::render(template, error))
    }

    /// Writes a view's mail.
    pub fn mail<V: View>(&self, view: &V, page: &PageContext) -> Result<Mail, ThemeError> {
        self.render_mail(V::TEMPLATE, view, page)
    }

    /// Writes a mail: `{template}` is the HTML part, `{template}.txt` the plain one, and the subject is the text
    /// `{template with dots}.subject` of the words file, filled in with the view's fields.
    pub fn render_mail(&self, template: &str, view: &impl Serialize, page: &PageContext) -> Result<Mail, ThemeError> {
        let root = self.root(template, view, page)?;
        let mut params = root.as_object().cloned().unwrap_or_default();
        params.insert("tenant_name".to_owned(), Value::String(page.tenant_name.clone()));
        let key = format!("{}.subject", template.replace('/', "."));
        let words = self.shelf.words([page.lang.as_str(), page.tenant_lang.as_str()]);
        let subject = words.and_then(|words| words.say(&key, &params, &page.zone));
        let subject = subject.ok_or_else(|| ThemeError::render(template, format!("no words for `{key}`")))?;
        let plain = format!("{template}{TEXT_ENDING}");
        Ok(Mail {
            subject: subject.replace(char::is_control, " "),
            html: self
                .templates
                .html
                .render(template, &root)
                .map_err(|error| ThemeError::render(template, error))?,
            text: self
                .templates
                .text
                .render(&plain, &root)
                .map_err(|error| ThemeError::render(&plain, error))?,
        })
    }

    fn root(&self, template: &str, view: &impl Serialize, page: &PageContext) -> Result<Value, ThemeError> {
        let wrong = |error| ThemeError::render(template, error);
        let mut root = match serde_json::to_value(view).map_err(wrong)? {
            Value::Object(root) => root,
            Value::Null => Map::new(),
            _ => return Err(ThemeError::render(template, "a view must be a struct")),
        };
        root.insert("page".to_owned(), serde_json::to_value(page).map_err(wrong)?);
        let mut facts = self.facts.clone();
        facts["scheme"] = match (page.scheme, self.manifest.tokens.scheme) {
            (Scheme::Light, _) | (Scheme::Unset, DefaultScheme::Light) => "light",
            (Scheme::Dark, _) | (Scheme::Unset, DefaultScheme::Dark) => "dark",
            (Scheme::System, _) | (Scheme::Unset, DefaultScheme::System) => "system",
        }
        .into();
        root.insert("theme".to_owned(), facts);
        Ok(Value::Object(root))
    }
}

/// Each language's own words over the default theme's, and all over the theme's language of last resort.
fn inherit(own: &Source, default: &Source) -> HashMap<String, words::Words> {
    let mut languages: HashMap<_, _> = own.words.clone();
    for (lang, words) in &default.words {
        languages
            .entry(lang.clone())
            .or_insert_with(|| words::Words::new(lang))
            .inherit(words);
    }
    for last in [
        languages.get(&own.manifest.lang).cloned(),
        default.words.get(&default.manifest.lang).cloned(),
    ] {
        for words in languages.values_mut() {
            words.inherit(last.as_ref().unwrap_or(&words::Words::new("")));
        }
    }
    languages
}

/// What templates know as `theme`: its key, addresses, languages, and colours for mails, which know no stylesheet.
fn facts(key: &str, manifest: &Manifest, shelf: &Shelf, hash: &str) -> Value {
    let picture = |name: &str| {
        let own = shelf.assets.address(&format!("{key}/{name}"));
        own.or_else(|| shelf.assets.address(&format!("default/{name}")))
            .unwrap_or_default()
            .to_owned()
    };
    let light = Palette::light(&manifest.tokens);
    let colors = [
        ("surface", light.surface),
        ("raised", light.raised),
        ("line", light.line),
        ("ink", light.ink),
        ("muted", light.muted),
        ("brand", light.brand),
        ("on_brand", light.on_brand),
        ("brand_text", light.brand_text),
    ];
    let mut languages: Vec<_> = shelf.words.keys().collect();
    languages.sort();
    let [_, field, card] = manifest.tokens.radius.sizes();
    serde_json::json!({
        "key": key,
        "stylesheet": format!("/theme/{hash}.css"),
        "logo": picture("logo.svg"),
        "favicon": picture("favicon.svg"),
        "font": shelf.assets.address(&manifest.tokens.font.source()),
        "languages": languages,
        "corners": {"field": field, "box": card},
        // What templates count through: handlebars knows lists only.
        "hours": (1..=12).collect::<Vec<u8>>(),
        "stars": ["5", "4", "3", "2", "1"],
        "colors": colors.map(|(name, color)| (name.to_owned(), Value::String(color.to_string()))).into_iter().collect::<Map<_, _>>(),
    })
}
