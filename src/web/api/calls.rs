//! Calls: ringing, answering, the list, the bill.

use crate::{
    app::{
        calls::{self, CallBill},
        identity::Viewer,
    },
    domain::{
        ids::{CallId, ServiceId, UserId},
        report::TechnicalFault,
        time::{Moment, Span},
    },
    error::Error,
    signaling::{Decision, RoomHandle},
    store::calls::Call,
    web::{Problem, Result, Site, Web, extract::InRoom, ringing},
};
use actix_web::{
    HttpResponse, get, post, put,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use tallyroom_media_protocol::signaling::{CallPhase, CallView, EndReason, OtherView, RoomRole};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(ring).service(list).service(show).service(explain);
    config.service(accept).service(reject).service(cancel).service(feedback);
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCall {
    /// What the call is about; its seller is rung.
    service_id: Uuid,
}

/// A call in a list.
#[derive(Serialize, ToSchema)]
struct CallSummary {
    id: Uuid,
    /// `buyer` or `seller`: which side the reader is.
    role: &'static str,
    /// The other person's name.
    other_name: String,
    service_title: String,
    /// Milliseconds since the Unix epoch.
    rang_at_ms: i64,
    /// None while it lasts.
    ended_at_ms: Option<i64>,
    /// How it ended.
    end_reason: Option<String>,
    billable_ms: i64,
    /// Minor units of the currency.
    charged_minor: i64,
    currency: &'static str,
    /// Of a third person's leg: the call that it was in.
    in_call: Option<Uuid>,
}

impl CallSummary {
    fn of(call: &Call, reader: UserId) -> Self {
        let buyer = reader == call.buyer.id;
        Self {
            id: call.id.uuid(),
            role: if buyer { "buyer" } else { "seller" },
            other_name: if buyer { &call.seller } else { &call.buyer }.name.clone(),
            service_title: call.service_title.clone(),
            rang_at_ms: call.rang_at.0,
            ended_at_ms: call.ended.map(|ended| ended.at.0),
            end_reason: call.ended.and_then(|ended| reason(ended.reason)),
            billable_ms: call.ended.map_or(0, |ended| ended.billable_ms),
            charged_minor: call.ended.map_or(0, |ended| ended.charged_minor),
            currency: call.currency.code(),
            in_call: call.parent.map(CallId::uuid),
        }
    }
}

fn reason(reason: EndReason) -> Option<String> {
    serde_json::to_value(reason).ok()?.as_str().map(str::to_owned)
}

#[derive(Serialize, ToSchema)]
struct Calls {
    items: Vec<CallSummary>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// From 1.
    #[serde(default)]
    page: u32,
}

/// Rings the seller of a service. Price and terms are frozen now; nothing is charged before both press connect.
#[utoipa::path(
    tag = "calls",
    responses((status = 201, body = CallSummary), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "not_available, busy, in_a_call, insufficient_credit"),
        (status = 429, body = Problem, description = "As many calls were begun here as may be"))
)]
#[post("/calls")]
async fn ring(web: Data<Web>, site: Site, viewer: Viewer, Json(wanted): Json<NewCall>) -> Result<HttpResponse> {
    let call = ringing::ring(&web, &site, &viewer, ServiceId::from_uuid(wanted.service_id)).await?;
    Ok(HttpResponse::Created().json(CallSummary::of(&call, viewer.user.id)))
}

/// One's own calls, newest first, 25 a page.
#[utoipa::path(tag = "calls", params(Page), responses((status = 200, body = Calls), (status = 401, body = Problem)))]
#[get("/calls")]
async fn list(web: Data<Web>, site: Site, viewer: Viewer, Query(page): Query<Page>) -> Result<Json<Calls>> {
    let calls = calls::list(&web.app, &site.scope, viewer.user.id, page.page).await?;
    Ok(Json(Calls {
        items: calls
            .iter()
            .map(|(call, _)| CallSummary::of(call, viewer.user.id))
            .collect(),
    }))
}

/// A call as it stands; the same shape that the socket sends.
#[utoipa::path(
    tag = "calls",
    responses((status = 200, body = Object), (status = 401, body = Problem), (status = 404, body = Problem))
)]
#[get("/calls/{id}")]
async fn show(web: Data<Web>, site: Site, InRoom(viewer): InRoom, id: Path<Uuid>) -> Result<Json<CallView>> {
    Ok(Json(view(&web, &site, &viewer, CallId::from_uuid(*id)).await?))
}

