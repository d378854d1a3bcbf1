//! Stills of sellers in calls, for lists (requirements C6, J6): of whoever has agreed, and never of anybody else.

use super::{App, identity::Viewer, pictures, selling::SellingViewer};
use crate::{
    domain::{
        ids::{CallId, UserId},
        picture::Purpose,
        snapshot::{LEAST_APART_S, consent_text, is_due, is_fresh},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, calls,
        snapshots::{self, Said, Still},
    },
};

/// Writes down that the reader agrees to be shown, unless that is known.
///
/// # Errors
/// They don't sell, the text isn't one that is asked now, or the database is away.
pub async fn agree(app: &App, viewer: &Viewer, version: &str) -> Result<()> {
    SellingViewer::of(viewer)?;
    let text = consent_text(version).ok_or_else(|| {
        let changed = "The text that you agree to has changed. Load the page again and read it.";
        Error::field("text_version", changed)
    })?;
    let said = Said {
        given: true,
        version: text.version.to_owned(),
        text: text.text.to_owned(),
    };
    let (person, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            snapshots::hold(tx, person)?;
            match snapshots::last_said(tx, person)? {
                Some(last) if last == said => Ok(()),
                _ => snapshots::answer(tx, person, &said, now),
            }
        })
        .await
}

/// Takes back what the reader agreed to, whatever text that was: what is shown of them goes at once.
///
/// # Errors
/// The database is away.
pub async fn withdraw(app: &App, viewer: &Viewer) -> Result<()> {
    let (person, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            snapshots::hold(tx, person)?;
            if let Some(last) = snapshots::last_said(tx, person)?.filter(|last| last.given) {
                snapshots::answer(tx, person, &Said { given: false, ..last }, now)?;
            }
            snapshots::remove(tx, person)
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

/// A reader who may be shown now in a call of theirs. It is made before anything of a still is read: others have none
/// to send.
pub struct Showing<'a> {
    viewer: &'a Viewer,
    call: CallId,
}

impl<'a> Showing<'a> {
    /// The reader as one.
    ///
    /// # Errors
    /// It isn't their call to show themselves in, they haven't agreed, the marketplace shows none, it is too early for
    /// another, or the database is away.
    pub async fn of(app: &App, viewer: &'a Viewer, call: CallId) -> Result<Self> {
        let (person, now) = (viewer.user.id, app.now());
        app.db
            .read(&viewer.scope, move |tx| {
                let found = calls::of_person(tx, call, person)?;
                check(tx, &found, person, now)
            })
            .await?;
        Ok(Self { viewer, call })
    }
}

/// Shows a still of the reader, who is the seller of a call that is live, in place of the one before.
///
/// # Errors
/// As [`Showing::of`], or it is no picture.
pub async fn put(app: &App, Showing { viewer, call }: Showing<'_>, sent: Vec<u8>) -> Result<()> {
    let still = pictures::remake(sent, Purpose::Still).await?;
    let (person, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            // Neither does the call end meanwhile, nor is anything taken back.
            let found = calls::lock(tx, call, person)?;
            snapshots::hold(tx, person)?;
            check(tx, &found, person, now)?;
            snapshots::put(tx, person, call, &still.body, now)
        })
        .await
}

/// Takes the reader's still away until they send another: what it shows isn't seen in the call any more.
///
/// # Errors
/// They don't sell in that call, or the database is away.
pub async fn hide(app: &App, viewer: &Viewer, call: CallId) -> Result<()> {
    let person = viewer.user.id;
    app.db
        .tenant(&viewer.scope, move |tx| {
            check_role(&calls::of_person(tx, call, person)?, person)?;
            snapshots::hold(tx, person)?;
            snapshots::remove(tx, person)
        })
        .await
}

fn check_role(call: &calls::Call, person: UserId) -> Result<()> {
    if call.seller.id == person {
        return Ok(());
    }
    Err(Error::forbidden("Only the seller of a call is shown."))
}

fn check(tx: &mut TenantTx<'_>, call: &calls::Call, person: UserId, now: Moment) -> Result<()> {
    check_role(call, person)?;
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

/// A seller's still, while it may be shown.
///
/// # Errors
/// There is none, or the database is away.
pub async fn show(app: &App, scope: &TenantScope, seller: UserId) -> Result<Still> {
    let now = app.now();
    let found = app.db.read(scope, move |tx| snapshots::find(tx, seller)).await?;
    found
        .filter(|still| is_fresh(still.at, now))
        .ok_or_else(Error::not_found)
}
