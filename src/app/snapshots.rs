//! Stills of sellers in calls, for lists (requirements C6, J6): of whoever has agreed, and never of anybody else.

use super::{App, identity::Viewer, pictures};
use crate::{
    domain::{
        brand::FileHash,
        ids::{CallId, UserId},
        picture::Purpose,
        snapshot::{LEAST_APART_S, consent_text, is_due, is_fresh},
        time::Moment,
    },
    error::{Error, Result},
    store::{TenantScope, TenantTx, calls, snapshots},
};

/// Writes down that the reader agrees to be shown, or doesn't any more: then what is shown goes at once.
///
/// # Errors
/// The text isn't one that is asked now, or the database is away.
pub async fn answer(app: &App, viewer: &Viewer, given: bool, version: &str) -> Result<()> {
    let text = consent_text(version).ok_or_else(|| {
        Error::field(
            "text_version",
            "The text has changed meanwhile. Load the page again and read it.",
        )
    })?;
    let (person, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            snapshots::answer(tx, person, given, text, now)?;
            if given { Ok(()) } else { snapshots::remove(tx, person) }
        })
        .await
}

/// Whether the reader agrees.
///
/// # Errors
/// The database is away.
pub async fn agrees(app: &App, viewer: &Viewer) -> Result<bool> {
    let person = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| snapshots::agrees(tx, person))
        .await
}

/// Shows a still of the reader, who is the seller of a call that is live, in place of the one before.
///
/// # Errors
/// It isn't their call to show themselves in, they haven't agreed, the marketplace shows none, it is too early for
/// another, it is no picture, or the database is away.
pub async fn put(app: &App, viewer: &Viewer, call: CallId, sent: Vec<u8>) -> Result<()> {
    let (person, now) = (viewer.user.id, app.now());
    // Nothing of what can't be shown is unpacked.
    app.db
        .read(&viewer.scope, move |tx| {
            let found = calls::of_person(tx, call, person)?;
            check(tx, &found, person, now)
        })
        .await?;
    let still = pictures::remake(sent, Purpose::Still).await?;
    app.db
        .tenant(&viewer.scope, move |tx| {
            // Neither does the call end meanwhile.
            let found = calls::lock(tx, call, person)?;
            check(tx, &found, person, now)?;
            snapshots::put(tx, person, call, &still.body, now)
        })
        .await
}

fn check(tx: &mut TenantTx<'_>, call: &calls::Call, person: UserId, now: Moment) -> Result<()> {
    if call.seller.id != person {
        return Err(Error::forbidden("Only the seller of a call is shown."));
    }
    if call.ended.is_some() {
        return Err(Error::conflict("call_over", "The call is over."));
    }
    if !call.terms.policy.snapshots {
        return Err(Error::conflict(
            "not_allowed",
            "This marketplace shows no pictures of calls.",
        ));
    }
    if !snapshots::agrees(tx, person)? {
        return Err(Error::conflict("no_consent", "Agree first to be shown."));
    }
    match snapshots::taken_at(tx, person, call.id)? {
        Some(last) if !is_due(last, now) => Err(Error::too_many(LEAST_APART_S)),
        _ => Ok(()),
    }
}

/// The still with that in it, while it may be shown.
///
/// # Errors
/// There is none, or the database is away.
pub async fn show(app: &App, scope: &TenantScope, hash: FileHash) -> Result<Vec<u8>> {
    let now = app.now();
    let found = app.db.read(scope, move |tx| snapshots::find(tx, &hash)).await?;
    found
        .filter(|(_, at)| is_fresh(*at, now))
        .map(|(body, _)| body)
        .ok_or_else(Error::not_found)
}
