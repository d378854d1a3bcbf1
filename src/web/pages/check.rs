//! `/account/identity`: showing who one is.

use super::{
    flash::flash,
    lead_to, problem, render, render_as,
    views::{CheckPage, Field, Message},
};
use crate::{
    app::{
        identity::Viewer,
        identity_checks::{self, NEEDED, Sent},
    },
    domain::identity_check::{CheckState, KEPT_DAYS, MOST_BYTES},
    error::{Error, Kind},
    web::{Result, Site, Web, theme::Tone, upload},
};
use actix_multipart::Multipart;
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, ServiceConfig},
};

pub(super) const PATH: &str = "/account/identity";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(send);
}

/// The way to the check, for whoever was refused because of it.
pub(super) fn way(refused: &Error) -> Option<HttpResponse> {
    (refused.code() == NEEDED).then(|| lead_to(PATH, [flash(Tone::Error, "check.needed")]))
}

#[get("/account/identity")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer) -> Result<HttpResponse> {
    let view = page(&web, &viewer).await?;
    render(&site, Some(&viewer), &view)
}

#[post("/account/identity")]
async fn send(web: Data<Web>, site: Site, viewer: Viewer, form: Multipart) -> Result<HttpResponse> {
    let sent = async {
        let files = upload::two_of_form(&web, &site, form, MOST_BYTES, ["document", "selfie"]).await?;
        let [document, selfie] = files;
        identity_checks::send(&web.app, &viewer, Sent { document, selfie }).await
    };
    let refused = match sent.await {
        Ok(()) => return Ok(lead_to(PATH, [flash(Tone::Success, "check.sent")])),
        Err(refused) => refused,
    };
    let mut view = page(&web, &viewer).await?;
    let status = match refused.kind {
        Kind::Conflict { .. } => {
            view.error = Some(Message::new(refused.public));
            StatusCode::CONFLICT
        }
        _ => {
            let (field, wrong) = problem(refused)?;
            let beside = if field == "selfie" {
                &mut view.selfie
            } else {
                &mut view.document
            };
            beside.error = Some(wrong);
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    render_as(status, &site, Some(&viewer), &view)
}

async fn page(web: &Web, viewer: &Viewer) -> Result<CheckPage> {
    let shown = identity_checks::show(&web.app, viewer).await?;
    let last = shown.last.as_ref();
    Ok(CheckPage {
        before_selling: shown.rules.before_selling,
        before_buying: shown.rules.before_buying,
        state: last.map(|check| check.state.name()),
        reason: last
            .filter(|check| check.state == CheckState::Declined)
            .map(|check| check.reason.clone()),
        sells: viewer.user.is_seller,
        kept_days: KEPT_DAYS,
        document: Field::default(),
        selfie: Field::default(),
        error: None,
    })
}
