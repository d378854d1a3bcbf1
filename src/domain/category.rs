//! What a tenant sorts its offer into (requirement C1).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Categories that a tenant can have, closed ones among them.
pub const MOST_CATEGORIES: usize = 100;
/// Longest name, in characters.
pub const MOST_NAME_CHARS: usize = 40;

const MOST_SLUG_CHARS: usize = 40;

/// What a category is called, language by language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// By language tag.
    pub fn new(names: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(names.into_iter().collect())
    }

    /// In `language`, or in the tenant's own, or in any.
    pub fn said(&self, language: &str, own: &str) -> &str {
        let known = [language, own].into_iter().find_map(|tag| self.0.get(tag));
        known.or_else(|| self.0.values().next()).map_or("", String::as_str)
    }
}

/// A name as an address shows it: lower-case letters, digits and inner hyphens, at most 40; `None` when nothing of it can
/// be written that way.
pub fn slug(name: &str) -> Option<String> {
    let mut slug = String::new();
    // Accents come off: what decomposes leaves its letter, and a mark that isn't one.
    for sign in name.to_lowercase().nfd().filter(|sign| !is_accent(*sign)) {
        if slug.len() == MOST_SLUG_CHARS {
            break;
        }
        match sign {
            'ß' => slug.push('s'),
            _ if sign.is_ascii_alphanumeric() => slug.push(sign),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

fn is_accent(sign: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&sign)
}

/// The categories that a tenant starts with: slug, English, German.
pub const STARTING: [(&str, &str, &str); 16] = [
    ("lawyer", "Lawyers", "Recht"),
    ("doctor", "Doctors", "Medizin"),
    ("teacher", "Teachers", "Unterricht"),
    ("babysitting", "Babysitting", "Babysitten"),
    ("cooking", "Cooking", "Kochen"),
    ("craft", "Craft", "Handwerk"),
    ("fitness", "Fitness", "Fitness"),
    ("gaming", "Gaming", "Spiele"),
    ("coding", "Coding", "Programmieren"),
    ("languages", "Languages", "Sprachen"),
    ("lessons", "Lessons", "Nachhilfe"),
    ("music", "Music", "Musik"),
    ("qa-and-review", "QA and review", "Prüfung und Gutachten"),
    ("life-coaching", "Life coaching", "Lebensberatung"),
    ("customer-care", "Customer care", "Kundenbetreuung"),
    ("video-tutorials", "Video tutorials", "Videoanleitungen"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_back_to_the_tenants_language_and_then_to_any() {
        let names =
            |names: &[(&str, &str)]| Names::new(names.iter().map(|(tag, name)| ((*tag).into(), (*name).into())));
        let both = names(&[("en", "Music"), ("de", "Musik")]);
        assert_eq!((both.said("de", "en"), both.said("fr", "en")), ("Musik", "Music"));
        assert_eq!(names(&[("pt", "Música")]).said("de", "en"), "Música");
        assert_eq!(Names::default().said("de", "en"), "");
    }

    #[test]
    fn a_slug_is_what_is_left_of_a_name_in_an_address() {
        assert_eq!(slug("  Café & Küche, Spaß! ").as_deref(), Some("cafe-kuche-spas"));
        assert_eq!(slug("法律"), None);
        assert_eq!(slug("--"), None);
        let long = slug(&"ab ".repeat(40)).unwrap();
        assert!(long.len() <= 40 && !long.ends_with('-'));
        for (name, english, _) in STARTING {
            let plural = slug(english).unwrap();
            assert!(plural.starts_with(name), "{english} is at {name}");
        }
    }
}
