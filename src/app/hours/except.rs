//! Dates with hours of their own.

use super::save::{edit, hours, too_much};
use crate::{
    app::{App, identity::Viewer},
    domain::schedule::Timetable,
    error::{Error, Result},
};
use jiff::civil::Date;

/// Most days that one change is about.
const MOST_AT_ONCE: i32 = 366;

/// Gives the dates from one to another hours of their own; none is a day off.
///
/// # Errors
/// Dates that are over, out of order or too many, hours that can't be read, no profile yet, or the database is away.
pub async fn except(app: &App, viewer: &Viewer, from: Date, until: Date, typed: &str) -> Result<Timetable> {
    let (hours, now) = (hours("hours", typed)?, app.now());
    in_order(from, until)?;
    edit(app, viewer, move |timetable| {
        if from < timetable.calendar().zone.date(now) {
            return Err(Error::field("from", "This day is over."));
        }
        let mut exceptions = timetable.calendar().exceptions.clone();
        let days = from.series(jiff::Span::new().days(1)).take_while(|day| *day <= until);
        exceptions.extend(days.map(|day| (day, hours.clone())));
        timetable
            .with_exceptions(exceptions)
            .map_err(|wrong| too_much("until", wrong))
    })
    .await
}

/// Gives the dates from one to another the hours of their weekdays again.
///
/// # Errors
/// No profile yet, or the database is away.
pub async fn drop_exceptions(app: &App, viewer: &Viewer, from: Date, until: Date) -> Result<Timetable> {
    edit(app, viewer, move |timetable| {
        let mut exceptions = timetable.calendar().exceptions.clone();
        exceptions.retain(|day, _| !(from..=until).contains(day));
        timetable
            .with_exceptions(exceptions)
            .map_err(|wrong| too_much("until", wrong))
    })
    .await
}

fn in_order(from: Date, until: Date) -> Result<()> {
    if until < from {
        return Err(Error::field("until", "The last day comes after the first."));
    }
    let far = from.checked_add(jiff::Span::new().days(MOST_AT_ONCE));
    if far.is_ok_and(|end| end <= until) {
        return Err(Error::field("until", "Choose at most a year at once."));
    }
    Ok(())
}
