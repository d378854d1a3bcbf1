//! Orders as they are told.

use crate::{
    app::identity::Viewer,
    domain::{
        booking::{Absent, Agreement, Outcome, State},
        call::CallRole,
        time::Moment,
    },
    error::Error,
    store::bookings::Order,
    web::{Result, api::selling::Addon},
};
use actix_web::web::Json;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An order of the reader's.
#[derive(Serialize, ToSchema)]
pub(super) struct Booking {
    id: Uuid,
    /// Which of the two the reader is.
    #[schema(value_type = String)]
    role: CallRole,
    buyer: Person,
    seller: Person,
    service_id: Uuid,
    service_title: String,
    agreement: Agreement,
    length_min: u32,
    /// What the seller asks for it.
    price_minor: i64,
    /// The marketplace's fee beside it.
    fee_minor: i64,
    /// The tax on both.
    tax_minor: i64,
    /// Price and fee are with the tax; else it comes on top of them.
    tax_included: bool,
    /// What the buyer pays.
    total_minor: i64,
    currency: &'static str,
    /// What was chosen with it; the price is with all of it.
    addons: Vec<Addon>,
    /// What exactly is wanted.
    brief: String,
    /// Within so many days it is delivered, where it isn't talked.
    delivery_days: Option<u32>,
    /// What was delivered.
    delivered: String,
    /// `unpaid`, `open`, `asked`, `booked`, `running`, `ordered`, `working`, `delivered` or `closed`.
    state: &'static str,
    /// The buyer's money is kept for it, or was.
    paid: bool,
    /// When it begins, as far as that is agreed.
    #[schema(value_type = Option<String>, format = DateTime)]
    start: Option<Timestamp>,
    /// The time that waits for an answer.
    offer: Option<Offer>,
    /// When the state ends by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// How it ended: `held`, `accepted`, `not_paid`, `expired`, `declined`, `withdrawn`, `cancelled`, `cancelled_late`,
    /// `buyer_missed`, `seller_missed`, `both_missed`.
    outcome: Option<&'static str>,
    /// What went back to the buyer.
    refund_minor: Option<i64>,
}

#[derive(Serialize, ToSchema)]
struct Person {
    id: Uuid,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct Offer {
    /// Who named it.
    #[schema(value_type = String)]
    by: CallRole,
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// What an answer names.
    round: u32,
}

impl Booking {
    pub fn of(order: Order, role: CallRole) -> Self {
        let booking = &order.booking;
        let (state, start) = match booking.state() {
            State::Unpaid { start, .. } => ("unpaid", start),
            State::Open => ("open", None),
            State::Asked { .. } => ("asked", None),
            State::Booked { start, .. } => ("booked", Some(start)),
            State::Running { start } => ("running", Some(start)),
            State::Ordered { .. } => ("ordered", None),
            State::Working { .. } => ("working", None),
            State::Delivered { .. } => ("delivered", None),
            State::Closed { .. } => ("closed", None),
        };
        let outcome = match booking.state() {
            State::Closed { outcome } => Some(outcome_name(outcome)),
            _ => None,
        };
        let terms = booking.terms();
        Self {
            id: order.id.uuid(),
            role,
            service_id: order.service.uuid(),
            agreement: terms.agreement,
            length_min: terms.length_min,
            price_minor: terms.price_minor,
            fee_minor: terms.charged().fee_minor(),
            tax_minor: terms.charged().tax_minor(),
            tax_included: terms.charged().included,
            total_minor: terms.charged().total_minor(),
            addons: terms.addons.iter().map(Addon::from).collect(),
            delivery_days: terms.delivery_days,
            currency: order.currency.code(),
            state,
            paid: booking.is_paid(),
            start: start.map(Moment::timestamp),
            offer: booking.open_offer().map(|offer| Offer {
                by: offer.by,
                start: offer.start.timestamp(),
                expires_at: offer.expires_at.timestamp(),
                round: offer.round,
            }),
            until: booking.next_deadline().map(Moment::timestamp),
            outcome,
            refund_minor: booking.settlement().map(|parts| parts.refund_minor),
            buyer: Person {
                id: order.buyer.id.uuid(),
                name: order.buyer.name,
            },
            seller: Person {
                id: order.seller.id.uuid(),
                name: order.seller.name,
            },
            service_title: order.service_title,
            brief: order.brief,
            delivered: order.delivered,
        }
    }

    /// As the reader sees it.
    pub fn read_by(viewer: &Viewer, order: Order) -> Result<Json<Self>> {
        let role = order.role(viewer.user.id).ok_or_else(Error::not_found)?;
        Ok(Json(Self::of(order, role)))
    }
}

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Held { .. } => "held",
        Outcome::Accepted => "accepted",
        Outcome::NotPaid => "not_paid",
        Outcome::Expired => "expired",
        Outcome::Declined { .. } => "declined",
        Outcome::Withdrawn { .. } => "withdrawn",
        Outcome::Cancelled { late: false, .. } => "cancelled",
        Outcome::Cancelled { late: true, .. } => "cancelled_late",
        Outcome::Missed { absent: Absent::Buyer } => "buyer_missed",
        Outcome::Missed { absent: Absent::Seller } => "seller_missed",
        Outcome::Missed { absent: Absent::Both } => "both_missed",
    }
}
