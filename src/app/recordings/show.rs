//! Recordings for those who may see them.

use super::place;
use crate::{
    app::{
        App,
        console::StaffMember,
        identity::Viewer,
        platform::{self, PlatformOwner},
    },
    domain::{
        audit::{Action, Actor, Entry},
        ids::{CallId, RecordingId, TenantId, UserId},
        recording::RecordingFor,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, audit, call_guests,
        calls::{self, Call},
        recordings::{self, State, Stored},
    },
};
use futures::stream::BoxStream;
use object_store::{GetOptions, GetRange, ObjectStore, signer};
use std::{collections::HashSet, ops::Range, time::Duration};

/// How long a signed address holds.
const SIGNED_FOR: Duration = Duration::from_secs(600);
/// Within this time a film is watched once, however many pieces its player asks for.
const WATCHED_ONCE_MS: i64 = 3_600_000;

/// The recordings of a call, as one of its people may see them.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Those that came to something, oldest first.
    pub recordings: Vec<Stored>,
    /// They may watch them.
    pub may_watch: bool,
}

/// The recordings of a call.
///
/// # Errors
/// It isn't the reader's, or the database is away.
pub async fn of_call(app: &App, scope: &TenantScope, reader: UserId, call: CallId) -> Result<Seen> {
    app.db
        .read(scope, move |tx| {
            let call = calls::of_person(tx, call, reader)?;
            let mut theirs = Vec::new();
            for stored in recordings::of_calls(tx, &[call.id])? {
                if was_there(tx, &call, &stored, reader)? {
                    theirs.push(stored);
                }
            }
            Ok(Seen {
                recordings: theirs,
                may_watch: call.terms.policy.recording_for == RecordingFor::Both,
            })
        })
        .await
}

/// Whether somebody is in a recording of a call of theirs: the others of a free talk may have made it after whoever came
/// first had left, and everybody who is in it agreed to it. Whoever was shown out gets nothing of what came after.
fn was_there(tx: &mut TenantTx<'_>, call: &Call, stored: &Stored, reader: UserId) -> Result<bool> {
    if !call.terms.free || call.seller.id == reader {
        return Ok(true);
    }
    Ok(recordings::agreed(tx, stored.id)?.contains(&reader) && !call_guests::is_out(tx, call, reader)?)
}

/// Which of these calls were recorded.
///
/// # Errors
/// The database is away.
pub async fn recorded(app: &App, scope: &TenantScope, calls: Vec<CallId>) -> Result<HashSet<CallId>> {
    let made = app.db.read(scope, move |tx| recordings::of_calls(tx, &calls)).await?;
    Ok(made.into_iter().map(|stored| stored.call).collect())
}

/// A film's bytes, as they come.
pub type Bytes = BoxStream<'static, object_store::Result<bytes::Bytes>>;

/// A film, or a part of it.
pub struct File {
    /// Its bytes; none if what was asked for lies beyond its end.
    pub bytes: Option<Bytes>,
    /// Which they are, if not all of them.
    pub range: Option<Range<u64>>,
    /// How many there are in all.
    pub size: u64,
}

/// A film for one of its call's people; of it what a request's `Range` asks for.
///
/// # Errors
/// It isn't theirs, or isn't there, or the tenant keeps it for its staff.
pub async fn fetch(app: &App, viewer: &Viewer, id: RecordingId, range: Option<&str>) -> Result<File> {
    let reader = viewer.user.id;
    let stored = app
        .db
        .read(&viewer.scope, move |tx| {
            let stored = recordings::find(tx, id)?;
            let call = calls::of_person(tx, stored.call, reader)?;
            let may_watch = call.terms.policy.recording_for == RecordingFor::Both;
            match may_watch && was_there(tx, &call, &stored, reader)? {
                true => Ok(stored),
                false => Err(Error::not_found()),
            }
        })
        .await?;
    open(app, &stored, range).await
}

/// Where somebody who may have a film gets it without us for a while, where files are in a bucket.
///
/// # Errors
/// The address can't be signed.
pub async fn signed(app: &App, id: RecordingId) -> Result<Option<String>> {
    let Some(signer) = &app.signer else { return Ok(None) };
    let signed = signer.signed_url(signer::Method::GET, &place(id), SIGNED_FOR).await;
    Ok(Some(signed.map_err(Error::internal)?.into()))
}

/// A film for the tenant's staff.
///
/// # Errors
/// It isn't there.
pub async fn fetch_as_staff(
    app: &App,
    by: &StaffMember,
    id: RecordingId,
    range: Option<&str>,
    download: bool,
) -> Result<File> {
    fetch_noted(app, (by.viewer().scope, by.actor()), id, range, download).await
}

