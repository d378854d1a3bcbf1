//! The person is back from the payment page, or looks again.

use super::ask;
use crate::{
    app::{App, identity::Viewer},
    domain::{ids::TopUpId, payment::State},
    error::{Error, Result},
    store::top_ups::{self, TopUp},
};

/// The reader's top-up as it stands now: while it has no outcome, the gateway is asked.
///
/// # Errors
/// It isn't there or isn't theirs, or the database is away. A gateway that doesn't answer is no error: the top-up is
/// `unknown` then, and asked about again.
pub async fn confirm_top_up(app: &App, viewer: &Viewer, id: TopUpId) -> Result<TopUp> {
    let user = viewer.user.id;
    let top_up = app
        .db
        .read(&viewer.scope, move |tx| {
            let top_up = top_ups::find(tx, id)?;
            if top_up.user == user {
                Ok(top_up)
            } else {
                Err(Error::not_found())
            }
        })
        .await?;
    // A charge without a page has no name before its outcome.
    let can_be_asked = top_up.reference.is_some() || top_up.method.is_some();
    if can_be_asked && !top_up.state.is_final() && top_up.state != State::Held {
        ask(app, &viewer.scope, id).await
    } else {
        Ok(top_up)
    }
}
