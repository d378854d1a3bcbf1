//! Reporting a review to the staff.

use super::read::hidden;
use crate::{
    app::{App, identity::Viewer},
    domain::{
        ids::CallId,
        report::{MOST_A_DAY, ReviewFault},
        text,
    },
    error::{Error, Result},
    store::{
        review_reports::{self, Report},
        reviews, users,
    },
};

/// A day.
const DAY_MS: i64 = 86_400_000;

/// Reports a review, once.
///
/// # Errors
/// It is the reader's own or not shown, they have reported it before or too many today, or the words are missing or too
/// long.
pub async fn report(app: &App, viewer: &Viewer, call: CallId, fault: ReviewFault, words: &str) -> Result<()> {
    let words =
        text::paragraphs(words, 0..=1_000).ok_or_else(|| Error::field("text", "Use at most 1,000 characters."))?;
    if fault == ReviewFault::Other && words.is_empty() {
        return Err(Error::field("text", "Say in a few words what is wrong."));
    }
    let (user, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            // People first, as everywhere: their own row, so that they count what they report.
            users::hold(tx, user)?;
            let found = reviews::lock(tx, call)?;
            if let Some(refused) = hidden(&found, user) {
                return Err(refused);
            }
            if found.review.buyer == user {
                return Err(Error::conflict("own_review", "This review is your own."));
            }
            if found.hidden.is_some() {
                return Err(Error::conflict("review_hidden", "This review isn't shown any more."));
            }
            if review_reports::count(tx, user, now + -DAY_MS)? >= MOST_A_DAY {
                return Err(Error::conflict(
                    "too_many_reports",
                    "You have reported a lot today. Go on tomorrow.",
                ));
            }
            let report = Report {
                call,
                by: user,
                fault,
                text: words,
                at: now,
            };
            if review_reports::put(tx, &report)? {
                Ok(())
            } else {
                Err(Error::conflict(
                    "already_reported",
                    "You have reported this review already. The staff will look at it.",
                ))
            }
        })
        .await
}
