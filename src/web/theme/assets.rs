//! What Vite built into `tenant_themes/dist`: hashed addresses and the icons.

use super::ThemeError;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{collections::HashMap, fs, path::Path};

/// Addresses below `/assets/` and the icon set.
#[derive(Debug, Default)]
pub struct Assets {
    addresses: HashMap<String, String>,
    manifest: HashMap<String, Chunk>,
    icons: HashMap<String, String>,
}

/// One entry of Vite's manifest: <https://vite.dev/guide/backend-integration>.
#[derive(Debug, Deserialize)]
struct Chunk {
    file: String,
    #[serde(default)]
    css: Vec<String>,
    #[serde(default)]
    imports: Vec<String>,
}

impl Assets {
    /// Reads the manifest, the icons and the themes' pictures. `dist` must have been built.
    pub fn load(dist: &Path) -> Result<Self, ThemeError> {
        let manifest: HashMap<String, Chunk> = read_json(&dist.join(".vite/manifest.json"))?;
        let icons = read_json(&dist.join("icons.json"))?;
        let mut addresses: HashMap<_, _> = manifest
            .iter()
            .map(|(source, chunk)| (source.clone(), format!("/assets/{}", chunk.file)))
            .collect();
        add_pictures(dist, dist, &mut addresses)?;
        Ok(Self {
            addresses,
            manifest,
            icons,
        })
    }

    /// The elements that load a script with its styles and everything it imports.
    pub fn entry(&self, source: &str) -> Option<String> {
        let entry = self.manifest.get(source)?;
        // Chunks may import each other, and the entry too.
        let mut chunks = vec![entry];
        self.imported(entry, &mut chunks);
        let chunks = &chunks[1..];
        let mut markup = String::new();
        for sheet in chunks.iter().flat_map(|chunk| &chunk.css).chain(&entry.css) {
            markup += &format!("<link rel=\"stylesheet\" href=\"/assets/{sheet}\">");
        }
        for chunk in chunks {
            markup += &format!("<link rel=\"modulepreload\" href=\"/assets/{}\">", chunk.file);
        }
        markup += &format!("<script type=\"module\" src=\"/assets/{}\"></script>", entry.file);
        Some(markup)
    }

    fn imported<'a>(&'a self, chunk: &'a Chunk, found: &mut Vec<&'a Chunk>) {
        for import in chunk.imports.iter().filter_map(|name| self.manifest.get(name)) {
            if !found.iter().any(|known| known.file == import.file) {
                found.push(import);
                self.imported(import, found);
            }
        }
    }

    /// The address of a source file or picture.
    pub fn address(&self, source: &str) -> Option<&str> {
        self.addresses.get(source).map(String::as_str)
    }

    /// An icon as an svg element. It says nothing to a screen reader: a word stands beside it.
    pub fn icon(&self, name: &str, class: &str) -> Option<String> {
        let inner = self.icons.get(name)?;
        let class = handlebars::html_escape(class);
        Some(format!(
            "<svg class=\"icon {class}\" viewBox=\"0 0 24 24\" width=\"20\" height=\"20\" fill=\"none\" \
             stroke=\"currentColor\" stroke-width=\"1.75\" stroke-linecap=\"round\" stroke-linejoin=\"round\" \
             aria-hidden=\"true\" focusable=\"false\">{inner}</svg>"
        ))
    }
}

/// Pictures keep their names, so their addresses carry a hash of what is in them.
fn add_pictures(root: &Path, folder: &Path, addresses: &mut HashMap<String, String>) -> Result<(), ThemeError> {
    for entry in fs::read_dir(folder).map_err(|error| ThemeError::file(folder, error))? {
        let path = entry.map_err(|error| ThemeError::file(folder, error))?.path();
        if path.is_dir() {
            add_pictures(root, &path, addresses)?;
        } else if path.extension().is_some_and(|ending| ending == "svg") {
            let bytes = fs::read(&path).map_err(|error| ThemeError::file(&path, error))?;
            let name = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .replace('\\', "/");
            let version = hex::encode(&Sha256::digest(bytes)[..4]);
            addresses.insert(name.clone(), format!("/assets/{name}?v={version}"));
        }
    }
    Ok(())
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, ThemeError> {
    let text = fs::read_to_string(path).map_err(|error| ThemeError::file(path, error))?;
    serde_json::from_str(&text).map_err(|error| ThemeError::file(path, error))
}
