//! What payment gateways are told.

use super::SavedMethod;
use crate::{
    domain::{money::Money, time::Moment},
    store::users::User,
};
use std::net::IpAddr;
use uuid::Uuid;

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
    /// Where the account's webhooks go, for providers that are told so with each payment.
    pub notify_url: Option<String>,
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
