//! What a tenant chooses of its look: a few values, of which the web layer computes the rest, and the files that it
//! adds, named by what is in them.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A colour as `#rrggbb` in lower case; nothing else, so that nothing else gets into a stylesheet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, pattern = "^#[0-9a-f]{6}$")]
pub struct HexColor(String);

impl HexColor {
    /// Of red, green and blue.
    pub fn of(channels: [u8; 3]) -> Self {
        let [red, green, blue] = channels;
        Self(format!("#{red:02x}{green:02x}{blue:02x}"))
    }

    /// As it was parsed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for HexColor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.strip_prefix('#').unwrap_or_default();
        if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text.to_lowercase()))
        } else {
            Err("a colour looks like #1f5f4f")
        }
    }
}

/// What pages wear when their reader has chosen nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BrandScheme {
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// As the reader's system does.
    #[default]
    Auto,
}

/// How corners look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BrandRadius {
    /// Not rounded.
    Square,
    /// Rounded a little.
    #[default]
    Soft,
    /// Rounded much; buttons are pills.
    Round,
}

/// The families that are served from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Font {
    /// Neutral.
    Inter,
    /// Friendly.
    Figtree,
    /// Round and technical.
    Manrope,
    /// Serif.
    Newsreader,
    /// Bold, for posters.
    Archivo,
    /// Technical.
    SpaceGrotesk,
}

impl Font {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 6] = [
        Self::Inter,
        Self::Figtree,
        Self::Manrope,
        Self::Newsreader,
        Self::Archivo,
        Self::SpaceGrotesk,
    ];
}

/// Names a file of a tenant's by what is in it: SHA-256 in hex.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
pub struct FileHash(String);

impl FileHash {
    /// Of what is in a file.
    pub fn of(body: &[u8]) -> Self {
        Self(hex::encode(Sha256::digest(body)))
    }

    /// In hex.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FileHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() == 64 && digits {
            Ok(Self(text))
        } else {
            Err("a file's name is 64 hexadecimal digits")
        }
    }
}

/// A tenant's choices. What is absent is the theme's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// The colour of the one next action.
    pub brand: HexColor,
    /// Light, dark, or as the reader's system does.
    #[serde(default)]
    pub scheme: BrandScheme,
    /// Corners.
    #[serde(default)]
    pub radius: BrandRadius,
    /// Typeface of texts and headlines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub font: Option<Font>,
    /// What browser tabs and search results call the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_title: Option<String>,
    /// Picture in the head of pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<FileHash>,
    /// Picture in browser tabs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favicon: Option<FileHash>,
    /// Style sheet of its own, as it was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub css: Option<FileHash>,
    /// Templates in place of the theme's, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub templates: BTreeMap<String, FileHash>,
}

impl Brand {
    /// No more than colour, scheme and corners.
    pub fn new(brand: HexColor, scheme: BrandScheme, radius: BrandRadius) -> Self {
        Self {
            brand,
            scheme,
            radius,
            font: None,
            page_title: None,
            logo: None,
            favicon: None,
            css: None,
            templates: BTreeMap::new(),
        }
    }

    /// Every file it names.
    pub fn files(&self) -> impl Iterator<Item = &FileHash> {
        let single = [&self.logo, &self.favicon, &self.css];
        single.into_iter().flatten().chain(self.templates.values())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_are_colours() {
        for good in ["#1F5f4f", "#000000"] {
            assert!(HexColor::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "red",
            "#fff",
            "#12345g",
            "#1f5f4f;}*{color:red",
            "１f5f4f",
            "#１f5f4",
        ] {
            assert!(HexColor::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
