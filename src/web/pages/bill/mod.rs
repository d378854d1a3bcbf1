//! `/calls/{id}/bill`: the explained bill, and the rating below it.

mod lines;
mod rows;
mod strip;

pub use lines::bill_lines;
pub(super) use lines::increment;

use super::{
    calls::{other, outcome, side},
    dispute, documents,
    flash::flash,
    lead_to, no_body, problem, refund, render, render_as, tip,
    views::{
        Amount, BillPage, ConnectionRow, FaultChoice, FeedbackForm, Field, Outcome, Person, RatingForm, SellerShare,
        Side,
    },
};
use crate::{
    app::{
        calls::{self, CallBill},
        identity::Viewer,
        legs, recordings, reviews,
    },
    domain::{call::CallRole, ids::CallId, refund::Subject, report::TechnicalFault},
    error::Error,
    web::{Result, Site, Web, WebError, theme::Tone},
};
use actix_web::{
    HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Path, ServiceConfig},
};
use lines::{blocks, tax_within};
use rows::{connection, given_row, leg_row, recording, tip_row};
use serde::Deserialize;
use std::collections::HashMap;
use strip::strip;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(show).service(rate).service(feedback).service(mail_chat);
}

/// The bill; before it is made, the room, which leads back here.
#[get("/calls/{id}/bill")]
async fn show(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    match load(&web, &site, &viewer, CallId::from_uuid(*id)).await {
        Ok(view) => render(&site, Some(&viewer), &view),
        Err(WebError(early)) if early.code() == "not_ended" => Ok(no_body(&format!("/calls/{id}"))),
        Err(error) => Err(error),
    }
}

/// Mails what was said in the call to the reader.
#[post("/calls/{id}/chat/mail")]
async fn mail_chat(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    let mailed = calls::mail_chat(&web.app, &viewer, CallId::from_uuid(*id), site.origin()).await;
    let (tone, key) = match mailed {
        Ok(()) => (Tone::Success, "bill.chat_mailed"),
        Err(refused) if refused.code() == "nothing_said" => (Tone::Info, "bill.chat_empty"),
        Err(refused) if refused.code() == "mailed_often" => (Tone::Warning, "bill.chat_often"),
        Err(refused) => return Err(refused.into()),
    };
    Ok(lead_to(&format!("/calls/{id}/bill"), [flash(tone, key)]))
}

#[derive(Deserialize)]
struct Rated {
    #[serde(default)]
    stars: String,
    #[serde(default)]
    text: String,
}

/// Rates the call.
#[post("/calls/{id}/bill")]
async fn rate(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Rated>,
) -> Result<HttpResponse> {
    let id = CallId::from_uuid(*id);
    let stars = typed.stars.parse().unwrap_or(0);
    let Err(error) = reviews::rate(&web.app, &viewer, id, stars, &typed.text).await else {
        return Ok(no_body(&format!("/calls/{id}/bill")));
    };
    let (field, wrong) = problem(error)?;
    let mut view = load(&web, &site, &viewer, id).await?;
    let mut form = RatingForm {
        stars: Field::of(typed.stars),
        text: Field::of(typed.text),
        done: false,
    };
    if field == "text" {
        form.text = form.text.wrong(wrong);
    } else {
        form.stars = form.stars.wrong(wrong);
    }
    view.rating = Some(form);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    thumb: String,
    #[serde(default)]
    words: String,
    #[serde(flatten)]
    ticked: HashMap<String, String>,
}

/// Says how picture and sound were.
#[post("/calls/{id}/feedback")]
async fn feedback(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Said>,
) -> Result<HttpResponse> {
    let id = CallId::from_uuid(*id);
    let is_ticked = |fault: &TechnicalFault| typed.ticked.contains_key(&format!("faults.{}", fault.name()));
    let faults: Vec<_> = TechnicalFault::ALL.into_iter().filter(is_ticked).collect();
    let said = match (typed.thumb.as_str(), faults.is_empty()) {
        ("up", _) => calls::say_how(&web.app, &viewer, id, Vec::new(), &typed.words).await,
        ("down", false) => calls::say_how(&web.app, &viewer, id, faults.clone(), &typed.words).await,
        ("down", true) => Err(Error::field("thumb", "Choose what went wrong.")),
        _ => Err(Error::field("thumb", "Choose thumbs up or down.")),
    };
    let Err(error) = said else {
        let back = format!("/calls/{id}/bill#technical");
        return Ok(lead_to(&back, [flash(Tone::Success, "technical.saved")]));
    };
    let (field, wrong) = problem(error)?;
    let mut view = load(&web, &site, &viewer, id).await?;
    let mut form = feedback_form(&typed.thumb, &faults, &typed.words);
    let field = if field == "text" {
        &mut form.text
    } else {
        &mut form.thumb
    };
    field.error = Some(wrong);
    view.feedback = Some(form);
    render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, Some(&viewer), &view)
}

fn feedback_form(thumb: &str, chosen: &[TechnicalFault], text: &str) -> FeedbackForm {
    let choice = |fault: TechnicalFault| FaultChoice {
        name: fault.name(),
        chosen: chosen.contains(&fault),
    };
    FeedbackForm {
        thumb: Field::of(thumb),
        faults: TechnicalFault::ALL.map(choice).into(),
        text: Field::of(text),
    }
}

