//! `/calls/{id}/dispute` and `/conferences/{id}/dispute`, where a buyer claims what they paid, and `/disputes/{id}`.

use super::{
    flash::flash,
    lead_to, no_body, no_such_form, problem,
    refund::{self, asked},
    render, render_as,
    views::{Amount, ClaimPage, DisputeLink, DisputePage, Field, Message, Person},
};
use crate::{
    app::{
        disputes::{self, Claim, Shown},
        identity::Viewer,
        refunds::{self, Charged},
    },
    domain::{
        call::CallRole,
        dispute::{ANSWER_DAYS, State},
        ids::{BookingId, CallId, DisputeId},
        refund::Subject,
        time::Moment,
    },
    error::Kind,
    store::disputes::Disputed,
    web::{Result, Site, Web, theme::Tone},
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
    config
        .service(claim_of_call)
        .service(open_of_call)
        .service(claim_of_order)
        .service(open_of_order)
        .service(show)
        .service(act);
}

/// What can be done about something that was paid for, as a bill or an order shows it.
#[derive(Default)]
pub(super) struct Links {
    /// The dispute about it.
    pub dispute: Option<DisputeLink>,
    /// Where one is opened.
    pub dispute_url: Option<String>,
    /// Where the seller gives something back.
    pub refund_url: Option<String>,
}

/// That, for the reader.
pub(super) async fn links(web: &Web, viewer: &Viewer, subject: Subject) -> Result<Links> {
    let standing = disputes::standing(&web.app, viewer, subject).await?;
    let link = |last: Disputed| DisputeLink {
        url: disputes::page(last.id),
        state: state(&last),
    };
    Ok(Links {
        dispute: standing.last.map(link),
        dispute_url: standing.open_to.map(|_| form_path(subject)),
        refund_url: standing.can_refund.then(|| refund::path(subject)),
    })
}

fn state(disputed: &Disputed) -> &'static str {
    match disputed.dispute.state {
        State::Decided { refund_minor: 0, .. } => "refused",
        state => state.name(),
    }
}

fn form_path(subject: Subject) -> String {
    match subject {
        Subject::Call(call) => format!("/calls/{call}/dispute"),
        Subject::Order(order) => format!("/conferences/{order}/dispute"),
    }
}

#[get("/calls/{id}/dispute")]
async fn claim_of_call(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    claim(&web, &site, &viewer, Subject::Call(CallId::from_uuid(*id))).await
}

#[get("/conferences/{id}/dispute")]
async fn claim_of_order(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    claim(&web, &site, &viewer, Subject::Order(BookingId::from_uuid(*id))).await
}

