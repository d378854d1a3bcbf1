//! Saying where one's money goes.

use super::step::write;
use crate::{
    app::{App, identity::Viewer, letters::PayoutNews, sealing::seal},
    domain::payout_method::TypedDestination,
    error::{Error, Result},
    store::{
        payout_terms::{self, Method},
        users,
    },
};

/// Sets where the reader's money goes, and writes to them. What was asked for before goes where it was to go then.
///
/// # Errors
/// They don't sell, have a second factor and haven't shown a code lately, a field can't be right, or the database is away.
pub async fn set_method(app: &App, viewer: &Viewer, typed: &TypedDestination) -> Result<()> {
    if !viewer.user.is_seller {
        return Err(Error::forbidden("Only sellers are paid out."));
    }
    let now = app.now();
    viewer.is_fresh_if_on(now)?;
    let destination = typed.read().map_err(|(field, words)| Error::field(field, words))?;
    let plain = serde_json::to_vec(&destination).map_err(Error::internal)?;
    let method = Method {
        kind: destination.kind().to_owned(),
        sealed: seal(app.config.secrets.jwt.expose(), &plain)?,
        shown: destination.shown(),
    };
    let (handle, user) = (app.clone(), viewer.user.id);
    app.db
        .tenant(&viewer.scope, move |tx| {
            users::hold(tx, user)?;
            payout_terms::set_method(tx, user, &method, now)?;
            write(&handle, tx, user, PayoutNews::Goes { to: method.shown }, now)
        })
        .await
}
