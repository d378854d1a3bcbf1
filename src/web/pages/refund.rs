//! `/calls/{id}/refund` and `/conferences/{id}/refund`: a seller gives back what was paid, after having seen what it does.

use super::{
    flash::flash,
    lead_to, problem, render, render_as, typed,
    views::{Amount, Field, Message, Person, RefundPage, RefundPreview, RefundRow},
};
use crate::{
    app::{
        identity::Viewer,
        refunds::{self, Preview, Wish},
    },
    domain::{
        call::CallRole,
        ids::{BookingId, CallId, RefundId},
        money::Currency,
        refund::{Asked, Subject},
    },
    error::{Error, Kind},
    store::refunds::Refund,
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
        .service(show_of_call)
        .service(give_of_call)
        .service(show_of_order)
        .service(give_of_order);
}

/// Where the seller of something gives back what was paid.
pub(super) fn path(subject: Subject) -> String {
    match subject {
        Subject::Call(call) => format!("/calls/{call}/refund"),
        Subject::Order(order) => format!("/conferences/{order}/refund"),
    }
}

/// What went back, as one of the two reads it.
pub(super) fn rows(refunds: &[Refund], reader: CallRole) -> Vec<RefundRow> {
    let row = |refund: &Refund| RefundRow {
        at: refund.at.timestamp(),
        amount: Amount::new(refund.for_minor(reader).abs(), refund.amount.currency.code()),
        reason: refund.reason.clone(),
        given_by: refund.given_by.name(),
    };
    refunds.iter().map(row).collect()
}

#[get("/calls/{id}/refund")]
async fn show_of_call(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    show(&web, &site, &viewer, Subject::Call(CallId::from_uuid(*id))).await
}

#[get("/conferences/{id}/refund")]
async fn show_of_order(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    show(&web, &site, &viewer, Subject::Order(BookingId::from_uuid(*id))).await
}

async fn show(web: &Web, site: &Site, viewer: &Viewer, subject: Subject) -> Result<HttpResponse> {
    let view = page(web, viewer, subject, Typed::default()).await?;
    render(site, Some(viewer), &view)
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    id: Option<Uuid>,
    minutes: String,
    amount: String,
    reason: String,
    action: String,
}

#[post("/calls/{id}/refund")]
async fn give_of_call(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse> {
    give(&web, &site, &viewer, Subject::Call(CallId::from_uuid(*id)), typed).await
}

#[post("/conferences/{id}/refund")]
async fn give_of_order(
    web: Data<Web>,
    site: Site,
    viewer: Viewer,
    id: Path<Uuid>,
    Form(typed): Form<Typed>,
) -> Result<HttpResponse> {
    give(&web, &site, &viewer, Subject::Order(BookingId::from_uuid(*id)), typed).await
}

async fn give(web: &Web, site: &Site, viewer: &Viewer, subject: Subject, typed: Typed) -> Result<HttpResponse> {
    if typed.action == "change" {
        // Back to the form, with what was typed.
        let view = page(web, viewer, subject, typed).await?;
        return render(site, Some(viewer), &view);
    }
    let refused = match carry_out(web, site, viewer, subject, &typed).await {
        Ok(None) => {
            let done = lead_to(&refunds::page(subject), [flash(Tone::Success, "refund.done")]);
            return Ok(done);
        }
        Ok(Some(found)) => {
            let mut view = page(web, viewer, subject, typed).await?;
            view.preview = Some(preview(&view, found));
            return render(site, Some(viewer), &view);
        }
        Err(refused) => refused,
    };
    let mut view = page(web, viewer, subject, typed).await?;
    let status = match refused.kind {
        Kind::Conflict { .. } => {
            view.error = Some(Message::new(refused.public));
            StatusCode::CONFLICT
        }
        _ => {
            let (field, wrong) = problem(refused)?;
            let beside = match field {
                "minutes" => &mut view.minutes,
                "reason" => &mut view.reason,
                _ => &mut view.amount,
            };
            beside.error = Some(wrong);
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    render_as(status, site, Some(viewer), &view)
}

/// What it would do, or nothing once it is done.
async fn carry_out(
    web: &Web,
    site: &Site,
    viewer: &Viewer,
    subject: Subject,
    typed: &Typed,
) -> crate::error::Result<Option<Preview>> {
    let form = typed.id.ok_or_else(|| Error::invalid("Load this form again."))?;
    let wish = Wish {
        id: RefundId::of_form(form, viewer.user.id),
        subject,
        asked: asked(&typed.minutes, &typed.amount, site.tenant.currency)?,
        reason: typed.reason.clone(),
    };
    if typed.action == "confirm" {
        refunds::refund_as_seller(&web.app, viewer, wish).await?;
        return Ok(None);
    }
    refunds::preview(&web.app, viewer, wish).await.map(Some)
}

/// What was typed into the one of the two fields that is filled.
pub(super) fn asked(minutes: &str, amount: &str, currency: Currency) -> crate::error::Result<Asked> {
    match (minutes.trim(), amount.trim()) {
        ("", "") => Err(Error::field("amount", "Fill in how much.")),
        ("", amount) => typed::minor(amount, currency)
            .map(Asked::Amount)
            .ok_or_else(|| Error::field("amount", "This isn't an amount.")),
        (minutes, "") => typed::whole(minutes)
            .map(|minutes| Asked::Minutes(minutes.into()))
            .ok_or_else(|| Error::field("minutes", "Whole minutes, please.")),
        _ => Err(Error::field("amount", "Fill in minutes or an amount, not both.")),
    }
}

fn preview(view: &RefundPage, found: Preview) -> RefundPreview {
    let Preview { parts, others_minor } = found;
    let amount = |minor| Amount::new(minor, view.paid.currency.as_str());
    RefundPreview {
        buyer: amount(parts.buyer_minor()),
        seller: amount(parts.seller_minor - others_minor),
        others: (others_minor > 0).then(|| amount(others_minor)),
        tenant: amount(parts.tenant_minor),
        left: amount(view.left.minor - parts.buyer_minor()),
    }
}

async fn page(web: &Web, viewer: &Viewer, subject: Subject, typed: Typed) -> Result<RefundPage> {
    let shown = refunds::show(&web.app, viewer, subject).await?;
    let (charged, charge) = (&shown.charged, &shown.charged.charge);
    let amount = |minor| Amount::new(minor, charged.currency.code());
    let gone = charged.check_real().err();
    let left = |there| if gone.is_none() { there } else { 0 };
    Ok(RefundPage {
        id: typed.id.unwrap_or_else(|| RefundId::new().uuid()),
        path: path(subject),
        back_url: refunds::page(subject),
        other: Person::new(charged.buyer.name.clone(), None),
        title: charged.title.clone(),
        paid: amount(charge.paid_minor),
        refunded: (charge.refunded_minor > 0).then(|| amount(charge.refunded_minor)),
        left: amount(left(charge.left_minor())),
        left_min: left(charge.left_min()),
        rate: amount(charge.timed.map_or(0, |timed| timed.rate_minor)),
        minutes: Field::of(typed.minutes),
        amount: Field::of(typed.amount),
        reason: Field::of(typed.reason),
        preview: None,
        error: gone.map(|gone| Message::new(gone.public)),
    })
}
