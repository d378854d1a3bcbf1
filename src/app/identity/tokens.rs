//! Random tokens. Only their hashes are stored.

use crate::domain::ids::SessionId;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use rand::RngCore;
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// A token that stands in a link, which only its reader knows.
pub(in crate::app) struct LinkToken([u8; 32]);

impl LinkToken {
    pub(in crate::app) fn new() -> Self {
        Self(random())
    }

    /// Reads one; a text that isn't one has no hash either.
    pub(in crate::app) fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    pub(in crate::app) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub(in crate::app) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

/// What refreshes a session: the session's id, so that a stolen one can be told from an unknown one, and a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Which session.
    pub session: SessionId,
    secret: [u8; 32],
}

impl RefreshToken {
    pub(super) fn new(session: SessionId) -> Self {
        Self {
            session,
            secret: random(),
        }
    }

    /// The one that follows. It is computed, not drawn: two tabs that refresh at once get the same one, and an answer
    /// that was lost can be given again. Without the server's key nobody can compute it.
    pub(super) fn next(&self, key: &[u8]) -> Self {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(b"tallyroom refresh token\0");
        mac.update(self.session.uuid().as_bytes());
        mac.update(&self.secret);
        Self {
            session: self.session,
            secret: mac.finalize().into_bytes().into(),
        }
    }

    pub(super) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }

    /// Reads what [`text`](Self::text) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 48] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (session, secret) = bytes.split_first_chunk::<16>()?;
        Some(Self {
            session: SessionId::from_uuid(Uuid::from_bytes(*session)),
            secret: secret.try_into().ok()?,
        })
    }

    /// For a cookie.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode([self.session.uuid().as_bytes().as_slice(), &self.secret].concat())
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RefreshToken({}, …)", self.session)
    }
}

/// Letters and figures that nobody takes for one another.
const READABLE: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// So many letters and figures by chance, five bits each; to be read and typed by people.
pub(in crate::app) fn readable(count: usize) -> String {
    random()
        .iter()
        .take(count)
        .map(|byte| char::from(READABLE[usize::from(byte % 32)]))
        .collect()
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_survives_its_cookie_and_nothing_else_does() {
        let token = RefreshToken::new(SessionId::new());
        assert_eq!(RefreshToken::parse(&token.text()), Some(token.clone()));
        for bad in ["", "x", &token.text()[1..], &format!("{}AA", token.text())] {
            assert_eq!(RefreshToken::parse(bad), None, "{bad}");
        }
        assert!(!format!("{token:?}").contains(&token.text()));
    }

    #[test]
    fn the_next_one_is_the_same_for_both_tabs_and_another_for_another_key() {
        let token = RefreshToken::new(SessionId::new());
        assert_eq!(token.next(b"key"), token.next(b"key"));
        assert_ne!(token.next(b"key").hash(), token.next(b"other").hash());
        assert_ne!(token.next(b"key").hash(), token.hash());
    }
}
