//! Signing in at the platform: password and second factor, always both.

use super::PlatformStaff;
use crate::{
    app::{
        App,
        identity::passwords,
        sealing::{seal, unseal},
        second_factor::{self, Enrolment},
    },
    domain::{
        audit::{Action, Entry},
        identity::Email,
        second_factor::WrongCodes,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        SystemTx, audit,
        platform_staff::{self, Credentials, SessionHash},
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore;
use sha2::{Digest, Sha256};

/// How long a sign-in holds.
const SESSION_MS: i64 = 12 * 3_600_000;
/// What authenticators call us.
const ISSUER: &str = "Tallyroom";

/// A session that was begun.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub staff: PlatformStaff,
    /// For the cookie; only its hash is stored.
    pub token: String,
    /// Seconds that it holds.
    pub seconds: i64,
}

/// How far signing in has come.
#[derive(Debug)]
pub enum Stage {
    /// The password is right; a code is missing.
    CodeNeeded,
    /// The password is right, and there is no second factor yet: set it up, then send a code of it.
    Enrol(Box<Enrolment>),
    /// In.
    In(Box<SignedIn>),
}

/// Takes the next step of signing in. Says nothing about which of address and password was wrong.
///
/// # Errors
/// Wrong address, password or code, a code that was used before, too many of them, a second factor that can't be read, or
/// the database is away.
pub async fn log_in(app: &App, email: &str, password: String, code: Option<&str>, address: &str) -> Result<Stage> {
    let known = match Email::parse(email) {
        Ok(email) => {
            app.db
                .system_read(move |tx| platform_staff::by_email(tx, &email))
                .await?
        }
        Err(_) => None,
    };
    let stored = known.as_ref().map(|known| known.password_hash.clone());
    let right = passwords::verify(password, stored).await?;
    let known = known.filter(|_| right).ok_or_else(passwords::mismatch)?;
    let secret = secret_of(app, &known).await?;
    let code = code.map(str::trim).filter(|code| !code.is_empty());
    match code {
        Some(code) => finish(app, known, &secret, code, address).await,
        None if known.enrolled => Ok(Stage::CodeNeeded),
        None => Ok(Stage::Enrol(Box::new(second_factor::enrolment(
            &secret,
            (ISSUER, &known.person.email),
        )?))),
    }
}

/// The second factor's secret; made now if there is none. Two tabs get the same.
async fn secret_of(app: &App, known: &Credentials) -> Result<Vec<u8>> {
    let key = app.config.secrets.jwt.expose();
    let sealed = match &known.sealed_secret {
        Some(sealed) => sealed.clone(),
        None => {
            let (id, fresh) = (known.person.id, seal(key, &second_factor::new_secret())?);
            app.db
                .system(move |tx| platform_staff::offer_secret(tx, id, &fresh))
                .await?
        }
    };
    let unreadable = |error: Error| {
        let words = "Your second factor can't be read: the server's key is another than the one it was sealed with. Have \
                     it reset on the server: tallyroom owner --reset-factor";
        Error::conflict("factor_unreadable", words).because(error)
    };
    unseal(key, &sealed).map_err(unreadable)
}

async fn finish(app: &App, known: Credentials, secret: &[u8], code: &str, address: &str) -> Result<Stage> {
    let refused = || Error {
        public: "That code isn't good: wrong, too old, or used before. Wait for the next one.".into(),
        ..Error::sign_in_needed()
    };
    let now = app.now();
    let step = second_factor::step(secret, code, now)?;
    let mut token = [0; 32];
    rand::rng().fill_bytes(&mut token);
    let staff = PlatformStaff {
        person: known.person,
        address: address.to_owned(),
    };
    let (hash, by, first) = (Sha256::digest(token).into(), staff.clone(), !known.enrolled);
    match app.db.system(move |tx| admit(tx, &by, step, hash, first, now)).await? {
        Verdict::Admitted => {}
        Verdict::Refused => return Err(refused()),
        Verdict::Paused { ms } => {
            return Err(Error::too_many(
                u32::try_from(ms / 1_000).unwrap_or(u32::MAX).saturating_add(1),
            ));
        }
    }
    Ok(Stage::In(Box::new(SignedIn {
        staff,
        token: URL_SAFE_NO_PAD.encode(token),
        seconds: SESSION_MS / 1_000,
    })))
}

/// What becomes of a code.
enum Verdict {
    Admitted,
    Refused,
    /// It isn't looked at: too many were wrong.
    Paused {
        ms: i64,
    },
}

/// A code that isn't good is counted and written down, too.
fn admit(
    tx: &mut SystemTx<'_>,
    staff: &PlatformStaff,
    step: Option<i64>,
    hash: SessionHash,
    first: bool,
    now: Moment,
) -> Result<Verdict> {
    let id = staff.person.id;
    let wrong = platform_staff::lock_codes(tx, id)?;
    if let Some(ms) = wrong.pause_ms(now) {
        return Ok(Verdict::Paused { ms });
    }
    let good = match step {
        Some(step) => platform_staff::use_step(tx, id, step, now)?,
        None => false,
    };
    let (wrong, action) = match (good, first) {
        (true, true) => (WrongCodes::default(), Action::PlatformEnrolled),
        (true, false) => (WrongCodes::default(), Action::PlatformSignedIn),
        (false, _) => (wrong.and_one(now), Action::PlatformCodeRefused),
    };
    platform_staff::keep_codes(tx, id, wrong)?;
    audit::write_platform(tx, &staff.actor(), &Entry::new(action, &staff.person.email), now)?;
    if !good {
        return Ok(Verdict::Refused);
    }
    platform_staff::open_session(tx, id, hash, now, now + SESSION_MS)?;
    Ok(Verdict::Admitted)
}

fn hash(token: &str) -> Option<SessionHash> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
    Some(Sha256::digest(bytes).into())
}

/// The person behind a cookie, if its session holds.
///
/// # Errors
/// The database is away.
pub async fn authenticate(app: &App, token: &str, address: &str) -> Result<Option<PlatformStaff>> {
    let Some(hash) = hash(token) else {
        return Ok(None);
    };
    let now = app.now();
    let person = app
        .db
        .system_read(move |tx| platform_staff::signed(tx, hash, now))
        .await?;
    Ok(person.map(|person| PlatformStaff {
        person,
        address: address.to_owned(),
    }))
}

/// Ends a sign-in.
///
/// # Errors
/// The database is away.
pub async fn log_out(app: &App, token: &str) -> Result<()> {
    let Some(hash) = hash(token) else {
        return Ok(());
    };
    app.db.system(move |tx| platform_staff::close_session(tx, hash)).await
}
