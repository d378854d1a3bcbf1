//! From a handful of chosen values to every colour and radius of a page, for light and dark.
//!
//! Only values that were parsed into these types reach a stylesheet, so nothing a tenant types can break out of it.

use super::color::Color;
use crate::domain::brand::{Brand, BrandRadius, BrandScheme, Font};
use serde::Deserialize;
use std::fmt::Write as _;

/// What a tenant chooses; the `[tokens]` of `theme.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// The colour of the one next action.
    pub brand: Hex,
    /// Ground of light pages.
    pub surface: Hex,
    /// Ground of dark pages.
    pub surface_dark: Hex,
    /// How round.
    pub radius: Radius,
    /// Typeface of texts.
    pub font: Font,
    /// Typeface of headlines.
    pub display: Font,
    /// What a page wears when the reader has chosen nothing.
    #[serde(default)]
    pub scheme: DefaultScheme,
}

impl Tokens {
    /// These with a tenant's own choices in their place.
    pub(super) fn branded(&self, brand: &Brand) -> Self {
        // A theme may be finer than the choices are: what was left as it is stays as it is.
        let own = self.chosen();
        let font = brand.font.filter(|chosen| Some(*chosen) != own.font);
        Self {
            brand: Color::parse(brand.brand.as_str()).map_or(self.brand, Hex),
            radius: match brand.radius {
                chosen if chosen == own.radius => self.radius,
                BrandRadius::Square => Radius::None,
                BrandRadius::Soft => Radius::Medium,
                BrandRadius::Round => Radius::Large,
            },
            scheme: match brand.scheme {
                BrandScheme::Light => DefaultScheme::Light,
                BrandScheme::Dark => DefaultScheme::Dark,
                BrandScheme::Auto => DefaultScheme::System,
            },
            font: font.unwrap_or(self.font),
            display: font.unwrap_or(self.display),
            ..self.clone()
        }
    }
}

/// A colour in a file: `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Hex(pub Color);

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Color::parse(&text)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a colour like #1f5f4f"))
    }
}

/// How round corners are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Radius {
    /// Square.
    None,
    /// A little.
    Small,
    /// Usual.
    Medium,
    /// Much; buttons are pills.
    Large,
}

impl Radius {
    /// Radius of chips, of fields and buttons, and of boxes.
    pub(super) fn sizes(self) -> [&'static str; 3] {
        match self {
            Self::None => ["0", "0", "0"],
            Self::Small => ["4px", "6px", "8px"],
            Self::Medium => ["8px", "10px", "14px"],
            Self::Large => ["999px", "999px", "24px"],
        }
    }
}

impl Font {
    /// CSS family list.
    fn family(self) -> &'static str {
        match self {
            Self::Inter => "\"Inter Variable\", ui-sans-serif, system-ui, sans-serif",
            Self::Figtree => "\"Figtree Variable\", ui-sans-serif, system-ui, sans-serif",
            Self::Manrope => "\"Manrope Variable\", ui-sans-serif, system-ui, sans-serif",
            Self::Newsreader => "\"Newsreader Variable\", ui-serif, Georgia, serif",
            Self::Archivo => "\"Archivo Variable\", ui-sans-serif, system-ui, sans-serif",
            Self::SpaceGrotesk => "\"Space Grotesk Variable\", ui-sans-serif, system-ui, sans-serif",
        }
    }

    /// Weight and spacing that headlines in this family want.
    fn headline(self) -> (u16, &'static str) {
        match self {
            Self::Newsreader => (500, "-0.02em"),
            Self::Archivo => (800, "-0.02em"),
            Self::SpaceGrotesk | Self::Manrope => (700, "-0.03em"),
            Self::Inter | Self::Figtree => (650, "-0.025em"),
        }
    }

    /// Its file's address in Vite's manifest, to be fetched early.
    pub fn source(self) -> String {
        let name = match self {
            Self::Inter => "inter",
            Self::Figtree => "figtree",
            Self::Manrope => "manrope",
            Self::Newsreader => "newsreader",
            Self::Archivo => "archivo",
            Self::SpaceGrotesk => "space-grotesk",
        };
        format!("node_modules/@fontsource-variable/{name}/files/{name}-latin-wght-normal.woff2")
    }
}

/// What a page wears when the reader has chosen nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultScheme {
    /// As the system does.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Least contrast of text.
const TEXT: f64 = 4.5;
/// Least contrast of things that aren't text (WCAG 1.4.11).
const THING: f64 = 3.0;

