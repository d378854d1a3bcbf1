//! What a tenant chose, and what becomes of the colour.

use super::tokens::{DefaultScheme, Palette, Radius, Tokens};
use crate::domain::brand::{Brand, BrandRadius, BrandScheme, HexColor};

/// What is told of a look before it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The colour of buttons.
    pub brand: String,
    /// Text on it.
    pub on_brand: String,
    /// The colour as text.
    pub brand_text: String,
    /// Contrast of the chosen colour with the page's ground, in tenths.
    pub ratio_tenths: u32,
    /// It had to be made darker or lighter somewhere.
    pub adjusted: bool,
}

impl Tokens {
    /// What becomes of the chosen colour, on the pages that most readers see first.
    pub(super) fn verdict(&self) -> Verdict {
        let palette = match self.scheme {
            DefaultScheme::Dark => Palette::dark(self),
            DefaultScheme::Light | DefaultScheme::System => Palette::light(self),
        };
        let chosen = self.brand.0;
        Verdict {
            brand: palette.brand.to_string(),
            on_brand: palette.on_brand.to_string(),
            brand_text: palette.brand_text.to_string(),
            // At most 210.
            ratio_tenths: (chosen.contrast(palette.surface) * 10.0) as u32,
            adjusted: palette.brand != chosen || palette.brand_text != chosen,
        }
    }

    /// What is chosen, as a tenant would choose it.
    pub(super) fn chosen(&self) -> Brand {
        let scheme = match self.scheme {
            DefaultScheme::Light => BrandScheme::Light,
            DefaultScheme::Dark => BrandScheme::Dark,
            DefaultScheme::System => BrandScheme::Auto,
        };
        let radius = match self.radius {
            Radius::None => BrandRadius::Square,
            Radius::Small | Radius::Medium => BrandRadius::Soft,
            Radius::Large => BrandRadius::Round,
        };
        Brand {
            font: Some(self.font),
            ..Brand::new(HexColor::of(self.brand.0.channels()), scheme, radius)
        }
    }
}
