//! `/book/{service}`: choosing a time, or buying what a time is agreed on later for.

use super::{
    check, no_body, render, render_as,
    views::{AddonChoice, Amount, BookPage, Field, FreeDay, FreeTime, FreeTimes, Message, Person},
};
use crate::{
    app::{
        bookings::{self, Offered, Wish},
        browse,
        identity::Viewer,
    },
    domain::{
        booking::{Addon, Agreement},
        ids::ServiceId,
        time::{Moment, Zone},
    },
    error::{Error, Kind},
    web::{Result, Site, Web, WebError},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, Query, ServiceConfig},
};
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

/// Days whose times are shown.
const DAYS: i64 = 14;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(book);
}

#[derive(Deserialize)]
struct Shown {
    minutes: Option<String>,
}

#[get("/book/{service}")]
async fn show(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    service: Path<Uuid>,
    Query(shown): Query<Shown>,
) -> Result<HttpResponse> {
    let view = page(&web, &site, viewer.as_ref(), *service, shown.minutes).await?;
    render(&site, viewer.as_ref(), &view)
}

/// What was typed and ticked; boxes of the same name come one after the other.
pub(super) type Typed = Vec<(String, String)>;

/// What was typed into a field.
pub(super) fn one<'a>(typed: &'a Typed, name: &str) -> Option<&'a str> {
    typed
        .iter()
        .find(|(field, _)| field == name)
        .map(|(_, value)| value.as_str())
}

/// All that was ticked under a name.
pub(super) fn ticked(typed: &Typed, name: &str) -> Vec<String> {
    let fields = typed.iter().filter(|(field, _)| field == name);
    fields.map(|(_, value)| value.clone()).collect()
}

/// Extras to choose from.
pub(super) fn addons(site: &Site, addons: &[Addon]) -> Vec<AddonChoice> {
    let choice = |addon: &Addon| AddonChoice {
        title: addon.title.clone(),
        price: Amount::new(addon.price_minor, site.tenant.currency.code()),
    };
    addons.iter().map(choice).collect()
}

#[post("/book/{service}")]
async fn book(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    service: Path<Uuid>,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse> {
    let WebError(refused) = match order(&web, &site, &viewer, *service, &typed).await {
        Ok(id) => return Ok(no_body(&format!("/conferences/{id}"))),
        Err(error) => error.into(),
    };
    if let Some(way) = check::way(&refused) {
        return Ok(way);
    }
    if !matches!(refused.kind, Kind::Conflict { .. } | Kind::Invalid { .. }) {
        return Err(refused.into());
    }
    let status = match refused.kind {
        Kind::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    };
    let mut view = page(&web, &site, Some(&viewer), *service, None).await?;
    match refused.kind {
        Kind::Invalid { field: Some("minutes") } => {
            let minutes = one(&typed, "minutes").unwrap_or_default();
            view.minutes = Field::of(minutes).wrong(Message::new(refused.public));
        }
        _ => view.error = Some(Message::new(refused.public)),
    }
    render_as(status, &site, Some(&viewer), &view)
}

async fn order(web: &Web, site: &Site, viewer: &Viewer, service: Uuid, typed: &Typed) -> crate::error::Result<Uuid> {
    let start = one(typed, "start").map(str::parse::<Timestamp>).transpose();
    let start = start.map_err(|_| Error::field("start", "Choose a time."))?;
    let wish = Wish {
        service: ServiceId::from_uuid(service),
        minutes: minutes(one(typed, "minutes"))?,
        start: start.map(Moment::from),
        addons: ticked(typed, "addon"),
        brief: String::new(),
    };
    let order = bookings::order(&web.app, viewer, &site.tenant, wish).await?;
    Ok(order.id.uuid())
}

fn minutes(typed: Option<&str>) -> crate::error::Result<Option<u32>> {
    match typed.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => match super::typed::whole(text) {
            Some(minutes) => Ok(Some(minutes)),
            None => Err(Error::field("minutes", "Write a whole number in digits.")),
        },
    }
}

async fn page(web: &Web, site: &Site, viewer: Option<&Viewer>, id: Uuid, wanted: Option<String>) -> Result<BookPage> {
    let (service, now) = (ServiceId::from_uuid(id), web.app.now());
    let wanted_minutes = minutes(wanted.as_deref()).unwrap_or(None);
    let read = |minutes| bookings::free_times(&web.app, &site.scope, viewer, service, minutes, (now, DAYS));
    let (offered, wrong) = match read(wanted_minutes).await {
        Ok(offered) => (offered, None),
        // A length that can't be had: the shortest, with what is wrong beside the field.
        Err(error) if matches!(error.kind, Kind::Invalid { .. }) => {
            (read(None).await?, Some(Message::new(error.public)))
        }
        Err(error) => return Err(error.into()),
    };
    let Offered {
        service,
        bookable,
        seller,
        times,
    } = offered;
    let amount = |minor| Amount::new(minor, site.tenant.currency.code());
    let terms = browse::policy(&site.tenant, &service.category_policy(), &service.policy);
    let value = wanted.unwrap_or_else(|| times.length_min.to_string());
    Ok(BookPage {
        id,
        addons: addons(site, &service.addons),
        title: service.title,
        description: service.description,
        seller_id: seller.id.uuid(),
        seller: Person::new(seller.name, None),
        pay_first: bookable.agreement == Agreement::Negotiated,
        minutes: Field { value, error: wrong },
        length_min: bookable.length_min,
        rate: amount(service.rate_minor),
        total: amount(service.rate_minor.saturating_mul(i64::from(times.length_min))),
        times: by_days(site, viewer, &times, now),
        free_hours: terms.cancel_free_h,
        late_percent: terms.late_cancel_bp / 100,
        no_show_percent: terms.no_show_bp / 100,
        log_in: viewer.is_none(),
        error: None,
    })
}

/// Times in the reader's days.
pub(super) fn by_days(site: &Site, viewer: Option<&Viewer>, times: &bookings::FreeTimes, now: Moment) -> FreeTimes {
    let reader = viewer.map_or(&site.tenant.time_zone, |viewer| &viewer.user.time_zone);
    let reader = Zone::named(reader).unwrap_or_else(|| times.zone.clone());
    let mut days: Vec<FreeDay> = Vec::new();
    for start in &times.starts {
        let (day, time) = (
            reader.date(*start),
            FreeTime {
                start: start.timestamp(),
            },
        );
        match days.last_mut() {
            Some(last) if last.day == day => last.times.push(time),
            _ => days.push(FreeDay { day, times: vec![time] }),
        }
    }
    FreeTimes {
        days,
        elsewhere: times
            .starts
            .iter()
            .chain([&now])
            .any(|at| reader.differs_at(&times.zone, *at)),
        zone: times.zone.name().to_owned(),
        now: Some(now.timestamp()),
    }
}