/// All colours of one scheme.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Ground of the page.
    pub surface: Color,
    /// Cards, fields, menus.
    pub raised: Color,
    /// Wells: table heads, quiet boxes, hovered lines.
    pub sunken: Color,
    /// Hairlines.
    pub line: Color,
    /// Outlines of fields and switches, visible enough to be found.
    pub outline: Color,
    /// Text.
    pub ink: Color,
    /// Quiet text.
    pub muted: Color,
    /// The one next action.
    pub brand: Color,
    /// Text on it.
    pub on_brand: Color,
    /// The brand as a text colour.
    pub brand_text: Color,
    /// A breath of the brand as a ground.
    pub brand_soft: Color,
    /// Live and paid.
    pub good: Color,
    /// Ground of such.
    pub good_soft: Color,
    /// Danger and running out.
    pub bad: Color,
    /// Ground of such.
    pub bad_soft: Color,
    /// Text on a ground of `bad`.
    pub on_bad: Color,
    /// Take care.
    pub warn: Color,
    /// Ground of such.
    pub warn_soft: Color,
    /// Time that is booked, on calendars.
    pub booked: Color,
    /// Ground of such.
    pub booked_soft: Color,
}

impl Palette {
    /// Colours of light pages.
    pub fn light(tokens: &Tokens) -> Self {
        let surface = tokens
            .surface
            .0
            .at_lightness(tokens.surface.0.lightness().max(0.94), 1.0);
        let ink = surface.at_lightness(0.23, 1.6);
        Self::derive(tokens.brand.0, surface, Color::WHITE, surface.mix(ink, 0.045), ink)
    }

    /// Colours of dark pages.
    pub fn dark(tokens: &Tokens) -> Self {
        let surface = tokens
            .surface_dark
            .0
            .at_lightness(tokens.surface_dark.0.lightness().clamp(0.12, 0.27), 1.0);
        let lift = |by: f64| surface.at_lightness(surface.lightness() + by, 1.0);
        Self::derive(
            tokens.brand.0,
            surface,
            lift(0.045),
            lift(0.085),
            surface.at_lightness(0.955, 0.25),
        )
    }

    fn derive(brand: Color, surface: Color, raised: Color, sunken: Color, ink: Color) -> Self {
        let grounds = [surface, raised, sunken];
        let brand = brand.readable_on(&[surface, raised], THING);
        let dark_text = ink.at_lightness(0.17, 1.0);
        let on = |ground: Color| {
            if ground.contrast(Color::WHITE) >= TEXT {
                Color::WHITE
            } else {
                dark_text
            }
        };
        let text = |color: Color, soft: Color| color.readable_on(&[surface, raised, sunken, soft], TEXT);
        let soft = |color: Color| raised.mix(color, 0.1);
        let [good, bad, warn, booked] = [0x15_803d, 0xc9_2a2a, 0xa1_6207, 0x1d_4ed8].map(fixed);
        Self {
            surface,
            raised,
            sunken,
            line: surface.mix(ink, 0.11),
            outline: surface.mix(ink, 0.3).readable_on(&[surface, raised], THING),
            ink,
            muted: surface.mix(ink, 0.62).readable_on(&grounds, TEXT),
            brand,
            on_brand: readable_or_black(on(brand), brand),
            brand_text: text(brand, soft(brand)),
            brand_soft: soft(brand),
            good: text(good, soft(good)),
            good_soft: soft(good),
            bad: text(bad, soft(bad)),
            bad_soft: soft(bad),
            on_bad: readable_or_black(on(text(bad, soft(bad))), text(bad, soft(bad))),
            warn: text(warn, soft(warn)),
            warn_soft: soft(warn),
            booked: text(booked, soft(booked)),
            booked_soft: soft(booked),
        }
    }

