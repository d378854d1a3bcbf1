//! `/sell/hours`: when one is there to be booked.

use super::{
    flash::flash,
    lead_to, no_body, no_such_form, problem, profile_first, render, render_as, typed,
    views::{DayField, Exception, Field, HoursPage, Message, Notice},
    zones::with,
};
use crate::{
    app::{
        hours::{self, DAYS, WeekDraft},
        identity::Viewer,
    },
    domain::schedule::{Room, Timetable},
    error::{Error, Kind},
    web::{Result, Site, Web, theme::Tone},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, ServiceConfig},
};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;

/// How long ahead, in minutes, the page lets one choose.
const NOTICES_MIN: [u32; 10] = [0, 30, 60, 120, 240, 720, 1_440, 2_880, 4_320, 10_080];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change);
}

#[get("/sell/hours")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer) -> Result<HttpResponse> {
    match hours::show(&web.app, &viewer).await {
        Ok(timetable) => render(&site, Some(&viewer), &page(&timetable, web.app.now().timestamp())),
        Err(refused) => profile_first(refused),
    }
}

/// One of the page's forms, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    action: String,
    time_zone: String,
    monday: String,
    tuesday: String,
    wednesday: String,
    thursday: String,
    friday: String,
    saturday: String,
    sunday: String,
    before_min: String,
    after_min: String,
    notice_min: String,
    from: String,
    until: String,
    hours: String,
}

impl Typed {
    fn days(&self) -> [&String; 7] {
        [
            &self.monday,
            &self.tuesday,
            &self.wednesday,
            &self.thursday,
            &self.friday,
            &self.saturday,
            &self.sunday,
        ]
    }
}

#[post("/sell/hours")]
async fn change(web: Data<Web>, site: Site, viewer: Viewer, Form(typed): Form<Typed>) -> Result<HttpResponse> {
    let Err(error) = carry_out(&web, &viewer, &typed).await else {
        return Ok(lead_to("/sell/hours", [flash(Tone::Success, "done.saved")]));
    };
    if matches!(error.kind, Kind::Conflict { .. }) {
        return Ok(no_body("/sell"));
    }
    let (field, wrong) = problem(error)?;
    let mut view = page(&hours::show(&web.app, &viewer).await?, web.app.now().timestamp());
    retype(&mut view, &typed, field, wrong)?;
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

async fn carry_out(web: &Web, viewer: &Viewer, typed: &Typed) -> crate::error::Result<()> {
    match typed.action.as_str() {
        "week" => {
            let minutes = |field: &'static str, text: &str| {
                typed::whole(text).ok_or_else(|| Error::field(field, "Write a whole number in digits."))
            };
            let draft = WeekDraft {
                zone: typed.time_zone.clone(),
                days: typed.days().map(String::clone),
                room: Room {
                    before_min: minutes("before_min", &typed.before_min)?,
                    after_min: minutes("after_min", &typed.after_min)?,
                    notice_min: minutes("notice_min", &typed.notice_min)?,
                },
            };
            hours::save_week(&web.app, viewer, draft).await?;
        }
        "except" => {
            let (from, until) = dates(typed)?;
            hours::except(&web.app, viewer, from, until, &typed.hours).await?;
        }
        "drop" => {
            let (from, until) = dates(typed)?;
            hours::drop_exceptions(&web.app, viewer, from, until).await?;
        }
        _ => return Err(no_such_form()),
    }
    Ok(())
}

/// The first day and the last, which is the first if it isn't said.
fn dates(typed: &Typed) -> crate::error::Result<(Date, Date)> {
    let date = |field: &'static str, text: &str| {
        let date = text.trim().parse::<Date>().ok().filter(|date| date.year() > 0);
        date.ok_or_else(|| Error::field(field, "Choose a day."))
    };
    let from = date("from", &typed.from)?;
    let until = match typed.until.trim() {
        "" => from,
        until => date("until", until)?,
    };
    Ok((from, until))
}

fn page(timetable: &Timetable, now: Timestamp) -> HoursPage {
    let (calendar, room) = (timetable.calendar(), timetable.room());
    let mut notices = NOTICES_MIN.to_vec();
    notices.push(room.notice_min);
    notices.sort_unstable();
    notices.dedup();
    HoursPage {
        time_zone: Field::of(calendar.zone.name()),
        zones: with(calendar.zone.name()),
        now,
        days: DAYS
            .into_iter()
            .zip(&calendar.weekly)
            .map(|(day, hours)| DayField {
                day,
                hours: Field::of(hours.to_string()),
            })
            .collect(),
        before_min: Field::of(room.before_min.to_string()),
        after_min: Field::of(room.after_min.to_string()),
        notice_min: Field::of(room.notice_min.to_string()),
        notices: notices
            .into_iter()
            .map(|minutes| Notice {
                value: minutes.to_string(),
                seconds: minutes * 60,
            })
            .collect(),
        exceptions: timetable
            .exceptions()
            .into_iter()
            .map(|(from, until, hours)| Exception {
                from,
                until,
                hours: hours.to_string(),
            })
            .collect(),
        from: Field::default(),
        until: Field::default(),
        hours: Field::default(),
    }
}

/// The form as it was typed, with what is wrong beside its field.
fn retype(view: &mut HoursPage, typed: &Typed, field: &str, wrong: Message) -> Result<()> {
    match typed.action.as_str() {
        "week" => {
            view.time_zone = Field::of(&typed.time_zone);
            view.before_min = Field::of(&typed.before_min);
            view.after_min = Field::of(&typed.after_min);
            view.notice_min = Field::of(&typed.notice_min);
            for (day, typed) in view.days.iter_mut().zip(typed.days()) {
                day.hours = Field::of(typed);
            }
        }
        "except" => {
            view.from = Field::of(&typed.from);
            view.until = Field::of(&typed.until);
            view.hours = Field::of(&typed.hours);
        }
        _ => return Err(Error::invalid(wrong.key).into()),
    }
    let day = view
        .days
        .iter_mut()
        .find(|day| day.day == field)
        .map(|day| &mut day.hours);
    let beside = match field {
        "time_zone" => &mut view.time_zone,
        "before_min" => &mut view.before_min,
        "after_min" => &mut view.after_min,
        "notice_min" => &mut view.notice_min,
        "until" => &mut view.until,
        "hours" => &mut view.hours,
        _ => day.unwrap_or(&mut view.from),
    };
    beside.error = Some(wrong);
    Ok(())
}
