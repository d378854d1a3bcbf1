//! Adding somebody to the platform's staff, and taking them off it: from the command line, and for the demo.

use crate::{
    app::{App, identity::passwords, sealing::seal},
    domain::{
        audit::{Action, Actor, ActorId, Entry},
        identity::{Email, Password, PersonName},
        platform::PlatformRole,
    },
    error::{Error, Result},
    store::{SystemTx, audit, platform_staff},
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

/// Takes somebody off the staff: they are signed out at once. What they did stays written down.
///
/// # Errors
/// Nobody has this address, or the database is away.
pub async fn remove(app: &App, email: &str) -> Result<()> {
    look_after(app, email, Action::PlatformRemoved, platform_staff::remove).await
}

/// Has somebody set a new second factor up when they sign in the next time; they are signed out at once.
///
/// # Errors
/// Nobody has this address, or the database is away.
pub async fn reset_factor(app: &App, email: &str) -> Result<()> {
    look_after(app, email, Action::PlatformFactorReset, platform_staff::forget_factor).await
}

/// Whoever may run the program on the server does it, so nobody of the staff is named.
async fn look_after(
    app: &App,
    email: &str,
    action: Action,
    work: fn(&mut SystemTx<'_>, &Email) -> Result<bool>,
) -> Result<()> {
    let (email, now) = (Email::parse(email)?, app.now());
    let actor = Actor {
        who: ActorId::System,
        name: "the command line".to_owned(),
        address: String::new(),
    };
    app.db
        .system(move |tx| {
            if !work(tx, &email)? {
                return Err(Error::field(
                    "email",
                    "Nobody on the platform's staff has this address.",
                ));
            }
            audit::write_platform(tx, &actor, &Entry::new(action, email.as_str()), now)
        })
        .await
}