async fn load(web: &Web, site: &Site, viewer: &Viewer, id: CallId) -> Result<BillPage> {
    let bill = calls::bill(&web.app, &site.scope, viewer.user.id, id).await?;
    let mut view = page(&bill, viewer);
    let subject = bill.call.booking.map_or(Subject::Call(id), Subject::Order);
    view.invoice_url = documents::invoice_url(web, viewer, subject).await?;
    let links = dispute::links(web, viewer, subject).await?;
    (view.dispute, view.dispute_url, view.refund_url) = (links.dispute, links.dispute_url, links.refund_url);
    if bill.bill.billable_ms > 0 {
        view.rating = Some(rating(web, site, &bill).await?);
    }
    view.connections = connections(web, site, &bill).await?;
    let reader = viewer.user.id;
    let own = legs::of_call(&web.app, &site.scope, id, reader).await?;
    view.legs = own.iter().map(|leg| leg_row(leg, side(leg, reader))).collect();
    let mut others = legs::others(&web.app, &site.scope, vec![bill.call.clone()]).await?;
    view.in_call_with = others.remove(&id).map(|other| other.name);
    let seen = recordings::of_call(&web.app, &site.scope, viewer.user.id, id).await?;
    view.recordings = seen
        .recordings
        .iter()
        .map(|stored| recording(stored, seen.may_watch))
        .collect();
    let (said, open) = calls::feedback(&web.app, viewer, id).await?;
    view.feedback = open.then(|| match said {
        Some(said) => feedback_form(if said.is_good() { "up" } else { "down" }, &said.faults, &said.text),
        None => feedback_form("", &[], ""),
    });
    Ok(view)
}

async fn rating(web: &Web, site: &Site, bill: &CallBill) -> Result<RatingForm> {
    Ok(
        match reviews::of_call(&web.app, &site.scope, bill.call.id, bill.role).await? {
            Some(review) => RatingForm {
                stars: Field::of(review.stars.to_string()),
                text: Field::of(review.text),
                done: true,
            },
            None => RatingForm::default(),
        },
    )
}

fn page(bill: &CallBill, viewer: &Viewer) -> BillPage {
    let (call, record) = (&bill.call, &bill.bill);
    let side = side(call, viewer.user.id);
    let amount = |minor| Amount::new(minor, call.currency.code());
    let ended_at = call.ended.map_or(call.rang_at, |ended| ended.at);
    BillPage {
        id: call.id.uuid(),
        other: Person::new(other(call, side).to_owned(), None),
        other_id: match side {
            Side::Buyer => call.seller.id.uuid(),
            Side::Seller => call.buyer.id.uuid(),
        },
        other_url: (side == Side::Buyer).then(|| format!("/sellers/{}", call.seller.id)),
        side,
        service_title: call.service_title.clone(),
        started_at: record.billed.first().map(|span| span.from.timestamp()),
        ended_at: ended_at.timestamp(),
        outcome: call.ended.map_or(Outcome::Cancelled, |ended| outcome(ended.reason)),
        rate: amount(call.terms.rate_minor),
        increment: increment(call.terms.policy.increment),
        billable_seconds: record.billable_ms / 1_000,
        charged_seconds: record.charged_s,
        total: amount(bill.total_minor()),
        lines: bill_lines(bill),
        tax_within: tax_within(bill).map(amount),
        blocks: blocks(bill),
        strip: strip(bill),
        share: (side == Side::Seller).then(|| SellerShare {
            earned: amount(bill.seller_minor()),
            commission: amount(bill.tenant_minor()),
            tax: Some(bill.tax_minor()).filter(|tax| *tax > 0).map(amount),
        }),
        connections: Vec::new(),
        refunds: refund::rows(&bill.refunds, bill.role),
        given: bill.given.iter().map(|given| given_row(given, amount)).collect(),
        tips: bill.tips.iter().map(|tip| tip_row(tip, side)).collect(),
        legs: Vec::new(),
        in_call_with: None,
        tip_url: (side == Side::Buyer).then(|| tip::url(call.seller.id, Some(call.id))),
        net: amount(match side {
            Side::Buyer => bill.total_minor() - bill.refunded_minor(),
            Side::Seller => bill.seller_minor() + bill.refunded_minor() - bill.given_minor(),
        }),
        invoice_url: None,
        dispute: None,
        dispute_url: None,
        refund_url: None,
        order_url: call.booking.map(|order| format!("/conferences/{order}")),
        rating: None,
        feedback: None,
        recordings: Vec::new(),
    }
}

async fn connections(web: &Web, site: &Site, bill: &CallBill) -> Result<Vec<ConnectionRow>> {
    let [buyer, seller] = calls::quality(&web.app, &site.scope, bill.call.id).await?;
    let (own, other) = match bill.role {
        CallRole::Buyer => (buyer, seller),
        CallRole::Seller => (seller, buyer),
    };
    let rows = [(true, own), (false, other)];
    Ok(rows
        .into_iter()
        .filter_map(|(own, quality)| connection(own, &quality?))
        .collect())
}
