//! Adding somebody to the platform's staff: from the command line, and for the demo.

use super::sealing::seal;
use crate::{
    app::{App, identity::passwords},
    domain::{
        identity::{Email, Password, PersonName},
        platform::PlatformRole,
    },
    error::{Error, Result},
    store::platform_staff,
};
use anyhow::anyhow;
use totp_rs::Secret;

/// Somebody new.
#[derive(Clone, Debug)]
pub struct Newcomer<'a> {
    /// Mail address.
    pub email: &'a str,
    /// Name.
    pub name: &'a str,
    /// What they may.
    pub role: PlatformRole,
    /// Password; they set their second factor up when they first sign in.
    pub password: String,
    /// A second factor everybody may know, base 32: for the demo only.
    pub known_secret: Option<&'a str>,
}

/// Adds them; false if the address is taken (then nothing changes).
///
/// # Errors
/// A field that can't be taken, or the database is away.
pub async fn add(app: &App, new: Newcomer<'_>) -> Result<bool> {
    let (email, name) = (Email::parse(new.email)?, PersonName::parse(new.name)?);
    let hash = passwords::hash(Password::parse(new.password)?).await?;
    let sealed = new.known_secret.map(|secret| {
        let secret = Secret::try_from_base32(secret).map_err(|error| Error::internal(anyhow!("a secret: {error}")))?;
        seal(app.config.secrets.jwt.expose(), secret.as_bytes())
    });
    let (sealed, role, now) = (sealed.transpose()?, new.role, app.now());
    app.db
        .system(move |tx| {
            let added = platform_staff::insert(tx, (&email, &name), role, &hash, now)?;
            if let (true, Some(sealed)) = (added, sealed) {
                let known = platform_staff::by_email(tx, &email)?.ok_or_else(Error::not_found)?;
                platform_staff::offer_secret(tx, known.person.id, &sealed)?;
            }
            Ok(added)
        })
        .await
}
