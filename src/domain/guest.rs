//! A third person in a call (requirement E8): asked in with a role; who pays for them is the policy's.

use super::language::LANGUAGES;
use serde::{Deserialize, Serialize};
use tallyroom_media_protocol::signaling::RoomRole;
use utoipa::ToSchema;

/// Most guests of one call, whatever the tenant's plan allows.
pub const MOST_GUESTS: usize = 4;
/// Most languages that are interpreted in one call (requirement G6).
pub const MOST_LANGUAGES: usize = 3;
/// How long a link can be used, milliseconds.
pub const LINK_MS: i64 = 24 * 3_600 * 1_000;

/// As what somebody is asked in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GuestRole {
    /// Says in another language what is said.
    Interpreter,
    /// Speaks for one of the two.
    Representative,
    /// Knows what the talk is about.
    Specialist,
    /// Came into a private room while a talk goes on; nobody is asked in as one.
    Visitor,
}

impl GuestRole {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Interpreter => "interpreter",
            Self::Representative => "representative",
            Self::Specialist => "specialist",
            Self::Visitor => "visitor",
        }
    }

    /// Reads what [`name`](Self::name) wrote.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Interpreter, Self::Representative, Self::Specialist, Self::Visitor]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

impl From<GuestRole> for RoomRole {
    fn from(role: GuestRole) -> Self {
        match role {
            GuestRole::Interpreter => Self::Interpreter,
            GuestRole::Representative => Self::Representative,
            GuestRole::Specialist => Self::Specialist,
            GuestRole::Visitor => Self::Visitor,
        }
    }
}

/// Who pays for third persons, by policy. Whoever pays, or is paid, has a leg: a call of its own inside the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThirdPerson {
    /// Nobody.
    #[default]
    Free,
    /// The buyer brings in providers at their own rate; whoever comes by a link is nobody's to pay.
    BuyerPays,
    /// Whoever comes by a link pays the call's seller.
    GuestPays,
}

impl ThirdPerson {
    /// What is left of this where a seller wishes something else: they can take away and never add.
    #[must_use]
    pub fn narrowed(self, wish: Self) -> Self {
        if wish == self { self } else { Self::Free }
    }
}

/// Why an invitation can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// An interpreter of nothing.
    #[error("choose the languages that are interpreted, one to three")]
    NoLanguage,
    /// More than the room has channels for.
    #[error("a room has at most three languages")]
    TooManyLanguages,
    /// Not a code of two letters that is known.
    #[error("choose languages from the list")]
    UnknownLanguage,
}

/// What an interpreter is asked to speak, checked against what others of the call speak already.
///
/// # Errors
/// See [`Unfit`].
pub fn languages(role: GuestRole, wanted: &[String], spoken: &[String]) -> Result<Vec<String>, Unfit> {
    if role != GuestRole::Interpreter {
        return Ok(Vec::new());
    }
    let mut chosen: Vec<String> = Vec::new();
    for code in wanted {
        if !LANGUAGES.contains(&code.as_str()) {
            return Err(Unfit::UnknownLanguage);
        }
        if !chosen.contains(code) {
            chosen.push(code.clone());
        }
    }
    if chosen.is_empty() {
        return Err(Unfit::NoLanguage);
    }
    let new = chosen.iter().filter(|code| !spoken.contains(code)).count();
    if spoken.len() + new > MOST_LANGUAGES {
        return Err(Unfit::TooManyLanguages);
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(codes: &[&str]) -> Vec<String> {
        codes.iter().map(|code| (*code).to_owned()).collect()
    }

    #[test]
    fn an_interpreter_speaks_one_to_three_languages_and_the_room_no_more() {
        let interpreter =
            |wanted: &[&str], spoken: &[&str]| languages(GuestRole::Interpreter, &list(wanted), &list(spoken));
        assert_eq!(interpreter(&["de", "en", "de"], &[]), Ok(list(&["de", "en"])));
        assert_eq!(interpreter(&[], &[]), Err(Unfit::NoLanguage));
        assert_eq!(interpreter(&["xx"], &[]), Err(Unfit::UnknownLanguage));
        assert_eq!(
            interpreter(&["de", "en", "fr", "es"], &[]),
            Err(Unfit::TooManyLanguages)
        );
        assert_eq!(interpreter(&["fr"], &["de", "en", "es"]), Err(Unfit::TooManyLanguages));
        assert_eq!(interpreter(&["fr"], &["de", "en", "fr"]), Ok(list(&["fr"])));
    }

    #[test]
    fn nobody_else_has_a_language() {
        assert_eq!(languages(GuestRole::Specialist, &list(&["de"]), &[]), Ok(Vec::new()));
    }

    #[test]
    fn sellers_only_take_away() {
        let all = [ThirdPerson::Free, ThirdPerson::BuyerPays, ThirdPerson::GuestPays];
        for rule in all {
            for wish in all {
                let left = rule.narrowed(wish);
                assert!(left == rule || left == ThirdPerson::Free);
            }
            assert_eq!(rule.narrowed(rule), rule);
        }
    }

    #[test]
    fn roles_survive_their_names() {
        for role in [
            GuestRole::Interpreter,
            GuestRole::Representative,
            GuestRole::Specialist,
            GuestRole::Visitor,
        ] {
            assert_eq!(GuestRole::named(role.name()), Some(role));
        }
    }
}
