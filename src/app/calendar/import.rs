//! A calendar that a seller keeps elsewhere: given, read again and again, given up.

use crate::{
    app::{
        App,
        identity::Viewer,
        notifications,
        sealing::{seal, unseal},
    },
    domain::{
        ids::UserId,
        imported::{self, AddressError, Busy, Trouble},
        notification::Event,
        time::{Moment, Span, Zone},
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        calendar_imports::{self, Import},
        jobs,
        lost::{self, Lost},
        notifications::News,
        sellers, timetables, users,
    },
};
use anyhow::anyhow;
use serde::{Deserialize, Serialize};

/// The job that reads.
pub const READ_JOB: &str = "read_calendar";
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How often a calendar is read, and one that fails since a day.
const PERIOD_MS: i64 = HOUR_MS / 2;
const LONG_PERIOD_MS: i64 = 6 * HOUR_MS;
/// When it is tried again while many others are read, seconds.
const WAIT_S: u32 = 10;
/// After so long a failing one is given up.
const PATIENCE_MS: i64 = 14 * DAY_MS;
/// How far ahead it is looked: as far as anything can be booked, and a notice more.
const AHEAD_MS: i64 = 400 * DAY_MS;

/// Whose calendar a job is about. An address that was given anew has a job of its own.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Job {
    seller: UserId,
    set_at: Moment,
}

/// The reader's calendar elsewhere, if they gave one.
///
/// # Errors
/// The database is away.
pub async fn import(app: &App, viewer: &Viewer) -> Result<Option<Import>> {
    let seller = viewer.user.id;
    app.db
        .read(&viewer.scope, move |tx| calendar_imports::find(tx, seller))
        .await
}

/// Has the calendar at an address read from now on, in place of the one before.
///
/// # Errors
/// It can't be asked, no profile yet, or the database is away.
pub async fn import_from(app: &App, viewer: &Viewer, address: &str) -> Result<()> {
    let url = app.calendars.takes(address).map_err(|wrong| {
        let words = match wrong {
            AddressError::Unreadable => "Write an address that begins with https.",
            AddressError::NotSecure => "Only addresses that begin with https are read.",
            AddressError::Particular => "Write an address without a name, password or port in it.",
            AddressError::Inside => "This address isn't open to everybody, so it can't be read.",
        };
        Error::field("address", words)
    })?;
    let sealed = seal(app.config.secrets.jwt.expose(), url.as_str().as_bytes())?;
    let (seller, now) = (viewer.user.id, app.now());
    let import = Import {
        address: sealed,
        host: url.host_str().unwrap_or_default().to_owned(),
        set_at: now,
        due_at: Some(now),
        read_at: None,
        failing: None,
        left_out: 0,
    };
    app.db
        .tenant(&viewer.scope, move |tx| {
            let profile = sellers::lock(tx, seller)?;
            profile.ok_or_else(|| Error::conflict("no_profile", "Fill in your profile first."))?;
            calendar_imports::remove(tx, seller)?;
            calendar_imports::put(tx, seller, &import)?;
            expect(tx, seller, &import)
        })
        .await
}

/// Has the reader's calendar read now, also one that was given up.
///
/// # Errors
/// There is none, or the database is away.
pub async fn import_now(app: &App, viewer: &Viewer) -> Result<()> {
    let (seller, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            let mut import = calendar_imports::lock(tx, seller)?.ok_or_else(Error::not_found)?;
            // One that was given up has its time anew; jobs of before are no longer about it.
            if import.due_at.is_none() {
                import.failing = None;
            }
            (import.set_at, import.due_at) = (now, Some(now));
            calendar_imports::put(tx, seller, &import)?;
            expect(tx, seller, &import)
        })
        .await
}

/// Forgets the reader's calendar elsewhere.
///
/// # Errors
/// The database is away.
pub async fn end_import(app: &App, viewer: &Viewer) -> Result<()> {
    let seller = viewer.user.id;
    app.db
        .tenant(&viewer.scope, move |tx| calendar_imports::remove(tx, seller))
        .await
}

/// Reads a calendar if it is due, and has it read again later.
///
/// # Errors
/// The database is away; try again.
pub async fn read_import(app: &App, scope: &TenantScope, job: Job) -> Result<()> {
    let now = app.now();
    let is_due = move |import: &Import| import.set_at == job.set_at && import.due_at.is_some_and(|due| due <= now);
    let known = app
        .db
        .read(scope, move |tx| {
            let Some(import) = calendar_imports::find(tx, job.seller)?.filter(is_due) else {
                return Ok(None);
            };
            Ok(Some((import, zone(tx, job.seller)?)))
        })
        .await?;
    let Some((import, zone)) = known else {
        return Ok(());
    };
    let Some(_turn) = app.calendars.turn() else {
        return Err(Error::too_many(WAIT_S));
    };
    let found = read(app, scope, job.seller, &import, zone).await?;
    let handle = app.clone();
    app.db
        .tenant(scope, move |tx| {
            // The person first, as whoever tells one something does.
            users::hold(tx, job.seller)?;
            let Some(import) = calendar_imports::lock(tx, job.seller)?.filter(is_due) else {
                return Ok(());
            };
            note(&handle, tx, job.seller, import, found, now)
        })
        .await
}

