//! Rating a call.

use crate::{
    app::{App, identity::Viewer, notifications::tell},
    domain::{call::CallRole, ids::CallId, notification::Event, text},
    error::{Error, Result},
    store::{
        TenantScope, calls,
        notifications::News,
        reviews::{self, Review},
    },
};

/// A call can be rated, and its rating changed, for this long after its end.
const OPEN_MS: i64 = 30 * 24 * 3_600_000;

/// Rates a call of the reader's, or rates it anew.
///
/// # Errors
/// Not 1 to 5 stars, not their call, not settled, nothing was there to rate, or too late.
pub async fn rate(app: &App, viewer: &Viewer, call: CallId, stars: i64, words: &str) -> Result<Review> {
    let stars = i16::try_from(stars).ok().filter(|stars| (1..=5).contains(stars));
    let stars = stars.ok_or_else(|| Error::field("stars", "Choose 1 to 5 stars."))?;
    let words =
        text::paragraphs(words, 0..=2_000).ok_or_else(|| Error::field("text", "Use at most 2,000 characters."))?;
    let (user, now, handle) = (viewer.user.id, app.now(), app.clone());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let call = calls::of_person(tx, call, user)?;
            let author = if call.buyer.id == user {
                CallRole::Buyer
            } else {
                CallRole::Seller
            };
            let Some(ended) = call.ended else {
                return Err(Error::conflict("not_settled", "Rate the call once it is over."));
            };
            if ended.charged_minor == 0 && ended.billable_ms == 0 {
                return Err(Error::conflict(
                    "never_live",
                    "Only calls that took place can be rated.",
                ));
            }
            if now - ended.at > OPEN_MS {
                return Err(Error::conflict(
                    "rating_over",
                    "A call can be rated for 30 days after it ended.",
                ));
            }
            let review = Review {
                call: call.id,
                author,
                buyer: call.buyer.id,
                seller: call.seller.id,
                stars,
                text: words,
                at: now,
            };
            reviews::put(tx, &review)?;
            // What is said in public can be answered.
            let (other, link) = if author == CallRole::Buyer {
                (review.seller, format!("/reviews/{}", call.id))
            } else {
                (review.buyer, format!("/calls/{}/bill", call.id))
            };
            let news = News::about(Event::Review, user, link);
            tell(&handle, tx, other, news.with("count", stars), now)?;
            Ok(review)
        })
        .await
}

/// What one side said about a call.
///
/// # Errors
/// The database is away.
pub async fn of_call(app: &App, scope: &TenantScope, call: CallId, author: CallRole) -> Result<Option<Review>> {
    app.db.read(scope, move |tx| reviews::find(tx, call, author)).await
}
