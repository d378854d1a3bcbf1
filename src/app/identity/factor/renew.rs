//! New recovery codes in place of the old.

use super::{
    Viewer, Whence,
    code::{Stands, with_code},
    recovery,
    telling::tell,
};
use crate::{
    app::{App, letters::FactorNews},
    error::Result,
    store::{second_factors, sessions},
};

/// Gives new recovery codes for a code; the old ones are worth nothing any more.
///
/// # Errors
/// The second factor isn't on, the code isn't good, or the database is away.
pub async fn renew_codes(app: &App, viewer: &Viewer, typed: &str, whence: Whence) -> Result<Vec<String>> {
    let (user, session) = (viewer.user.id, viewer.session);
    let codes = recovery::draw();
    let hashes = recovery::hashes(app.config.secrets.jwt.expose(), user, &codes);
    with_code(app, &viewer.scope, (user, Stands::On), typed, move |tx, _, now| {
        second_factors::put_codes(tx, user, &hashes)?;
        sessions::step_up(tx, session, now)?;
        tell(tx, user, FactorNews::CodesRenewed, &whence, now)
    })
    .await?;
    Ok(codes)
}
