//! What payment gateways say.

use super::{Answer, GatewayError};
use crate::domain::money::Money;
use serde::{Deserialize, Serialize};

/// A payment that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The provider's name of the payment.
    pub reference: String,
    /// What comes next.
    pub step: Step,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The person pays at this address.
    Redirect(String),
    /// The person pays in a frame of our page, into which these fields are posted (fetched, if there are none).
    Embed {
        /// The frame's address.
        address: String,
        /// Names and values.
        fields: Vec<(String, String)>,
    },
    /// Nothing.
    Done(Standing),
}

impl Begun {
    /// The provider's name of the payment and the page that the person is sent to.
    ///
    /// # Errors
    /// It has no page to send them to.
    pub fn redirect(self) -> Answer<(String, String)> {
        match self.step {
            Step::Redirect(url) => Ok((self.reference, url)),
            Step::Embed { .. } | Step::Done(_) => Err(GatewayError::Unsupported("it opens no page".to_owned())),
        }
    }
}

/// How a payment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What became of it.
    pub outcome: Outcome,
    /// What captures, voids, refunds and later questions name, once there is money.
    pub charge: Option<String>,
    /// The method, if it was to be saved.
    pub saved: Option<SavedMethod>,
}

impl From<Outcome> for Standing {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            charge: None,
            saved: None,
        }
    }
}

/// What became of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money is there.
    Settled(Money),
    /// So much is authorised, and waits to be captured or voided.
    Held(Money),
    /// The person hasn't finished.
    Pending,
    /// It won't come; says why in the person's words.
    Declined(String),
}

impl Outcome {
    /// Nobody paid as long as they could.
    pub fn run_out() -> Self {
        Self::Declined("The payment page has run out.".to_owned())
    }
}

/// A payment method that a provider keeps for us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedMethod {
    /// The provider's name of it; means nothing elsewhere.
    pub token: String,
    /// What the person recognises it by, such as `visa ···· 4242`.
    pub label: String,
}

/// Money that was given back, or is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refunded {
    /// The provider's name of the refund.
    pub reference: String,
    /// What became of it: `Settled` is back with the person.
    pub outcome: Outcome,
}

/// What a provider tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The same for every repetition, unique within the account.
    pub dedup_key: String,
    /// What it is about.
    pub kind: WebhookKind,
    /// What to answer once it is stored.
    pub ack: Ack,
}

/// What a webhook is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookKind {
    /// Something happened to a payment: ask for it by this reference.
    Payment(String),
    /// Something was given back of this charge.
    Refund(String),
    /// The person's bank wants the money back.
    Dispute(Dispute),
    /// Something else, by its name there.
    Other(String),
}

/// A bank's claim for a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// The provider's name of it.
    pub reference: String,
    /// The charge.
    pub charge: String,
    /// How much is claimed.
    pub amount: Money,
    /// Why, in the provider's words.
    pub reason: String,
    /// How it stands.
    pub stage: DisputeStage,
}

/// How a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStage {
    /// It isn't decided.
    Open,
    /// The money is ours.
    Won,
    /// The money is gone.
    Lost,
}

/// What a provider wants to be answered, with status 200.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ack {
    /// Plain text.
    pub body: String,
}
