//! One's own calendar.

use crate::{
    app::{
        calendar::{self, Talk},
        identity::Viewer,
    },
    domain::{
        call::CallRole,
        time::{Moment, Span, Zone},
    },
    web::{Problem, Result, Web},
};
use actix_web::{
    get,
    web::{Data, Json, Query},
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Days that are told, if nobody says how many.
const USUAL_DAYS: u32 = 7;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show);
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The first day; today if absent.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Date>,
    /// So many days, 1 to 62.
    days: Option<u32>,
}

/// Days of one's own calendar, by the clock of one's hours.
#[derive(Serialize, ToSchema)]
struct Calendar {
    /// Whose clock, a name of the IANA time zone database.
    time_zone: String,
    /// How far that is ahead of UTC now, such as `+01:00`.
    offset: String,
    days: Vec<Day>,
    talks: Vec<TalkTime>,
    /// When one is busy by a calendar that one keeps elsewhere.
    busy: Vec<BusyTime>,
}

/// Time that is taken elsewhere, by the clock of one's hours.
#[derive(Serialize, ToSchema)]
struct BusyTime {
    #[schema(value_type = String)]
    local_start: DateTime,
    #[schema(value_type = String)]
    local_end: DateTime,
}

/// A day's hours.
#[derive(Serialize, ToSchema)]
struct Day {
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// From when until when, minutes after midnight by the clock on the wall.
    hours: Vec<[u16; 2]>,
    /// It has hours of its own, in place of its weekday's.
    own: bool,
}

/// Time that is given away, or may be.
#[derive(Serialize, ToSchema)]
struct TalkTime {
    /// The booking's id.
    id: Uuid,
    /// What it is about.
    title: String,
    /// The other person.
    with: String,
    /// `booked`, `unpaid` (agreed; the payment is waited for), `asked` (an answer is waited for) or `over`.
    state: &'static str,
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    end: Timestamp,
    /// The same by the clock of one's hours.
    #[schema(value_type = String)]
    local_start: DateTime,
    #[schema(value_type = String)]
    local_end: DateTime,
}

impl TalkTime {
    fn of(talk: Talk, zone: &Zone, reader: &Viewer) -> Self {
        let local = |at: Moment| zone.rules().to_datetime(at.timestamp());
        let role = talk.order.role(reader.user.id).unwrap_or(CallRole::Seller);
        Self {
            id: talk.order.id.uuid(),
            with: talk.order.party(role.other()).name.clone(),
            title: talk.order.service_title,
            state: talk.standing.name(),
            start: talk.span.from.timestamp(),
            end: talk.span.to.timestamp(),
            local_start: local(talk.span.from),
            local_end: local(talk.span.to),
        }
    }
}

/// One's days: hours, and what is booked or asked for.
#[utoipa::path(tag = "selling", params(Asked),
    responses((status = 200, body = Calendar), (status = 401, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
#[get("/selling/calendar")]
async fn show(web: Data<Web>, viewer: Viewer, Query(asked): Query<Asked>) -> Result<Json<Calendar>> {
    let days = asked.days.unwrap_or(USUAL_DAYS);
    let agenda = calendar::show(&web.app, &viewer, asked.from, days).await?;
    let calendar = agenda.timetable.calendar();
    let day = |date: &Date| Day {
        date: *date,
        hours: calendar
            .hours_of(*date)
            .stretches()
            .iter()
            .map(|stretch| [stretch.from(), stretch.until()])
            .collect(),
        own: calendar.exceptions.contains_key(date),
    };
    let talks = agenda.talks.into_iter();
    let local = |at: Moment| calendar.zone.rules().to_datetime(at.timestamp());
    let busy = |span: &Span| BusyTime {
        local_start: local(span.from),
        local_end: local(span.to),
    };
    Ok(Json(Calendar {
        time_zone: calendar.zone.name().to_owned(),
        offset: calendar.zone.offset_name(web.app.now()),
        days: agenda.days.iter().map(day).collect(),
        busy: agenda.busy.iter().map(busy).collect(),
        talks: talks.map(|talk| TalkTime::of(talk, &calendar.zone, &viewer)).collect(),
    }))
}
