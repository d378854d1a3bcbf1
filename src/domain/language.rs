//! Languages that people choose from; the words name each in the reader's own.

/// ISO 639-1 codes, in the order in which they are shown.
pub const LANGUAGES: [&str; 20] = [
    "en", "de", "es", "fr", "it", "pt", "nl", "pl", "cs", "sv", "el", "ro", "tr", "uk", "ru", "ar", "hi", "zh", "ja",
    "ko",
];
