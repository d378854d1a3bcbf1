//! Recovery codes: ten characters each, shown once. What is stored is a hash that needs the server's key, since they are
//! shorter than what can't be guessed by whoever has the database.

use crate::{domain::ids::UserId, store::second_factors::CodeHash};
use hmac::{Hmac, KeyInit, Mac};
use rand::RngCore;
use sha2::Sha256;

/// How many somebody gets at once.
pub(super) const COUNT: usize = 10;
/// Characters of each.
const CHARS: usize = 10;
/// Crockford's base 32: nothing looks like something else.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// New ones, as they are shown.
pub(super) fn draw() -> Vec<String> {
    (0..COUNT)
        .map(|_| {
            let mut bytes = [0; CHARS];
            rand::rng().fill_bytes(&mut bytes);
            let code: String = bytes
                .iter()
                .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
                .collect();
            format!("{}-{}", &code[..CHARS / 2], &code[CHARS / 2..])
        })
        .collect()
}

/// What is stored of one, however it is typed; nothing if it can't be one.
pub(super) fn hash(key: &str, user: UserId, typed: &str) -> Option<CodeHash> {
    let code: String = typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(CHARS + 1)
        .map(|letter| match letter.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    if code.len() != CHARS {
        return None;
    }
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).ok()?;
    mac.update(b"tallyroom recovery code\0");
    mac.update(user.uuid().as_bytes());
    mac.update(code.as_bytes());
    Some(mac.finalize().into_bytes().into())
}

/// What is stored of all of them.
pub(super) fn hashes(key: &str, user: UserId, codes: &[String]) -> Vec<CodeHash> {
    codes.iter().filter_map(|code| hash(key, user, code)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_itself_however_it_is_typed() {
        let user = UserId::new();
        let codes = draw();
        assert_eq!(codes.len(), COUNT);
        for code in &codes {
            let stored = hash("a key", user, code);
            assert!(stored.is_some(), "{code}");
            let typed = code
                .to_uppercase()
                .replace('-', " ")
                .replace('0', "O")
                .replace('1', "l");
            assert_eq!(hash("a key", user, &typed), stored, "{code} typed as {typed}");
            assert_ne!(hash("another key", user, code), stored);
            assert_ne!(hash("a key", UserId::new(), code), stored);
        }
        for bad in ["", "123456", "abcde-fghj", "abcde-fghjkm", "äöüäö-äöüäö"] {
            assert_eq!(hash("a key", user, bad), None, "{bad}");
        }
    }
}
