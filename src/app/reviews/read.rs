//! One review, with what its reader can do.

use crate::{
    app::{App, identity::Viewer},
    domain::{
        ids::{CallId, UserId},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, review_reports,
        reviews::{self, Published},
    },
};

/// A reply can be changed for this long after it or the review was written, whichever was later: as long as both may
/// still think better of it, and not forever, since others have read it.
const REPLY_OPEN_MS: i64 = 14 * 86_400_000;

/// A review and its reader.
#[derive(Clone, Debug)]
pub struct Read {
    /// What was said.
    pub published: Published,
    /// It is about the reader.
    pub about_reader: bool,
    /// The reader wrote it.
    pub by_reader: bool,
    /// The reader has reported it.
    pub reported: bool,
    /// The reader can write a reply or change theirs.
    pub can_reply: bool,
    /// When a reply that is there can no longer be changed.
    pub reply_until: Option<Moment>,
}

/// A review as `viewer` sees it.
///
/// # Errors
/// Not here, hidden from this reader, or the database is away.
pub async fn read(app: &App, scope: &TenantScope, viewer: Option<&Viewer>, call: CallId) -> Result<Read> {
    let (reader, now) = (viewer.map(|viewer| viewer.user.id), app.now());
    app.db
        .read(scope, move |tx| {
            let published = reviews::one(tx, call)?;
            let is = |person: UserId| reader == Some(person);
            let (about_reader, by_reader) = (is(published.review.seller), is(published.review.buyer));
            if published.hidden.is_some() && !about_reader && !by_reader {
                return Err(Error::not_found());
            }
            let reported = match reader {
                Some(reader) => review_reports::is_there(tx, call, reader)?,
                None => false,
            };
            let reply_until = open_until(&published);
            let in_time = reply_until.is_none_or(|until| now <= until);
            Ok(Read {
                can_reply: about_reader && published.hidden.is_none() && in_time,
                published,
                about_reader,
                by_reader,
                reported,
                reply_until,
            })
        })
        .await
}

/// When the reply can no longer be changed; none while there is none.
pub(in crate::app) fn open_until(published: &Published) -> Option<Moment> {
    let reply = published.reply.as_ref()?;
    Some(reply.at.max(published.review.at) + REPLY_OPEN_MS)
}

/// What somebody is told who has no part in a review, if it is hidden.
pub(super) fn hidden(published: &Published, reader: UserId) -> Option<Error> {
    let part = [published.review.buyer, published.review.seller].contains(&reader);
    (published.hidden.is_some() && !part).then(Error::not_found)
}
