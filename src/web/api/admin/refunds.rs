//! What went back of what was paid, and giving it back.

use crate::{
    app::{console, refunds::Charged},
    domain::{
        ids::{BookingId, CallId, RefundId},
        refund::{Asked, Subject},
    },
    error::Error,
    store::refunds::{self, RefundLine},
    web::{
        Problem, Result, Web,
        extract::{Fresh, Staff, may},
        listing::{ListQuery, Listed},
    },
};
use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(give)
        .service(charge_of_call)
        .service(charge_of_order);
}

/// All refunds, the newest first.
#[utoipa::path(tag = "console", params(ListQuery), responses((status = 200, body = Listed<RefundLine>),
    (status = 401, body = Problem), (status = 403, body = Problem)))]
#[get("/admin/refunds")]
async fn list(
    web: Data<Web>,
    by: Staff<may::Money>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Listed<RefundLine>>> {
    let scope = by.viewer().scope;
    let page = web
        .app
        .db
        .read(&scope, move |tx| refunds::list(tx, &query.into()))
        .await?;
    Ok(Json(page.into()))
}

/// What was paid for something, and what can be given back of it.
#[derive(Serialize, ToSchema)]
struct Charge {
    /// Who paid.
    buyer: String,
    /// Who earned it.
    seller: String,
    /// What it was about.
    title: String,
    currency: &'static str,
    paid_minor: i64,
    /// The tenant's part of that.
    commission_minor: i64,
    refunded_minor: i64,
    /// What can be given back.
    left_minor: i64,
    /// Of how many minutes; 0 if it wasn't paid by time.
    left_min: i64,
}

impl From<Charged> for Charge {
    fn from(charged: Charged) -> Self {
        let charge = charged.charge;
        Self {
            buyer: charged.buyer.name,
            seller: charged.seller.name,
            title: charged.title,
            currency: charged.currency.code(),
            paid_minor: charge.paid_minor,
            commission_minor: charge.commission_minor,
            refunded_minor: charge.refunded_minor,
            left_minor: charge.left_minor(),
            left_min: charge.left_min(),
        }
    }
}

/// What was paid for a call. One that was an order's talk stands for its order.
#[utoipa::path(tag = "console", responses((status = 200, body = Charge), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[get("/admin/calls/{id}/charge")]
async fn charge_of_call(web: Data<Web>, by: Staff<may::Money>, id: Path<Uuid>) -> Result<Json<Charge>> {
    let subject = Subject::Call(CallId::from_uuid(*id));
    Ok(Json(console::charge(&web.app, &by, subject).await?.into()))
}

/// What was paid for an order.
#[utoipa::path(tag = "console", responses((status = 200, body = Charge), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
#[get("/admin/bookings/{id}/charge")]
async fn charge_of_order(web: Data<Web>, by: Staff<may::Money>, id: Path<Uuid>) -> Result<Json<Charge>> {
    let subject = Subject::Order(BookingId::from_uuid(*id));
    Ok(Json(console::charge(&web.app, &by, subject).await?.into()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRefund {
    /// Made by the sender: sent twice, it is given once.
    id: Uuid,
    /// Of this call, or of this order.
    call_id: Option<Uuid>,
    booking_id: Option<Uuid>,
    /// So much, or the last of so many minutes.
    amount_minor: Option<i64>,
    minutes: Option<u32>,
    /// Both read it.
    #[schema(max_length = 500)]
    reason: String,
}

/// What was given back.
#[derive(Serialize, ToSchema)]
struct GivenRefund {
    id: Uuid,
    amount_minor: i64,
    commission_minor: i64,
    currency: &'static str,
}

/// Gives back what was paid for a call or an order, from the seller's earnings and from the tenant's share in proportion.
#[utoipa::path(tag = "console", responses((status = 200, body = GivenRefund), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
#[post("/admin/refunds")]
async fn give(web: Data<Web>, by: Fresh<may::Money>, Json(new): Json<NewRefund>) -> Result<HttpResponse> {
    let subject = match (new.call_id, new.booking_id) {
        (Some(call), None) => Subject::Call(CallId::from_uuid(call)),
        (None, Some(order)) => Subject::Order(BookingId::from_uuid(order)),
        _ => return Err(Error::field("call_id", "Name a call or an order.").into()),
    };
    let asked = match (new.amount_minor, new.minutes) {
        (Some(minor), None) => Asked::Amount(minor),
        (None, Some(minutes)) => Asked::Minutes(minutes.into()),
        _ => return Err(Error::field("amount", "Fill in minutes or an amount, not both.").into()),
    };
    let id = RefundId::of_form(new.id, by.user()?);
    let refund = console::refund_as_staff(&web.app, &by, id, (subject, asked), &new.reason).await?;
    Ok(HttpResponse::Ok().json(GivenRefund {
        id: refund.id.uuid(),
        amount_minor: refund.amount.minor,
        commission_minor: refund.commission_minor,
        currency: refund.amount.currency.code(),
    }))
}
