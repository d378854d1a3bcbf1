//! What of iyzico's messages is read and written, in the order in which its own libraries write it.

use crate::{
    app::ports::{Answer, GatewayError, Outcome, Standing},
    domain::{gateway::from_decimal, money::Currency},
};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// Opens a page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FormRequest<'a> {
    pub locale: &'static str,
    pub conversation_id: &'a str,
    pub price: &'a str,
    pub basket_id: &'a str,
    pub payment_group: &'static str,
    pub buyer: Person<'a>,
    pub billing_address: Address<'a>,
    pub basket_items: [Item<'a>; 1],
    pub callback_url: &'a str,
    pub currency: &'a str,
    pub paid_price: &'a str,
    pub enabled_installments: [u8; 1],
}

/// Who pays.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Person<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub surname: &'a str,
    pub identity_number: &'static str,
    pub email: &'a str,
    pub registration_address: &'static str,
    pub city: &'static str,
    pub country: &'static str,
    pub ip: String,
}

/// Whom the bill is for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Address<'a> {
    pub address: &'static str,
    pub contact_name: &'a str,
    pub city: &'static str,
    pub country: &'static str,
}

/// What is paid for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item<'a> {
    pub id: &'a str,
    pub price: &'a str,
    pub name: &'a str,
    pub category1: &'static str,
    pub item_type: &'static str,
}

/// By which of its names a payment is asked for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Question<'a> {
    pub locale: &'static str,
    pub conversation_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_conversation_id: Option<&'a str>,
}

/// Gives money back.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundRequest<'a> {
    pub locale: &'static str,
    pub conversation_id: &'a str,
    pub price: &'a str,
    pub payment_id: &'a str,
    pub currency: &'a str,
}

/// Every answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Said {
    pub status: String,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
}

/// A page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Form {
    pub payment_page_url: String,
}

/// A payment, or the last try of one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    pub payment_id: String,
    pub payment_status: Option<String>,
    pub fraud_status: Option<i64>,
    pub paid_price: Number,
    pub currency: String,
}

/// What its books have.
#[derive(Deserialize)]
pub(super) struct Report {
    #[serde(default)]
    pub payments: Vec<Reported>,
}

/// A payment in them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reported {
    #[serde(default)]
    pub item_transactions: Vec<Transaction>,
}

/// A part of a payment.
#[derive(Deserialize)]
pub(super) struct Transaction {
    #[serde(default)]
    pub refunds: Vec<Made>,
}

/// A refund.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Made {
    pub refund_conversation_id: Option<String>,
    pub refund_status: i64,
}

/// A message.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    pub payment_conversation_id: String,
    pub token: String,
    pub status: String,
    pub iyzi_event_type: String,
    pub iyzi_payment_id: Value,
}

impl Payment {
    /// How it stands.
    pub(super) fn standing(&self) -> Answer<Standing> {
        let paid = Currency::parse(&self.currency);
        let paid = paid.and_then(|currency| from_decimal(&self.paid_price.to_string(), currency));
        let paid = paid.ok_or_else(|| GatewayError::Unknown(format!("{} is no amount", self.paid_price)))?;
        let outcome = match (self.payment_status.as_deref(), self.fraud_status) {
            (_, Some(-1)) => Outcome::Declined("The payment was declined.".to_owned()),
            (Some("SUCCESS"), Some(1) | None) => Outcome::Settled(paid),
            // Under review, or between two steps; after a failure another card can be tried.
            _ => Outcome::Pending,
        };
        Ok(Standing {
            charge: matches!(outcome, Outcome::Settled(_)).then(|| self.payment_id.clone()),
            saved: None,
            outcome,
        })
    }
}
