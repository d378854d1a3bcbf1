//! Stripe: Checkout's own page, saved cards charged off-session, holds, refunds, signed webhooks.
//!
//! Requests are async-stripe's types, so that parameters are named and shaped as Stripe's API describes them, for the
//! version that is pinned in each request. They travel on our own transport, which keeps connections and has a
//! time-out, and of answers only what is needed is read: an object with a field more or less is still an answer.

mod currency;
pub(in crate::gateways) mod link;
mod webhook;
mod wire;

use super::http::Http;
use crate::{
    app::ports::{
        Answer, Begun, Capture, Checkout, GatewayError, Outcome, PaymentGateway, RawWebhook, Refund, Refunded,
        SavedCharge, Sought, Standing, Step, StripeKeys, Void, Webhook,
    },
    config::Secret,
    domain::{
        gateway::{Caps, Mode, Provider, Refunds},
        time::Moment,
    },
};
use async_trait::async_trait;
use link::{Link, told};
use std::collections::HashMap;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionCustomerCreation, CreateCheckoutSessionLineItems,
    CreateCheckoutSessionLineItemsPriceData, CreateCheckoutSessionPaymentIntentData,
    CreateCheckoutSessionPaymentIntentDataCaptureMethod, CreateCheckoutSessionPaymentIntentDataSetupFutureUsage,
    ProductData, RetrieveCheckoutSession,
};
use stripe_client_core::StripeRequest;
use stripe_core::{
    payment_intent::{
        CancelPaymentIntent, CapturePaymentIntent, CreatePaymentIntent, CreatePaymentIntentOffSession,
        ListPaymentIntent, RetrievePaymentIntent,
    },
    refund::{CreateRefund, ListRefund},
};
use stripe_shared::{CheckoutSessionMode, PaymentIntentCaptureMethod};
use uuid::Uuid;

/// What our names of things are called in Stripe's metadata.
const INTENT: &str = "intent";
const KEY: &str = "refund_key";
/// As many as a list has at most.
const PAGE: i64 = 100;

/// An account at Stripe.
pub(super) struct Stripe {
    link: Link,
    mode: Mode,
    webhook_secret: Secret,
}

impl Stripe {
    /// Opened by these keys.
    pub(super) fn new(http: Http, mode: Mode, keys: &StripeKeys) -> Self {
        Self {
            link: Link::new(http, keys.secret_key.clone()),
            mode,
            webhook_secret: keys.webhook_secret.clone(),
        }
    }

    async fn payment(&self, reference: &str) -> Answer<Standing> {
        let request = RetrievePaymentIntent::new(reference).expand(["payment_method".to_owned()]);
        let found: wire::Payment = self.link.ask(request.build(), None).await?;
        found.standing()
    }
}

fn metadata(name: &str, value: Uuid) -> HashMap<String, String> {
    HashMap::from([(name.to_owned(), value.to_string())])
}

fn page(checkout: &Checkout) -> Answer<CreateCheckoutSession> {
    let (units, currency) = told(checkout.amount)?;
    let mut price = CreateCheckoutSessionLineItemsPriceData::new(currency);
    price.unit_amount = Some(units);
    price.product_data = Some(ProductData::new(&checkout.description));
    let mut line = CreateCheckoutSessionLineItems::new();
    line.price_data = Some(price);
    line.quantity = Some(1);
    let mut payment = CreateCheckoutSessionPaymentIntentData::new();
    payment.metadata = Some(metadata(INTENT, checkout.intent));
    payment.description = Some(checkout.description.clone());
    payment.capture_method = checkout
        .hold
        .then_some(CreateCheckoutSessionPaymentIntentDataCaptureMethod::Manual);
    payment.setup_future_usage = checkout
        .save_method
        .then_some(CreateCheckoutSessionPaymentIntentDataSetupFutureUsage::OffSession);
    let mut session = CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .client_reference_id(checkout.intent.to_string())
        .customer_email(&checkout.buyer.email)
        .success_url(&checkout.return_url)
        .cancel_url(&checkout.return_url)
        .expires_at(checkout.open_until.0 / 1_000)
        .line_items(vec![line])
        .payment_intent_data(payment);
    if checkout.save_method {
        session = session.customer_creation(CreateCheckoutSessionCustomerCreation::Always);
    }
    Ok(session)
}

#[async_trait]
impl PaymentGateway for Stripe {
    fn provider(&self) -> Provider {
        Provider::Stripe
    }

    fn caps(&self) -> Caps {
        Caps {
            saved_methods: true,
            holds: true,
            refunds: Refunds::Partial,
            webhooks: true,
            idempotent: true,
            currencies: Vec::new(),
        }
    }

