//! What of PayPal's objects is read and written.

use crate::{
    app::ports::{Answer, GatewayError, Outcome, Refunded, SavedMethod, Standing},
    domain::{
        gateway::{from_decimal, scaled},
        money::{Currency, Money},
    },
};
use serde::{Deserialize, Serialize};

/// Our names of what money was moved by.
pub(super) const CAPTURE: &str = "capture";
pub(super) const AUTHORIZATION: &str = "authorization";

/// <https://developer.paypal.com/api/rest/reference/currency-codes/>
pub(super) const CURRENCIES: &[&str] = &[
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK",
    "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
];
/// Of those, the ones without decimals there.
const WHOLE: [&str; 3] = ["HUF", "JPY", "TWD"];

/// Anything with an id.
#[derive(Deserialize)]
pub(super) struct Named {
    #[serde(rename = "id")]
    _id: String,
}

/// A refusal.
#[derive(Deserialize)]
pub(super) struct Failure {
    name: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<Issue>,
}

#[derive(Deserialize)]
struct Issue {
    issue: String,
    #[serde(default)]
    description: String,
}

impl Failure {
    /// All of it.
    pub(super) fn told(&self) -> String {
        let issues = self.details.iter();
        let issues: Vec<String> = issues
            .map(|issue| format!("{}: {}", issue.issue, issue.description))
            .collect();
        format!("{}: {} {}", self.name, self.message, issues.join("; "))
    }
}

/// An amount.
#[derive(Serialize, Deserialize)]
pub(super) struct Amount {
    currency_code: String,
    value: String,
}

impl Amount {
    /// As PayPal writes it.
    pub(super) fn of(amount: Money) -> Answer<Self> {
        let code = amount.currency.code();
        let value = match scaled(amount, 0) {
            Some(whole) if WHOLE.contains(&code) => Some(whole.to_string()),
            None if WHOLE.contains(&code) => None,
            _ => Some(amount.decimal()),
        };
        let value = value.filter(|_| amount.minor > 0 && CURRENCIES.contains(&code));
        let value = value.ok_or_else(|| GatewayError::Unsupported(format!("PayPal can't count {amount}")))?;
        Ok(Self {
            currency_code: code.to_owned(),
            value,
        })
    }

    /// As we count it.
    pub(super) fn money(&self) -> Answer<Money> {
        let currency = Currency::parse(&self.currency_code);
        let amount = currency.and_then(|currency| from_decimal(&self.value, currency));
        amount.ok_or_else(|| GatewayError::Unknown(format!("{} {} is no amount", self.value, self.currency_code)))
    }
}

#[derive(Deserialize)]
struct Place {
    href: String,
    rel: String,
}

/// An order.
#[derive(Deserialize)]
pub(super) struct Order {
    pub id: String,
    pub status: String,
    pub intent: Option<String>,
    #[serde(default)]
    links: Vec<Place>,
    #[serde(default)]
    purchase_units: Vec<Unit>,
    payment_source: Option<Source>,
}

#[derive(Deserialize)]
struct Source {
    paypal: Option<Wallet>,
}

/// What was paid with.
#[derive(Deserialize)]
struct Wallet {
    email_address: Option<String>,
    attributes: Option<Attributes>,
}

#[derive(Deserialize)]
struct Attributes {
    vault: Option<Vault>,
}

#[derive(Deserialize)]
struct Vault {
    id: Option<String>,
    status: Option<String>,
}

impl Wallet {
    /// What PayPal keeps of it, if it does.
    fn saved(&self) -> Option<SavedMethod> {
        let vault = self.attributes.as_ref()?.vault.as_ref()?;
        let token = vault
            .id
            .clone()
            .filter(|_| vault.status.as_deref() == Some("VAULTED"))?;
        let label = match &self.email_address {
            Some(address) => format!("PayPal {address}"),
            None => "PayPal".to_owned(),
        };
        Some(SavedMethod { token, label })
    }
}

#[derive(Deserialize)]
struct Unit {
    payments: Option<Payments>,
}

#[derive(Deserialize)]
struct Payments {
    #[serde(default)]
    captures: Vec<Charge>,
    #[serde(default)]
    authorizations: Vec<Charge>,
    #[serde(default)]
    refunds: Vec<Refund>,
}

