//! `/sell`: availability, services, profile, studio.

use super::{
    bill::increment,
    flash::flash,
    no_body, problem, render, render_as, typed,
    views::{
        Amount, Availability, CategoryChoice, Field, Message, Person, ProfileForm, SellPage, ServiceForm, ServiceRow,
    },
};
use crate::{
    app::{
        browse,
        identity::{self, Change, Viewer},
        selling::{self, BookableDraft, ProfileDraft, SellingViewer, ServiceDraft},
        studio,
    },
    domain::{booking::Agreement, ids::ServiceId, picture::MAX_BYTES, policy::Increment},
    error::{Error, Kind},
    store::{categories::Category, services::Service},
    web::{Result, Site, Web, theme::Tone, upload},
};
use actix_multipart::Multipart;
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Query, ServiceConfig},
};
use anyhow::anyhow;
use serde::Deserialize;

/// What a talk that can be booked starts on, and how far ahead.
const USUAL_LENGTH_MIN: u32 = 60;
const USUAL_HORIZON_DAYS: u32 = 14;
/// What the availability switch starts on.
const USUAL_HOURS: u8 = 4;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change).service(set_photo);
}

#[derive(Deserialize)]
struct Shown {
    service: Option<String>,
}

#[get("/sell")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, Query(shown): Query<Shown>) -> Result<HttpResponse> {
    let view = page(&web, &site, &viewer, shown.service.as_deref()).await?;
    render(&site, Some(&viewer), &view)
}

/// One of the page's forms, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    action: String,
    hours: String,
    auto_reject: Option<String>,
    do_not_disturb: Option<String>,
    headline: String,
    about: String,
    languages: String,
    id: String,
    title: String,
    description: String,
    category: String,
    rate: String,
    minimum_minutes: String,
    increment: String,
    block_seconds: String,
    grace_seconds: String,
    booking: String,
    length_min: String,
    horizon_days: String,
    at_once: Option<String>,
    video_enabled: Option<String>,
    published: Option<String>,
}

