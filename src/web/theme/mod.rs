//! A tenant's look: templates, words, tokens and assets, loaded from `tenant_themes/`.
//!
//! A theme is a folder: `theme.toml`, `words/`, `templates/`. What it lacks it takes from `default`. [`Themes`] holds
//! all of them; [`Theme::render`] writes a page, [`Theme::render_mail`] a mail, [`Theme::stylesheet`] the tokens.

mod assets;
mod color;
mod error;
mod fault;
mod helpers;
pub mod mark;
mod money;
mod own;
mod page;
mod plural;
mod registry;
mod render;
mod source;
mod tailor;
#[cfg(test)]
mod tests;
mod tokens;
mod verdict;
mod when;
mod words;

pub use error::ThemeError;
pub use fault::{Fault, Faults, Teller, channel as faults};
pub use own::{
    bounded::{MAX_BYTES as MAX_TEXT_BYTES, Wrong},
    css::scoped,
    may_be_own,
};
pub use page::{Flash, PageContext, PageUser, Scheme, Tone};
pub use registry::Themes;
pub use render::{Mail, Part};
pub use tailor::Own;
pub use tokens::{Radius, Tokens};
pub use verdict::Verdict;
pub use words::placeholders;

use crate::{
    domain::brand::{Brand, FileHash},
    web::pages::views::Amount,
};
use assets::Assets;
use handlebars::{Handlebars, no_escape};
use helpers::Shelf;
use mark::MARK;
use own::OwnTemplates;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use source::{Manifest, Source};
use std::{collections::BTreeMap, collections::HashMap, sync::Arc};
use tokens::Palette;

/// Templates whose name ends so are plain text.
const TEXT_ENDING: &str = ".txt";

/// One tenant's look.
pub struct Theme {
    key: String,
    manifest: Manifest,
    shelf: Arc<Shelf>,
    templates: Arc<Templates>,
    sheet: Sheet,
    /// A tenant's own, over all others.
    own_sheet: Option<Sheet>,
    /// Languages there are words in, sorted.
    languages: Vec<String>,
    facts: Value,
    more_facts: Value,
    /// What was chosen over the folder's own tokens.
    brand: Option<Brand>,
    /// A tenant's own, in place of the folder's.
    own_templates: OwnTemplates,
    /// Told of own templates that fail; without, such a failure is an error like any other.
    teller: Option<Teller>,
}

/// A style sheet, named by what is in it.
pub struct Sheet {
    /// Pages ask for `/theme/{hash}.css`.
    pub hash: String,
    /// The sheet.
    pub css: String,
}

impl Sheet {
    fn new(css: String) -> Self {
        Self {
            hash: hex::encode(&Sha256::digest(&css)[..8]),
            css,
        }
    }

    fn address(&self) -> String {
        format!("/theme/{}.css", self.hash)
    }
}

