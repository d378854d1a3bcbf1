//! Hiding what shouldn't be read, and showing it again. What is hidden doesn't count: neither an insult nor an advert says
//! anything about a seller. Whoever wrote it and whoever reported it hears what was decided.

use super::StaffMember;
use crate::{
    app::{App, notifications::tell, platform::checked_reason},
    domain::{
        audit::{Action, Entry},
        ids::CallId,
        notification::Event,
        time::Moment,
    },
    error::{Error, Result},
    store::{TenantTx, audit, notifications::News, review_reports, reviews},
};
use serde_json::json;

/// Most reporters of one review who are told what was decided.
const MOST_TOLD: usize = 100;

/// Hides a review.
///
/// # Errors
/// No reason, not here, or the database is away.
pub async fn hide_review(app: &App, by: &StaffMember, call: CallId, reason: &str) -> Result<()> {
    set(app, by, call, Some(checked_reason(reason)?)).await
}

/// Shows a review again.
///
/// # Errors
/// It is shown, not here, or the database is away.
pub async fn show_review(app: &App, by: &StaffMember, call: CallId) -> Result<()> {
    set(app, by, call, None).await
}

/// Leaves a review that was reported as it is.
///
/// # Errors
/// Nobody has reported it, not here, or the database is away.
pub async fn keep_review(app: &App, by: &StaffMember, call: CallId) -> Result<()> {
    let (actor, now, handle) = (by.actor(), app.now(), app.clone());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            reviews::lock(tx, call)?;
            if settle(&handle, tx, call, "review_kept", now)? == 0 {
                return Err(Error::conflict("not_reported", "Nobody has reported this review."));
            }
            audit::write(tx, &actor, &Entry::new(Action::ReviewKept, call.to_string()), now)
        })
        .await
}

async fn set(app: &App, by: &StaffMember, call: CallId, reason: Option<String>) -> Result<()> {
    let (actor, now, handle) = (by.actor(), app.now(), app.clone());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let was_hidden = reviews::hide(tx, call, reason.as_deref(), now)?;
            let action = match &reason {
                None if !was_hidden => {
                    return Err(Error::conflict("not_hidden", "This review is shown already."));
                }
                None => Action::ReviewShown,
                Some(reason) => {
                    if !was_hidden {
                        let writer = reviews::one(tx, call)?.review.buyer;
                        let news = decided(call, "review_hidden").with("reason", reason.as_str());
                        tell(&handle, tx, writer, news, now)?;
                    }
                    settle(&handle, tx, call, "review_removed", now)?;
                    Action::ReviewHidden
                }
            };
            let after = json!({"hidden": reason.is_some(), "reason": reason});
            let entry = Entry::new(action, call.to_string()).changed(json!({"hidden": was_hidden}), after);
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

/// Tells those whose reports are open what became of them; how many there were.
fn settle(app: &App, tx: &mut TenantTx<'_>, call: CallId, outcome: &str, now: Moment) -> Result<usize> {
    let reporters = review_reports::settle(tx, call, now)?;
    for reporter in reporters.iter().take(MOST_TOLD) {
        let mut news = decided(call, outcome);
        if outcome == "review_removed" {
            // There is nothing to see any more.
            "/notifications".clone_into(&mut news.link);
        }
        tell(app, tx, *reporter, news, now)?;
    }
    Ok(reporters.len())
}

fn decided(call: CallId, what: &str) -> News {
    News::of(Event::Decision, format!("/reviews/{call}")).with("what", what)
}
