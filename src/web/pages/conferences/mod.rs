//! `/conferences`: one's orders, and the page of each.

mod shown;

use super::{
    flash::flash,
    lead_to, no_body, no_such_form, render, render_as,
    views::{ConferencesPage, Field, Message},
};
use crate::{
    app::{
        bookings::{self, Answer, Payment},
        identity::Viewer,
        wallet,
    },
    domain::{
        ids::{BookingId, TopUpId},
        payment,
    },
    error::{Error, Kind},
    web::{Result, Site, Web, WebError, ringing, theme::Tone},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, Query, ServiceConfig},
};
use jiff::Timestamp;
use serde::Deserialize;
use shown::{page, row};
use uuid::Uuid;

/// Orders on a page.
const PAGE: i64 = 50;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(list).service(show).service(act).service(paid);
}

#[derive(Deserialize)]
struct Paged {
    #[serde(default)]
    page: u32,
}

#[get("/conferences")]
async fn list(web: Data<Web>, site: Site, viewer: Viewer, Query(paged): Query<Paged>) -> Result<HttpResponse> {
    let page = i64::from(paged.page.min(10_000));
    let orders = bookings::list(&web.app, &viewer, PAGE + 1, page * PAGE).await?;
    let older_url = (orders.len() > PAGE as usize).then(|| format!("/conferences?page={}", page + 1));
    let shown = orders
        .iter()
        .take(PAGE as usize)
        .filter_map(|order| row(&viewer, order));
    let (over, mut coming): (Vec<_>, Vec<_>) = shown.partition(|row| row.stage == "closed");
    // What has no time yet comes last.
    coming.sort_by_key(|row| (row.start.is_none(), row.start));
    let view = ConferencesPage {
        coming,
        over,
        older_url,
    };
    render(&site, Some(&viewer), &view)
}

#[get("/conferences/{id}")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let view = page(&web, &site, &viewer, BookingId::from_uuid(*id)).await?;
    render(&site, Some(&viewer), &view)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    action: String,
    round: String,
    start: String,
    delivered: String,
}

#[post("/conferences/{id}")]
async fn act(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse> {
    let (id, back) = (BookingId::from_uuid(*id), format!("/conferences/{id}"));
    let done = match typed.action.as_str() {
        "launch" => match ringing::launch(&web, &site, &viewer, id).await {
            Ok(call) => Ok(Some(format!("/calls/{}", call.id))),
            Err(WebError(error)) => Err(error),
        },
        _ => carry_out(&web, &site, &viewer, id, &typed).await,
    };
    let refused = match done {
        Ok(Some(elsewhere)) => return Ok(no_body(&elsewhere)),
        Ok(None) => return Ok(lead_to(&back, [flash(Tone::Success, "conference.done")])),
        Err(error) => error,
    };
    if !matches!(refused.kind, Kind::Conflict { .. } | Kind::Invalid { .. }) {
        return Err(refused.into());
    }
    let status = match refused.kind {
        Kind::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    };
    let mut view = page(&web, &site, &viewer, id).await?;
    view.delivery = Field::of(typed.delivered);
    match refused.kind {
        Kind::Invalid {
            field: Some("delivered"),
        } => view.delivery.error = Some(Message::new(refused.public)),
        _ => view.error = Some(Message::new(refused.public)),
    }
    render_as(status, &site, Some(&viewer), &view)
}

/// Does it; gives where to go on, if that isn't the order's own page.
async fn carry_out(
    web: &Web,
    site: &Site,
    viewer: &Viewer,
    id: BookingId,
    typed: &Typed,
) -> crate::error::Result<Option<String>> {
    let answer = || {
        let round = typed.round.parse();
        round
            .map(|round| Answer { order: id, round })
            .map_err(|_| Error::field("round", "That can't be done here."))
    };
    match typed.action.as_str() {
        "accept" => bookings::accept(&web.app, viewer, answer()?).await?,
        "decline" => bookings::decline(&web.app, viewer, answer()?).await?,
        "propose" => {
            let start = typed.start.parse::<Timestamp>();
            let start = start.map_err(|_| Error::field("start", "Choose a time."))?;
            bookings::propose(&web.app, viewer, id, start.into()).await?
        }
        "take_on" => bookings::take_on(&web.app, viewer, id).await?,
        "deliver" => bookings::deliver(&web.app, viewer, id, &typed.delivered).await?,
        "confirm" => bookings::confirm(&web.app, viewer, id).await?,
        "cancel" => bookings::cancel(&web.app, viewer, id).await?,
        "pay" => {
            let back = |top_up| format!("{}/conferences/{id}/paid/{top_up}", site.origin());
            match bookings::pay_or_top_up(&web.app, viewer, &site.tenant, (id, site.client), back).await? {
                Payment::Paid(order) => {
                    let begun = ringing::begin_if_agreed(web, site, viewer, &order).await;
                    return Ok(begun.map(|call| format!("/calls/{}", call.id)));
                }
                Payment::Begun(top_up) => {
                    return Ok(Some(
                        super::wallet::to_pay(site, &top_up).unwrap_or_else(|| "/wallet".to_owned()),
                    ));
                }
            }
        }
        "hold" => {
            let back = |top_up| format!("{}/conferences/{id}/paid/{top_up}", site.origin());
            let top_up = bookings::pay_by_hold(&web.app, viewer, &site.tenant, (id, site.client), back).await?;
            let to = super::wallet::to_pay(site, &top_up);
            return Ok(Some(to.unwrap_or_else(|| back(top_up.id))));
        }
        _ => return Err(no_such_form()),
    };
    Ok(None)
}

/// Back from the payment page: asks how it went, and leads on to the order that it pays for, or to where it is waited for.
#[get("/conferences/{id}/paid/{top_up}")]
async fn paid(web: Data<Web>, site: Site, viewer: Viewer, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (id, top_up) = path.into_inner();
    let order = format!("/conferences/{id}");
    let confirmed = wallet::confirm_top_up(&web.app, &viewer, TopUpId::from_uuid(top_up)).await?;
    // What is held and not needed any more is let go.
    let is_there = match confirmed.state {
        payment::State::Settled => true,
        payment::State::Held => confirmed.hold.is_some_and(|hold| hold.due_minor != Some(0)),
        _ => false,
    };
    if is_there {
        let shown = bookings::show(&web.app, &viewer, BookingId::from_uuid(id)).await?;
        if let Some(call) = ringing::begin_if_agreed(&web, &site, &viewer, &shown.order).await {
            return Ok(no_body(&format!("/calls/{}", call.id)));
        }
    }
    match is_there {
        true => Ok(lead_to(&order, [flash(Tone::Success, "conference.done")])),
        false => Ok(no_body(&format!("/wallet/top-ups/{top_up}?next={order}"))),
    }
}
