//! Sentences that the service says itself, with something filled in: `Your credit doesn't cover this. Add {amount} and pay
//! again.` is the key, and what stands in the place of `{amount}` goes into the sentence that it names.

use serde_json::{Map, Value};

/// What a sentence has in the places of a pattern's placeholders; none if it isn't of that pattern.
pub(super) fn parts(pattern: &str, sentence: &str) -> Option<Map<String, Value>> {
    let mut parts = Map::new();
    let (first, mut pattern) = pattern.split_once('{')?;
    let mut rest = sentence.strip_prefix(first)?;
    loop {
        let (name, after) = pattern.split_once('}')?;
        let (literal, next) = match after.split_once('{') {
            Some((literal, next)) => (literal, Some(next)),
            None => (after, None),
        };
        let (part, behind) = match next {
            Some(_) => rest.split_once(literal)?,
            None => (rest.strip_suffix(literal)?, ""),
        };
        if part.is_empty() {
            return None;
        }
        parts.insert(name.to_owned(), part.into());
        match next {
            Some(next) => (pattern, rest) = (next, behind),
            None => return Some(parts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_gives_its_parts_back_and_another_gives_nothing() {
        let pattern = "{name} isn't here. Add {amount}.";
        let found = parts(pattern, "Mr. Bean isn't here. Add 5.00 EUR.").expect("it fits");
        assert_eq!(
            (&found["name"], &found["amount"]),
            (&"Mr. Bean".into(), &"5.00 EUR".into())
        );
        for other in [
            "Mr. Bean isn't here.",
            " isn't here. Add .",
            "",
            "Mr. Bean isn't here. Add 5.00 EUR",
        ] {
            assert_eq!(parts(pattern, other), None, "{other}");
        }
        assert_eq!(parts("Choose a time.", "Choose a time."), None);
    }
}
