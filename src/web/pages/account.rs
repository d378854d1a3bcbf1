//! `/account`.

use super::{
    flash::flash,
    lead_to, no_such_form, problem, render_as,
    views::{AccountPage, Choice, Field, ForgetMethodPage, KeptMethod, Message},
    zones::with,
};
use crate::{
    app::{
        identity::{self, Change, Viewer},
        wallet,
    },
    domain::ids::SavedMethodId,
    error::Error,
    store::saved_methods::Kept,
    web::{Result, Site, Web, theme::Tone, tokens},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, ServiceConfig},
};
use serde::Deserialize;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change).service(ask).service(forget);
}

#[get("/account")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer) -> Result<HttpResponse> {
    let view = page(&web, &site, &viewer).await?;
    render_as(StatusCode::OK, &site, Some(&viewer), &view)
}

/// One of the page's forms.
#[derive(Deserialize)]
struct AccountForm {
    action: String,
    name: Option<String>,
    time_zone: Option<String>,
    language: Option<String>,
    do_not_disturb: Option<String>,
    auto_reject: Option<String>,
}

#[post("/account")]
async fn change(web: Data<Web>, site: Site, viewer: Viewer, Form(typed): Form<AccountForm>) -> Result<HttpResponse> {
    let wanted = match typed.action.as_str() {
        "details" => Change {
            name: typed.name.clone(),
            time_zone: typed.time_zone.clone(),
            language: typed.language.clone(),
            ..Change::default()
        },
        "calls" => Change {
            do_not_disturb: Some(typed.do_not_disturb.is_some()),
            auto_reject: Some(typed.auto_reject.is_some()),
            ..Change::default()
        },
        "log_out_everywhere" => {
            identity::log_out_everywhere(&web.app, &viewer).await?;
            return Ok(lead_to("/", tokens::no_cookies(&web)));
        }
        _ => return Err(no_such_form().into()),
    };
    if let Err(error) = identity::change(&web.app, &viewer, site.languages(), wanted).await {
        let (name, message) = problem(error)?;
        let mut view = page(&web, &site, &viewer).await?;
        let (field, value) = match name {
            "time_zone" => (&mut view.time_zone, typed.time_zone),
            "language" => (&mut view.language, typed.language),
            _ => (&mut view.name, typed.name),
        };
        *field = Field::of(value.unwrap_or_default()).wrong(message);
        return render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view);
    }
    Ok(lead_to("/account", [flash(Tone::Success, "account.saved")]))
}

async fn page(web: &Web, site: &Site, viewer: &Viewer) -> Result<AccountPage> {
    let user = &viewer.user;
    let choice = |value: String| Choice {
        label: endonym(&value),
        value,
    };
    Ok(AccountPage {
        email: user.email.clone(),
        name: Field::of(&user.name),
        time_zone: Field::of(&user.time_zone),
        language: Field::of(&user.language),
        zones: with(&user.time_zone),
        languages: site.languages().iter().cloned().map(choice).collect(),
        do_not_disturb: user.do_not_disturb,
        auto_reject: user.auto_reject,
        second_factor: viewer.factor.on,
        kept: wallet::kept(&web.app, viewer).await?.into_iter().map(view).collect(),
        sessions: identity::open_sessions(&web.app, viewer).await?,
    })
}

fn view(kept: Kept) -> KeptMethod {
    KeptMethod {
        id: kept.id.uuid(),
        label: kept.label,
        since: kept.created_at.timestamp(),
    }
}

/// Asks whether a kept card is to be removed.
#[get("/account/methods/{id}")]
async fn ask(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let view = question(&web, &viewer, *id).await?;
    render_as(StatusCode::OK, &site, Some(&viewer), &view)
}

async fn question(web: &Web, viewer: &Viewer, id: Uuid) -> Result<ForgetMethodPage> {
    let kept = wallet::kept(&web.app, viewer).await?;
    let found = kept.into_iter().find(|kept| kept.id.uuid() == id);
    Ok(ForgetMethodPage {
        kept: found.map(view).ok_or_else(Error::not_found)?,
        wrong: None,
    })
}

#[post("/account/methods/{id}")]
async fn forget(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    if let Err(error) = wallet::forget(&web.app, &viewer, SavedMethodId::from_uuid(*id)).await {
        if error.code() != "being_charged" {
            return Err(error.into());
        }
        let mut view = question(&web, &viewer, *id).await?;
        view.wrong = Some(Message::new(error.public.as_ref()));
        return render_as(StatusCode::CONFLICT, &site, Some(&viewer), &view);
    }
    Ok(lead_to("/account", [flash(Tone::Success, "account.method_removed")]))
}

/// A language's name in itself, as its speakers look for it.
fn endonym(code: &str) -> String {
    let name = match code {
        "de" => "Deutsch",
        "en" => "English",
        "es" => "Español",
        "fr" => "Français",
        "it" => "Italiano",
        "nl" => "Nederlands",
        "pl" => "Polski",
        "pt" => "Português",
        "tr" => "Türkçe",
        _ => code,
    };
    name.to_owned()
}
