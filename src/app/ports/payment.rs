//! Payment gateways as the product sees them: one trait for all of them, so that what a payment is for never depends on
//! who takes it.
//!
//! A [`PaymentGateway`] is one account at a provider, opened with a tenant's keys. The rules that all of them keep, and
//! that the contract suite (`tests/it/gateways`) holds against each:
//!
//! - **No card number passes through us.** People pay on the provider's page, or in its frame.
//! - **Amounts** are `Money`. How a provider counts (cents, decimals, currencies of its own habits) is its
//!   implementation's affair; an amount that it can't say exactly is refused before anything is sent.
//! - **Repeating is safe**: every order has a key that is stored before the call. Under the same key a payment begins
//!   once; where the provider knows such keys itself ([`Caps::idempotent`]) that holds for charges and refunds too.
//! - **Silence is no answer.** What times out, breaks off, can't be read or says 5xx is [`GatewayError::Unknown`]: the
//!   money may have moved. The caller then asks ([`PaymentGateway::look_up`], [`PaymentGateway::look_up_refund`]) and
//!   doesn't repeat by itself. Every call ends within the time-out that the gateway was opened with.
//! - **A webhook is a hint.** Its signature is checked, and it says which payment to ask about; the state of a payment is
//!   only ever what the provider answers when it is asked. So neither the order nor the number of webhooks matters.

use super::{
    Begun, Capture, Checkout, GatewayAccount, RawWebhook, Refund, Refunded, SavedCharge, Sought, Standing, Void,
    Webhook,
};
use crate::{
    domain::{
        gateway::{Caps, Provider},
        time::Moment,
    },
    error::Error,
    store::TenantScope,
};
use async_trait::async_trait;
use std::sync::Arc;

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

    /// Refuses a checkout for more than the provider can do, by [`caps`](Self::caps).
    ///
    /// # Errors
    /// `Unsupported`: it keeps no methods, or holds nothing.
    fn check_caps(&self, checkout: &Checkout) -> Answer<()> {
        let caps = self.caps();
        if (checkout.save_method && !caps.saved_methods) || (checkout.hold && !caps.holds) {
            return Err(self.cannot("do more than take money once".to_owned()));
        }
        Ok(())
    }

    /// Says that it can't do something.
    fn cannot(&self, what: String) -> GatewayError {
        GatewayError::Unsupported(format!("{} can't {what}", self.provider().name()))
    }
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
    /// What is to be sent isn't there yet; nothing moved, and later it may. Who tries again calls it by another name.
    #[error("the gateway has too little for it: {0}")]
    Later(String),
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
            GatewayError::Rejected(_) | GatewayError::Later(_) | GatewayError::Unsupported(_) => {
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
