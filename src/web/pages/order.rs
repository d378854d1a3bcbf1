//! `/order/{service}`: ordering something that is delivered.

use super::{
    book::{Typed, addons, one, tick, ticked},
    check, no_body, price, render, render_as,
    views::{Field, Message, OrderPage, Person},
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
    web::{Data, Form, Path, Query, ServiceConfig},
};
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(order);
}

#[get("/order/{service}")]
async fn show(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    service: Path<Uuid>,
    Query(typed): Query<Typed>,
) -> Result<HttpResponse> {
    let view = page(&web, &site, viewer.as_ref(), *service, &typed).await?;
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
        let mut view = page(&web, &site, Some(&viewer), *service, &typed).await?;
        view.brief = Field::of(brief);
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
    let mut view = page(&web, &site, Some(&viewer), *service, &typed).await?;
    view.brief = Field::of(brief);
    match refused.kind {
        Kind::Invalid { field: Some("brief") } => view.brief.error = Some(Message::new(refused.public)),
        _ => view.error = Some(Message::new(refused.public)),
    }
    render_as(status, &site, Some(&viewer), &view)
}

async fn page(web: &Web, site: &Site, viewer: Option<&Viewer>, id: Uuid, typed: &Typed) -> Result<OrderPage> {
    let Deliverable {
        service,
        fixed,
        seller,
        hidden,
    } = bookings::deliverable(&web.app, &site.scope, viewer, ServiceId::from_uuid(id)).await?;
    let policy = browse::policy(&site.tenant, &service.category_policy(), &service.policy);
    let mut choices = addons(site, &service.addons);
    tick(&mut choices, &ticked(typed, "addon"));
    let price = price::quoted(site, fixed.price_minor, (&service.addons, &choices), &policy)?;
    Ok(OrderPage {
        id,
        addons: choices,
        title: service.title,
        description: service.description,
        seller_id: seller.id.uuid(),
        seller: Person::new(seller.name, None),
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
