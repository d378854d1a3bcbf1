//! The buyer says no.

use super::{News, lock, refused};
use crate::{
    app::{App, identity::Viewer},
    domain::{
        call::extension::Event,
        ids::{CallId, ExtensionId},
    },
    error::Result,
    store::extensions::{self, Asked},
};

/// Says no to an extension that the reader is asked for, also when they had said yes and haven't paid yet: what is paid
/// later stays in their wallet. Again changes nothing.
///
/// # Errors
/// It isn't theirs to answer, it is paid or has run out, or the database is away.
pub async fn decline(app: &App, viewer: &Viewer, which: (CallId, ExtensionId)) -> Result<Asked> {
    let (person, now) = (viewer.user.id, app.now());
    let news = app
        .db
        .tenant(&viewer.scope, move |tx| {
            let (call, _, mut asked) = lock(tx, which, person)?;
            asked.extension.on(now, Event::No).map_err(refused)?;
            extensions::update(tx, &asked)?;
            Ok(News::of(&call, asked))
        })
        .await?;
    news.tell(app, &viewer.scope);
    Ok(news.asked)
}
