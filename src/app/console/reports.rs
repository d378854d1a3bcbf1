//! What people reported of each other. Closing somebody's account is [`suspend_user`](super::suspend_user).

use super::StaffMember;
use crate::{
    app::{App, notifications::tell, platform::checked_reason},
    domain::{
        audit::{Action, Entry},
        ids::ReportId,
        notification::Event,
        text,
    },
    error::{Error, Result},
    store::{audit, notifications::News, person_reports},
};
use serde_json::json;

/// Writes down what the staff keep in mind of a report.
///
/// # Errors
/// Too long, not here, or the database is away.
pub async fn note_report(app: &App, by: &StaffMember, id: ReportId, note: &str) -> Result<()> {
    let note =
        text::paragraphs(note, 0..=2_000).ok_or_else(|| Error::field("note", "Use at most 2,000 characters."))?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let before = person_reports::lock(tx, id)?;
            person_reports::note(tx, id, &note)?;
            let entry = Entry::new(Action::ReportNoted, id.to_string());
            let entry = entry.changed(json!({"note": before.note}), json!({"note": note}));
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

/// Closes a report; who made it is told that it was looked at, and not why.
///
/// # Errors
/// No reason, it is closed, not here, or the database is away.
pub async fn close_report(app: &App, by: &StaffMember, id: ReportId, reason: &str) -> Result<()> {
    let reason = checked_reason(reason)?;
    let (actor, now, handle) = (by.actor(), app.now(), app.clone());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let report = person_reports::lock(tx, id)?;
            if !report.open {
                return Err(Error::conflict("closed", "This report is closed already."));
            }
            person_reports::close(tx, id, &reason, now)?;
            let link = format!("/people/{}", report.about);
            let news = News::about(Event::Decision, report.about, link).with("what", "report_closed");
            tell(&handle, tx, report.by, news, now)?;
            let entry = Entry::new(Action::ReportClosed, id.to_string());
            let entry = entry.changed(json!({"closed": false}), json!({"closed": true, "reason": reason}));
            audit::write(tx, &actor, &entry, now)
        })
        .await
}
