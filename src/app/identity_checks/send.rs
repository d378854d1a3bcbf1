//! Sending pictures of a document and of oneself.

use super::decide;
use crate::{
    app::{App, identity::Viewer, pictures, sealing, subscriptions},
    domain::{
        identity_check::{CheckState, MOST_A_DAY, PictureKind, Verdict},
        ids::IdentityCheckId,
        picture::Purpose,
    },
    error::{Error, Kind, Result},
    store::{
        identity_checks::{self, Check},
        users,
    },
};

const DAY_MS: i64 = 86_400_000;

/// Pictures as they were sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Of a document.
    pub document: Vec<u8>,
    /// Of the person.
    pub selfie: Vec<u8>,
}

/// Has it looked at who the reader is.
///
/// # Errors
/// No pictures, one waits or was approved already, too many tries, or the database is away.
pub async fn send(app: &App, viewer: &Viewer, sent: Sent) -> Result<()> {
    let document = remade(sent.document, PictureKind::Document).await?;
    let selfie = remade(sent.selfie, PictureKind::Selfie).await?;
    let key = app.config.secrets.jwt.expose();
    let sealed = [
        (PictureKind::Document, sealing::seal(key, &document)?),
        (PictureKind::Selfie, sealing::seal(key, &selfie)?),
    ];
    let (user, now) = (viewer.user.id, app.now());
    let id = IdentityCheckId::new();
    app.db
        .tenant(&viewer.scope, move |tx| {
            // Two that are sent at once follow each other.
            users::hold(tx, user)?;
            if identity_checks::last_of(tx, user)?.is_some_and(|last| last.state == CheckState::Approved) {
                return Err(Error::conflict("check_done", "You have shown who you are already."));
            }
            if identity_checks::count_since(tx, user, now + -DAY_MS)? >= MOST_A_DAY {
                let words = "You have tried five times today. Try again tomorrow.";
                return Err(Error::conflict("too_many_checks", words));
            }
            subscriptions::more_stored(tx, sealed.iter().map(|(_, body)| body.len()).sum(), now)?;
            let check = Check {
                id,
                user,
                state: CheckState::Waiting,
                reason: String::new(),
                sent_at: now,
            };
            identity_checks::insert(tx, &check, &sealed)
        })
        .await?;
    // Asked outside of any transaction: who looks may be far away. Until they say something, staff can.
    let verdict = match app.identity.look(&document, &selfie).await {
        Ok(verdict) => verdict,
        Err(error) => {
            tracing::warn!(%error, check = %id, "nobody looked at a check; the staff do");
            Verdict::AskStaff
        }
    };
    let (state, reason) = match verdict {
        Verdict::AskStaff => return Ok(()),
        Verdict::Approved => (CheckState::Approved, String::new()),
        Verdict::Declined(reason) => (CheckState::Declined, reason),
    };
    let (handle, now) = (app.clone(), app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            decide(&handle, tx, id, state, &reason, now)?;
            Ok(())
        })
        .await
}

async fn remade(sent: Vec<u8>, kind: PictureKind) -> Result<Vec<u8>> {
    let made = pictures::remake(sent, Purpose::Evidence).await;
    let made = made.map_err(|error| match error.kind {
        Kind::Invalid { .. } => Error::field(kind.name(), error.public),
        _ => error,
    })?;
    Ok(made.body)
}
