//! Where one's own check stands.

use crate::{
    app::{App, identity::Viewer},
    domain::identity_check::Rules,
    error::Result,
    store::identity_checks::{self, Check},
};

/// A reader's check.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What the tenant asks for.
    pub rules: Rules,
    /// Their last try.
    pub last: Option<Check>,
}

/// Where the reader's check stands.
///
/// # Errors
/// The database is away.
pub async fn show(app: &App, viewer: &Viewer) -> Result<Shown> {
    let user = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| {
            Ok(Shown {
                rules: identity_checks::rules(tx)?,
                last: identity_checks::last_of(tx, user)?,
            })
        })
        .await
}
