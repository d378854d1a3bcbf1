//! Payment gateways as the product sees them: one trait for all of them, so that what a payment is for never depends on
//! who takes it.
//!
//! A [`PaymentGateway`] is one account at a provider, opened with a tenant's keys. The rules that all of them keep, and
//! that the contract suite (`tests/it/gateways`) holds against each:
//!
//! - **No card number passes through us.** People pay on the provider's page, or in its frame.
//! - **Amounts** are [`Money`]. How a provider counts (cents, decimals, currencies of its own habits) is its
//!   implementation's affair; an amount that it can't say exactly is refused before anything is sent.
//! - **Repeating is safe**: every order has a key that is stored before the call. Under the same key a payment begins
//!   once; where the provider knows such keys itself ([`Caps::idempotent`]) that holds for charges and refunds too.
//! - **Silence is no answer.** What times out, breaks off, can't be read or says 5xx is [`GatewayError::Unknown`]: the
//!   money may have moved. The caller then asks ([`PaymentGateway::look_up`], [`PaymentGateway::look_up_refund`]) and
//!   doesn't repeat by itself. Every call ends within the time-out that the gateway was opened with.
//! - **A webhook is a hint.** Its signature is checked, and it says which payment to ask about; the state of a payment is
//!   only ever what the provider answers when it is asked. So neither the order nor the number of webhooks matters.

use super::GatewayAccount;
use crate::{
    domain::{
        gateway::{Caps, Provider},
        money::Money,
        time::Moment,
    },
    error::Error,
    store::{TenantScope, users::User},
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::{net::IpAddr, sync::Arc};
use uuid::Uuid;

/// What a gateway answers.
pub type Answer<T> = std::result::Result<T, GatewayError>;

/// Opens accounts at payment providers.
#[async_trait]
pub trait PaymentGateways: Send + Sync {
    /// The built-in test gateway that every tenant has, with the tenant's own books.
    fn built_in(&self, scope: &TenantScope) -> Arc<dyn PaymentGateway>;

    /// An account that a tenant has elsewhere. Nothing is sent yet.
    ///
    /// # Errors
    /// The keys can't be used: badly formed, or of the other mode.
    fn open(&self, account: &GatewayAccount) -> crate::error::Result<Arc<dyn PaymentGateway>>;

    /// Whether the built-in gateway is there at all.
    ///
    /// # Errors
    /// It doesn't answer.
    async fn check(&self) -> Answer<()>;
}

/// An account at a payment provider.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Whose.
    fn provider(&self) -> Provider;

    /// What it can do.
    fn caps(&self) -> Caps;

    /// Opens the provider's payment page for an intent that is stored already. Repeating it with the same intent opens
    /// the same payment.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn begin_checkout(&self, checkout: &Checkout) -> Answer<Begun>;

    /// Asks how a payment stands, by the reference that [`Begun`] or [`Standing`] gave. A payment that the person has
    /// agreed to and that waits for us to take it is taken.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn confirm(&self, reference: &str) -> Answer<Standing>;

    /// Asks how a payment stands whose beginning got no answer; nothing if the provider has none.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn look_up(&self, sought: &Sought) -> Answer<Option<Standing>>;

    /// Charges a saved method without the person.
    ///
    /// # Errors
    /// [`GatewayError`]; a refusal is `Declined`, and says whether the person could still pay on a page.
    async fn charge_saved(&self, charge: &SavedCharge) -> Answer<Standing> {
        Err(self.cannot(format!("charge {} without the person", charge.amount)))
    }

    /// Takes what was held, or a part of it; the rest is let go.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn capture(&self, capture: &Capture) -> Answer<Standing> {
        Err(self.cannot(format!("capture {}", capture.amount)))
    }

    /// Lets go what was held.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn void(&self, void: &Void) -> Answer<()> {
        Err(self.cannot(format!("void {}", void.charge)))
    }

    /// Gives back a payment, or a part of it.
    ///
    /// # Errors
    /// [`GatewayError`]; more than is left is `Rejected`.
    async fn refund(&self, refund: &Refund) -> Answer<Refunded> {
        Err(self.cannot(format!("refund {}", refund.amount)))
    }

    /// Asks for a refund that got no answer; nothing if the provider has none.
    ///
    /// # Errors
    /// [`GatewayError`].
    async fn look_up_refund(&self, refund: &Refund) -> Answer<Option<Refunded>> {
        Err(self.cannot(format!("refund {}", refund.amount)))
    }

    /// Reads what claims to come from the provider.
    ///
    /// # Errors
    /// [`GatewayError`]; `BadSignature` if it doesn't come from there, isn't for this account, or is old.
    async fn parse_webhook(&self, webhook: &RawWebhook, _now: Moment) -> Answer<Webhook> {
        Err(self.cannot(format!("send {} bytes", webhook.body.len())))
    }

    /// Asks whether the provider takes our keys, without moving anything.
    ///
    /// # Errors
    /// It doesn't answer, or doesn't take us.
    async fn test_connection(&self) -> Answer<()>;

    /// Says that it can't do something.
    fn cannot(&self, what: String) -> GatewayError {
        GatewayError::Unsupported(format!("{} can't {what}", self.provider().name()))
    }
}