/// Compiled once a folder, however many tenants wear them in their own colours.
struct Templates {
    html: Handlebars<'static>,
    text: Handlebars<'static>,
    /// As they are written, by name.
    sources: BTreeMap<String, String>,
    /// What the helpers look things up in, unless a theme brings a shelf of its own.
    shelf: Arc<Shelf>,
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
        let templates = Templates {
            html,
            text,
            sources: templates,
            shelf: Arc::clone(&shelf),
        };
        Ok(Self::dressed(key, manifest, shelf, Arc::new(templates), None))
    }

    fn dressed(
        key: &str,
        manifest: Manifest,
        shelf: Arc<Shelf>,
        templates: Arc<Templates>,
        brand: Option<Brand>,
    ) -> Self {
        let sheet = Sheet::new(tokens::stylesheet(&manifest.tokens));
        let mut facts = facts(key, &manifest, &shelf, brand.as_ref());
        let mut languages: Vec<_> = shelf.words.keys().cloned().collect();
        languages.sort();
        let more_facts = more_facts(&manifest, &languages);
        facts["stylesheet"] = sheet.address().into();
        facts["own_stylesheet"] = Value::Null;
        Self {
            key: key.to_owned(),
            manifest,
            shelf,
            templates,
            sheet,
            own_sheet: None,
            languages,
            facts,
            more_facts,
            brand,
            own_templates: OwnTemplates::default(),
            teller: None,
        }
    }

    /// The same with a tenant's own style sheet and templates.
    fn adding(mut self, own_sheet: Option<Sheet>, own_templates: OwnTemplates) -> Self {
        self.facts["own_stylesheet"] = own_sheet.as_ref().map(Sheet::address).into();
        Self {
            own_sheet,
            own_templates,
            ..self
        }
    }

    /// Whether a tenant's own template failed since its look was changed: the theme's stands in for it.
    fn gave_up(&self, template: &str) -> bool {
        self.teller.as_ref().is_some_and(|teller| teller.has_failed(template))
    }

    /// The same, but own templates that fail are told of, and the folder's stand in for them.
    fn forgiving(self, teller: Teller) -> Self {
        Self {
            teller: Some(teller),
            ..self
        }
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
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// The tokens' stylesheet.
    pub fn stylesheet(&self) -> &Sheet {
        &self.sheet
    }

    /// Its brand's colour as text on white, red, green and blue: for what isn't a page.
    pub fn brand_ink(&self) -> [u8; 3] {
        Palette::light(&self.manifest.tokens).brand_text.channels()
    }

    /// The tenant's own stylesheet, if it has one.
    pub fn own_stylesheet(&self) -> Option<&Sheet> {
        self.own_sheet.as_ref()
    }

    /// One text of the words file in a language, for what isn't a page (notices, push messages).
    pub fn say(&self, lang: &str, key: &str, params: &Map<String, Value>, zone: &str) -> Option<String> {
        self.shelf.words([lang])?.say(key, params, zone)
    }

    /// An amount as a language writes it, for what isn't a page.
    pub fn money(&self, lang: &str, amount: &Amount) -> Option<String> {
        Some(self.shelf.words([lang])?.money(amount.minor, &amount.currency))
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

/// What templates know as `theme`. Every part of a page is given a copy, so there is no more in it than pages need.
fn facts(key: &str, manifest: &Manifest, shelf: &Shelf, brand: Option<&Brand>) -> Value {
    let picture = |name: &str, chosen: Option<&FileHash>| {
        if let Some(chosen) = chosen {
            return format!("/look/{}", chosen.as_str());
        }
        let own = shelf.assets.address(&format!("{key}/{name}"));
        match (own, brand) {
            (Some(own), _) if key != "default" => own.to_owned(),
            // The address changes with the colour.
            (_, Some(brand)) => format!("{MARK}?{}", brand.brand.as_str().trim_start_matches('#')),
            _ => shelf
                .assets
                .address(&format!("default/{name}"))
                .unwrap_or_default()
                .to_owned(),
        }
    };
    serde_json::json!({
        "key": key,
        "title": brand.and_then(|brand| brand.page_title.as_deref()),
        "logo": picture("logo.svg", brand.and_then(|brand| brand.logo.as_ref())),
        "favicon": picture("favicon.svg", brand.and_then(|brand| brand.favicon.as_ref())),
        "font": shelf.assets.address(&manifest.tokens.font.source()),
        // What templates count through: handlebars knows lists only.
        "hours": (1..=12).collect::<Vec<u8>>(),
        "stars": ["5", "4", "3", "2", "1"],
    })
}

/// What only mails need, which have no style sheet, and tenants' own templates may.
fn more_facts(manifest: &Manifest, languages: &[String]) -> Value {
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
    let [_, field, card] = manifest.tokens.radius.sizes();
    serde_json::json!({
        "languages": languages,
        "corners": {"field": field, "box": card},
        "colors": colors.map(|(name, color)| (name.to_owned(), Value::String(color.to_string()))).into_iter().collect::<Map<_, _>>(),
    })
}
