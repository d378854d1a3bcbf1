//! A seller's hours, as they and others see them.

use crate::{
    app::{App, identity::Viewer},
    domain::{
        schedule::Timetable,
        time::{Moment, Span, Zone},
    },
    error::{Error, Result},
    store::{sellers, timetables},
};
use anyhow::anyhow;
use jiff::civil::Date;

/// Days that others see the hours of.
const SHOWN_DAYS: i64 = 7;

/// The reader's hours; none where they live, if they never wrote any.
///
/// # Errors
/// They don't sell yet, or the database is away.
pub async fn show(app: &App, viewer: &Viewer) -> Result<Timetable> {
    let (user, zone) = (viewer.user.id, zone_of(viewer)?);
    app.db
        .read(&viewer.scope, move |tx| {
            sellers::find(tx, user)?.ok_or_else(super::save::no_profile)?;
            Ok(timetables::find(tx, user)?.unwrap_or_else(|| Timetable::closed(zone)))
        })
        .await
}

/// Where somebody lives.
pub(super) fn zone_of(viewer: &Viewer) -> Result<Zone> {
    let name = &viewer.user.time_zone;
    Zone::named(name).ok_or_else(|| Error::internal(anyhow!("somebody lives in {name}")))
}

/// Times at which a seller is there, on a day of the reader's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The day, by the reader's clock.
    pub day: Date,
    /// In order; one that lasts over midnight is in two parts.
    pub spans: Vec<Span>,
}

/// When a seller is there in the week from now on, by the reader's days; days on which they aren't at all are left out.
pub fn openings(timetable: &Timetable, reader: &Zone, now: Moment) -> Vec<Opening> {
    let today = reader.date(now);
    let days = today.series(jiff::Span::new().days(1)).take(SHOWN_DAYS as usize);
    days.filter_map(|day| {
        let whole = reader.day(day)?;
        let rest = Span {
            from: whole.from.max(now),
            to: whole.to,
        };
        let spans = timetable.calendar().open(rest).spans;
        (!spans.is_empty()).then_some(Opening { day, spans })
    })
    .collect()
}
