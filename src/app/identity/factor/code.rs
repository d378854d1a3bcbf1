//! Looking at a code that somebody shows: each is good once, and after some wrong ones none is looked at for a while.

use super::recovery;
use crate::{
    app::{App, sealing, second_factor},
    domain::{ids::UserId, second_factor::WrongCodes, time::Moment},
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        second_factors::{self, SecondFactor},
        users,
    },
};

/// What somebody showed that was good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// A code of their authenticator.
    Code,
    /// A recovery code, which is used up.
    Recovery,
}

/// How somebody's second factor must stand for what they want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// It was offered, and isn't on yet.
    Offered,
    /// It is on.
    On,
}

impl Stands {
    fn check(self, known: &SecondFactor) -> Result<()> {
        match (self, known.switched_on_at.is_some()) {
            (Self::Offered, true) => Err(already_on()),
            (Self::On, false) => Err(off()),
            _ => Ok(()),
        }
    }
}

/// What becomes of a code.
enum Verdict {
    Good(Proof),
    Wrong,
    /// It isn't looked at: too many were wrong.
    Paused {
        ms: i64,
    },
}

impl Verdict {
    fn refusal(&self) -> Error {
        match self {
            Self::Paused { ms } => Error::too_many(u32::try_from(ms / 1_000).unwrap_or(u32::MAX).saturating_add(1)),
            _ => Error::field(
                "code",
                "That code isn't good: wrong, too old, or used before. Wait for the next one.",
            ),
        }
    }
}

/// Does something for somebody who shows a code, in the transaction in which the code is used up: if it fails, the code
/// is still good. A wrong one is counted.
///
/// # Errors
/// The code isn't good, there were too many, their second factor doesn't stand so or can't be read, what `act` returns, or
/// the database is away.
pub(super) async fn with_code<T, F>(
    app: &App,
    scope: &TenantScope,
    (user, stands): (UserId, Stands),
    typed: &str,
    act: F,
) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&mut TenantTx<'_>, Proof, Moment) -> Result<T> + Send + 'static,
{
    let (now, key, typed) = (app.now(), app.config.secrets.jwt.clone(), typed.to_owned());
    let done = app.db.tenant(scope, move |tx| {
        // The person first, as whoever erases them does.
        users::hold(tx, user)?;
        let known = second_factors::lock(tx, user)?.ok_or_else(off)?;
        stands.check(&known)?;
        match look_at(tx, key.expose(), (user, &known), &typed, now)? {
            Verdict::Good(proof) => act(tx, proof, now).map(Ok),
            bad => Ok(Err(bad.refusal())),
        }
    });
    done.await?
}

fn look_at(
    tx: &mut TenantTx<'_>,
    key: &str,
    (user, known): (UserId, &SecondFactor),
    typed: &str,
    now: Moment,
) -> Result<Verdict> {
    if let Some(ms) = known.wrong.pause_ms(now) {
        return Ok(Verdict::Paused { ms });
    }
    let secret = unsealed(key, &known.secret)?;
    let proof = match second_factor::step(&secret, typed, now)? {
        Some(step) => second_factors::use_step(tx, user, step)?.then_some(Proof::Code),
        None => match recovery::hash(key, user, typed) {
            Some(hash) => second_factors::use_code(tx, user, hash, now)?.then_some(Proof::Recovery),
            None => None,
        },
    };
    let wrong = match proof {
        Some(_) => WrongCodes::default(),
        None => known.wrong.and_one(now),
    };
    second_factors::keep_wrong(tx, user, wrong)?;
    Ok(proof.map_or(Verdict::Wrong, Verdict::Good))
}

/// The secret of a second factor.
pub(super) fn unsealed(key: &str, sealed: &[u8]) -> Result<Vec<u8>> {
    let unreadable = |error: Error| {
        let words = "Your second factor can't be read any more. Ask the people who run this marketplace to reset it.";
        Error::conflict("factor_unreadable", words).because(error)
    };
    sealing::unseal(key, sealed).map_err(unreadable)
}

fn off() -> Error {
    Error::conflict("factor_off", "Your second factor is off.")
}

pub(super) fn already_on() -> Error {
    Error::conflict("factor_on", "Your second factor is on already.")
}
