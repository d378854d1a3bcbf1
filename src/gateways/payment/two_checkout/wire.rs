//! What of 2Checkout's messages is read and written.

use crate::{
    app::ports::{Answer, GatewayError, Outcome, Standing},
    domain::{
        gateway::from_decimal,
        money::{Currency, Money},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// Gives money back.
#[derive(Serialize)]
pub(super) struct RefundRequest {
    amount: Number,
    comment: &'static str,
    reason: &'static str,
}

impl RefundRequest {
    /// So much.
    pub(super) fn of(amount: &str) -> Answer<Self> {
        // Read and written as text: there is no arithmetic in between.
        let amount = serde_json::from_str(amount).map_err(|error| GatewayError::Rejected(error.to_string()))?;
        Ok(Self {
            amount,
            comment: "Refund",
            reason: "Other",
        })
    }
}

/// A refusal.
#[derive(Deserialize)]
pub(super) struct Failure {
    error_code: String,
    #[serde(default)]
    message: String,
}

impl Failure {
    /// All of it.
    pub(super) fn told(&self) -> String {
        format!("{}: {}", self.error_code, self.message)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    pub items: Vec<Order>,
}

/// An order.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Order {
    ref_no: String,
    pub external_reference: Option<String>,
    status: String,
    currency: String,
    gross_price: Number,
}

impl Order {
    /// How much it is, with what was added to our price.
    pub(super) fn amount(&self) -> Answer<Money> {
        let currency = Currency::parse(&self.currency.to_uppercase());
        let amount = currency.and_then(|currency| from_decimal(&self.gross_price.to_string(), currency));
        amount.ok_or_else(|| GatewayError::Unknown(format!("{} {} is no amount", self.gross_price, self.currency)))
    }

    /// Whether the whole was given back.
    pub(super) fn is_refunded(&self) -> bool {
        self.status == "REFUND"
    }

    /// Whether its money came; what was given back was paid.
    pub(super) fn is_paid(&self) -> bool {
        self.status == "COMPLETE" || self.is_refunded()
    }

    /// How it stands.
    pub(super) fn standing(&self) -> Answer<Standing> {
        let outcome = match self.status.as_str() {
            _ if self.is_paid() => Outcome::Settled(self.amount()?),
            // Authorised isn't paid yet.
            "AUTHRECEIVED" | "PAYMENT_AUTHORIZED" | "PAYMENT_RECEIVED" | "PENDING" | "PENDING_APPROVAL"
            | "PURCHASE_PENDING" | "SUSPECT" => Outcome::Pending,
            "CANCELED" | "INVALID" | "REVERSED" => Outcome::Declined("The payment was declined.".to_owned()),
            status => return Err(GatewayError::Unknown(format!("an order is {status}"))),
        };
        Ok(Standing {
            charge: matches!(outcome, Outcome::Settled(_)).then(|| self.ref_no.clone()),
            saved: None,
            outcome,
        })
    }
}
