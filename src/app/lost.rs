//! Taking up what the outbox has lost: jobs that died, and those of things that came with an archive; and what has waited
//! for too long.

use super::{
    App, bookings, calendar, identity_checks, recordings,
    wallet::{self, Finish},
};
use crate::{
    domain::ids::{BookingId, IdentityCheckId, RecordingId, TopUpId, UserId},
    error::Result,
    store::lost::{self, Found, Lost},
};
use std::time::Duration;

/// What is looked at in one go.
const PAGE: i64 = 200;
/// How long one kind may take; what is left is taken up the next time.
const LONGEST: Duration = Duration::from_secs(30);

/// Takes up everything that is lost, of each kind the longest waiting first.
///
/// # Errors
/// The database is away.
pub async fn take_up(app: &App) -> Result<()> {
    for kind in Lost::ALL {
        match tokio::time::timeout(LONGEST, take_up_all(app, kind)).await {
            Ok(done) => done?,
            Err(_) => tracing::warn!(?kind, "more is lost than can be taken up at once; later again"),
        }
    }
    Ok(())
}

async fn take_up_all(app: &App, kind: Lost) -> Result<()> {
    let (now, mut after) = (app.now(), None);
    loop {
        let found = app
            .db
            .system_read(move |tx| lost::find(tx, kind, after, PAGE, now))
            .await?;
        for one in &found {
            if let Err(error) = take_up_one(app, kind, one).await {
                tracing::warn!(%error, ?kind, id = %one.id, "what is lost can't be taken up; later again");
            }
        }
        match found.last() {
            Some(last) if found.len() as i64 == PAGE => after = Some(*last),
            _ => return Ok(()),
        }
    }
}

async fn take_up_one(app: &App, kind: Lost, found: &Found) -> Result<()> {
    let (scope, id) = (&found.scope, found.id);
    match kind {
        Lost::Order => bookings::lapse_lost(app, scope, BookingId::from_uuid(id)).await,
        Lost::Look => bookings::look_again(app, scope, BookingId::from_uuid(id)).await,
        Lost::Reminder => bookings::remind_again(app, scope, BookingId::from_uuid(id)).await,
        Lost::Hold => {
            let top_up = TopUpId::from_uuid(id);
            wallet::finish(app, scope, Finish { top_up }).await
        }
        Lost::Check => identity_checks::lapse(app, scope, IdentityCheckId::from_uuid(id)).await,
        Lost::Recording => recordings::end_lost(app, scope, RecordingId::from_uuid(id), found.at).await,
        Lost::Calendar => calendar::read_again(app, scope, UserId::from_uuid(id)).await,
    }
}
