//! How a tenant without a theme of its own looks: a few choices, of which the web layer computes the rest.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A colour as `#rrggbb` in lower case; nothing else, so that nothing else gets into a stylesheet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, pattern = "^#[0-9a-f]{6}$")]
pub struct HexColor(String);

impl HexColor {
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

/// A tenant's choices.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Brand {
    /// The colour of the one next action.
    pub brand: HexColor,
    /// Light, dark, or as the reader's system does.
    #[serde(default)]
    pub scheme: BrandScheme,
    /// Corners.
    #[serde(default)]
    pub radius: BrandRadius,
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
