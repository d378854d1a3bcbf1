//! Thumbs up or down for a call's picture and sound (requirement H2), from each side for itself. It is between them and
//! the staff: the other side never sees it, and it moves neither money nor stars.

use crate::{
    app::{App, identity::Viewer},
    domain::{call::EndReason, ids::CallId, report::TechnicalFault, text, time::Moment},
    error::{Error, Result},
    store::{
        call_feedback::{self, Feedback},
        calls::{self, Call},
    },
};

/// It can be said and changed for this long after the call's end, while one remembers.
const OPEN_MS: i64 = 86_400_000;

/// What the reader said of a call, and whether they can say or change it now.
///
/// # Errors
/// Not their call, or the database is away.
pub async fn feedback(app: &App, viewer: &Viewer, call: CallId) -> Result<(Option<Feedback>, bool)> {
    let (user, now) = (viewer.user.id, app.now());
    app.db
        .read(&viewer.scope, move |tx| {
            let found = calls::of_person(tx, call, user)?;
            Ok((call_feedback::find(tx, call, user)?, can_say(&found, now).is_ok()))
        })
        .await
}

/// Says how a call of the reader's was, or says it anew. Without faults it was good.
///
/// # Errors
/// Not their call, it isn't over or never began, too late, or the words are missing or too long.
pub async fn say_how(
    app: &App,
    viewer: &Viewer,
    call: CallId,
    faults: Vec<TechnicalFault>,
    words: &str,
) -> Result<Feedback> {
    let words =
        text::paragraphs(words, 0..=1_000).ok_or_else(|| Error::field("text", "Use at most 1,000 characters."))?;
    if faults == [TechnicalFault::Other] && words.is_empty() {
        return Err(Error::field("text", "Say in a few words what is wrong."));
    }
    let (user, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let found = calls::of_person(tx, call, user)?;
            can_say(&found, now)?;
            let feedback = Feedback {
                call,
                by: user,
                faults,
                text: words,
                at: now,
            };
            call_feedback::put(tx, &feedback)?;
            Ok(feedback)
        })
        .await
}

/// A call that two people were in is worth a word, also one that broke off before anything was charged.
fn can_say(call: &Call, now: Moment) -> Result<()> {
    let Some(ended) = call.ended else {
        return Err(Error::conflict("not_ended", "Say how it was once the call is over."));
    };
    if matches!(ended.reason, EndReason::Missed | EndReason::Rejected | EndReason::Busy) {
        return Err(Error::conflict(
            "never_live",
            "Only calls that took place can be rated.",
        ));
    }
    if now - ended.at > OPEN_MS {
        return Err(Error::conflict(
            "feedback_over",
            "You can say how it was for a day after the call.",
        ));
    }
    Ok(())
}
