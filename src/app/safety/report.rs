//! Reporting somebody to the staff.

use super::meet::{DAY_MS, find};
use crate::{
    app::{App, identity::Viewer},
    domain::{
        ids::{ReportId, UserId},
        report::{MOST_A_DAY, PersonFault},
        text,
    },
    error::{Error, Result},
    store::{
        person_reports::{self, Report},
        users,
    },
};

/// Reports somebody, once a day.
///
/// # Errors
/// It is oneself or nobody the reader can know of, they have reported them or too many others today, or the words are
/// missing or too long.
pub async fn report(app: &App, viewer: &Viewer, about: UserId, fault: PersonFault, words: &str) -> Result<ReportId> {
    let words =
        text::paragraphs(words, 0..=2_000).ok_or_else(|| Error::field("text", "Use at most 2,000 characters."))?;
    if fault == PersonFault::Other && words.is_empty() {
        return Err(Error::field("text", "Say in a few words what is wrong."));
    }
    let (user, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            // Their own row, so that they count what they report.
            users::hold(tx, user)?;
            find(tx, user, about)?;
            let today = person_reports::since(tx, user, now + -DAY_MS)?;
            if today.contains(&about) {
                return Err(Error::conflict(
                    "already_reported",
                    "You have reported this person today. The staff will look at it.",
                ));
            }
            if i64::try_from(today.len()).is_ok_and(|count| count >= MOST_A_DAY) {
                return Err(Error::conflict(
                    "too_many_reports",
                    "You have reported a lot today. Go on tomorrow.",
                ));
            }
            let report = Report {
                id: ReportId::new(),
                by: user,
                about,
                fault,
                text: words,
                at: now,
            };
            person_reports::insert(tx, &report)?;
            Ok(report.id)
        })
        .await
}
