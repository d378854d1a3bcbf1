//! Authorize.net: the payment form that it hosts itself (Accept Hosted), so that no card is ever typed into a page of
//! ours; cards that it keeps for us, holds, refunds, signed webhooks. <https://developer.authorize.net/api/reference/>
//!
//! It knows no idempotency keys and tells nobody the number of a payment on its form. What we look for is found by an
//! invoice number of ours instead, and whatever could be repeated is looked for first.

mod invoice;
mod link;
mod profile;
mod webhook;
mod wire;

use super::http::Http;
use crate::{
    app::ports::{
        Answer, AuthorizeNetKeys, Begun, Capture, Checkout, Clock, GatewayError, Outcome, PaymentGateway, RawWebhook,
        Refund, Refunded, SavedCharge, Sought, Standing, Step, Void, Webhook,
    },
    config::Secret,
    domain::{
        gateway::{Caps, Mode, Provider, Refunds},
        money::{Currency, Money},
        time::Moment,
    },
};
use async_trait::async_trait;
use invoice::Invoice;
use link::{Days, Link};
use profile::Profile;
use std::sync::Arc;
use uuid::Uuid;
use wire::{Charge, Order, Setting, Told, TransactionRequest};

/// After a form can't be opened any more, somebody may still be typing into it.
const LATE_MS: i64 = 2 * 3_600_000;
/// Longest description.
const MOST_CHARS: usize = 255;
const CURRENCIES: [&str; 11] = [
    "AUD", "CAD", "CHF", "DKK", "EUR", "GBP", "NOK", "NZD", "PLN", "SEK", "USD",
];

/// What takes money, or only authorises it.
fn kind(hold: bool) -> &'static str {
    if hold {
        "authOnlyTransaction"
    } else {
        "authCaptureTransaction"
    }
}

/// An account at Authorize.net.
pub(super) struct AuthorizeNet {
    link: Link,
    mode: Mode,
    signature_key: Secret,
    currency: Currency,
    clock: Arc<dyn Clock>,
}

impl AuthorizeNet {
    /// Opened by these keys.
    pub(super) fn new(http: Http, mode: Mode, keys: &AuthorizeNetKeys, clock: Arc<dyn Clock>) -> Self {
        Self {
            link: Link::new(http, keys),
            mode,
            signature_key: keys.signature_key.clone(),
            currency: keys.currency,
            clock,
        }
    }

    /// The form that a token opens.
    fn form(&self) -> &'static str {
        match self.mode {
            Mode::Test => "https://test.authorize.net/payment/payment",
            Mode::Live => "https://accept.authorize.net/payment/payment",
        }
    }

    fn told(&self, amount: Money) -> Answer<String> {
        if amount.minor > 0 && amount.currency == self.currency && CURRENCIES.contains(&self.currency.code()) {
            Ok(amount.decimal())
        } else {
            Err(GatewayError::Unsupported(format!(
                "an account in {} can't count {amount}",
                self.currency
            )))
        }
    }

    async fn charge(&self, number: &str) -> Answer<Charge> {
        self.link.details(number).await
    }

    /// How the payment of an invoice stands, wherever it is by now.
    async fn by_invoice(&self, invoice: &Invoice) -> Answer<Standing> {
        let now = self.clock.now();
        let over = now.0 - invoice.open_until().0 > LATE_MS;
        // In this order: payments go from the one list to the other, at any hour.
        let found = match self.link.unsettled(|other| other == invoice.number()).await? {
            Some(number) => Some(number),
            None => {
                let days = Days::around(invoice.open_until(), now);
                self.link.settled(days, |other| other == invoice.number()).await?
            }
        };
        match found {
            Some(number) => {
                let charge = self.charge(&number).await?;
                let standing = charge.standing(self.currency)?;
                let saved = if invoice.keeps() && standing.charge.is_some() {
                    profile::keep(&self.link, invoice, &charge).await?
                } else {
                    None
                };
                Ok(Standing { saved, ..standing })
            }
            None if over => Ok(Outcome::run_out().into()),
            None => Ok(Outcome::Pending.into()),
        }
    }

    /// How what was made for an intent stands, of what isn't in a batch yet or in one of these days.
    async fn by_intent(&self, intent: Uuid, days: Days) -> Answer<Option<Standing>> {
        let wanted = |other: &str| invoice::is_of(other, intent);
        let found = match self.link.unsettled(wanted).await? {
            Some(number) => Some(number),
            None => self.link.settled(days, wanted).await?,
        };
        match found {
            Some(number) => Ok(Some(self.charge(&number).await?.standing(self.currency)?)),
            None => Ok(None),
        }
    }
}

#[async_trait]
impl PaymentGateway for AuthorizeNet {
    fn provider(&self) -> Provider {
        Provider::AuthorizeNet
    }

    fn caps(&self) -> Caps {
        Caps {
            saved_methods: true,
            holds: true,
            refunds: Refunds::Partial,
            webhooks: true,
            idempotent: false,
            currencies: vec![self.currency.code()],
        }
    }

    async fn begin_checkout(&self, checkout: &Checkout) -> Answer<Begun> {
        let amount = self.told(checkout.amount)?;
        let invoice = Invoice::of(checkout.intent, checkout.open_until, checkout.save_method);
        let request = TransactionRequest {
            amount: Some(amount),
            currency_code: Some(self.currency.code()),
            order: Some(Order {
                invoice_number: invoice.number().to_owned(),
                description: checkout.description.chars().take(MOST_CHARS).collect(),
            }),
            customer: Some(wire::Customer {
                email: checkout.buyer.email.clone(),
            }),
            ..TransactionRequest::new(kind(checkout.hold))
        };
        let token = self
            .link
            .form_token(request, Setting::all(&checkout.return_url))
            .await?;
        Ok(Begun {
            reference: invoice.number().to_owned(),
            step: Step::Embed {
                address: self.link.page(self.form())?.into(),
                fields: vec![("token".to_owned(), token)],
            },
        })
    }