/// How the reader sees one of their calls: from its room while it lasts, else as it was stored.
///
/// # Errors
/// It isn't theirs, or isn't there.
pub async fn view(web: &Web, site: &Site, viewer: &Viewer, id: CallId) -> Result<CallView> {
    let (call, role) = calls::joined(&web.app, &site.scope, viewer.user.id, id).await?;
    if let Some(room) = web.live.registry.room(&site.scope, id)
        && let Ok(view) = room.view(viewer.user.id).await
    {
        return Ok(*view);
    }
    Ok(stored_view(&call, role, web.app.now()))
}

fn stored_view(call: &Call, role: RoomRole, now: Moment) -> CallView {
    let other = if role == RoomRole::Seller {
        &call.buyer
    } else {
        &call.seller
    };
    // A guest is told nothing of the money.
    let told = |minor: i64| if role.is_guest() { 0 } else { minor };
    let phase = if call.ended.is_some() {
        CallPhase::Ended
    } else {
        CallPhase::Settling
    };
    CallView {
        id: call.id.uuid(),
        role,
        phase,
        suspended: None,
        ended: call.ended.map(|ended| ended.reason),
        ended_because: None,
        until_ms: None,
        rung: role == RoomRole::from(call.rung()),
        prepaid: call.booking.is_some() || role.is_guest(),
        free: call.terms.free,
        other: OtherView {
            name: other.name.clone(),
            present: false,
            connected: false,
        },
        you_connected: false,
        service_title: call.service_title.clone(),
        currency: call.currency.code().to_owned(),
        rate_minor: told(call.terms.rate_minor),
        charged_minor: told(call.ended.map_or(0, |ended| ended.charged_minor)),
        billable_ms: told(call.ended.map_or(0, |ended| ended.billable_ms)),
        remaining_ms: None,
        running: false,
        available_minor: None,
        server_now_ms: now.0,
    }
}

/// The seller takes the call.
#[utoipa::path(
    tag = "calls",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem))
)]
#[post("/calls/{id}/accept")]
async fn accept(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    decide(&web, &site, &viewer, *id, Decision::Accept).await
}

/// The seller doesn't take the call.
#[utoipa::path(
    tag = "calls",
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem))
)]
#[post("/calls/{id}/reject")]
async fn reject(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    decide(&web, &site, &viewer, *id, Decision::Reject).await
}