impl Order {
    /// Where the person agrees.
    pub(super) fn page(&self) -> Option<String> {
        let page = self
            .links
            .iter()
            .find(|link| matches!(link.rel.as_str(), "payer-action" | "approve"));
        page.map(|page| page.href.clone())
    }

    fn payments(&self) -> impl Iterator<Item = &Payments> {
        self.purchase_units.iter().filter_map(|unit| unit.payments.as_ref())
    }

    /// What was given back.
    pub(super) fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.payments().flat_map(|payments| &payments.refunds)
    }

    /// How it stands.
    pub(super) fn standing(&self) -> Answer<Standing> {
        let captured = self.payments().flat_map(|payments| &payments.captures).last();
        let held = self.payments().flat_map(|payments| &payments.authorizations).last();
        let wallet = self.payment_source.as_ref().and_then(|source| source.paypal.as_ref());
        let paid = |standing: Standing| Standing {
            saved: wallet.and_then(Wallet::saved).filter(|_| standing.charge.is_some()),
            ..standing
        };
        match (captured, held, self.status.as_str()) {
            (Some(charge), ..) => charge.standing(CAPTURE).map(paid),
            (None, Some(charge), _) => charge.standing(AUTHORIZATION).map(paid),
            (None, None, "CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED" | "APPROVED") => Ok(Outcome::Pending.into()),
            (None, None, "VOIDED") => Ok(Outcome::Declined("The payment was cancelled.".to_owned()).into()),
            (None, None, status) => Err(GatewayError::Unknown(format!("an order is {status}"))),
        }
    }
}

/// What took money, or holds it.
#[derive(Deserialize)]
pub(super) struct Charge {
    id: String,
    status: String,
    amount: Amount,
    supplementary_data: Option<Supplement>,
}

#[derive(Deserialize)]
struct Supplement {
    related_ids: Option<Related>,
}

#[derive(Deserialize)]
struct Related {
    order_id: Option<String>,
}

impl Charge {
    /// How it stands, as a capture or as an authorization.
    pub(super) fn standing(&self, kind: &str) -> Answer<Standing> {
        let amount = self.amount.money()?;
        let outcome = match (kind, self.status.as_str()) {
            // What was given back was paid.
            (CAPTURE, "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED") => Outcome::Settled(amount),
            (AUTHORIZATION, "CREATED") => Outcome::Held(amount),
            (_, "PENDING") => Outcome::Pending,
            (CAPTURE, "DECLINED" | "FAILED") | (AUTHORIZATION, "DENIED") => {
                Outcome::Declined("PayPal declined the payment.".to_owned())
            }
            (AUTHORIZATION, "VOIDED" | "EXPIRED") => Outcome::Declined("The payment was cancelled.".to_owned()),
            (kind, status) => return Err(GatewayError::Unknown(format!("a {kind} is {status}"))),
        };
        let money = !matches!(outcome, Outcome::Declined(_));
        Ok(Standing {
            charge: money.then(|| format!("{kind}:{}", self.id)),
            saved: None,
            outcome,
        })
    }

    /// The order that it belongs to.
    pub(super) fn order(&self) -> Option<&str> {
        let related = self.supplementary_data.as_ref()?.related_ids.as_ref()?;
        related.order_id.as_deref()
    }
}

/// What gives money back.
#[derive(Deserialize)]
pub(super) struct Refund {
    id: String,
    status: String,
    amount: Amount,
    pub custom_id: Option<String>,
}

impl Refund {
    /// How it stands.
    pub(super) fn refunded(&self) -> Answer<Refunded> {
        let outcome = match self.status.as_str() {
            "COMPLETED" => Outcome::Settled(self.amount.money()?),
            "PENDING" => Outcome::Pending,
            "FAILED" | "CANCELLED" => Outcome::Declined("The money couldn't be given back.".to_owned()),
            status => return Err(GatewayError::Unknown(format!("a refund is {status}"))),
        };
        Ok(Refunded {
            reference: self.id.clone(),
            outcome,
        })
    }
}
