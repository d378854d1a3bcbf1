//! What of PayU's messages is read and written.

use super::EXPONENT;
use crate::{
    app::ports::{Answer, GatewayError, Outcome, Refunded, Standing},
    domain::{
        gateway::unscaled,
        money::{Currency, Money},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Another order has this number of ours.
pub(super) const NOT_UNIQUE: &str = "ERROR_ORDER_NOT_UNIQUE";
/// There is none.
pub(super) const NOT_FOUND: &str = "DATA_NOT_FOUND";

/// Opens a page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderRequest<'a> {
    pub ext_order_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<&'a str>,
    pub continue_url: &'a str,
    pub customer_ip: String,
    pub merchant_pos_id: &'a str,
    pub validity_time: String,
    pub description: String,
    pub currency_code: &'a str,
    pub total_amount: String,
    pub buyer: Buyer<'a>,
    pub products: [Product; 1],
}

/// Who pays.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Buyer<'a> {
    pub email: &'a str,
    pub first_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<&'a str>,
}

/// What is paid for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Product {
    pub name: String,
    pub unit_price: String,
    pub quantity: &'static str,
}

/// Gives money back.
#[derive(Serialize)]
pub(super) struct RefundRequest<'a> {
    pub refund: RefundOrder<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundOrder<'a> {
    pub description: &'static str,
    pub amount: String,
    pub ext_refund_id: String,
    pub currency_code: &'a str,
}

/// Every answer.
#[derive(Deserialize)]
pub(super) struct Said {
    status: Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    status_code: String,
    code_literal: Option<String>,
    status_desc: Option<String>,
}

impl Said {
    /// Its code, then the rest.
    pub(super) fn told(&self) -> String {
        let status = &self.status;
        let more = [&status.code_literal, &status.status_desc];
        let more: Vec<&str> = more.into_iter().flatten().map(String::as_str).collect();
        format!("{}: {}", status.status_code, more.join(": "))
    }
}

/// A page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Opened {
    pub order_id: String,
    pub redirect_uri: String,
}

#[derive(Deserialize)]
pub(super) struct Orders {
    pub orders: Vec<Order>,
}

/// An order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    pub order_id: String,
    status: String,
    currency_code: String,
    total_amount: Value,
}

/// Texts and numbers are both found where hundredths are.
fn amount(hundredths: &Value, code: &str) -> Answer<Money> {
    let text = hundredths
        .as_str()
        .map_or_else(|| hundredths.to_string(), str::to_owned);
    let currency = Currency::parse(code);
    let amount = currency.and_then(|currency| unscaled(text.parse().ok()?, EXPONENT, currency));
    amount.ok_or_else(|| GatewayError::Unknown(format!("{text} {code} is no amount")))
}

impl Order {
    /// How it stands; held is what waits to be taken.
    pub(super) fn standing(&self) -> Answer<Standing> {
        let amount = || amount(&self.total_amount, &self.currency_code);
        let outcome = match self.status.as_str() {
            "NEW" | "PENDING" => Outcome::Pending,
            "WAITING_FOR_CONFIRMATION" => Outcome::Held(amount()?),
            "COMPLETED" => Outcome::Settled(amount()?),
            "CANCELED" => Outcome::Declined("The payment was cancelled, or its page has run out.".to_owned()),
            status => return Err(GatewayError::Unknown(format!("an order is {status}"))),
        };
        let money = matches!(outcome, Outcome::Settled(_) | Outcome::Held(_));
        Ok(Standing {
            charge: money.then(|| self.order_id.clone()),
            saved: None,
            outcome,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct Refunds {
    #[serde(default)]
    pub refunds: Vec<Refund>,
}

#[derive(Deserialize)]
pub(super) struct Made {
    pub refund: Refund,
}

/// What gives money back.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refund {
    pub refund_id: String,
    pub ext_refund_id: Option<String>,
    pub status: String,
    amount: Value,
    currency_code: String,
}

impl Refund {
    /// How it stands.
    pub(super) fn refunded(&self) -> Answer<Refunded> {
        let outcome = match self.status.as_str() {
            "FINALIZED" => Outcome::Settled(amount(&self.amount, &self.currency_code)?),
            "PENDING" => Outcome::Pending,
            "CANCELED" => Outcome::Declined("The money couldn't be given back.".to_owned()),
            status => return Err(GatewayError::Unknown(format!("a refund is {status}"))),
        };
        Ok(Refunded {
            reference: self.refund_id.clone(),
            outcome,
        })
    }
}
