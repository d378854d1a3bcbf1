//! What of Stripe's objects is read.

use super::currency;
use crate::{
    app::ports::{Answer, GatewayError, Outcome, Refunded, SavedMethod, Standing},
    domain::money::Money,
};
use serde::Deserialize;
use std::collections::HashMap;

/// A list, newest first.
#[derive(Deserialize)]
pub(super) struct List<T> {
    pub data: Vec<T>,
    pub has_more: bool,
}

/// The account's money.
#[derive(Deserialize)]
pub(super) struct Balance {
    pub livemode: bool,
}

/// An answer that says no.
#[derive(Deserialize)]
pub(super) struct Failure {
    pub error: Error,
}

#[derive(Deserialize)]
pub(super) struct Error {
    pub code: Option<String>,
    pub message: Option<String>,
}

/// A Checkout Session.
#[derive(Deserialize)]
pub(super) struct Session {
    pub id: String,
    pub url: Option<String>,
    status: Option<String>,
    payment_status: String,
    payment_intent: Option<Linked<Payment>>,
}

/// A PaymentIntent.
#[derive(Deserialize)]
pub(super) struct Payment {
    pub id: String,
    #[serde(default)]
    pub metadata: HashMap<String, String>,
    status: String,
    currency: String,
    #[serde(default)]
    amount_received: i64,
    #[serde(default)]
    amount_capturable: i64,
    customer: Option<Linked<Named>>,
    payment_method: Option<Linked<Method>>,
    setup_future_usage: Option<String>,
    last_payment_error: Option<Error>,
}

/// A Refund.
#[derive(Deserialize)]
pub(super) struct Refund {
    id: String,
    #[serde(default)]
    pub metadata: HashMap<String, String>,
    status: Option<String>,
    amount: i64,
    currency: String,
}

/// A PaymentMethod.
#[derive(Deserialize)]
struct Method {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    card: Option<Card>,
}

#[derive(Deserialize)]
struct Card {
    brand: String,
    last4: String,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// Another object: the whole of it where we asked for that, else its id.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Linked<T> {
    Id(String),
    Whole(Box<T>),
}

impl<T> Linked<T> {
    fn whole(&self) -> Option<&T> {
        match self {
            Self::Whole(object) => Some(object),
            Self::Id(_) => None,
        }
    }
}

fn amount(units: i64, code: &str) -> Answer<Money> {
    currency::amount(units, code).ok_or_else(|| GatewayError::Unknown(format!("{units} {code} is no amount")))
}

impl Session {
    /// How the payment stands.
    pub(super) fn standing(&self) -> Answer<Standing> {
        let payment = self.payment_intent.as_ref().and_then(Linked::whole);
        match (self.status.as_deref(), self.payment_status.as_str(), payment) {
            (Some("expired"), ..) => Ok(Outcome::run_out().into()),
            // The session goes on telling the whole after a part was captured; the payment tells what was.
            (Some("complete"), "paid" | "unpaid", Some(payment)) => payment.standing(),
            (Some("open"), ..) => Ok(Outcome::Pending.into()),
            (status, paid, _) => Err(GatewayError::Unknown(format!("a session is {status:?} and {paid}"))),
        }
    }
}

impl Payment {
    /// How it stands.
    pub(super) fn standing(&self) -> Answer<Standing> {
        let outcome = match self.status.as_str() {
            "succeeded" => Outcome::Settled(amount(self.amount_received, &self.currency)?),
            "requires_capture" => Outcome::Held(amount(self.amount_capturable, &self.currency)?),
            "canceled" => Outcome::Declined("The payment was cancelled.".to_owned()),
            "requires_payment_method" => Outcome::Declined(self.refused()),
            "processing" | "requires_action" | "requires_confirmation" => Outcome::Pending,
            status => return Err(GatewayError::Unknown(format!("a payment is {status}"))),
        };
        let paid = matches!(outcome, Outcome::Settled(_) | Outcome::Held(_));
        Ok(Standing {
            charge: paid.then(|| self.id.clone()),
            saved: self.saved().filter(|_| paid),
            outcome,
        })
    }

    fn refused(&self) -> String {
        let error = self.last_payment_error.as_ref();
        let message = error.and_then(|error| error.message.clone());
        message.unwrap_or_else(|| "The payment was declined.".to_owned())
    }

    /// The method, if it was to be kept.
    fn saved(&self) -> Option<SavedMethod> {
        self.setup_future_usage.as_ref()?;
        let customer = match self.customer.as_ref()? {
            Linked::Id(id) => id,
            Linked::Whole(customer) => &customer.id,
        };
        let method = self.payment_method.as_ref()?.whole()?;
        let label = match &method.card {
            Some(card) => format!("{} ···· {}", card.brand, card.last4),
            None => method.kind.clone(),
        };
        let token = format!("{customer}/{}", method.id);
        Some(SavedMethod { token, label })
    }
}

impl Refund {
    /// How it stands.
    pub(super) fn refunded(&self) -> Answer<Refunded> {
        let outcome = match self.status.as_deref() {
            Some("succeeded") => Outcome::Settled(amount(self.amount, &self.currency)?),
            Some("pending" | "requires_action") => Outcome::Pending,
            Some("failed" | "canceled") => Outcome::Declined("The money couldn't be given back.".to_owned()),
            status => return Err(GatewayError::Unknown(format!("a refund is {status:?}"))),
        };
        Ok(Refunded {
            reference: self.id.clone(),
            outcome,
        })
    }
}

/// The customer and the method that a token of ours names.
pub(super) fn saved(method: &SavedMethod) -> Answer<(&str, &str)> {
    let parts = method.token.split_once('/');
    parts.ok_or_else(|| GatewayError::Rejected("the saved method isn't one of Stripe's".to_owned()))
}
