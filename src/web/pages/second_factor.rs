//! `/account/second-factor`: switching it on with a code of an authenticator, new recovery codes, switching it off.

use super::{
    flash::flash,
    lead_to, no_such_form, problem_or_conflict, render, render_as,
    views::{FactorOffer, Field, SecondFactorPage},
};
use crate::{
    app::identity::{self, Viewer},
    web::{Result, Site, Web, theme::Tone},
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Form, ServiceConfig},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(change);
}

#[get("/account/second-factor")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer) -> Result<HttpResponse> {
    let view = page(&web, &site, &viewer).await?;
    render(&site, Some(&viewer), &view)
}

/// One of the page's forms.
#[derive(Deserialize)]
struct FactorForm {
    action: String,
    #[serde(default)]
    code: String,
}

#[post("/account/second-factor")]
async fn change(web: Data<Web>, site: Site, viewer: Viewer, Form(typed): Form<FactorForm>) -> Result<HttpResponse> {
    let (app, whence) = (&web.app, site.whence());
    let done = match typed.action.as_str() {
        "switch_on" => identity::switch_on(app, &viewer, &typed.code, whence).await,
        "renew" => identity::renew_codes(app, &viewer, &typed.code, whence).await,
        "switch_off" => identity::switch_off(app, &viewer, &typed.code, whence)
            .await
            .map(|()| Vec::new()),
        _ => return Err(no_such_form().into()),
    };
    match done {
        Ok(codes) if codes.is_empty() => Ok(lead_to("/account", [flash(Tone::Success, "factor.switched_off")])),
        Ok(codes) => {
            let view = SecondFactorPage {
                codes,
                ..page(&web, &site, &viewer).await?
            };
            render(&site, Some(&viewer), &view)
        }
        Err(error) => {
            // Another tab was faster: the page shows how it stands by now.
            let (status, _, message) = problem_or_conflict(error)?;
            let mut view = page(&web, &site, &viewer).await?;
            let field = match (typed.action.as_str(), view.since) {
                (_, None) => &mut view.code,
                ("switch_off", _) => &mut view.off_code,
                _ => &mut view.renew_code,
            };
            *field = Field::default().wrong(message);
            render_as(status, &site, Some(&viewer), &view)
        }
    }
}

async fn page(web: &Web, site: &Site, viewer: &Viewer) -> Result<SecondFactorPage> {
    let state = identity::second_factor(&web.app, viewer).await?;
    let offer = match state.since {
        Some(_) => None,
        None => Some(shown(identity::offer(&web.app, viewer, &site.tenant.name).await?)),
    };
    Ok(SecondFactorPage {
        offer,
        since: state.since.map(|since| since.timestamp()),
        codes_left: state.codes_left,
        needed: state.needed,
        ..SecondFactorPage::default()
    })
}

/// What a page shows of an offer.
pub fn shown(offer: identity::Offer) -> FactorOffer {
    let letters: Vec<char> = offer.secret.chars().collect();
    let fours: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    FactorOffer {
        secret: fours.join(" "),
        url: offer.otpauth_url,
        picture: STANDARD.encode(offer.qr_svg),
    }
}
