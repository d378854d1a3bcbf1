//! Argon2id, off the async threads and only so many at a time: each takes 19 MB and some 30 ms of a core.

use crate::{
    domain::identity::Password,
    error::{Error, Result},
};
use anyhow::anyhow;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::{sync::LazyLock, thread::available_parallelism, time::Duration};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

/// As many as there are cores: more would only make each slower.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(available_parallelism().map_or(2, usize::from)));

/// Whoever would wait longer than this is sent away.
const PATIENCE: Duration = Duration::from_secs(5);

/// Longer ones than can be set aren't worth the work of hashing.
const MOST_BYTES: usize = 1_000;

/// Compared with when there is no account, so that takes as long.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_now("nobody has this password").unwrap_or_else(|_| String::new()));

/// The hash to be stored, a PHC string.
///
/// # Errors
/// Too many others are being hashed.
pub async fn hash(password: Password) -> Result<String> {
    in_turn(move || hash_now(password.expose())).await?
}

/// What is told to whoever signs in with what doesn't fit: not which of address and password was wrong.
pub fn mismatch() -> Error {
    Error {
        public: "That address and password don't belong together.".into(),
        ..Error::sign_in_needed()
    }
}

/// Whether `typed` is the password behind `stored`. Without a stored one it takes as long to say no.
///
/// # Errors
/// Too many others are being compared.
pub async fn verify(mut typed: String, stored: Option<String>) -> Result<bool> {
    if typed.len() > MOST_BYTES {
        typed.clear();
    }
    in_turn(move || {
        // Who came with an archive has no password until they set one.
        let stored = stored.filter(|stored| !stored.is_empty());
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.clone());
        let parsed = PasswordHash::new(&stored).map_err(|error| Error::internal(anyhow!("stored hash: {error}")))?;
        Ok(Argon2::default().verify_password(typed.as_bytes(), &parsed).is_ok() && known)
    })
    .await?
}

fn hash_now(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string())
        .map_err(|error| Error::internal(anyhow!("hashing: {error}")))
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let turn = timeout(PATIENCE, TURNS.acquire()).await;
    let _turn = turn.map_err(|_| Error::too_many(5))?.map_err(Error::internal)?;
    spawn_blocking(work).await.map_err(Error::internal)
}
