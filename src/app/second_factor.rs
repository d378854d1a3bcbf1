//! Codes by the clock (TOTP, RFC 6238): six digits that change every thirty seconds.

use crate::{
    domain::time::Moment,
    error::{Error, Result},
};
use anyhow::anyhow;
use qrcode::{QrCode, render::svg};
use rand::RngCore;
use totp_rs::{Builder, Secret, Totp};

/// Bytes of a secret, as RFC 4226 recommends.
const SECRET: usize = 20;
/// Codes follow from the secret alone.
const NAMELESS: (&str, &str) = ("code", "code");

/// How to set an authenticator up.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// To be typed in, base 32.
    pub secret: String,
    /// To be opened on a phone.
    pub otpauth_url: String,
    /// The same as a picture.
    pub qr_svg: String,
}

/// A new secret.
pub(super) fn new_secret() -> Vec<u8> {
    let mut secret = vec![0; SECRET];
    rand::rng().fill_bytes(&mut secret);
    secret
}

/// Neither name may have a colon: authenticators take it for the end of the first.
fn totp(secret: &[u8], (issuer, account): (&str, &str)) -> Result<Totp> {
    let builder = Builder::new()
        .with_secret(secret)
        .with_account_name(account.replace(':', "_"))
        .with_issuer(Some(issuer.replace(':', "_")));
    builder
        .build()
        .map_err(|error| Error::internal(anyhow!("a second factor: {error}")))
}

/// How to set an authenticator up for a secret: as whose it shows it, and which account.
///
/// # Errors
/// The secret is too short, or too much would have to go into the picture.
pub fn enrolment(secret: &[u8], names: (&str, &str)) -> Result<Enrolment> {
    let broken = |error: String| Error::internal(anyhow!("a second factor: {error}"));
    let url = totp(secret, names)?
        .to_url()
        .map_err(|error| broken(error.to_string()))?;
    let code = QrCode::new(url.as_bytes()).map_err(|error| broken(error.to_string()))?;
    Ok(Enrolment {
        secret: Secret::from(secret).to_base32(),
        qr_svg: code.render::<svg::Color<'_>>().min_dimensions(200, 200).build(),
        otpauth_url: url,
    })
}

/// Which step a code is of, if it is one of about now.
pub(super) fn step(secret: &[u8], code: &str, now: Moment) -> Result<Option<i64>> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).take(10).collect();
    let step = totp(secret, NAMELESS)?.check(&digits, seconds(now));
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// The code of a base-32 secret at this moment: what an authenticator would show.
///
/// # Errors
/// It isn't a secret.
pub fn present_code(secret: &str, now: Moment) -> Result<String> {
    let secret = Secret::try_from_base32(secret).map_err(|error| Error::internal(anyhow!("a secret: {error}")))?;
    Ok(totp(secret.as_bytes(), NAMELESS)?.generate(seconds(now)).to_string())
}

fn seconds(now: Moment) -> u64 {
    u64::try_from(now.0.div_euclid(1_000)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, cut to six digits.
        let secret = b"12345678901234567890";
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            let now = Moment(second * 1_000);
            assert_eq!(step(secret, code, now).unwrap(), Some(second / 30));
            assert_eq!(step(secret, code, now + 90_000).unwrap(), None);
        }
        for bad in ["", "28708", "2870822", "abcdef", "２８７０８２"] {
            assert_eq!(step(secret, bad, Moment(59_000)).unwrap(), None, "{bad}");
        }
    }
}