/// A film for the platform's owner; the tenant reads that they watched it.
///
/// # Errors
/// It isn't there, or not at that tenant.
pub async fn fetch_as_owner(
    app: &App,
    by: &PlatformOwner,
    tenant: TenantId,
    id: RecordingId,
    range: Option<&str>,
    download: bool,
) -> Result<File> {
    let at = platform::at_tenant(app, by, tenant, |_, _, scope, actor, _| Ok((*scope, actor.clone()))).await?;
    fetch_noted(app, at, id, range, download).await
}

/// That somebody looks at a film, or takes it with them, is written down before they get any of it.
async fn fetch_noted(
    app: &App,
    (scope, actor): (TenantScope, Actor),
    id: RecordingId,
    range: Option<&str>,
    download: bool,
) -> Result<File> {
    let now = app.now();
    let stored = app.db.read(&scope, move |tx| recordings::find(tx, id)).await?;
    let file = open(app, &stored, range).await?;
    let entry = Entry::new(Action::RecordingWatched, id.to_string());
    app.db
        .tenant(&scope, move |tx| {
            if !download && audit::has_done(tx, &actor, &entry, now + -WATCHED_ONCE_MS)? {
                return Ok(());
            }
            audit::write(tx, &actor, &entry, now)
        })
        .await?;
    Ok(file)
}

async fn open(app: &App, stored: &Stored, range: Option<&str>) -> Result<File> {
    match stored.state {
        State::Ready => {}
        State::Deleted => return Err(Error::missing("This recording was deleted.")),
        State::Failed => return Err(Error::missing("This recording couldn't be made.")),
        _ => return Err(Error::conflict("not_ready", "This recording isn't ready yet.")),
    }
    let size = u64::try_from(stored.bytes).unwrap_or(0);
    let Ok(range) = range_of(range, size) else {
        return Ok(File {
            bytes: None,
            range: None,
            size,
        });
    };
    let options = GetOptions {
        range: range.clone().map(GetRange::Bounded),
        ..GetOptions::default()
    };
    let found = app.files.get_opts(&place(stored.id), options).await;
    let found = found.map_err(|error| match error {
        object_store::Error::NotFound { .. } => Error::missing("This recording was deleted."),
        error => Error::internal(error),
    })?;
    Ok(File {
        bytes: Some(found.into_stream()),
        range,
        size,
    })
}

/// What is asked for lies beyond the end.
#[derive(Debug, PartialEq, Eq)]
struct Beyond;

/// What a request's `Range` asks for, of a file of so many bytes; nothing is all of it. More than one range, and what
/// can't be read, may be answered by the whole.
fn range_of(header: Option<&str>, size: u64) -> std::result::Result<Option<Range<u64>>, Beyond> {
    let asked = header.and_then(|text| text.trim().strip_prefix("bytes="));
    let Some((from, to)) = asked.and_then(|text| text.split_once('-')) else {
        return Ok(None);
    };
    let range = match (from.trim(), to.trim()) {
        ("", last) => last.parse().ok().map(|last: u64| size.saturating_sub(last)..size),
        (from, "") => from.parse().ok().map(|from| from..size),
        (from, to) => from
            .parse()
            .ok()
            .zip(to.parse().ok())
            .and_then(|(from, to): (u64, u64)| {
                let end = to.saturating_add(1).min(size);
                (from <= to).then_some(from..end)
            }),
    };
    match range {
        Some(range) if range.start >= range.end => Err(Beyond),
        range => Ok(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_players_write_them() {
        for (header, range) in [
            ("bytes=0-", Ok(Some(0..10))),
            ("bytes=2-4", Ok(Some(2..5))),
            ("bytes=9-99", Ok(Some(9..10))),
            ("bytes=-3", Ok(Some(7..10))),
            ("bytes=-99", Ok(Some(0..10))),
            ("bytes=10-", Err(Beyond)),
            ("bytes=-0", Err(Beyond)),
            ("bytes=18446744073709551615-18446744073709551615", Err(Beyond)),
            ("bytes=4-2", Ok(None)),
            ("bytes=0-1,3-4", Ok(None)),
            ("bytes=a-b", Ok(None)),
            ("lines=1-2", Ok(None)),
            ("bytes=", Ok(None)),
        ] {
            assert_eq!(range_of(Some(header), 10), range, "{header}");
        }
        assert_eq!(range_of(None, 10), Ok(None));
        assert_eq!(range_of(Some("bytes=0-"), 0), Err(Beyond));
    }
}
