//! `/sell/calendar`: one's own week, and a calendar that one keeps elsewhere.

use super::{
    flash::flash,
    lead_to, no_body, no_such_form, problem, profile_first, render, render_as,
    seller::on_the_wall,
    views::{CalendarDay, CalendarPage, CalendarTalk, Elsewhere, Field, Person},
};
use crate::{
    app::{
        calendar::{self, Talk},
        hours,
        identity::Viewer,
    },
    domain::{
        call::CallRole,
        time::{Moment, Span, Zone},
    },
    error::Kind,
    store::calendar_imports::Import,
    web::{Result, Site, Web, WebError, theme::Tone},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Query, ServiceConfig},
};
use jiff::{ToSpan as _, civil::Date};
use serde::Deserialize;

/// Days of a week.
const WEEK: u32 = 7;
const PATH: &str = "/sell/calendar";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change);
}

#[derive(Deserialize)]
struct Shown {
    week: Option<String>,
}

#[get("/sell/calendar")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, Query(shown): Query<Shown>) -> Result<HttpResponse> {
    let wanted = shown.week.and_then(|day| day.parse::<Date>().ok());
    match page(&web, &viewer, wanted).await {
        Ok(view) => render(&site, Some(&viewer), &view),
        Err(WebError(refused)) => profile_first(refused),
    }
}

/// One of the page's forms.
#[derive(Deserialize)]
struct Typed {
    action: String,
    #[serde(default)]
    address: String,
}

#[post("/sell/calendar")]
async fn change(web: Data<Web>, site: Site, viewer: Viewer, Form(typed): Form<Typed>) -> Result<HttpResponse> {
    let (done, told) = match typed.action.as_str() {
        "import" | "read" => {
            // Each has an address asked that isn't ours.
            web.limits.import(site.tenant.id, viewer.user.id)?;
            let done = match typed.action.as_str() {
                "import" => calendar::import_from(&web.app, &viewer, &typed.address).await,
                _ => calendar::import_now(&web.app, &viewer).await,
            };
            (done, "calendar.elsewhere.reading")
        }
        "end" => (
            calendar::end_import(&web.app, &viewer).await,
            "calendar.elsewhere.ended",
        ),
        _ => return Err(no_such_form().into()),
    };
    let Err(error) = done else {
        let place = format!("{PATH}#elsewhere");
        return Ok(lead_to(&place, [flash(Tone::Success, told)]));
    };
    if matches!(error.kind, Kind::Conflict { .. }) {
        return Ok(no_body("/sell"));
    }
    let (_, wrong) = problem(error)?;
    let mut view = page(&web, &viewer, None).await?;
    view.address = Field::of(&typed.address).wrong(wrong);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

async fn page(web: &Web, viewer: &Viewer, wanted: Option<Date>) -> Result<CalendarPage> {
    let timetable = hours::show(&web.app, viewer).await?;
    let now = web.app.now();
    let today = timetable.calendar().zone.date(now);
    // A day from another age is a slip of the hand.
    let near = |day: &Date| (today.year() - day.year()).abs() <= 10;
    let monday = monday(wanted.filter(near).unwrap_or(today));
    let agenda = calendar::show(&web.app, viewer, Some(monday), WEEK).await?;
    let elsewhere = calendar::import(&web.app, viewer).await?;
    let calendar = agenda.timetable.calendar();
    let begins_on = |talk: &&Talk, day: Date| calendar.zone.date(talk.span.from) == day;
    let day = |day: &Date| CalendarDay {
        day: *day,
        hours: calendar.hours_of(*day).to_string(),
        talks: agenda
            .talks
            .iter()
            .filter(|talk| begins_on(talk, *day))
            .map(|talk| row(talk, viewer))
            .collect(),
        busy: busy_on(&calendar.zone, *day, &agenda.busy),
    };
    let week = |monday: Option<Date>| monday.map(|day| format!("{PATH}?week={day}"));
    Ok(CalendarPage {
        time_zone: calendar.zone.name().to_owned(),
        now: now.timestamp(),
        offset: calendar.zone.offset_name(now),
        today,
        from: monday,
        days: agenda.days.iter().map(day).collect(),
        earlier_url: week(monday.checked_sub(7.days()).ok()),
        later_url: week(monday.checked_add(7.days()).ok()),
        elsewhere: elsewhere.map(shown),
        address: Field::default(),
    })
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

/// What of the busy time is on a day.
fn busy_on(zone: &Zone, day: Date, busy: &[Span]) -> Vec<String> {
    let Some(day) = zone.day(day) else {
        return Vec::new();
    };
    let cut = busy.iter().map(|span| Span {
        from: span.from.max(day.from),
        to: span.to.min(day.to),
    });
    cut.filter(|span| span.from < span.to)
        .map(|span| on_the_wall(zone, span))
        .collect()
}

fn shown(import: Import) -> Elsewhere {
    Elsewhere {
        host: import.host,
        read_at: import.read_at.map(Moment::timestamp),
        failing_since: import.failing.map(|(since, _)| since.timestamp()),
        trouble: import.failing.map(|(_, trouble)| trouble.name()),
        lost: import.due_at.is_none(),
        left_out: import.left_out,
    }
}
