//! Writing hours.

use super::show::zone_of;
use crate::{
    app::{App, identity::Viewer},
    domain::{
        schedule::{DayHours, HoursError, MOST_EXCEPTIONS, Room, Timetable, TimetableError},
        time::Zone,
    },
    error::{Error, Result},
    store::{sellers, timetables},
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The days of a week, by the names of their fields.
pub const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// A week, as typed.
#[derive(Clone, Debug, Default)]
pub struct WeekDraft {
    /// Whose clock the hours are by.
    pub zone: String,
    /// Monday first; see [`DayHours`] for how hours are written.
    pub days: [String; 7],
    /// What is kept free around bookings.
    pub room: Room,
}

/// All hours, as typed.
#[derive(Clone, Debug, Default)]
pub struct HoursDraft {
    /// What holds every week.
    pub week: WeekDraft,
    /// Hours of single dates.
    pub exceptions: BTreeMap<Date, String>,
}

/// Writes the reader's weekly hours; dates with hours of their own keep them.
///
/// # Errors
/// A field that can't be taken, no profile yet, or the database is away.
pub async fn save_week(app: &App, viewer: &Viewer, draft: WeekDraft) -> Result<Timetable> {
    let (zone, weekly) = week(&draft)?;
    edit(app, viewer, move |timetable| {
        timetable
            .with_week(zone, weekly)
            .with_room(draft.room)
            .map_err(|wrong| too_much("until", wrong))
    })
    .await
}

/// Writes all hours of the reader's anew.
///
/// # Errors
/// A field that can't be taken, no profile yet, or the database is away.
pub async fn replace(app: &App, viewer: &Viewer, draft: HoursDraft) -> Result<Timetable> {
    let (zone, weekly) = week(&draft.week)?;
    let today = zone.date(app.now());
    let exceptions = draft.exceptions.iter().filter(|(date, _)| **date >= today);
    let exceptions = exceptions
        .map(|(date, typed)| Ok((*date, hours("exceptions", typed)?)))
        .collect::<Result<BTreeMap<_, _>>>()?;
    edit(app, viewer, move |timetable| {
        let timetable = timetable
            .with_exceptions(exceptions)
            .map_err(|wrong| too_much("exceptions", wrong))?;
        timetable
            .with_week(zone, weekly)
            .with_room(draft.week.room)
            .map_err(|wrong| too_much("until", wrong))
    })
    .await
}

/// Changes the reader's timetable, one change after the other.
pub(super) async fn edit(
    app: &App,
    viewer: &Viewer,
    change: impl FnOnce(Timetable) -> Result<Timetable> + Send + 'static,
) -> Result<Timetable> {
    let (seller, zone, now) = (viewer.user.id, zone_of(viewer)?, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            sellers::lock(tx, seller)?.ok_or_else(no_profile)?;
            let before = timetables::find(tx, seller)?.unwrap_or_else(|| Timetable::closed(zone));
            let after = change(before.since(now))?;
            timetables::put(tx, seller, &after, now)?;
            Ok(after)
        })
        .await
}

pub(super) fn no_profile() -> Error {
    Error::conflict("no_profile", "Fill in your profile first.")
}

fn week(draft: &WeekDraft) -> Result<(Zone, [DayHours; 7])> {
    let zone = Zone::named(&draft.zone);
    let zone = zone.ok_or_else(|| Error::field("time_zone", "Choose a time zone from the list."))?;
    let mut weekly: [DayHours; 7] = Default::default();
    for ((day, typed), hours_of) in DAYS.into_iter().zip(&draft.days).zip(&mut weekly) {
        *hours_of = hours(day, typed)?;
    }
    Ok((zone, weekly))
}

/// Hours as typed into a field.
pub(super) fn hours(field: &'static str, typed: &str) -> Result<DayHours> {
    typed.parse().map_err(|wrong| {
        let words = match wrong {
            HoursError::Backwards => {
                "Write each time from earlier to later; past midnight 18:00-24:00, and 0:00-2:00 on the next day."
            }
            HoursError::Overlap => "Two of these times overlap.",
            HoursError::TooMany => "Write at most 8 times for one day.",
            HoursError::Unreadable => "Write times such as 9:00-12:30, 14:00-18:00.",
        };
        Error::field(field, words)
    })
}

pub(super) fn too_much(field: &'static str, wrong: TimetableError) -> Error {
    match wrong {
        TimetableError::TooManyExceptions => {
            let words = format!("You can have up to {MOST_EXCEPTIONS} days with hours of their own.");
            Error::field(field, words)
        }
        TimetableError::Before => Error::field("before_min", "Choose 0 to 240 minutes."),
        TimetableError::After => Error::field("after_min", "Choose 0 to 240 minutes."),
        TimetableError::Notice => Error::field("notice_min", "Choose at most 30 days."),
    }
}
