//! `/book/{service}`: choosing a time, or buying what a time is agreed on later for.

use super::{
    check, no_body, price, render, render_as,
    views::{AddonChoice, Amount, BookPage, Field, FreeDay, FreeTime, FreeTimes, Message, Person},
};
use crate::{
    app::{
        bookings::{self, Offered, When, Wish},
        browse,
        identity::Viewer,
    },
    domain::{
        booking::{Addon, Agreement},
        ids::ServiceId,
        time::{Moment, Zone},
    },
    error::{Error, Kind},
    web::{Result, Site, Web, WebError, ringing},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, Query, ServiceConfig},
};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use uuid::Uuid;

/// Days whose times are shown.
const DAYS: i64 = 14;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(book);
}

/// What of the page was chosen already.
struct Shown {
    minutes: Option<String>,
    /// The first day that is shown, by the reader's clock.
    from: Option<String>,
    /// The time.
    start: Option<String>,
    /// The extras.
    addons: Vec<String>,
}

impl Shown {
    fn of(typed: &Typed) -> Self {
        let one = |name| one(typed, name).map(str::to_owned);
        Self {
            minutes: one("minutes"),
            from: one("from"),
            start: one("start"),
            addons: ticked(typed, "addon"),
        }
    }
}

#[get("/book/{service}")]
async fn show(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    service: Path<Uuid>,
    Query(typed): Query<Typed>,
) -> Result<HttpResponse> {
    let view = page(&web, &site, viewer.as_ref(), *service, Shown::of(&typed)).await?;
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

/// Ticks what was ticked.
pub(super) fn tick(choices: &mut [AddonChoice], ticked: &[String]) {
    for choice in choices {
        choice.chosen = ticked.contains(&choice.title);
    }
}

/// Extras to choose from.
pub(super) fn addons(site: &Site, addons: &[Addon]) -> Vec<AddonChoice> {
    let choice = |addon: &Addon| AddonChoice {
        title: addon.title.clone(),
        price: Amount::new(addon.price_minor, site.tenant.currency.code()),
        chosen: false,
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
        Err(error) => error,
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
    // What was chosen stays chosen.
    let mut view = page(&web, &site, Some(&viewer), *service, Shown::of(&typed)).await?;
    match refused.kind {
        Kind::Invalid { field: Some("minutes") } => {
            let minutes = one(&typed, "minutes").unwrap_or_default();
            view.minutes = Field::of(minutes).wrong(Message::new(refused.public));
        }
        _ => view.error = Some(Message::new(refused.public)),
    }
    render_as(status, &site, Some(&viewer), &view)
}

async fn order(web: &Web, site: &Site, viewer: &Viewer, service: Uuid, typed: &Typed) -> Result<Uuid> {
    let start = one(typed, "start").map(str::parse::<Timestamp>).transpose();
    let start = start.map_err(|_| Error::field("start", "Choose a time."))?;
    let wish = Wish {
        service: ServiceId::from_uuid(service),
        minutes: minutes(one(typed, "minutes"))?,
        when: match one(typed, "at_once") {
            Some(_) => Some(When::AtOnce),
            None => start.map(|start| When::At(start.into())),
        },
        addons: ticked(typed, "addon"),
        brief: String::new(),
    };
    Ok(ringing::order(web, site, viewer, wish).await?.id.uuid())
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

async fn page(web: &Web, site: &Site, viewer: Option<&Viewer>, id: Uuid, shown: Shown) -> Result<BookPage> {
    let (service, now) = (ServiceId::from_uuid(id), web.app.now());
    let (wanted, reader) = (shown.minutes, reader_zone(site, viewer));
    let wanted_minutes = minutes(wanted.as_deref()).unwrap_or(None);
    // A day that is over, or none at all, is now.
    let asked = shown.from.and_then(|day| day.parse::<Date>().ok());
    let first = asked.and_then(|day| Some((day, reader.as_ref()?.day(day)?.from)));
    let first = first.filter(|(_, begins)| *begins > now);
    let from = first.map_or(now, |(_, begins)| begins);
    let read = |minutes| bookings::free_times(&web.app, &site.scope, viewer, service, minutes, (from, DAYS));
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
        at_once,
    } = offered;
    let amount = |minor| Amount::new(minor, site.tenant.currency.code());
    let (seller_id, terms) = (
        seller.id.uuid(),
        browse::policy(&site.tenant, &service.category_policy(), &service.policy),
    );
    let length_min = times.length_min;
    let chosen = shown.start.and_then(|start| start.parse::<Timestamp>().ok());
    let (times, next) = page_of(site, viewer, &times, now, chosen);
    let here = |from: Option<Date>| {
        let minutes = wanted_minutes.map(|minutes| format!("minutes={minutes}"));
        let from = from.map(|day| format!("from={day}"));
        let query: Vec<String> = minutes.into_iter().chain(from).collect();
        format!("/book/{id}?{}", query.join("&"))
    };
    let before = |day: Date| {
        let earlier = day.checked_sub(DAYS.days()).ok();
        earlier.filter(|day| reader.as_ref().is_some_and(|reader| *day > reader.date(now)))
    };
    let mut choices = addons(site, &service.addons);
    tick(&mut choices, &shown.addons);
    let base_minor = service.rate_minor.saturating_mul(i64::from(length_min));
    let price = price::quoted(site, base_minor, (&service.addons, &choices), &terms)?;
    let value = wanted.unwrap_or_else(|| length_min.to_string());
    Ok(BookPage {
        id,
        addons: choices,
        title: service.title,
        description: service.description,
        seller_id,
        seller: Person::new(seller.name, None),
        pay_first: bookable.agreement == Agreement::Negotiated,
        minutes: Field { value, error: wrong },
        length_min: bookable.length_min,
        chosen_min: length_min,
        rate: amount(service.rate_minor),
        price,
        times,
        earlier_url: first.map(|(day, _)| here(before(day))),
        later_url: next.map(|day| here(Some(day))),
        free_hours: terms.cancel_free_h,
        late_percent: terms.late_cancel_bp / 100,
        no_show_percent: terms.no_show_bp / 100,
        log_in: viewer.is_none(),
        at_once: at_once && viewer.is_none_or(|viewer| viewer.user.id.uuid() != seller_id),
        error: None,
    })
}

/// Whose clock the page is by: the reader's, or the tenant's.
fn reader_zone(site: &Site, viewer: Option<&Viewer>) -> Option<Zone> {
    Zone::named(viewer.map_or(&site.tenant.time_zone, |viewer| &viewer.user.time_zone))
}

/// Times in the reader's whole days, and the day from which on there may be more.
fn page_of(
    site: &Site,
    viewer: Option<&Viewer>,
    times: &bookings::FreeTimes,
    now: Moment,
    chosen: Option<Timestamp>,
) -> (FreeTimes, Option<Date>) {
    let mut shown = by_days(site, viewer, times, now);
    let reader = reader_zone(site, viewer).unwrap_or_else(|| times.zone.clone());
    let next = times.more.then(|| reader.date(times.until));
    if let Some(next) = next {
        shown.days.retain(|free| free.day < next);
    }
    for time in shown.days.iter_mut().flat_map(|free| &mut free.times) {
        time.chosen = Some(time.start) == chosen;
    }
    (shown, next)
}

/// Times in the reader's days.
pub(super) fn by_days(site: &Site, viewer: Option<&Viewer>, times: &bookings::FreeTimes, now: Moment) -> FreeTimes {
    let reader = reader_zone(site, viewer).unwrap_or_else(|| times.zone.clone());
    let mut days: Vec<FreeDay> = Vec::new();
    for start in &times.starts {
        let (day, time) = (
            reader.date(*start),
            FreeTime {
                start: start.timestamp(),
                chosen: false,
            },
        );
        match days.last_mut() {
            Some(last) if last.day == day => last.times.push(time),
            _ => days.push(FreeDay {
                day,
                times: vec![time],
                more: false,
            }),
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