#[post("/sell")]
async fn change(web: Data<Web>, site: Site, viewer: Viewer, Form(typed): Form<Typed>) -> Result<HttpResponse> {
    let Err(error) = carry_out(&web, &site, &viewer, &typed).await else {
        return saved();
    };
    let form = (typed.action == "service").then_some(if typed.id.is_empty() { "new" } else { typed.id.as_str() });
    let conflict = matches!(error.kind, Kind::Conflict { .. });
    let (field, wrong) = if conflict {
        ("title", Message::new(error.public))
    } else {
        problem(error)?
    };
    let mut view = page(&web, &site, &viewer, form).await?;
    match typed.action.as_str() {
        "service" => {
            if let Some(form) = &mut view.form {
                retype(form, &typed, field, wrong);
            }
        }
        "profile" => {
            view.profile = ProfileForm {
                headline: Field::of(typed.headline),
                about: Field::of(typed.about),
                languages: Field::of(typed.languages),
            };
            let profile = &mut view.profile;
            let beside = match field {
                "about" => &mut profile.about,
                "languages" => &mut profile.languages,
                _ => &mut profile.headline,
            };
            beside.error = Some(wrong);
        }
        _ => return Err(Error::invalid(wrong.key).into()),
    }
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

/// The only form with a file in it.
#[post("/sell/photo")]
async fn set_photo(web: Data<Web>, site: Site, viewer: Viewer, form: Multipart) -> Result<HttpResponse> {
    let shown = async {
        let seller = SellingViewer::of(&viewer)?;
        let sent = upload::of_form(&web, &site, form, MAX_BYTES, "picture").await?;
        selling::set_photo(&web.app, seller, sent).await
    };
    let shown = shown.await;
    let Err(error) = shown else {
        return saved();
    };
    let wrong = match error.kind {
        Kind::Conflict { .. } => Message::new(error.public),
        _ => problem(error)?.1,
    };
    let mut view = page(&web, &site, &viewer, None).await?;
    view.photo.error = Some(wrong);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

fn saved() -> Result<HttpResponse> {
    let mut response = no_body("/sell");
    let told = response.add_cookie(&flash(Tone::Success, "done.saved"));
    told.map_err(|error| Error::internal(anyhow!("{error}")))?;
    Ok(response)
}

async fn carry_out(web: &Web, site: &Site, viewer: &Viewer, typed: &Typed) -> crate::error::Result<()> {
    match typed.action.as_str() {
        "go_available" => {
            selling::go_available(&web.app, viewer, typed.hours.trim().parse().unwrap_or(0)).await?;
        }
        "go_away" => selling::go_away(&web.app, viewer).await?,
        "leave_studio" => studio::leave(&web.app, viewer, site.client).await?,
        "drop_photo" => selling::drop_photo(&web.app, viewer).await?,
        "calls" => {
            let wanted = Change {
                do_not_disturb: Some(typed.do_not_disturb.is_some()),
                auto_reject: Some(typed.auto_reject.is_some()),
                ..Change::default()
            };
            identity::change(&web.app, viewer, site.languages(), wanted).await?;
        }
        "profile" => {
            let draft = ProfileDraft {
                headline: typed.headline.clone(),
                about: typed.about.clone(),
                languages: typed.languages.split(',').map(str::to_owned).collect(),
            };
            selling::save_profile(&web.app, viewer, draft).await?;
        }
        "service" => {
            let id = match typed.id.as_str() {
                "" => None,
                id => Some(id.parse().map_err(|_| Error::not_found())?),
            };
            selling::save_service(&web.app, viewer, &site.tenant, id, draft(site, typed)?).await?;
        }
        _ => return Err(Error::field("action", "That form isn't one of this page's.")),
    }
    Ok(())
}

fn draft(site: &Site, form: &Typed) -> crate::error::Result<ServiceDraft> {
    let number = |field: &'static str, text: &str| {
        typed::whole(text).ok_or_else(|| Error::field(field, "Write a whole number in digits."))
    };
    Ok(ServiceDraft {
        title: form.title.clone(),
        description: form.description.clone(),
        category: match form.category.as_str() {
            "" => None,
            id => Some(
                id.parse()
                    .map_err(|_| Error::field("category_id", "Choose one of the categories."))?,
            ),
        },
        rate_minor: typed::minor(&form.rate, site.tenant.currency)
            .ok_or_else(|| Error::field("rate_minor", "Write the price in digits, such as 1.80."))?,
        minimum_minutes: number("minimum_minutes", &form.minimum_minutes)?,
        increment: match form.increment.as_str() {
            "second" => Increment::Second,
            "minute" => Increment::Minute,
            "block" => Increment::Block {
                seconds: number("block_seconds", &form.block_seconds)?,
            },
            _ => return Err(Error::field("increment", "Choose how time is charged.")),
        },
        grace_seconds: number("grace_seconds", &form.grace_seconds)?,
        booking: match agreement(&form.booking) {
            Some(agreement) => Some(BookableDraft {
                agreement,
                length_min: number("length_min", &form.length_min)?,
                horizon_days: number("horizon_days", &form.horizon_days)?,
                at_once: form.at_once.is_some(),
            }),
            None if form.booking.is_empty() => None,
            None => return Err(Error::field("booking", "Choose how it can be booked.")),
        },
        video_enabled: form.video_enabled.is_some(),
        published: form.published.is_some(),
    })
}

/// By its name in the form.
fn agreement(name: &str) -> Option<Agreement> {
    match name {
        "negotiated" => Some(Agreement::Negotiated),
        "pay_after_accept" => Some(Agreement::PayAfterAccept),
        _ => None,
    }
}

async fn page(web: &Web, site: &Site, viewer: &Viewer, form: Option<&str>) -> Result<SellPage> {
    let selling = selling::show(&web.app, viewer, site.tenant.currency).await?;
    let now = web.app.now();
    let profile = selling.profile.as_ref();
    let until = profile
        .and_then(|profile| profile.available_until)
        .filter(|until| *until > now);
    let amount = |minor| Amount::new(minor, site.tenant.currency.code());
    let policy = browse::policy(&site.tenant, &Default::default(), &Default::default());
    let form = match form {
        Some("new") => Some(service_form(site, None, &selling.categories)),
        Some(id) => {
            let id: Option<ServiceId> = id.parse().ok();
            let found = selling.services.iter().find(|service| Some(service.id) == id);
            Some(service_form(
                site,
                Some(found.ok_or_else(Error::not_found)?),
                &selling.categories,
            ))
        }
        None => None,
    };
    Ok(SellPage {
        seller_id: profile.map(|profile| profile.user.uuid()),
        person: Person {
            name: viewer.user.name.clone(),
            photo_url: profile.and_then(|profile| profile.photo_url.clone()),
        },
        photo: Field::default(),
        availability: Availability {
            until: until.map(|until| until.timestamp()),
            hours: USUAL_HOURS,
            possible: selling
                .services
                .iter()
                .any(|service| service.published && service.video_enabled),
        },
        auto_reject: viewer.user.auto_reject,
        do_not_disturb: viewer.user.do_not_disturb,
        profile: profile.map_or_else(ProfileForm::default, |profile| ProfileForm {
            headline: Field::of(&profile.headline),
            about: Field::of(&profile.about),
            languages: Field::of(profile.languages.join(", ")),
        }),
        services: selling
            .services
            .iter()
            .map(|service| ServiceRow {
                id: service.id.uuid(),
                title: service.title.clone(),
                rate: amount(service.rate_minor),
                increment: increment(
                    browse::policy(&site.tenant, &service.category_policy(), &service.policy).increment,
                ),
                published: service.published,
            })
            .collect(),
        form,
        studio: selling.studio,
        earnings: amount(selling.earnings.total.minor),
        share_percent: u8::try_from((10_000 - policy.commission_bp) / 100).unwrap_or(0),
    })
}

/// The form of a service, or of a new one with what is usual here.
fn service_form(site: &Site, service: Option<&Service>, open: &[Category]) -> ServiceForm {
    let tenant = &site.tenant;
    let filed = service.and_then(|service| service.category.as_ref());
    let changes = service.map(|service| (service.category_policy(), service.policy.clone()));
    let (category, own) = changes.unwrap_or_default();
    let policy = browse::policy(tenant, &category, &own);
    let (kind, block_seconds) = match policy.increment {
        Increment::Second => ("second", String::new()),
        Increment::Minute => ("minute", String::new()),
        Increment::Block { seconds } => ("block", seconds.to_string()),
    };
    let booking = service.and_then(|service| service.booking);
    let amount = |minor| Amount::new(minor, tenant.currency.code());
    let text = |of: fn(&Service) -> &str| Field::of(service.map(of).unwrap_or_default());
    ServiceForm {
        id: service.map(|service| service.id.uuid()),
        title: text(|service| &service.title),
        description: text(|service| &service.description),
        category: Field::of(filed.map(|category| category.id.to_string()).unwrap_or_default()),
        categories: choices(site, filed, open),
        rate: Field::of(
            service
                .map(|service| typed::major(service.rate_minor, tenant.currency))
                .unwrap_or_default(),
        ),
        currency: tenant.currency.code().to_owned(),
        rate_minimum: amount(tenant.rate_bounds_minor.0),
        rate_maximum: amount(tenant.rate_bounds_minor.1),
        minimum_minutes: Field::of((policy.minimum_s / 60).to_string()),
        increment: Field::of(kind),
        block_seconds: Field::of(block_seconds),
        grace_seconds: Field::of(policy.grace_s.to_string()),
        booking: Field::of(match booking.map(|booking| booking.agreement) {
            Some(Agreement::Negotiated) => "negotiated",
            Some(Agreement::PayAfterAccept) => "pay_after_accept",
            Some(Agreement::Instant) | None => "",
        }),
        length_min: Field::of(
            booking
                .map_or(USUAL_LENGTH_MIN, |booking| booking.length_min)
                .to_string(),
        ),
        horizon_days: Field::of(
            booking
                .map_or(USUAL_HORIZON_DAYS, |booking| booking.horizon_days)
                .to_string(),
        ),
        at_once: booking.is_some_and(|booking| booking.at_once),
        video_enabled: service.is_none_or(|service| service.video_enabled),
        published: service.is_none_or(|service| service.published),
    }
}

/// The open categories by name, and the one that a service is in.
fn choices(site: &Site, filed: Option<&Category>, open: &[Category]) -> Vec<CategoryChoice> {
    let closed = filed.filter(|category| category.closed_at.is_some());
    let choice = |category: &Category| CategoryChoice {
        id: category.id.to_string(),
        name: site.said(&category.names).to_owned(),
    };
    let mut choices: Vec<CategoryChoice> = open.iter().chain(closed).map(choice).collect();
    choices.sort_by_cached_key(|choice| choice.name.to_lowercase());
    choices
}

/// The form as it was typed, with what is wrong beside its field.
fn retype(form: &mut ServiceForm, typed: &Typed, field: &str, wrong: Message) {
    form.title = Field::of(&typed.title);
    form.description = Field::of(&typed.description);
    form.category = Field::of(&typed.category);
    form.rate = Field::of(&typed.rate);
    form.minimum_minutes = Field::of(&typed.minimum_minutes);
    form.increment = Field::of(&typed.increment);
    form.block_seconds = Field::of(&typed.block_seconds);
    form.grace_seconds = Field::of(&typed.grace_seconds);
    form.booking = Field::of(&typed.booking);
    form.length_min = Field::of(&typed.length_min);
    form.horizon_days = Field::of(&typed.horizon_days);
    form.at_once = typed.at_once.is_some();
    form.video_enabled = typed.video_enabled.is_some();
    form.published = typed.published.is_some();
    let beside = match field {
        "description" => &mut form.description,
        "category_id" => &mut form.category,
        "rate_minor" => &mut form.rate,
        "minimum_minutes" => &mut form.minimum_minutes,
        "increment" => &mut form.increment,
        "block_seconds" => &mut form.block_seconds,
        "grace_seconds" => &mut form.grace_seconds,
        "booking" => &mut form.booking,
        "length_min" => &mut form.length_min,
        "horizon_days" => &mut form.horizon_days,
        _ => &mut form.title,
    };
    beside.error = Some(wrong);
}