    async fn confirm(&self, reference: &str) -> Answer<Standing> {
        match Invoice::parse(reference) {
            Some(invoice) => self.by_invoice(&invoice).await,
            None => self.charge(reference).await?.standing(self.currency),
        }
    }

    async fn look_up(&self, sought: &Sought) -> Answer<Option<Standing>> {
        self.by_intent(sought.intent, Days::around(sought.since, self.clock.now()))
            .await
    }

    async fn charge_saved(&self, charge: &SavedCharge) -> Answer<Standing> {
        let amount = self.told(charge.amount)?;
        let profile = Profile::of(&charge.method)?;
        if let Some(made) = self.by_intent(charge.intent, Days::lately(self.clock.now())).await? {
            return Ok(made);
        }
        let request = TransactionRequest {
            amount: Some(amount),
            currency_code: Some(self.currency.code()),
            profile: Some(profile),
            order: Some(Order {
                invoice_number: invoice::of_charge(charge.intent),
                description: charge.description.chars().take(MOST_CHARS).collect(),
            }),
            ..TransactionRequest::new(kind(charge.hold))
        };
        let number = self.link.order(request).await?;
        self.charge(&number).await?.standing(self.currency)
    }

    async fn capture(&self, capture: &Capture) -> Answer<Standing> {
        let amount = self.told(capture.amount)?;
        // A repetition is answered with what was done.
        let before = self.charge(&capture.charge).await?.standing(self.currency)?;
        match before.outcome {
            Outcome::Held(_) => {}
            Outcome::Settled(taken) if taken == capture.amount => return Ok(before),
            outcome => return Err(GatewayError::Rejected(format!("it isn't held: {outcome:?}"))),
        }
        let request = TransactionRequest {
            amount: Some(amount),
            ref_trans_id: Some(capture.charge.clone()),
            ..TransactionRequest::new("priorAuthCaptureTransaction")
        };
        self.link.order(request).await?;
        self.charge(&capture.charge).await?.standing(self.currency)
    }

    async fn void(&self, void: &Void) -> Answer<()> {
        if let Outcome::Declined(_) = self.charge(&void.charge).await?.standing(self.currency)?.outcome {
            return Ok(());
        }
        let request = TransactionRequest {
            ref_trans_id: Some(void.charge.clone()),
            ..TransactionRequest::new("voidTransaction")
        };
        self.link.order(request).await.map(|_| ())
    }

    async fn refund(&self, refund: &Refund) -> Answer<Refunded> {
        let amount = self.told(refund.amount)?;
        if let Some(made) = self.look_up_refund(refund).await? {
            return Ok(made);
        }
        let charge = self.charge(&refund.charge).await?;
        if !charge.is_settled() {
            // The money hasn't left the bank yet: only the whole can be called back.
            if charge.standing(self.currency)?.outcome != Outcome::Settled(refund.amount) {
                let why = "parts can be given back a day after the payment";
                return Err(GatewayError::Rejected(why.to_owned()));
            }
            let request = TransactionRequest {
                ref_trans_id: Some(refund.charge.clone()),
                ..TransactionRequest::new("voidTransaction")
            };
            let number = self.link.order(request).await?;
            return Ok(Refunded {
                reference: number,
                outcome: Outcome::Settled(refund.amount),
            });
        }
        let request = TransactionRequest {
            amount: Some(amount),
            payment: Some(charge.paid_with()?),
            ref_trans_id: Some(refund.charge.clone()),
            order: Some(Order {
                invoice_number: invoice::of_refund(refund.key),
                description: "Refund".to_owned(),
            }),
            ..TransactionRequest::new("refundTransaction")
        };
        let number = self.link.order(request).await?;
        Ok(Refunded {
            reference: number,
            // It settles with the next batch.
            outcome: Outcome::Pending,
        })
    }

    async fn look_up_refund(&self, refund: &Refund) -> Answer<Option<Refunded>> {
        let wanted = invoice::of_refund(refund.key);
        let found = self.link.unsettled(|other| other == wanted).await?;
        if let Some(reference) = found {
            return Ok(Some(Refunded {
                reference,
                outcome: Outcome::Pending,
            }));
        }
        let days = Days::latest(self.clock.now());
        if let Some(reference) = self.link.settled(days, |other| other == wanted).await? {
            return Ok(Some(Refunded {
                reference,
                outcome: Outcome::Settled(refund.amount),
            }));
        }
        // A payment that was called back before it settled has no refund of its own.
        let charge = self.charge(&refund.charge).await?;
        Ok(charge.is_void_of(refund.amount)?.then(|| Refunded {
            reference: refund.charge.clone(),
            outcome: Outcome::Settled(refund.amount),
        }))
    }

    async fn parse_webhook(&self, raw: &RawWebhook, _: Moment) -> Answer<Webhook> {
        webhook::verify(raw, &self.signature_key)?;
        webhook::read(raw)
    }

    async fn test_connection(&self) -> Answer<()> {
        let merchant: wire::Merchant = self.link.ask("getMerchantDetailsRequest", &Told {}).await?;
        if merchant.currencies.iter().any(|code| code == self.currency.code()) {
            Ok(())
        } else {
            let why = format!("the account is in {:?}, not in {}", merchant.currencies, self.currency);
            Err(GatewayError::Rejected(why))
        }
    }
}
