//! Texts people type, cleaned: what is stored is trimmed, normalised (NFC) and free of control characters. Markup stays
//! what it is, text; templates escape it.

use std::ops::RangeInclusive;
use unicode_normalization::UnicodeNormalization;

/// One line, if it has that many characters and no line breaks.
pub fn line(text: &str, length: RangeInclusive<usize>) -> Option<String> {
    clean(text, length).filter(|text| !text.contains('\n'))
}

/// Any number of lines, if it has that many characters in all.
pub fn paragraphs(text: &str, length: RangeInclusive<usize>) -> Option<String> {
    clean(&text.replace("\r\n", "\n"), length)
}

fn clean(text: &str, length: RangeInclusive<usize>) -> Option<String> {
    // Normalising costs time and space: what is hopelessly long isn't touched.
    if text.len() > length.end().saturating_mul(8).saturating_add(1_024) {
        return None;
    }
    let text: String = text.trim().nfc().collect();
    let good = length.contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() && c != '\n');
    good.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_trimmed_and_counted_in_characters() {
        assert_eq!(line("  Grüße \n", 1..=5).as_deref(), Some("Grüße"));
        assert_eq!(line("u\u{308}", 1..=1).as_deref(), Some("ü"));
        assert_eq!(line("abcdef", 1..=5), None);
        assert_eq!(line("   ", 1..=5), None);
        assert_eq!(line("a\nb", 1..=5), None);
        assert_eq!(line("a\u{0}b", 1..=5), None);
        assert_eq!(line(&" ".repeat(1_000_000), 0..=5), None);
    }

    #[test]
    fn paragraphs_keep_their_breaks() {
        assert_eq!(paragraphs("a\r\nb", 0..=5).as_deref(), Some("a\nb"));
        assert_eq!(paragraphs("", 0..=5).as_deref(), Some(""));
        assert_eq!(paragraphs("a\tb", 0..=5), None);
    }
}
