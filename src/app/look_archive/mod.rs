//! A look alone as one file, to be kept or taken to another marketplace: a gzipped tar of a manifest and of what it names,
//! pictures, style sheet, templates and words. Nothing of a file that is read is believed: its entries are known by their
//! names, their sizes are bounded before they are read, and what is in them is checked like what is typed in the console.

mod read;
mod write;

pub use read::read;
pub use write::write;

use crate::{
    domain::brand::{BrandRadius, BrandScheme, Font, HexColor},
    error::Error,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The archive's first file.
const MANIFEST: &str = "manifest.json";
const LOGO: &str = "pictures/logo";
const FAVICON: &str = "pictures/favicon";
const CSS: &str = "style.css";
const WORDS: &str = "words.json";
const TEMPLATES: &str = "templates/";
const TEMPLATE_ENDING: &str = ".hbs";
/// Changes when older programs can't read what newer ones write.
const FORMAT: u32 = 1;

/// Most bytes of an archive as it is sent.
pub const MAX_BYTES: usize = 8 << 20;

/// What an archive has, and how to tell that it is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    look: Chosen,
    files: Vec<Listed>,
}

/// One file of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    path: String,
    bytes: u64,
    /// As hexadecimal digits.
    sha256: String,
}

/// What was chosen, but for files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// The colour of the one next action.
    pub brand: HexColor,
    /// Light, dark, or as the reader's system does.
    pub scheme: BrandScheme,
    /// Corners.
    pub radius: BrandRadius,
    /// Typeface; the theme's without.
    pub font: Option<Font>,
    /// What browser tabs call the site; its name without.
    pub page_title: Option<String>,
}

/// A text in place of the theme's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaidWord {
    /// ISO code.
    pub language: String,
    /// Which.
    pub key: String,
    /// What is said.
    pub value: String,
}

/// A look with everything that it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeLook {
    /// What was chosen.
    pub chosen: Chosen,
    /// Picture in the head of pages.
    pub logo: Option<Vec<u8>>,
    /// Picture in browser tabs.
    pub favicon: Option<Vec<u8>>,
    /// Style sheet over the theme's.
    pub css: Option<String>,
    /// Templates in place of the theme's, by name.
    pub templates: BTreeMap<String, String>,
    /// Texts in place of the theme's.
    pub words: Vec<SaidWord>,
}

fn refused(words: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::field("archive", words)
}
