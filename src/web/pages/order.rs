//! `/order/{service}`: ordering something that is delivered.

use super::{
    book::{Typed, addons, one, tick, ticked},
    check, no_body, render, render_as,
    views::{Amount, Field, Message, OrderPage, Person},
};
use crate::{
    app::{
        bookings::{self, Deliverable, Wish},
        browse,
        identity::Viewer,
    },
    domain::{booking::CONFIRM_DAYS, ids::ServiceId},
    error::Kind,
    web::{Result, Site, Web},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, ServiceConfig},
};
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(order);
}

#[get("/order/{service}")]
async fn show(web: Data<Web>, site: Site, viewer: Option<Viewer>, service: Path<Uuid>) -> Result<HttpResponse> {
    let view = page(&web, &site, viewer.as_ref(), *service).await?;
    render(&site, viewer.as_ref(), &view)
}

#[post("/order/{service}")]
async fn order(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    service: Path<Uuid>,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse> {
    let brief = one(&typed, "brief").unwrap_or_default().to_owned();
    // Without a script the total is asked for.
    if one(&typed, "action") == Some("total") {
        let mut view = page(&web, &site, Some(&viewer), *service).await?;
        view.brief = Field::of(brief);
        choose(&site, &mut view, &typed);
        return render(&site, Some(&viewer), &view);
    }
    let wish = Wish {
        service: ServiceId::from_uuid(*service),
        minutes: None,
        when: None,
        addons: ticked(&typed, "addon"),
        brief: brief.clone(),
    };
    let refused = match bookings::order(&web.app, &viewer, &site.tenant, wish).await {
        Ok(order) => return Ok(no_body(&format!("/conferences/{}", order.id))),
        Err(refused) => refused,
    };
    if let Some(way) = check::way(&refused) {
        return Ok(way);
    }
    let status = match refused.kind {
        Kind::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Conflict { .. } => StatusCode::CONFLICT,
        _ => return Err(refused.into()),
    };
    let mut view = page(&web, &site, Some(&viewer), *service).await?;
    view.brief = Field::of(brief);
    choose(&site, &mut view, &typed);
    match refused.kind {
        Kind::Invalid { field: Some("brief") } => view.brief.error = Some(Message::new(refused.public)),
        _ => view.error = Some(Message::new(refused.public)),
    }
    render_as(status, &site, Some(&viewer), &view)
}

/// Ticks the extras that were ticked, and counts them in.
fn choose(site: &Site, view: &mut OrderPage, typed: &Typed) {
    tick(&mut view.addons, typed);
    let chosen = view.addons.iter().filter(|choice| choice.chosen);
    let extra_minor = chosen.map(|choice| choice.price.minor).sum::<i64>();
    view.total = Amount::new(view.price.minor + extra_minor, site.tenant.currency.code());
}

async fn page(web: &Web, site: &Site, viewer: Option<&Viewer>, id: Uuid) -> Result<OrderPage> {
    let Deliverable {
        service,
        fixed,
        seller,
        hidden,
    } = bookings::deliverable(&web.app, &site.scope, viewer, ServiceId::from_uuid(id)).await?;
    let price = Amount::new(fixed.price_minor, site.tenant.currency.code());
    let policy = browse::policy(&site.tenant, &service.category_policy(), &service.policy);
    Ok(OrderPage {
        id,
        addons: addons(site, &service.addons),
        title: service.title,
        description: service.description,
        seller_id: seller.id.uuid(),
        seller: Person::new(seller.name, None),
        total: price.clone(),
        price,
        unavailable: hidden,
        delivery_days: fixed.delivery_days,
        late_percent: policy.late_cancel_bp / 100,
        confirm_days: CONFIRM_DAYS,
        brief: Field::default(),
        log_in: viewer.is_none(),
        error: None,
    })
}
