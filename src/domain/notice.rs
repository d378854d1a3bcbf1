//! Texts that the platform's owners write with names in braces for what is filled in: `The plan of {tenant} ends`.

/// What can be filled in.
pub const VARIABLES: [&str; 6] = ["tenant", "plan", "days", "ends", "stops", "link"];

/// Why a text can't be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// Nobody knows what to fill in.
    #[error("{{{0}}} stands for nothing")]
    Unknown(String),
    /// A brace that isn't closed, or closes nothing.
    #[error("a brace has no other that belongs to it")]
    Unbalanced,
}

/// Checks that everything in braces can be filled in.
///
/// # Errors
/// Something can't.
pub fn check(text: &str) -> Result<(), NoticeError> {
    pieces(text).map(|_| ())
}

/// The text with everything filled in; `value` is asked for [`VARIABLES`] only. A text that was never checked comes as
/// it stands.
pub fn fill(text: &str, value: impl Fn(&str) -> String) -> String {
    let Ok(pieces) = pieces(text) else {
        return text.to_owned();
    };
    pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Variable(name) => value(name),
        })
        .collect()
}

enum Piece<'a> {
    Text(&'a str),
    Variable(&'a str),
}

fn pieces(text: &str) -> Result<Vec<Piece<'_>>, NoticeError> {
    let mut found = Vec::new();
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default();
    let plain = |text| match text {
        text if str::contains(text, '}') => Err(NoticeError::Unbalanced),
        text => Ok(Piece::Text(text)),
    };
    found.push(plain(first)?);
    for part in parts {
        let (name, rest) = part.split_once('}').ok_or(NoticeError::Unbalanced)?;
        if !VARIABLES.contains(&name) {
            return Err(NoticeError::Unknown(name.chars().take(40).collect()));
        }
        found.extend([Piece::Variable(name), plain(rest)?]);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_filled_in_and_the_rest_refused() {
        let filled = fill("{tenant}: {days} days, until {ends}", |name| name.to_uppercase());
        assert_eq!(filled, "TENANT: DAYS days, until ENDS");
        assert_eq!(fill("plain", |_| String::new()), "plain");
        assert_eq!(check("{owner}"), Err(NoticeError::Unknown("owner".to_owned())));
        assert_eq!(check("{}"), Err(NoticeError::Unknown(String::new())));
        for bad in ["{tenant", "tenant}", "{{tenant}}", "{ten{ant}", "a } b"] {
            assert!(check(bad).is_err(), "{bad}");
        }
        // What is filled in isn't read again.
        assert_eq!(fill("{plan}", |_| "{tenant}".to_owned()), "{tenant}");
    }
}