/// Gives up a call that isn't live yet.
#[utoipa::path(
    tag = "calls",
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem))
)]
#[post("/calls/{id}/cancel")]
async fn cancel(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<HttpResponse> {
    decide(&web, &site, &viewer, *id, Decision::Cancel).await
}

async fn decide(web: &Web, site: &Site, viewer: &Viewer, id: Uuid, decision: Decision) -> Result<HttpResponse> {
    let id = CallId::from_uuid(id);
    calls::one(&web.app, &site.scope, viewer.user.id, id).await?;
    let room: RoomHandle = web
        .live
        .registry
        .room(&site.scope, id)
        .ok_or_else(|| Error::conflict("call_over", "The call is over."))?;
    room.decide(viewer.user.id, decision).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A stretch of time in milliseconds since the Unix epoch.
#[derive(Serialize, ToSchema)]
struct Stretch {
    from_ms: i64,
    to_ms: i64,
}

impl From<&Span> for Stretch {
    fn from(span: &Span) -> Self {
        Self {
            from_ms: span.from.0,
            to_ms: span.to.0,
        }
    }
}

/// A block of charged time.
#[derive(Serialize, ToSchema)]
struct BillLine {
    /// Seconds of charged time before it.
    from_s: i64,
    /// Seconds of charged time after it.
    to_s: i64,
    /// Its first billable instant; none for what only the minimum adds.
    started_at_ms: Option<i64>,
    amount_minor: i64,
}

/// The explained bill: who was there when, what was charged for it, and what the ledger says.
#[derive(Serialize, ToSchema)]
struct Bill {
    call: CallSummary,
    currency: &'static str,
    rate_minor: i64,
    /// When the seller sent picture or sound.
    seller_present: Vec<Stretch>,
    /// When the buyer was there.
    buyer_present: Vec<Stretch>,
    /// When time counted.
    billed: Vec<Stretch>,
    billable_ms: i64,
    /// Free at the start.
    grace_ms: i64,
    charged_s: i64,
    /// Of these, what only the minimum adds.
    minimum_s: i64,
    lines: Vec<BillLine>,
    /// What the buyer paid for the minutes that were talked.
    charged_minor: i64,
    /// What the seller got of it.
    seller_minor: i64,
    /// What the tenant got of it.
    tenant_minor: i64,
    /// What its order brought beside: time that was paid for and not used, what was ordered with it, fee and tax.
    extra_minor: i64,
    /// What of that isn't the seller's.
    extra_commission_minor: i64,
    /// The tax that is in all of it.
    tax_minor: i64,
    /// What went back to the buyer since, of the call or of its order.
    refunded_minor: i64,
    /// What of that wasn't the seller's.
    refunded_commission_minor: i64,
    /// All of the call's ledger entries added up.
    ledger_sum_minor: i64,
}

impl Bill {
    fn of(bill: &CallBill, reader: UserId) -> Self {
        let record = &bill.bill;
        Self {
            call: CallSummary::of(&bill.call, reader),
            currency: bill.call.currency.code(),
            rate_minor: bill.call.terms.rate_minor,
            seller_present: record.seller_present.iter().map(Stretch::from).collect(),
            buyer_present: record.payer_present.iter().map(Stretch::from).collect(),
            billed: record.billed.iter().map(Stretch::from).collect(),
            billable_ms: record.billable_ms,
            grace_ms: record.grace_ms,
            charged_s: record.charged_s,
            minimum_s: record.minimum_s,
            lines: record.lines.iter().map(BillLine::of).collect(),
            charged_minor: bill.ledger.charged_minor,
            seller_minor: bill.ledger.seller_minor,
            tenant_minor: bill.ledger.tenant_minor,
            extra_minor: bill.extra.earned_minor,
            extra_commission_minor: bill.extra.commission_minor,
            tax_minor: bill.tax_minor(),
            refunded_minor: bill.refunds.iter().map(|refund| refund.amount.minor).sum(),
            refunded_commission_minor: bill.refunds.iter().map(|refund| refund.commission_minor).sum(),
            ledger_sum_minor: bill.ledger.sum_minor,
        }
    }
}

impl BillLine {
    fn of(line: &crate::domain::call::bill::Line) -> Self {
        Self {
            from_s: line.from_s,
            to_s: line.to_s,
            started_at_ms: line.started_at.map(|at| at.0),
            amount_minor: line.amount_minor,
        }
    }
}

/// The explained bill of one's own call, once it has ended.
#[utoipa::path(
    tag = "calls",
    responses((status = 200, body = Bill), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem))
)]
#[get("/calls/{id}/bill")]
async fn explain(web: Data<Web>, site: Site, viewer: Viewer, id: Path<Uuid>) -> Result<Json<Bill>> {
    let bill = calls::bill(&web.app, &site.scope, viewer.user.id, CallId::from_uuid(*id)).await?;
    Ok(Json(Bill::of(&bill, viewer.user.id)))
}

/// How picture and sound were.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallFeedback {
    /// What went wrong, each once; nothing if all was good.
    #[serde(default)]
    #[schema(max_items = 4)]
    faults: Vec<TechnicalFault>,
    /// Needed if the only fault is another one.
    #[serde(default)]
    #[schema(max_length = 1000)]
    text: String,
}

/// Says how picture and sound of a call were; saying it again replaces, for a day after its end.
#[utoipa::path(
    tag = "calls",
    responses((status = 200, body = CallFeedback), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem))
)]
#[put("/calls/{id}/feedback")]
async fn feedback(
    web: Data<Web>,
    viewer: Viewer,
    id: Path<Uuid>,
    Json(typed): Json<CallFeedback>,
) -> Result<Json<CallFeedback>> {
    let is_named = |fault: &TechnicalFault| typed.faults.contains(fault);
    let faults = TechnicalFault::ALL.into_iter().filter(is_named).collect();
    let said = calls::say_how(&web.app, &viewer, CallId::from_uuid(*id), faults, &typed.text).await?;
    Ok(Json(CallFeedback {
        faults: said.faults,
        text: said.text,
    }))
}
