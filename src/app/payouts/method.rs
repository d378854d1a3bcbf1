//! Saying where one's money goes.

use super::{carry, not_paid_out, step::write};
use crate::{
    app::{App, identity::Viewer, letters::PayoutNews, sealing::seal, shares},
    domain::payout_method::{Destination, TypedDestination},
    error::{Error, Result},
    store::{
        payout_terms::{self, Method},
        users,
    },
};

/// Sets where the reader's money goes, and writes to them. What was asked for before goes where it was to go then.
///
/// # Errors
/// They don't sell, have a second factor and haven't shown a code lately; the marketplace doesn't pay there, a field can't
/// be right, or the database is away.
pub async fn set_method(app: &App, viewer: &Viewer, typed: &TypedDestination) -> Result<()> {
    let now = app.now();
    viewer.is_fresh_if_on(now)?;
    let destination = typed.read().map_err(|(field, words)| Error::field(field, words))?;
    let plain = serde_json::to_vec(&destination).map_err(Error::internal)?;
    let method = Method {
        kind: destination.kind().to_owned(),
        sealed: seal(app.config.secrets.jwt.expose(), &plain)?,
        shown: destination.shown(),
    };
    let by_stripe = matches!(destination, Destination::Stripe { .. });
    let (handle, user) = (app.clone(), viewer.user.id);
    app.db
        .tenant(&viewer.scope, move |tx| {
            let person = users::hold(tx, user)?;
            if !shares::earns(tx, &person)? {
                return Err(not_paid_out());
            }
            if by_stripe && carry::stripe(tx)?.is_none() {
                return Err(Error::field(
                    "kind",
                    "This marketplace doesn't pay by Stripe. Choose another way.",
                ));
            }
            payout_terms::set_method(tx, user, &method, now)?;
            write(&handle, tx, user, PayoutNews::Goes { to: method.shown }, now)
        })
        .await
}
