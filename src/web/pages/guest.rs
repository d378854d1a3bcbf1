//! `/guest/{link}`: the way of a third person into a call.

use super::{
    bill::increment,
    lead_to, no_body, problem, reader_zone, render, render_as,
    views::{Amount, Field, GuestPage, GuestPrice, Message},
};
use crate::{
    app::{browse::Offer, guests, identity::Viewer, legs::Agreed},
    error::{Error, Kind},
    web::{Result, Site, Web, tokens},
};
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{StatusCode, header},
    post,
    web::{Data, Form, Path, ServiceConfig},
};
use serde::Deserialize;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(enter);
}

#[get("/guest/{link}")]
async fn show(web: Data<Web>, site: Site, viewer: Option<Viewer>, link: Path<String>) -> Result<HttpResponse> {
    match page(&web, viewer.as_ref(), &site, link.into_inner()).await {
        Ok(page) => render(&site, viewer.as_ref(), &page),
        Err(error) => gone(&site, viewer.as_ref(), error),
    }
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    name: String,
    /// The price of a minute that was agreed to, minor units.
    #[serde(default)]
    agreed: Option<i64>,
    /// What is reserved at the start, as it was shown: agreed to with it.
    #[serde(default)]
    opening: Option<i64>,
}

#[post("/guest/{link}")]
async fn enter(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    link: Path<String>,
    request: HttpRequest,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse> {
    let link = link.into_inner();
    let refused = if let Some(viewer) = &viewer {
        let agreed = typed.agreed.map(|rate_minor| Agreed {
            rate_minor,
            opening_minor: typed.opening.unwrap_or_default(),
        });
        match guests::enter_as(&web.app, viewer, &site.tenant, &link, agreed).await {
            Ok((call, leg)) => {
                if let Some(leg) = leg {
                    web.live.registry.ring(site.scope, leg);
                }
                return Ok(no_body(&format!("/calls/{call}")));
            }
            Err(error) => error,
        }
    } else {
        let zone = reader_zone(&site, None).name().to_owned();
        let language = site.frame.page.lang.clone();
        let device = request
            .headers()
            .get(header::USER_AGENT)
            .and_then(|agent| agent.to_str().ok())
            .unwrap_or_default();
        match guests::enter(&web.app, &site.scope, &link, &typed.name, (zone, language), device).await {
            Ok(entered) => {
                let cookies = tokens::cookies(&web, &entered.signed)?;
                return Ok(lead_to(&format!("/calls/{}", entered.call), cookies));
            }
            Err(error) => error,
        }
    };
    // What somebody can do something about is said beside the form; the link stays good.
    let is_answerable = match refused.kind {
        Kind::Invalid { .. } => true,
        Kind::Conflict { .. } => refused.code() != "own_call",
        _ => false,
    };
    if !is_answerable {
        return gone(&site, viewer.as_ref(), refused);
    }
    let mut page = match page(&web, viewer.as_ref(), &site, link).await {
        Ok(page) => page,
        Err(error) => return gone(&site, viewer.as_ref(), error),
    };
    page.name = Field::of(typed.name);
    if page.price.is_none() && matches!(refused.kind, Kind::Invalid { .. }) {
        page.name.error = Some(problem(refused)?.1);
    } else {
        page.refused = Some(Message::new(refused.public));
    }
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, viewer.as_ref(), &page)
}

async fn page(web: &Web, viewer: Option<&Viewer>, site: &Site, link: String) -> std::result::Result<GuestPage, Error> {
    let shown = guests::show(&web.app, &site.scope, &site.tenant, &link).await?;
    let amount = |minor| Amount::new(minor, site.tenant.currency.code());
    Ok(GuestPage {
        token: link,
        role: shown.role.name(),
        invited_by: shown.invited_by,
        service_title: shown.service_title,
        languages: shown.languages,
        needs_account: viewer.is_none() && shown.price.is_some(),
        price: shown.price.map(|offer: Offer| GuestPrice {
            rate: amount(offer.service.rate_minor),
            rate_minor: offer.service.rate_minor,
            increment: increment(offer.policy.increment),
            minimum_min: offer.policy.minimum_s.div_ceil(60),
            opening: amount(offer.opening_minor),
            opening_minor: offer.opening_minor,
        }),
        reader: viewer.map(|viewer| viewer.user.name.clone()),
        ..GuestPage::default()
    })
}

/// A link that leads nowhere says so on a page of its own.
fn gone(site: &Site, viewer: Option<&Viewer>, error: Error) -> Result<HttpResponse> {
    let status = match error.kind {
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict { .. } => StatusCode::CONFLICT,
        _ => return Err(error.into()),
    };
    let page = GuestPage {
        gone: Some(Message::new(error.public)),
        ..GuestPage::default()
    };
    render_as(status, site, viewer, &page)
}