/// An intent to pay.
#[derive(Clone, Debug)]
pub struct Checkout {
    /// The intent; the provider's idempotency key.
    pub intent: Uuid,
    /// How much.
    pub amount: Money,
    /// What for, as the payment page and the bank's statement say.
    pub description: String,
    /// Where the person comes back to.
    pub return_url: String,
    /// Until when the page can be paid on, where the provider lets us say; the same whenever this is repeated.
    pub open_until: Moment,
    /// Who pays.
    pub buyer: Buyer,
    /// Who gets the money, if not the tenant.
    pub merchant: Option<String>,
    /// They have agreed that we charge them again without asking.
    pub save_method: bool,
    /// Only authorise.
    pub hold: bool,
}

/// Who pays.
#[derive(Clone, Debug)]
pub struct Buyer {
    /// Name.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// Where the browser asks from; some providers insist on it.
    pub ip: Option<IpAddr>,
}

impl Buyer {
    /// Somebody with an account.
    pub fn of(user: &User) -> Self {
        Self {
            name: user.name.clone(),
            email: user.email.clone(),
            ip: None,
        }
    }
}

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

/// A payment method that a provider keeps for us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedMethod {
    /// The provider's name of it; means nothing elsewhere.
    pub token: String,
    /// What the person recognises it by, such as `visa ···· 4242`.
    pub label: String,
}

/// A charge without the person.
#[derive(Clone, Debug)]
pub struct SavedCharge {
    /// The intent; the provider's idempotency key.
    pub intent: Uuid,
    /// How much.
    pub amount: Money,
    /// What for.
    pub description: String,
    /// What is charged.
    pub method: SavedMethod,
    /// Only authorise.
    pub hold: bool,
}

/// A payment whose beginning got no answer.
#[derive(Clone, Debug)]
pub struct Sought {
    /// The intent.
    pub intent: Uuid,
    /// How much.
    pub amount: Money,
    /// When it was begun.
    pub since: Moment,
    /// The saved method that was to be charged, if it was one.
    pub method: Option<SavedMethod>,
}

/// Takes what is held.
#[derive(Clone, Debug)]
pub struct Capture {
    /// The provider's idempotency key.
    pub key: Uuid,
    /// The charge.
    pub charge: String,
    /// How much of it.
    pub amount: Money,
}

/// Lets go what is held.
#[derive(Clone, Debug)]
pub struct Void {
    /// The provider's idempotency key.
    pub key: Uuid,
    /// The charge.
    pub charge: String,
}

/// Gives money back.
#[derive(Clone, Debug)]
pub struct Refund {
    /// The provider's idempotency key.
    pub key: Uuid,
    /// The charge.
    pub charge: String,
    /// How much of it.
    pub amount: Money,
}

/// Money that was given back, or is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refunded {
    /// The provider's name of the refund.
    pub reference: String,
    /// What became of it: `Settled` is back with the person.
    pub outcome: Outcome,
}

/// A request that claims to come from a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawWebhook {
    /// Names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: Vec<u8>,
}

impl RawWebhook {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Why a gateway gave no outcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// No answer: the money may have moved or not. Ask, don't repeat.
    #[error("the outcome is not known: {0}")]
    Unknown(String),
    /// It said no to the request itself; nothing happened.
    #[error("the gateway refused: {0}")]
    Rejected(String),
    /// The bank said no; nothing was charged.
    #[error("the payment was declined: {reason}")]
    Declined {
        /// Why, in the provider's words.
        reason: String,
        /// The person could still pay on a page: their bank wants to ask them.
        requires_action: bool,
    },
    /// It can't do this at all; nothing was sent.
    #[error("the gateway can't do that: {0}")]
    Unsupported(String),
    /// This doesn't come from the provider, or isn't for us.
    #[error("the signature is wrong: {0}")]
    BadSignature(String),
}

/// The same, towards a person.
impl From<GatewayError> for Error {
    fn from(error: GatewayError) -> Self {
        let public = match &error {
            GatewayError::Unknown(_) => "The payment provider didn't answer. We keep asking; you won't pay twice.",
            GatewayError::Rejected(_) | GatewayError::Unsupported(_) => {
                "The payment provider can't take this payment. Nothing was charged."
            }
            GatewayError::Declined { .. } => "The payment was declined. Nothing was charged; try another way to pay.",
            GatewayError::BadSignature(_) => {
                return Self::invalid("This message isn't signed by the payment provider.").because(error);
            }
        };
        Self::conflict("payment", public).because(error)
    }
}
