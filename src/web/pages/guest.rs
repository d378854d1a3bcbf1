//! `/guest/{link}`: the way of a third person into a call.

use super::{
    lead_to, no_body, problem, reader_zone, render, render_as,
    views::{Amount, Field, GuestPage, GuestPrice, Message},
};
use crate::{
    app::{guests, identity::Viewer},
    domain::money::Money,
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
        match guests::enter_as(&web.app, viewer, &site.tenant, &link, typed.agreed).await {
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
    let priced = ["price_changed", "insufficient_credit", "in_a_call", "not_available"].contains(&refused.code());
    if !priced && !matches!(refused.kind, Kind::Invalid { .. }) {
        return gone(&site, viewer.as_ref(), refused);
    }
    let mut page = page(&web, viewer.as_ref(), &site, link).await?;
    page.name = Field::of(typed.name);
    match page.price {
        Some(_) => page.refused = Some(Message::new(refused.public)),
        None => page.name.error = Some(problem(refused)?.1),
    }
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, viewer.as_ref(), &page)
}

async fn page(web: &Web, viewer: Option<&Viewer>, site: &Site, link: String) -> std::result::Result<GuestPage, Error> {
    let shown = guests::show(&web.app, &site.scope, &site.tenant, &link).await?;
    let amount = |money: Money| Amount::new(money.minor, money.currency.code());
    Ok(GuestPage {
        token: link,
        role: shown.role.name(),
        invited_by: shown.invited_by,
        service_title: shown.service_title,
        languages: shown.languages,
        needs_account: viewer.is_none() && shown.price.is_some(),
        price: shown.price.map(|price| GuestPrice {
            rate: amount(price.rate),
            rate_minor: price.rate.minor,
            opening: amount(price.opening),
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