    fn declarations(&self) -> [(&'static str, Color); 20] {
        [
            ("surface", self.surface),
            ("raised", self.raised),
            ("sunken", self.sunken),
            ("line", self.line),
            ("outline", self.outline),
            ("ink", self.ink),
            ("muted", self.muted),
            ("brand", self.brand),
            ("on-brand", self.on_brand),
            ("brand-text", self.brand_text),
            ("brand-soft", self.brand_soft),
            ("good", self.good),
            ("good-soft", self.good_soft),
            ("bad", self.bad),
            ("bad-soft", self.bad_soft),
            ("on-bad", self.on_bad),
            ("warn", self.warn),
            ("warn-soft", self.warn_soft),
            ("booked", self.booked),
            ("booked-soft", self.booked_soft),
        ]
    }
}

/// Between white and black one always reads at 4.58 or better; `preferred` goes first.
fn readable_or_black(preferred: Color, ground: Color) -> Color {
    preferred.readable_on(&[ground], TEXT)
}

fn fixed(rgb: u32) -> Color {
    Color::parse(&format!("#{rgb:06x}")).unwrap_or(Color::WHITE)
}

/// The tenant's stylesheet: custom properties only, which the one sheet of `tenant_themes/` is written against.
pub fn stylesheet(tokens: &Tokens) -> String {
    let (light, dark) = (Palette::light(tokens), Palette::dark(tokens));
    let [selector, field, card] = tokens.radius.sizes();
    let (weight, tracking) = tokens.display.headline();
    let mut css = String::new();
    // Writing to a String can't fail.
    let _ = write!(
        css,
        ":root{{--radius-selector:{selector};--radius-field:{field};--radius-box:{card};\
         --font-body:{};--font-display:{};--display-weight:{weight};--display-tracking:{tracking}}}",
        tokens.font.family(),
        tokens.display.family(),
    );
    let scheme = |name: &str, palette: &Palette| {
        let mut body = format!("color-scheme:{name}");
        for (property, color) in palette.declarations() {
            let _ = write!(body, ";--{property}:{color}");
        }
        body
    };
    let (light, dark) = (scheme("light", &light), scheme("dark", &dark));
    let _ = write!(
        css,
        ":root{{{light}}}@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\
         :root[data-theme=dark]{{{dark}}}"
    );
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(brand: &str, surface: &str, surface_dark: &str) -> Tokens {
        toml::from_str(&format!(
            "brand = '{brand}'\nsurface = '{surface}'\nsurface_dark = '{surface_dark}'\n\
             radius = 'large'\nfont = 'inter'\ndisplay = 'newsreader'"
        ))
        .unwrap()
    }

    #[test]
    fn text_reads_everywhere_whatever_the_brand() {
        for brand in [
            "#ffff00", "#000000", "#ffffff", "#e11d62", "#808080", "#1f5f4f", "#2a2aff", "#00ffcc",
        ] {
            for (surface, dark) in [("#fbf9f5", "#120d10"), ("#ffffff", "#000000"), ("#336699", "#eeeeee")] {
                let tokens = tokens(brand, surface, dark);
                for palette in [Palette::light(&tokens), Palette::dark(&tokens)] {
                    let p = palette;
                    for ground in [p.surface, p.raised, p.sunken] {
                        for text in [p.ink, p.muted, p.brand_text, p.good, p.bad, p.warn, p.booked] {
                            assert!(text.contrast(ground) >= 4.5, "{brand} {surface}: {text} on {ground}");
                        }
                    }
                    for (text, ground) in [
                        (p.on_brand, p.brand),
                        (p.on_bad, p.bad),
                        (p.brand_text, p.brand_soft),
                        (p.good, p.good_soft),
                        (p.bad, p.bad_soft),
                        (p.warn, p.warn_soft),
                        (p.booked, p.booked_soft),
                    ] {
                        assert!(text.contrast(ground) >= 4.5, "{brand} {surface}: {text} on {ground}");
                    }
                    assert!(p.brand.contrast(p.surface) >= 3.0, "{brand} is found on {}", p.surface);
                    assert!(p.outline.contrast(p.raised) >= 3.0);
                }
            }
        }
    }

    #[test]
    fn values_that_are_no_tokens_are_refused() {
        let good = [
            ("brand", "#1f5f4f"),
            ("surface", "#ffffff"),
            ("surface_dark", "#000000"),
            ("radius", "none"),
            ("font", "inter"),
            ("display", "inter"),
        ];
        let parse = |(name, value): (&str, &str)| {
            let own = (name, value);
            let lines = good.iter().filter(|(known, _)| *known != name).chain([&own]);
            let file: String = lines.map(|(name, value)| format!("{name} = '{value}'\n")).collect();
            toml::from_str::<Tokens>(&file)
        };
        assert!(parse(good[0]).is_ok());
        for bad in [
            ("brand", "red"),
            ("brand", "#fff;}*{color:red"),
            ("surface", "url(https://example.com)"),
            ("radius", "4px"),
            ("font", "Comic Sans"),
            ("stylesheet", "https://example.com/x.css"),
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_sheet_holds_both_schemes_and_nothing_else() {
        let css = stylesheet(&tokens("#1f5f4f", "#fbf9f5", "#101614"));
        assert_eq!(css.matches("--brand:").count(), 3);
        assert!(css.contains("--radius-box:24px") && css.contains("Newsreader Variable"));
        assert!(css.contains(":root[data-theme=dark]{color-scheme:dark"));
        assert!(!css.contains("url(") && !css.contains("@import"));
    }
}
