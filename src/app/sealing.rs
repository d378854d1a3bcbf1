//! Secrets at rest: what must be read back, and so can't be a hash, is sealed with a key that follows from the server's.

use crate::error::{Error, Result};
use anyhow::anyhow;
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit},
};
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::Sha256;

/// Bytes of a nonce that is drawn at random.
const NONCE: usize = 24;

fn cipher(key: &str) -> XChaCha20Poly1305 {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(b"tallyroom secrets at rest\0");
    let derived: [u8; 32] = mac.finalize().into_bytes().into();
    XChaCha20Poly1305::new(&derived.into())
}

/// Nonce and ciphertext.
pub(super) fn seal(key: &str, secret: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE];
    rand::rng().fill_bytes(&mut nonce);
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), secret);
    let sealed = sealed.map_err(|_| Error::internal(anyhow!("a secret can't be sealed")))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// What [`seal`] sealed with the same key.
pub(super) fn unseal(key: &str, sealed: &[u8]) -> Result<Vec<u8>> {
    let broken = || Error::internal(anyhow!("a stored secret can't be read; has the server's key changed?"));
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(broken)?;
    cipher(key).decrypt(&XNonce::from(*nonce), sealed).map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_unseals_and_nothing_may_be_changed() {
        let mut sealed = seal("a key", b"secret").unwrap();
        assert_eq!(unseal("a key", &sealed).unwrap(), b"secret");
        assert_ne!(sealed, seal("a key", b"secret").unwrap(), "a nonce of its own");
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert!(unseal("another key", &sealed).is_err());
        *sealed.last_mut().unwrap() ^= 1;
        assert!(unseal("a key", &sealed).is_err());
        assert!(unseal("a key", b"short").is_err());
    }
}
