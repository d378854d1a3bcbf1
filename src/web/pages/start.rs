//! `/sell/start`: becoming a seller, one step after the other, until the first service is on the site.

use super::{
    check,
    flash::flash,
    lead_to, no_body, no_such_form, problem_or_conflict, render, render_as,
    sell::{Typed, languages_form, profile_form},
    seller::shown,
    service_form::{draft, retype, service_form},
    views::{Field, Message, Person, RingState, SellerPage, StartPage, StartStep},
};
use crate::{
    app::{
        browse,
        identity::Viewer,
        identity_checks,
        selling::{self, Selling},
    },
    domain::identity_check::CheckState,
    error::Error,
    store::services::Service,
    web::{Result, Site, Web, theme::Tone},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Query, ServiceConfig},
};
use serde::Deserialize;
use std::slice;

/// Where those who don't sell yet begin.
pub(super) const PATH: &str = "/sell/start";
/// Where a photo that was sent from here leads.
pub(super) const AFTER_PHOTO: &str = "/sell/start?step=service";
const STEPS: [&str; 5] = ["profile", "photo", "service", "check", "preview"];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change);
}

#[derive(Deserialize)]
struct Wanted {
    step: Option<String>,
}

#[get("/sell/start")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, Query(wanted): Query<Wanted>) -> Result<HttpResponse> {
    let view = page(&web, &site, &viewer, wanted.step.as_deref()).await?;
    render(&site, Some(&viewer), &view)
}

#[post("/sell/start")]
async fn change(web: Data<Web>, site: Site, viewer: Viewer, Form(typed): Form<Typed>) -> Result<HttpResponse> {
    let error = match carry_out(&web, &site, &viewer, &typed).await {
        Ok(next) => return Ok(next),
        Err(error) => error,
    };
    if let Some(way) = check::way(&error) {
        return Ok(way);
    }
    let (status, field, wrong) = problem_or_conflict(error)?;
    let step = if typed.action == "publish" {
        "preview"
    } else {
        typed.action.as_str()
    };
    let mut view = page(&web, &site, &viewer, Some(step)).await?;
    match (typed.action.as_str(), &mut view.form) {
        ("profile", _) => view.profile = typed.profile_form(field, wrong),
        ("service", Some(form)) if !field.is_empty() => retype(form, &typed, field, wrong),
        _ => view.error = Some(wrong),
    }
    render_as(status, &site, Some(&viewer), &view)
}

/// Does it, and leads on to the next step.
async fn carry_out(web: &Web, site: &Site, viewer: &Viewer, typed: &Typed) -> crate::error::Result<HttpResponse> {
    match typed.action.as_str() {
        "profile" => {
            selling::save_profile(&web.app, viewer, typed.profile()).await?;
            Ok(no_body("/sell/start?step=photo"))
        }
        "service" => {
            let selling = selling::show(&web.app, viewer, site.tenant.currency).await?;
            // It is on the site once it was looked at.
            let published = first(&selling).is_some_and(|service| service.published);
            let first = first(&selling).map(|service| service.id);
            let mut draft = draft(site, typed)?;
            draft.published = published;
            selling::save_service(&web.app, viewer, &site.tenant, first, draft).await?;
            Ok(no_body("/sell/start?step=preview"))
        }
        "publish" => {
            let selling = selling::show(&web.app, viewer, site.tenant.currency).await?;
            let first = first(&selling).ok_or_else(|| Error::conflict("no_service", "Add a service first."))?;
            selling::publish(&web.app, viewer, first.id, true).await?;
            Ok(lead_to(
                "/sell/start?step=done",
                [flash(Tone::Success, "start.published")],
            ))
        }
        _ => Err(no_such_form()),
    }
}

/// The step again, with what is wrong with the photo.
pub(super) async fn photo_refused(web: &Web, site: &Site, viewer: &Viewer, wrong: Message) -> Result<HttpResponse> {
    let mut view = page(web, site, viewer, Some("photo")).await?;
    view.photo.error = Some(wrong);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, site, Some(viewer), &view)
}

/// The service that the steps are about.
fn first(selling: &Selling) -> Option<&Service> {
    selling.services.first()
}

async fn page(web: &Web, site: &Site, viewer: &Viewer, wanted: Option<&str>) -> Result<StartPage> {
    let selling = selling::show(&web.app, viewer, site.tenant.currency).await?;
    let (profile, service) = (selling.profile.as_ref(), first(&selling));
    let photo = profile.and_then(|profile| profile.photo_url.clone());
    let published = selling.services.iter().any(|service| service.published);
    let may = |step: &str| match step {
        "profile" => true,
        "photo" | "service" => profile.is_some(),
        "preview" => service.is_some(),
        // That has a page of its own.
        "check" => false,
        _ => published,
    };
    let next = match (profile, service) {
        (None, _) => "profile",
        (Some(_), None) => "service",
        _ if published => "done",
        _ => "preview",
    };
    let known = STEPS.into_iter().chain(["done"]);
    let step = known
        .into_iter()
        .find(|step| wanted == Some(*step) && may(step))
        .unwrap_or(next);
    let check = identity_checks::show(&web.app, viewer).await?;
    let state = check.last.as_ref().map(|last| last.state);
    let asked = check.rules.before_selling;
    let steps: Vec<&'static str> = STEPS.into_iter().filter(|step| asked || *step != "check").collect();
    let is_done = |step: &str| match step {
        "check" => state == Some(CheckState::Approved),
        "profile" => profile.is_some(),
        "photo" => photo.is_some(),
        "service" => service.is_some(),
        _ => published,
    };
    let preview = match step {
        "preview" => Some(preview(web, site, viewer).await?),
        _ => None,
    };
    let policy = browse::policy(&site.tenant, &Default::default(), &Default::default());
    Ok(StartPage {
        steps: steps
            .into_iter()
            .map(|key| StartStep {
                key,
                done: is_done(key),
                current: key == step,
                open: key != "check" && may(key),
            })
            .collect(),
        check: asked.then(|| state.map_or("none", CheckState::name)),
        form: (step == "service").then(|| service_form(site, service, &selling.categories)),
        no_photo: photo.is_none(),
        no_about: profile.is_some_and(|profile| profile.about.is_empty()),
        no_hours: service.is_some_and(|service| service.booking.is_some())
            && preview.as_ref().is_some_and(|page| page.hours.is_none()),
        person: Person::new(viewer.user.name.clone(), photo),
        photo: Field::default(),
        profile: match profile {
            Some(profile) => profile_form(profile),
            None => languages_form(slice::from_ref(&viewer.user.language)),
        },
        preview,
        seller_id: profile.filter(|_| published).map(|profile| profile.user.uuid()),
        share_percent: u8::try_from((10_000 - policy.commission_bp) / 100).unwrap_or(0),
        step,
        error: None,
    })
}

/// The reader's page as somebody sees it who can ring.
async fn preview(web: &Web, site: &Site, viewer: &Viewer) -> Result<SellerPage> {
    let details = browse::preview(&web.app, &site.tenant, viewer).await?;
    let mut page = shown(web, site, None, details, None);
    if let Some(ring) = &mut page.ring {
        ring.state = RingState::Ready;
    }
    Ok(page)
}
