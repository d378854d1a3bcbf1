//! Answering a review.

use super::read::{hidden, open_until};
use crate::{
    app::{App, identity::Viewer, notifications::tell},
    domain::{ids::CallId, notification::Event, text},
    error::{Error, Result},
    store::{
        notifications::News,
        reviews::{self, Published, Reply},
    },
};

/// Answers a review of the reader, or answers anew while that can be done.
///
/// # Errors
/// Empty or too long, not a review of theirs, it is hidden, or too late to change the answer.
pub async fn reply(app: &App, viewer: &Viewer, call: CallId, words: &str) -> Result<Published> {
    let words =
        text::paragraphs(words, 1..=2_000).ok_or_else(|| Error::field("text", "Write 1 to 2,000 characters."))?;
    let (user, now, handle) = (viewer.user.id, app.now(), app.clone());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let mut found = reviews::lock(tx, call)?;
            if found.review.seller != user {
                return Err(hidden(&found, user)
                    .unwrap_or_else(|| Error::forbidden("Only the person whom a review is about can answer it.")));
            }
            if found.hidden.is_some() {
                return Err(Error::conflict("review_hidden", "This review isn't shown any more."));
            }
            if open_until(&found).is_some_and(|until| until < now) {
                return Err(Error::conflict(
                    "reply_over",
                    "A reply can be changed for 14 days. This one stays as it is.",
                ));
            }
            reviews::answer(tx, call, &words, now)?;
            let news = News::about(Event::Reply, user, format!("/reviews/{call}"));
            tell(&handle, tx, found.review.buyer, news, now)?;
            found.reply = Some(Reply { text: words, at: now });
            Ok(found)
        })
        .await
}