    async fn begin_checkout(&self, checkout: &Checkout) -> Answer<Begun> {
        let key = format!("checkout-{}", checkout.intent);
        let session: wire::Session = self.link.ask(page(checkout)?.build(), Some(key)).await?;
        let url = session
            .url
            .ok_or_else(|| GatewayError::Rejected("it can't be paid any more".to_owned()))?;
        Ok(Begun {
            reference: session.id,
            step: Step::Redirect(url),
        })
    }

    async fn confirm(&self, reference: &str) -> Answer<Standing> {
        if !reference.starts_with("cs_") {
            return self.payment(reference).await;
        }
        let request = RetrieveCheckoutSession::new(reference).expand(["payment_intent.payment_method".to_owned()]);
        let session: wire::Session = self.link.ask(request.build(), None).await?;
        session.standing()
    }

    async fn look_up(&self, sought: &Sought) -> Answer<Option<Standing>> {
        let Some(method) = &sought.method else {
            // Nobody was sent to a page whose address never came.
            return Ok(None);
        };
        let (customer, _) = wire::saved(method)?;
        let mut since = stripe_types::RangeBoundsTs::default();
        since.gte = Some(sought.since.0 / 1_000 - 60);
        let request = ListPaymentIntent::new()
            .customer(customer)
            .created(stripe_types::RangeQueryTs::Bounds(since))
            .limit(PAGE);
        let list: wire::List<wire::Payment> = self.link.ask(request.build(), None).await?;
        let intent = sought.intent.to_string();
        let found = list
            .data
            .iter()
            .find(|payment| payment.metadata.get(INTENT) == Some(&intent));
        if found.is_none() && list.has_more {
            return Err(GatewayError::Unknown("it may be further down the list".to_owned()));
        }
        found.map(wire::Payment::standing).transpose()
    }

    async fn charge_saved(&self, charge: &SavedCharge) -> Answer<Standing> {
        let (units, currency) = told(charge.amount)?;
        let (customer, method) = wire::saved(&charge.method)?;
        let mut request = CreatePaymentIntent::new(units, currency)
            .customer(customer)
            .payment_method(method)
            .off_session(CreatePaymentIntentOffSession::Bool(true))
            .confirm(true)
            .description(&charge.description)
            .metadata(metadata(INTENT, charge.intent));
        if charge.hold {
            request = request.capture_method(PaymentIntentCaptureMethod::Manual);
        }
        let key = format!("charge-{}", charge.intent);
        let paid: wire::Payment = self.link.ask(request.build(), Some(key)).await?;
        paid.standing()
    }

    async fn capture(&self, capture: &Capture) -> Answer<Standing> {
        let (units, _) = told(capture.amount)?;
        let request = CapturePaymentIntent::new(capture.charge.as_str()).amount_to_capture(units);
        let key = format!("capture-{}", capture.key);
        let paid: wire::Payment = self.link.ask(request.build(), Some(key)).await?;
        paid.standing()
    }

    async fn void(&self, void: &Void) -> Answer<()> {
        let request = CancelPaymentIntent::new(void.charge.as_str());
        let key = format!("void-{}", void.key);
        let left: wire::Payment = self.link.ask(request.build(), Some(key)).await?;
        match left.standing()?.outcome {
            Outcome::Declined(_) => Ok(()),
            outcome => Err(GatewayError::Rejected(format!("it wasn't let go: {outcome:?}"))),
        }
    }

    async fn refund(&self, refund: &Refund) -> Answer<Refunded> {
        let (units, _) = told(refund.amount)?;
        let request = CreateRefund::new()
            .payment_intent(&refund.charge)
            .amount(units)
            .metadata(metadata(KEY, refund.key));
        let key = format!("refund-{}", refund.key);
        let made: wire::Refund = self.link.ask(request.build(), Some(key)).await?;
        made.refunded()
    }

    async fn look_up_refund(&self, refund: &Refund) -> Answer<Option<Refunded>> {
        let request = ListRefund::new().payment_intent(&refund.charge).limit(PAGE);
        let list: wire::List<wire::Refund> = self.link.ask(request.build(), None).await?;
        let key = refund.key.to_string();
        let found = list.data.iter().find(|made| made.metadata.get(KEY) == Some(&key));
        found.map(wire::Refund::refunded).transpose()
    }

    async fn parse_webhook(&self, webhook: &RawWebhook, now: Moment) -> Answer<Webhook> {
        webhook::verify(webhook, &self.webhook_secret, now)?;
        webhook::read(webhook, self.mode)
    }

    async fn test_connection(&self) -> Answer<()> {
        self.link.test(self.mode).await
    }
}
