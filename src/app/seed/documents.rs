//! Invoices of the calls that the demo's people had.

use super::{cast::Cast, history::call_id};
use crate::{
    app::{App, documents},
    domain::document::About,
    error::Result,
    store::{TenantScope, calls},
};

/// Numbers those that are missing, the oldest call first.
pub(super) async fn put(app: &App, scope: &TenantScope, cast: &'static Cast) -> Result<()> {
    let mut talks: Vec<_> = cast.talks.iter().enumerate().collect();
    talks.sort_by_key(|(_, talk)| -talk.hours_ago);
    for (number, _) in talks {
        let id = call_id(scope.tenant(), number);
        app.db
            .tenant(scope, move |tx| {
                // Somebody who sells nothing had no call.
                let ended = calls::find(tx, id).ok().and_then(|call| call.ended);
                match ended {
                    Some(ended) => documents::put(tx, About::Call(id), ended.at).map(|_| ()),
                    None => Ok(()),
                }
            })
            .await?;
    }
    Ok(())
}
