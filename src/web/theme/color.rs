//! Colours: parsing, mixing and contrast.
//!
//! Contrast is WCAG 2.2's: <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio> over
//! <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>. Lightness is changed in OKLab
//! (<https://bottosson.github.io/posts/oklab/>), where equal steps look equal and a hue stays itself.
//! Floats are for colours only; money never meets them.

use std::fmt;

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    r: u8,
    g: u8,
    b: u8,
}

impl Color {
    /// White.
    pub const WHITE: Self = Self { r: 255, g: 255, b: 255 };

    /// Reads `#rrggbb`; nothing else, so that nothing else gets into a stylesheet.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#')?;
        if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let channel = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        Some(Self {
            r: channel(0)?,
            g: channel(2)?,
            b: channel(4)?,
        })
    }

    /// Red, green and blue.
    pub fn channels(self) -> [u8; 3] {
        [self.r, self.g, self.b]
    }

    /// WCAG's relative luminance, 0 (black) to 1 (white).
    pub fn luminance(self) -> f64 {
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }

    /// WCAG's contrast ratio, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour with `share` (0 to 1) of `other` in it.
    #[must_use]
    pub fn mix(self, other: Self, share: f64) -> Self {
        let (a, b) = (self.oklab(), other.oklab());
        let blend = |i: usize| a[i] + (b[i] - a[i]) * share;
        Self::from_oklab([blend(0), blend(1), blend(2)])
    }

    /// The same hue at another OKLab lightness (0 to 1), its colourfulness times `chroma`.
    #[must_use]
    pub fn at_lightness(self, lightness: f64, chroma: f64) -> Self {
        let [_, a, b] = self.oklab();
        Self::from_oklab([lightness, a * chroma, b * chroma])
    }

    /// OKLab lightness, 0 to 1.
    pub fn lightness(self) -> f64 {
        self.oklab()[0]
    }

    /// The nearest colour of this hue that reads on every one of `grounds` at `ratio` or better: darker on light
    /// grounds, lighter on dark ones.
    #[must_use]
    pub fn readable_on(self, grounds: &[Self], ratio: f64) -> Self {
        let darker = grounds.iter().map(|g| g.luminance()).sum::<f64>() > 0.18 * grounds.len() as f64;
        let (start, end) = (self.lightness(), if darker { 0.0 } else { 1.0 });
        let steps = 100;
        (0..=steps)
            .map(|step| {
                let share = f64::from(step) / f64::from(steps);
                // The very ends have no room for colour; letting it go keeps the conversion inside sRGB.
                self.at_lightness(start + (end - start) * share, 1.0 - share * share)
            })
            .find(|color| grounds.iter().all(|ground| color.contrast(*ground) >= ratio))
            .unwrap_or(if darker { Self { r: 0, g: 0, b: 0 } } else { Self::WHITE })
    }

    fn oklab(self) -> [f64; 3] {
        let (r, g, b) = (linear(self.r), linear(self.g), linear(self.b));
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        [
            0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s,
        ]
    }

    fn from_oklab([lightness, a, b]: [f64; 3]) -> Self {
        let l = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let m = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let s = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
        Self {
            r: encoded(4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s),
            g: encoded(-1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s),
            b: encoded(-0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s),
        }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }
}

/// An 8-bit sRGB channel as linear light.
fn linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    if c <= 0.040_45 {
        c / 12.92
    } else {
        ((c + 0.055) / 1.055).powf(2.4)
    }
}

/// Linear light as an 8-bit sRGB channel; what lies outside sRGB is cut off.
fn encoded(light: f64) -> u8 {
    let c = if light <= 0.003_130_8 {
        12.92 * light
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    };
    (c.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(hex: &str) -> Color {
        Color::parse(hex).unwrap()
    }

    #[test]
    fn only_six_hex_digits_are_a_colour() {
        assert_eq!(color("#0a1B2c").to_string(), "#0a1b2c");
        for bad in [
            "",
            "red",
            "#fff",
            "#12345",
            "#1234567",
            "#12345g",
            "#+12345",
            "#ä234",
            "123456",
            "#fff;}body{x",
        ] {
            assert_eq!(Color::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn contrast_is_wcags() {
        assert!((color("#000000").contrast(Color::WHITE) - 21.0).abs() < 1e-9);
        // The well-known smallest grey that passes on white, and the one that fails.
        assert!(color("#767676").contrast(Color::WHITE) >= 4.5);
        assert!(color("#777777").contrast(Color::WHITE) < 4.5);
        assert!((color("#ff0000").contrast(Color::WHITE) - 3.998).abs() < 0.001);
    }

    #[test]
    fn oklab_is_there_and_back() {
        for hex in [
            "#000000", "#ffffff", "#1f5f4f", "#e11d62", "#f5c518", "#0000ff", "#00ff00",
        ] {
            let original = color(hex);
            assert_eq!(original.mix(Color::WHITE, 0.0), original, "{hex}");
            assert_eq!(original.mix(Color::WHITE, 1.0), Color::WHITE, "{hex}");
        }
    }

    #[test]
    fn a_readable_colour_is_found_on_any_ground() {
        for brand in [
            "#ffff00", "#000000", "#ffffff", "#e11d62", "#7f7f7f", "#0000ff", "#00ff88",
        ] {
            for grounds in [["#ffffff", "#f4f1ea"], ["#0d0a0c", "#1c171b"]] {
                let grounds = grounds.map(color);
                let text = color(brand).readable_on(&grounds, 4.5);
                assert!(
                    grounds.iter().all(|ground| text.contrast(*ground) >= 4.5),
                    "{brand} became {text}"
                );
            }
        }
    }

    #[test]
    fn what_reads_already_stays() {
        assert_eq!(color("#1f5f4f").readable_on(&[Color::WHITE], 4.5), color("#1f5f4f"));
    }
}
