//! Showing a code in a session that goes on: what moves money asks for one that isn't old.

use super::{
    Viewer, Whence,
    code::{Proof, Stands, with_code},
    telling::tell,
};
use crate::{
    app::{App, letters::FactorNews},
    domain::{second_factor::FRESH_MS, time::Moment},
    error::{Error, Result},
    store::sessions,
};

/// Notes that the person showed a code in this session; gives who they are since.
///
/// # Errors
/// The second factor isn't on, the code isn't good, or the database is away.
pub async fn step_up(app: &App, viewer: &Viewer, typed: &str, whence: Whence) -> Result<Viewer> {
    if !viewer.factor.on {
        return Err(factor_needed());
    }
    let (user, session) = (viewer.user.id, viewer.session);
    with_code(app, &viewer.scope, (user, Stands::On), typed, move |tx, proof, now| {
        if proof == Proof::Recovery {
            tell(tx, user, FactorNews::CodeUsed, &whence, now)?;
        }
        sessions::step_up(tx, session, now)?;
        Ok(now)
    })
    .await
    .map(|now| {
        let mut fresh = viewer.clone();
        fresh.factor.stepped_up_at = Some(now);
        fresh
    })
}

impl Viewer {
    /// Checks that they have a second factor.
    ///
    /// # Errors
    /// It is off.
    pub fn has_factor(&self) -> Result<()> {
        if self.factor.on { Ok(()) } else { Err(factor_needed()) }
    }

    /// Checks that they have shown a code of it lately.
    ///
    /// # Errors
    /// It is off, or they haven't.
    pub fn is_fresh(&self, now: Moment) -> Result<()> {
        self.has_factor()?;
        let shown = self.factor.stepped_up_at;
        if shown.is_some_and(|at| now - at < FRESH_MS) {
            return Ok(());
        }
        let words = "Show a code of your authenticator first: this needs one from the last ten minutes.";
        Err(Error::conflict("step_up_needed", words))
    }

    /// Checks the same of somebody who has a second factor: for what is done with one's own money.
    ///
    /// # Errors
    /// They haven't shown a code lately.
    pub fn is_fresh_if_on(&self, now: Moment) -> Result<()> {
        match self.factor.on {
            true => self.is_fresh(now),
            false => Ok(()),
        }
    }
}

fn factor_needed() -> Error {
    let words = "Switch your second factor on first, on your account page: whoever moves money needs one.";
    Error::conflict("second_factor_needed", words)
}
