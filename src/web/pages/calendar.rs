//! `/sell/calendar`: one's own week.

use super::{
    no_body, render,
    views::{CalendarDay, CalendarPage, CalendarTalk, Person},
};
use crate::{
    app::{
        calendar::{self, Talk},
        hours,
        identity::Viewer,
    },
    domain::call::CallRole,
    web::{Result, Site, Web},
};
use actix_web::{
    HttpResponse, get,
    web::{Data, Query, ServiceConfig},
};
use jiff::{ToSpan as _, civil::Date};
use serde::Deserialize;

/// Days of a week.
const WEEK: u32 = 7;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show);
}

#[derive(Deserialize)]
struct Shown {
    week: Option<String>,
}

#[get("/sell/calendar")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, Query(shown): Query<Shown>) -> Result<HttpResponse> {
    let timetable = match hours::show(&web.app, &viewer).await {
        Ok(timetable) => timetable,
        // Nobody is booked before they say who they are.
        Err(refused) if refused.code() == "no_profile" => return Ok(no_body("/sell")),
        Err(refused) => return Err(refused.into()),
    };
    let now = web.app.now();
    let today = timetable.calendar().zone.date(now);
    let wanted = shown.week.and_then(|day| day.parse::<Date>().ok());
    // A day from another age is a slip of the hand.
    let near = |day: &Date| (today.year() - day.year()).abs() <= 10;
    let monday = monday(wanted.filter(near).unwrap_or(today));
    let agenda = calendar::show(&web.app, &viewer, Some(monday), WEEK).await?;
    let calendar = agenda.timetable.calendar();
    let begins_on = |talk: &&Talk, day: Date| calendar.zone.date(talk.span.from) == day;
    let day = |day: &Date| CalendarDay {
        day: *day,
        hours: calendar.hours_of(*day).to_string(),
        talks: agenda
            .talks
            .iter()
            .filter(|talk| begins_on(talk, *day))
            .map(|talk| row(talk, &viewer))
            .collect(),
    };
    let week = |monday: Option<Date>| monday.map(|day| format!("/sell/calendar?week={day}"));
    let view = CalendarPage {
        time_zone: calendar.zone.name().to_owned(),
        now: now.timestamp(),
        offset: calendar.zone.offset_name(now),
        today,
        from: monday,
        days: agenda.days.iter().map(day).collect(),
        earlier_url: week(monday.checked_sub(7.days()).ok()),
        later_url: week(monday.checked_add(7.days()).ok()),
    };
    render(&site, Some(&viewer), &view)
}

/// The Monday of a date's week.
fn monday(day: Date) -> Date {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(since.days()).unwrap_or(day)
}

fn row(talk: &Talk, reader: &Viewer) -> CalendarTalk {
    let role = talk.order.role(reader.user.id).unwrap_or(CallRole::Seller);
    CalendarTalk {
        id: talk.order.id.uuid(),
        start: talk.span.from.timestamp(),
        end: talk.span.to.timestamp(),
        title: talk.order.service_title.clone(),
        other: Person::new(talk.order.party(role.other()).name.clone(), None),
        state: talk.standing.name(),
    }
}
