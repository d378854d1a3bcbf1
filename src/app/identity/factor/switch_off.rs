//! Switching a second factor off.

use super::{
    Viewer, Whence,
    code::{Stands, with_code},
    telling::tell,
};
use crate::{
    app::{App, letters::FactorNews},
    error::Result,
    store::second_factors,
};

/// Forgets the person's second factor and its recovery codes, for a code of it.
///
/// # Errors
/// It isn't on, the code isn't good, or the database is away.
pub async fn switch_off(app: &App, viewer: &Viewer, typed: &str, whence: Whence) -> Result<()> {
    let user = viewer.user.id;
    with_code(app, &viewer.scope, (user, Stands::On), typed, move |tx, _, now| {
        second_factors::forget(tx, user)?;
        tell(tx, user, FactorNews::Off, &whence, now)
    })
    .await
}