async fn claim(web: &Web, site: &Site, viewer: &Viewer, subject: Subject) -> Result<HttpResponse> {
    let standing = disputes::standing(&web.app, viewer, subject).await?;
    match (standing.open_to, standing.last) {
        (Some(charged), _) => {
            let view = claim_page(&charged, subject, Typed::default());
            render(site, Some(viewer), &view)
        }
        (None, Some(last)) => Ok(no_body(&disputes::page(last.id))),
        (None, None) => {
            let why = match standing.is_play_money {
                true => "dispute.play_money",
                false => "dispute.cant_be_opened",
            };
            Ok(lead_to(&refunds::page(subject), [flash(Tone::Error, why)]))
        }
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    minutes: String,
    amount: String,
    reason: String,
}

#[post("/calls/{id}/dispute")]
async fn open_of_call(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse> {
    open(&web, &site, &viewer, Subject::Call(CallId::from_uuid(*id)), typed).await
}

#[post("/conferences/{id}/dispute")]
async fn open_of_order(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse> {
    open(&web, &site, &viewer, Subject::Order(BookingId::from_uuid(*id)), typed).await
}

async fn open(web: &Web, site: &Site, viewer: &Viewer, subject: Subject, typed: Typed) -> Result<HttpResponse> {
    let opened = match asked(&typed.minutes, &typed.amount, site.tenant.currency) {
        Ok(asked) => {
            let claim = Claim {
                subject,
                asked,
                reason: typed.reason.clone(),
            };
            disputes::open(&web.app, viewer, claim).await
        }
        Err(wrong) => Err(wrong),
    };
    let refused = match opened {
        Ok(disputed) => {
            let opened = [flash(Tone::Success, "dispute.opened")];
            return Ok(lead_to(&disputes::page(disputed.id), opened));
        }
        Err(refused) => refused,
    };
    let standing = disputes::standing(&web.app, viewer, subject).await?;
    let Some(charged) = standing.open_to else {
        // Sent twice, or there is nothing to be claimed: there is a page that says so.
        return match standing.last {
            Some(last) => Ok(no_body(&disputes::page(last.id))),
            None => Err(refused.into()),
        };
    };
    let mut view = claim_page(&charged, subject, typed);
    let (field, wrong) = problem(refused)?;
    let beside = match field {
        "minutes" => &mut view.minutes,
        "reason" => &mut view.reason,
        _ => &mut view.amount,
    };
    beside.error = Some(wrong);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, site, Some(viewer), &view)
}

fn claim_page(charged: &Charged, subject: Subject, typed: Typed) -> ClaimPage {
    let charge = &charged.charge;
    let amount = |minor| Amount::new(minor, charged.currency.code());
    ClaimPage {
        path: form_path(subject),
        back_url: refunds::page(subject),
        other: Person::new(charged.seller.name.clone(), None),
        title: charged.title.clone(),
        left: amount(charge.left_minor()),
        left_min: charge.left_min(),
        rate: amount(charge.timed.map_or(0, |timed| timed.rate_minor)),
        answer_days: ANSWER_DAYS,
        minutes: Field::of(typed.minutes),
        amount: Field::of(typed.amount),
        reason: Field::of(typed.reason),
        error: None,
    }
}

#[get("/disputes/{id}")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let shown = disputes::show(&web.app, &viewer, DisputeId::from_uuid(*id)).await?;
    render(&site, Some(&viewer), &page(&shown))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Acted {
    action: String,
    answer: String,
}

#[post("/disputes/{id}")]
async fn act(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Acted>,
) -> Result<HttpResponse> {
    let id = DisputeId::from_uuid(*id);
    let done = match typed.action.as_str() {
        "answer" => disputes::answer(&web.app, &viewer, id, &typed.answer).await,
        "agree" => disputes::agree(&web.app, &viewer, id).await,
        "withdraw" => disputes::withdraw(&web.app, &viewer, id).await,
        _ => Err(no_such_form()),
    };
    let Err(refused) = done else {
        return Ok(lead_to(&disputes::page(id), [flash(Tone::Success, "dispute.done")]));
    };
    let status = match refused.kind {
        Kind::Conflict { .. } => StatusCode::CONFLICT,
        Kind::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        _ => return Err(refused.into()),
    };
    let mut view = page(&disputes::show(&web.app, &viewer, id).await?);
    view.answer = Field::of(typed.answer);
    match refused.kind {
        Kind::Invalid { field: Some("answer") } => view.answer.error = Some(Message::new(refused.public)),
        _ => view.error = Some(Message::new(refused.public)),
    }
    render_as(status, &site, Some(&viewer), &view)
}

fn page(shown: &Shown) -> DisputePage {
    let (disputed, dispute) = (&shown.disputed, &shown.disputed.dispute);
    let amount = |minor| Amount::new(minor, disputed.currency.code());
    let is_seller = shown.reader == CallRole::Seller;
    DisputePage {
        id: disputed.id.uuid(),
        back_url: refunds::page(disputed.subject),
        other: Person::new(shown.other.clone(), None),
        is_buyer: !is_seller,
        state: state(disputed),
        asked: amount(dispute.asked_minor),
        held: (is_seller && dispute.state.is_open()).then(|| amount(disputed.held.minor())),
        refunded: match dispute.state {
            State::Decided { refund_minor, .. } if refund_minor > 0 => Some(amount(refund_minor)),
            _ => None,
        },
        opened_at: disputed.opened_at.timestamp(),
        answer_by: dispute.answer_by.timestamp(),
        closed_at: disputed.closed_at.map(Moment::timestamp),
        reason: disputed.reason.clone(),
        said: disputed.answer.clone(),
        decision: disputed.decision.clone(),
        can_answer: is_seller && shown.can_answer,
        answer: Field::default(),
        error: None,
    }
}
