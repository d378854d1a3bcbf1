//! When one is there to be booked.

use crate::{
    app::{
        hours::{self, HoursDraft, WeekDraft},
        identity::Viewer,
    },
    domain::schedule::{Room, Timetable},
    web::{Problem, Result, Web},
};
use actix_web::{
    delete, get, put,
    web::{Data, Json, Path},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(show)
        .service(replace)
        .service(except)
        .service(drop_exception);
}

/// Hours by the clock on the wall of a zone, written like `9:00-12:30, 14:00-18:00`; empty is a day off.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnHours {
    /// A name of the IANA time zone database.
    time_zone: String,
    weekly: Weekly,
    /// Dates with hours of their own, at most 400.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    exceptions: BTreeMap<Date, String>,
    /// Minutes kept free before a booking, 0 to 240.
    #[serde(default)]
    before_min: u32,
    /// Minutes kept free after a booking, 0 to 240.
    #[serde(default)]
    after_min: u32,
    /// How long before it begins a booking must be made, minutes, at most 43,200.
    #[serde(default)]
    notice_min: u32,
}

/// Hours of each weekday; a day that isn't named is off.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Weekly {
    monday: String,
    tuesday: String,
    wednesday: String,
    thursday: String,
    friday: String,
    saturday: String,
    sunday: String,
}

impl From<&Timetable> for OwnHours {
    fn from(timetable: &Timetable) -> Self {
        let (calendar, room) = (timetable.calendar(), timetable.room());
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] =
            calendar.weekly.each_ref().map(ToString::to_string);
        let exceptions = calendar.exceptions.iter();
        Self {
            time_zone: calendar.zone.name().to_owned(),
            weekly: Weekly {
                monday,
                tuesday,
                wednesday,
                thursday,
                friday,
                saturday,
                sunday,
            },
            exceptions: exceptions.map(|(date, hours)| (*date, hours.to_string())).collect(),
            before_min: room.before_min,
            after_min: room.after_min,
            notice_min: room.notice_min,
        }
    }
}

impl From<OwnHours> for HoursDraft {
    fn from(typed: OwnHours) -> Self {
        let week = typed.weekly;
        Self {
            week: WeekDraft {
                zone: typed.time_zone,
                days: [
                    week.monday,
                    week.tuesday,
                    week.wednesday,
                    week.thursday,
                    week.friday,
                    week.saturday,
                    week.sunday,
                ],
                room: Room {
                    before_min: typed.before_min,
                    after_min: typed.after_min,
                    notice_min: typed.notice_min,
                },
            },
            exceptions: typed.exceptions,
        }
    }
}

/// When one is there to be booked.
#[utoipa::path(tag = "selling",
    responses((status = 200, body = OwnHours), (status = 401, body = Problem), (status = 409, body = Problem)))]
#[get("/selling/hours")]
async fn show(web: Data<Web>, viewer: Viewer) -> Result<Json<OwnHours>> {
    let timetable = hours::show(&web.app, &viewer).await?;
    Ok(Json((&timetable).into()))
}

/// Writes anew when one is there to be booked. Dates that are over are left out.
#[utoipa::path(tag = "selling",
    responses((status = 200, body = OwnHours), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[put("/selling/hours")]
async fn replace(web: Data<Web>, viewer: Viewer, Json(typed): Json<OwnHours>) -> Result<Json<OwnHours>> {
    let timetable = hours::replace(&web.app, &viewer, typed.into()).await?;
    Ok(Json((&timetable).into()))
}

/// Hours of one date, written like `9:00-12:30, 14:00-18:00`; empty is a day off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DateHours {
    hours: String,
}

/// Gives a date hours of its own, in place of its weekday's.
#[utoipa::path(tag = "selling",
    responses((status = 200, body = OwnHours), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[put("/selling/hours/{date}")]
async fn except(
    web: Data<Web>,
    viewer: Viewer,
    date: Path<Date>,
    Json(typed): Json<DateHours>,
) -> Result<Json<OwnHours>> {
    let timetable = hours::except(&web.app, &viewer, *date, *date, &typed.hours).await?;
    Ok(Json((&timetable).into()))
}

/// Gives a date the hours of its weekday again.
#[utoipa::path(tag = "selling",
    responses((status = 200, body = OwnHours), (status = 401, body = Problem), (status = 409, body = Problem)))]
#[delete("/selling/hours/{date}")]
async fn drop_exception(web: Data<Web>, viewer: Viewer, date: Path<Date>) -> Result<Json<OwnHours>> {
    let timetable = hours::drop_exceptions(&web.app, &viewer, *date, *date).await?;
    Ok(Json((&timetable).into()))
}
