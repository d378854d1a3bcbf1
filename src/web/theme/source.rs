//! A theme's files as they lie on the disk: `theme.toml`, `words/`, `templates/`.

use super::{ThemeError, tokens::Tokens, words::Words};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

/// `theme.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What the theme is called.
    pub name: String,
    /// Language of last resort.
    pub lang: String,
    /// Colours, corners and typefaces.
    pub tokens: Tokens,
}

/// Everything of one folder.
pub struct Source {
    /// `theme.toml`.
    pub manifest: Manifest,
    /// By language. `words/en.toml` and `words/*.en.toml` are one language.
    pub words: HashMap<String, Words>,
    /// By name below `templates/`, without `.hbs`.
    pub templates: BTreeMap<String, String>,
}

impl Source {
    /// Reads a theme's folder.
    pub fn read(folder: &Path) -> Result<Self, ThemeError> {
        let path = folder.join("theme.toml");
        let manifest = toml::from_str(&read(&path)?).map_err(|error| ThemeError::file(&path, error))?;
        let mut words = HashMap::new();
        for (name, path) in files(&folder.join("words"), "toml")? {
            let lang = name.rsplit('.').next().unwrap_or(&name).to_owned();
            let file = read(&path)?.parse().map_err(|error| ThemeError::file(&path, error))?;
            let language = words.entry(lang.clone()).or_insert_with(|| Words::new(&lang));
            language.add(&file).map_err(|error| ThemeError::file(&path, error))?;
        }
        let templates = files(&folder.join("templates"), "hbs")?;
        let templates = templates
            .into_iter()
            // A file ends with a newline; a partial in the middle of a sentence must not.
            .map(|(name, path)| Ok((name, read(&path)?.trim_end().to_owned())))
            .collect::<Result<_, ThemeError>>()?;
        Ok(Self {
            manifest,
            words,
            templates,
        })
    }
}

fn read(path: &Path) -> Result<String, ThemeError> {
    fs::read_to_string(path).map_err(|error| ThemeError::file(path, error))
}

/// All files with this ending below a folder, by their name without it; none if there is no such folder.
fn files(folder: &Path, ending: &str) -> Result<BTreeMap<String, PathBuf>, ThemeError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop().filter(|next| next.is_dir()) {
        for entry in fs::read_dir(&next).map_err(|error| ThemeError::file(&next, error))? {
            let path = entry.map_err(|error| ThemeError::file(&next, error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|other| other == ending) {
                let name = path.strip_prefix(folder).unwrap_or(&path).with_extension("");
                found.insert(name.to_string_lossy().replace('\\', "/"), path);
            }
        }
    }
    Ok(found)
}

/// Refuses templates that include themselves by way of others: rendering one would overflow the stack and abort the
/// whole process. An include must name its template, since a computed name can't be followed.
pub fn refuse_cycles(templates: &BTreeMap<String, String>) -> Result<(), ThemeError> {
    let mut done = HashSet::new();
    templates
        .keys()
        .try_for_each(|name| visit(name, templates, &mut Vec::new(), &mut done))
}

fn visit<'a>(
    name: &'a str,
    templates: &'a BTreeMap<String, String>,
    open: &mut Vec<&'a str>,
    done: &mut HashSet<&'a str>,
) -> Result<(), ThemeError> {
    if open.contains(&name) {
        return Err(ThemeError::template(
            name,
            format!("includes itself: {} → {name}", open.join(" → ")),
        ));
    }
    let Some(text) = templates.get(name).filter(|_| !done.contains(name)) else {
        return Ok(());
    };
    open.push(name);
    for included in includes(text) {
        if included.starts_with('(') {
            return Err(ThemeError::template(name, "includes a template by a computed name"));
        }
        visit(included, templates, open, done)?;
    }
    open.pop();
    done.insert(name);
    Ok(())
}

/// Names after `{{>` and `{{#>`.
fn includes(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|tag| {
        let tag = tag.trim_start_matches('~').trim_start();
        let name = tag.strip_prefix('>').or_else(|| tag.strip_prefix("#>"))?.trim_start();
        let end = name
            .find(|c: char| c.is_whitespace() || c == '}' || c == '~')
            .unwrap_or(name.len());
        Some(name[..end].trim_matches(['"', '\'']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(templates: &[(&str, &str)]) -> Result<(), String> {
        let templates = templates
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        refuse_cycles(&templates).map_err(|error| error.to_string())
    }

    /// The themes' folder beside `Cargo.toml`.
    fn folder(theme: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tenant_themes").join(theme)
    }

    #[test]
    fn every_language_says_everything_with_the_same_placeholders() {
        for theme in ["default", "lumen", "velvet"] {
            let words = Source::read(&folder(theme)).unwrap().words;
            let english = words["en"].placeholders();
            for (lang, other) in &words {
                assert_eq!(other.placeholders(), english, "{theme} in {lang}");
            }
        }
    }

    #[test]
    fn overrides_override_something() {
        let default = Source::read(&folder("default")).unwrap();
        for theme in ["lumen", "velvet"] {
            let own = Source::read(&folder(theme)).unwrap();
            for name in own.templates.keys() {
                assert!(default.templates.contains_key(name), "{theme}: nothing asks for {name}");
            }
        }
    }

    #[test]
    fn cycles_are_refused() {
        assert!(
            check(&[
                ("a", "{{#> layout}}{{> card x}}{{/layout}}"),
                ("layout", "{{> @partial-block}}"),
                ("card", "")
            ])
            .is_ok()
        );
        let error = check(&[("a", "{{> b}}"), ("b", "{{~#> 'c' x=1}}{{/c}}"), ("c", "{{>a}}")]).unwrap_err();
        assert!(error.contains("a → b → c → a"), "{error}");
        assert!(check(&[("a", "{{> a}}")]).is_err());
        assert!(check(&[("a", "{{> (lookup . 'x')}}")]).is_err());
    }
}
