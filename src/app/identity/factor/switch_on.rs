//! Switching a second factor on: a secret is offered, and a code shows that the authenticator has it.

use super::{
    Viewer, Whence,
    code::{Stands, already_on, unsealed, with_code},
    recovery,
    telling::tell,
};
use crate::{
    app::{App, letters::FactorNews, sealing, second_factor},
    error::Result,
    store::{second_factors, sessions},
};

pub use second_factor::Enrolment as Offer;

/// How to set an authenticator up for the person. Two tabs get the same secret; once it is switched on nobody is shown
/// it again.
///
/// # Errors
/// It is switched on, or the database is away.
pub async fn offer(app: &App, viewer: &Viewer, issuer: &str) -> Result<Offer> {
    let (user, key) = (viewer.user.id, app.config.secrets.jwt.clone());
    let fresh = sealing::seal(key.expose(), &second_factor::new_secret())?;
    let secret = app.db.tenant(&viewer.scope, move |tx| {
        let mut known = second_factors::offer(tx, user, &fresh)?;
        if known.switched_on_at.is_some() {
            return Err(already_on());
        }
        // Sealed with a key that the server had once; nobody has it in use.
        if unsealed(key.expose(), &known.secret).is_err() {
            second_factors::forget(tx, user)?;
            known = second_factors::offer(tx, user, &fresh)?;
        }
        unsealed(key.expose(), &known.secret)
    });
    second_factor::enrolment(&secret.await?, (issuer, &viewer.user.email))
}

/// Switches it on with a code, and gives the recovery codes: they are shown this once.
///
/// # Errors
/// It is on already, nothing was offered, the code isn't good, or the database is away.
pub async fn switch_on(app: &App, viewer: &Viewer, typed: &str, whence: Whence) -> Result<Vec<String>> {
    let (user, session) = (viewer.user.id, viewer.session);
    let codes = recovery::draw();
    let hashes = recovery::hashes(app.config.secrets.jwt.expose(), user, &codes);
    let offered = (user, Stands::Offered);
    with_code(app, &viewer.scope, offered, typed, move |tx, _, now| {
        second_factors::switch_on(tx, user, now)?;
        second_factors::put_codes(tx, user, &hashes)?;
        sessions::step_up(tx, session, now)?;
        tell(tx, user, FactorNews::On, &whence, now)
    })
    .await?;
    Ok(codes)
}
