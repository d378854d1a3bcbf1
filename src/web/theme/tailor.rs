//! A theme as one tenant wears it: in its own colours, with its own words, style sheet and templates.

use super::{
    Sheet, Theme, ThemeError, Verdict,
    helpers::Shelf,
    own::{OwnTemplates, css},
    source::Manifest,
};
use crate::{domain::brand::Brand, store::words::OwnWord};
use std::{collections::BTreeMap, sync::Arc};

/// What a tenant adds to its theme, read from where it is kept.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Texts in place of the theme's.
    pub words: Vec<OwnWord>,
    /// A style sheet over the theme's.
    pub css: Option<String>,
    /// Templates in place of the theme's, by name.
    pub templates: BTreeMap<String, String>,
}

impl Own {
    /// Without what can fail.
    #[must_use]
    pub fn without_files(&self) -> Self {
        Self {
            words: self.words.clone(),
            ..Self::default()
        }
    }
}

impl Theme {
    /// The same templates and pictures with what a tenant chose and wrote.
    ///
    /// # Errors
    /// The style sheet or a template can't be taken; says which, where and why.
    pub fn tailored(&self, brand: Option<&Brand>, own: &Own) -> Result<Self, ThemeError> {
        let tokens = &self.manifest.tokens;
        let manifest = Manifest {
            tokens: brand.map_or_else(|| tokens.clone(), |brand| tokens.branded(brand)),
            ..self.manifest.clone()
        };
        let shelf = if own.words.is_empty() {
            Arc::clone(&self.shelf)
        } else {
            Arc::new(self.shelf.with(&own.words))
        };
        let sheet = own.css.as_deref().map(css::scoped).transpose();
        let sheet = sheet.map_err(|wrong| ThemeError::own("css", wrong))?;
        let templates = OwnTemplates::read(&own.templates, &self.templates.html, &self.templates.text)
            .map_err(|(name, wrong)| ThemeError::own(&name, wrong))?;
        let theme = Self::dressed(&self.key, manifest, shelf, Arc::clone(&self.templates), brand.cloned());
        Ok(theme.adding(sheet.map(Sheet::new), templates))
    }

    /// What becomes of the chosen colour.
    pub fn verdict(&self) -> Verdict {
        self.manifest.tokens.verdict()
    }

    /// What is chosen now: the tenant's, or what its theme comes with.
    pub fn chosen(&self) -> Brand {
        let tokens = self.manifest.tokens.chosen();
        let Some(brand) = &self.brand else {
            return tokens;
        };
        Brand {
            font: brand.font.or(tokens.font),
            ..brand.clone()
        }
    }

    /// Address of the picture in the head of pages.
    pub fn logo(&self) -> &str {
        self.facts["logo"].as_str().unwrap_or_default()
    }

    /// Address of the picture in browser tabs.
    pub fn favicon(&self) -> &str {
        self.facts["favicon"].as_str().unwrap_or_default()
    }

    /// Every text of a language as the theme has it, by key; none for a language without words.
    pub fn texts(&self, lang: &str) -> Option<Vec<(String, &str)>> {
        self.templates.shelf.words.get(lang).map(|words| words.items())
    }

    /// The theme's own templates as they are written, by name.
    pub fn sources(&self) -> &BTreeMap<String, String> {
        &self.templates.sources
    }
}

impl Shelf {
    /// The same with a tenant's texts. One whose key the theme no longer has says nothing.
    fn with(&self, own: &[OwnWord]) -> Self {
        let mut words = self.words.clone();
        for word in own {
            if let Some(language) = words.get_mut(&word.language) {
                language.write(&word.key, &word.value);
            }
        }
        Self {
            words,
            lang: self.lang.clone(),
            assets: Arc::clone(&self.assets),
        }
    }
}