/// Has a calendar that is overdue read now, if nothing else will.
///
/// # Errors
/// The database is away; try again.
pub(in crate::app) async fn read_again(app: &App, scope: &TenantScope, seller: UserId) -> Result<()> {
    let now = app.now();
    app.db
        .tenant(scope, move |tx| {
            let import = calendar_imports::lock(tx, seller)?;
            let Some(mut import) = import.filter(|import| import.due_at.is_some_and(|due| due <= now)) else {
                return Ok(());
            };
            if lost::has_job(tx, Lost::Calendar, seller.uuid())? {
                return Ok(());
            }
            import.due_at = Some(now);
            expect(tx, seller, &import)
        })
        .await
}

/// By whose clock the times are that have none.
fn zone(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Zone> {
    if let Some(timetable) = timetables::find(tx, seller)? {
        return Ok(timetable.calendar().zone.clone());
    }
    let name = users::find(tx, seller)?.time_zone;
    Zone::named(&name).ok_or_else(|| Error::internal(anyhow!("somebody lives in {name}")))
}

/// What stands in it.
///
/// # Errors
/// The database is away.
async fn read(
    app: &App,
    scope: &TenantScope,
    seller: UserId,
    import: &Import,
    zone: Zone,
) -> Result<std::result::Result<Busy, Trouble>> {
    let text = match text(app, import).await {
        Ok(text) => text,
        Err(trouble) => return Ok(Err(trouble)),
    };
    // What is booked here comes back from calendars that follow it. Entries of another tenant's are others, and count.
    let named = imported::orders(&text);
    let ours = match named.is_empty() {
        true => named,
        false => {
            let known = move |tx: &mut TenantTx<'_>| calendar_imports::own_orders(tx, seller, &named);
            app.db.read(scope, known).await?
        }
    };
    let now = app.now();
    let within = Span {
        from: now + -DAY_MS,
        to: now + AHEAD_MS,
    };
    let parsed = move || imported::busy(&text, &zone, within, &ours);
    // A reader that fails on what it reads has not read it.
    let parsed = tokio::task::spawn_blocking(parsed).await;
    Ok(parsed.unwrap_or(Err(Trouble::NotACalendar)))
}

async fn text(app: &App, import: &Import) -> std::result::Result<String, Trouble> {
    // One that was moved here from another server was sealed with another key.
    let address = unseal(app.config.secrets.jwt.expose(), &import.address).map_err(|_| Trouble::Address)?;
    let address = String::from_utf8(address).map_err(|_| Trouble::Address)?;
    let file = app.calendars.read(&address).await?;
    Ok(String::from_utf8_lossy(&file).into_owned())
}

/// Writes down how it went.
fn note(
    app: &App,
    tx: &mut TenantTx<'_>,
    seller: UserId,
    mut import: Import,
    found: std::result::Result<Busy, Trouble>,
    now: Moment,
) -> Result<()> {
    match found {
        Ok(busy) => {
            calendar_imports::replace_busy(tx, seller, &busy)?;
            import.left_out = busy.left_out;
            (import.read_at, import.failing) = (Some(now), None);
            import.due_at = Some(now + PERIOD_MS);
        }
        Err(trouble) => {
            let since = import.failing.map_or(now, |(since, _)| since);
            import.failing = Some((since, trouble));
            import.due_at = match now - since {
                ..DAY_MS => Some(now + PERIOD_MS),
                DAY_MS..PATIENCE_MS => Some(now + LONG_PERIOD_MS),
                _ => None,
            };
        }
    }
    if import.due_at.is_none() {
        // What was read weeks ago says nothing any more.
        calendar_imports::forget_busy(tx, seller)?;
        let news =
            News::of(Event::CalendarLost, "/sell/calendar#elsewhere".to_owned()).with("host", import.host.clone());
        notifications::tell(app, tx, seller, news, now)?;
    }
    calendar_imports::put(tx, seller, &import)?;
    expect(tx, seller, &import)
}

/// Has it read when it is due.
fn expect(tx: &mut TenantTx<'_>, seller: UserId, import: &Import) -> Result<()> {
    let Some(due) = import.due_at else { return Ok(()) };
    let job = Job {
        seller,
        set_at: import.set_at,
    };
    jobs::enqueue(tx, READ_JOB, serde_json::to_value(job).map_err(Error::internal)?, due)
}
