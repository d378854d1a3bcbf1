//! `/sell`: availability, services, profile, studio.

use super::{
    bill::increment,
    check,
    flash::flash,
    no_body, no_such_form, problem, render, render_as,
    service_form::{draft, retype, service_form},
    start,
    views::{
        Amount, Availability, Field, LanguageChoice, Message, Person, ProfileForm, RoomSnapshots, SellPage, ServiceRow,
    },
};
use crate::{
    app::{
        browse,
        identity::{self, Change, Viewer},
        selling::{self, ProfileDraft, SellingViewer},
        snapshots, studio,
    },
    domain::{ids::ServiceId, language::LANGUAGES, picture::MAX_BYTES},
    error::{Error, Kind},
    store::sellers::Profile,
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
use std::collections::HashMap;

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
    if !viewer.user.is_seller {
        return Ok(no_body(start::PATH));
    }
    let view = page(&web, &site, &viewer, shown.service.as_deref()).await?;
    render(&site, Some(&viewer), &view)
}

/// One of the page's forms, as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub(super) action: String,
    pub(super) hours: String,
    pub(super) auto_reject: Option<String>,
    pub(super) do_not_disturb: Option<String>,
    pub(super) snapshots: Option<String>,
    pub(super) text_version: String,
    pub(super) headline: String,
    pub(super) about: String,
    pub(super) languages: String,
    pub(super) id: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) category: String,
    pub(super) rate: String,
    pub(super) minimum_minutes: String,
    pub(super) increment: String,
    pub(super) block_seconds: String,
    pub(super) grace_seconds: String,
    pub(super) recording: String,
    pub(super) booking: String,
    pub(super) length_min: String,
    pub(super) horizon_days: String,
    pub(super) at_once: Option<String>,
    pub(super) price: String,
    pub(super) delivery_days: String,
    pub(super) addons: String,
    pub(super) video_enabled: Option<String>,
    pub(super) published: Option<String>,
    /// Boxes that are named after what they stand for.
    #[serde(flatten)]
    pub(super) boxes: HashMap<String, String>,
}

impl Typed {
    /// What was typed of a profile.
    pub(super) fn profile(&self) -> ProfileDraft {
        ProfileDraft {
            headline: self.headline.clone(),
            about: self.about.clone(),
            languages: self.spoken(),
        }
    }

    /// The codes of the languages that are ticked, and of the others that are typed.
    fn spoken(&self) -> Vec<String> {
        let ticked = LANGUAGES
            .iter()
            .filter(|code| self.boxes.contains_key(&format!("speaks_{code}")));
        let others = self.languages.split(',').map(str::to_owned);
        ticked.map(|code| (*code).to_owned()).chain(others).collect()
    }

    /// The form of a profile as it was typed, with what is wrong beside its field.
    pub(super) fn profile_form(self, field: &str, wrong: Message) -> ProfileForm {
        let mut form = ProfileForm {
            spoken: spoken(&self.spoken()),
            headline: Field::of(self.headline),
            about: Field::of(self.about),
            languages: Field::of(self.languages),
        };
        let beside = match field {
            "about" => &mut form.about,
            "languages" => &mut form.languages,
            _ => &mut form.headline,
        };
        beside.error = Some(wrong);
        form
    }
}

#[post("/sell")]
async fn change(web: Data<Web>, site: Site, viewer: Viewer, Form(typed): Form<Typed>) -> Result<HttpResponse> {
    let Err(error) = carry_out(&web, &site, &viewer, &typed).await else {
        return saved();
    };
    if let Some(way) = check::way(&error) {
        return Ok(way);
    }
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
        "profile" => view.profile = typed.profile_form(field, wrong),
        _ => return Err(Error::invalid(wrong.key).into()),
    }
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

#[derive(Deserialize)]
struct Sent {
    /// It was sent from the steps of those who begin to sell.
    #[serde(default)]
    from_start: bool,
}

/// The only form with a file in it.
#[post("/sell/photo")]
async fn set_photo(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    Query(sent): Query<Sent>,
    form: Multipart,
) -> Result<HttpResponse> {
    let shown = async {
        let seller = SellingViewer::of(&viewer)?;
        let sent = upload::of_form(&web, &site, form, MAX_BYTES, "picture").await?;
        selling::set_photo(&web.app, seller, sent).await
    };
    let shown = shown.await;
    let Err(error) = shown else {
        return match sent.from_start {
            true => Ok(no_body(start::AFTER_PHOTO)),
            false => saved(),
        };
    };
    let wrong = match error.kind {
        Kind::Conflict { .. } => Message::new(error.public),
        _ => problem(error)?.1,
    };
    if sent.from_start {
        return start::photo_refused(&web, &site, &viewer, wrong).await;
    }
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
        "snapshots" if typed.snapshots.is_some() => {
            web.limits.snapshot(site.tenant.id, viewer.user.id)?;
            snapshots::agree(&web.app, viewer, &typed.text_version).await?;
        }
        "snapshots" => snapshots::withdraw(&web.app, viewer).await?,
        "profile" => {
            selling::save_profile(&web.app, viewer, typed.profile()).await?;
        }
        "service" => {
            let id = match typed.id.as_str() {
                "" => None,
                id => Some(id.parse().map_err(|_| Error::not_found())?),
            };
            selling::save_service(&web.app, viewer, &site.tenant, id, draft(site, typed)?).await?;
        }
        "publish" | "pause" => {
            let id = typed.id.parse().map_err(|_| Error::not_found())?;
            selling::publish(&web.app, viewer, id, typed.action == "publish").await?;
        }
        _ => return Err(no_such_form()),
    }
    Ok(())
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
    let agreed = snapshots::agrees(&web.app, viewer).await?;
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
        seller_id: viewer.user.id.uuid(),
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
        snapshots: (policy.snapshots || agreed).then(|| RoomSnapshots::new(agreed, &site.frame.page.lang)),
        profile: profile.map_or_else(|| languages_form(&[]), profile_form),
        services: selling
            .services
            .iter()
            .map(|service| ServiceRow {
                id: service.id.uuid(),
                title: service.title.clone(),
                rate: amount(service.fixed.map_or(service.rate_minor, |fixed| fixed.price_minor)),
                by_minute: service.video_enabled,
                increment: increment(
                    browse::policy(&site.tenant, &service.category_policy(), &service.policy).increment,
                ),
                published: service.published,
            })
            .collect(),
        unfinished: !selling.services.iter().any(|service| service.published),
        form,
        studio: selling.studio,
        earnings: amount(selling.earnings.total().minor),
        share_percent: u8::try_from((10_000 - policy.commission_bp) / 100).unwrap_or(0),
    })
}

/// The form of a profile.
pub(super) fn profile_form(profile: &Profile) -> ProfileForm {
    ProfileForm {
        headline: Field::of(&profile.headline),
        about: Field::of(&profile.about),
        ..languages_form(&profile.languages)
    }
}

/// The form with these languages ticked; those that have no box are named by their codes.
pub(super) fn languages_form(codes: &[String]) -> ProfileForm {
    let others: Vec<&str> = (codes.iter().map(String::as_str))
        .filter(|code| !LANGUAGES.contains(code))
        .collect();
    ProfileForm {
        spoken: spoken(codes),
        languages: Field::of(others.join(", ")),
        ..ProfileForm::default()
    }
}

fn spoken(codes: &[String]) -> Vec<LanguageChoice> {
    let choice = |code: &&'static str| LanguageChoice {
        code,
        chosen: codes.iter().any(|chosen| chosen == code),
    };
    LANGUAGES.iter().map(choice).collect()
}
