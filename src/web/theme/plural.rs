//! Plural forms.

/// The plural form of a whole number, by CLDR's rules for the languages that differ from "one is singular":
/// <https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html>.
pub fn plural(lang: &str, count: i64) -> &'static str {
    let n = count.unsigned_abs();
    let (ten, hundred) = (n % 10, n % 100);
    let language = lang.split('-').next().unwrap_or_default();
    match language {
        "ja" | "zh" | "ko" | "th" | "vi" | "id" => "other",
        "fr" | "pt" if n < 2 => "one",
        "ru" | "uk" | "be" | "sr" | "hr" | "bs" => match (ten, hundred) {
            (1, h) if h != 11 => "one",
            (2..=4, h) if !(12..=14).contains(&h) => "few",
            _ if matches!(language, "sr" | "hr" | "bs") => "other",
            _ => "many",
        },
        "pl" => match (n, ten, hundred) {
            (1, ..) => "one",
            (_, 2..=4, h) if !(12..=14).contains(&h) => "few",
            _ => "many",
        },
        "cs" | "sk" => match n {
            1 => "one",
            2..=4 => "few",
            _ => "other",
        },
        "ar" => match (n, hundred) {
            (0, _) => "zero",
            (1, _) => "one",
            (2, _) => "two",
            (_, 3..=10) => "few",
            (_, 11..=99) => "many",
            _ => "other",
        },
        _ if n == 1 => "one",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_cldrs() {
        for (lang, expected) in [
            (
                "pl",
                [
                    (1, "one"),
                    (2, "few"),
                    (5, "many"),
                    (12, "many"),
                    (22, "few"),
                    (21, "many"),
                ],
            ),
            (
                "ru",
                [
                    (1, "one"),
                    (2, "few"),
                    (5, "many"),
                    (11, "many"),
                    (21, "one"),
                    (112, "many"),
                ],
            ),
            (
                "cs",
                [
                    (1, "one"),
                    (2, "few"),
                    (4, "few"),
                    (5, "other"),
                    (22, "other"),
                    (0, "other"),
                ],
            ),
            (
                "fr-CA",
                [
                    (0, "one"),
                    (1, "one"),
                    (2, "other"),
                    (10, "other"),
                    (21, "other"),
                    (-1, "one"),
                ],
            ),
            (
                "ja",
                [
                    (0, "other"),
                    (1, "other"),
                    (2, "other"),
                    (3, "other"),
                    (4, "other"),
                    (5, "other"),
                ],
            ),
        ] {
            for (count, form) in expected {
                assert_eq!(plural(lang, count), form, "{lang} {count}");
            }
        }
    }
}
