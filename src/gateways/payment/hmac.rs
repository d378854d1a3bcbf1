//! What signs messages with a key that only the provider and we have.

use crate::{
    app::ports::{Answer, GatewayError},
    config::Secret,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Over these parts, one after the other; more can follow.
///
/// # Errors
/// `Rejected`: the key is none.
pub(super) fn mac(key: &Secret, parts: &[&str]) -> Answer<Hmac<Sha256>> {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.expose().as_bytes());
    let mut mac = mac.map_err(|_| GatewayError::Rejected("the key is none".to_owned()))?;
    for part in parts {
        mac.update(part.as_bytes());
    }
    Ok(mac)
}
