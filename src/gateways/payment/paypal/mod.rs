//! PayPal: its own page by the Orders API, taken when the person is back; wallets that PayPal keeps, holds, refunds,
//! webhooks that PayPal itself is asked about. <https://developer.paypal.com/api/rest/>
//!
//! On our own transport. The ready-made client (`paypal-rs` 0.2.6) makes its HTTP client itself and keeps it private, so
//! that two behaviours of the contract can't be had with it, however its calls are wrapped: it goes where a redirect
//! points and takes the token and the order there (`nobody_is_followed_elsewhere`), and it reads answers of any length
//! (`silence_is_no_answer`). What refusals say gets lost besides: a 401 and details that aren't flat texts are errors of
//! decoding.

mod link;
mod saved;
mod webhook;
mod wire;

use super::http::Http;
use crate::{
    app::ports::{
        Answer, Begun, Capture, Checkout, Clock, GatewayError, Outcome, PaymentGateway, PaypalKeys, RawWebhook, Refund,
        Refunded, SavedCharge, Sought, Standing, Step, Void, Webhook,
    },
    config::Secret,
    domain::{
        gateway::{Caps, Provider, Refunds},
        time::Moment,
    },
};
use async_trait::async_trait;
use link::Link;
use serde_json::json;
use std::sync::Arc;
use wire::{AUTHORIZATION, Amount, CAPTURE, Charge, Order};

/// Longest description of a purchase.
const MOST_CHARS: usize = 127;

/// An account at PayPal.
pub(super) struct Paypal {
    link: Link,
    webhook_id: Secret,
    clock: Arc<dyn Clock>,
}

impl Paypal {
    /// Opened by these keys.
    pub(super) fn new(http: Http, keys: &PaypalKeys, clock: Arc<dyn Clock>) -> Self {
        Self {
            link: Link::new(http, keys.client_id.clone(), keys.client_secret.clone()),
            webhook_id: keys.webhook_id.clone(),
            clock,
        }
    }

    async fn order(&self, id: &str) -> Answer<Standing> {
        let asked = self.link.get::<Order>(&format!("v2/checkout/orders/{id}")).await;
        let order = match asked {
            // An order that nobody approved is forgotten after some hours.
            Err(GatewayError::Rejected(why)) if why.contains("RESOURCE_NOT_FOUND") => {
                return Ok(Outcome::run_out().into());
            }
            asked => asked?,
        };
        if order.status != "APPROVED" {
            return order.standing();
        }
        // The person has agreed, and waits for us.
        let (verb, key) = match order.intent.as_deref() {
            Some("AUTHORIZE") => ("authorize", format!("authorize-{id}")),
            _ => ("capture", format!("capture-{id}")),
        };
        let path = format!("v2/checkout/orders/{id}/{verb}");
        match self.link.post::<Order>(&path, &key, &json!({})).await {
            Err(GatewayError::Rejected(why)) if why.contains("INSTRUMENT_DECLINED") => {
                Ok(Outcome::Declined("PayPal couldn't charge what you chose to pay with.".to_owned()).into())
            }
            taken => taken?.standing(),
        }
    }

    async fn charge(&self, kind: &str, id: &str) -> Answer<Charge> {
        self.link.get(&format!("v2/payments/{kind}s/{id}")).await
    }
}

/// What of our name of a charge is PayPal's.
fn named<'a>(charge: &'a str, kind: &str) -> Answer<&'a str> {
    let id = charge.strip_prefix(kind).and_then(|rest| rest.strip_prefix(':'));
    id.ok_or_else(|| GatewayError::Rejected(format!("{charge} is no {kind}")))
}

#[async_trait]
impl PaymentGateway for Paypal {
    fn provider(&self) -> Provider {
        Provider::Paypal
    }

    fn caps(&self) -> Caps {
        Caps {
            saved_methods: true,
            holds: true,
            refunds: Refunds::Partial,
            webhooks: true,
            idempotent: true,
            currencies: wire::CURRENCIES.to_vec(),
        }
    }

    async fn begin_checkout(&self, checkout: &Checkout) -> Answer<Begun> {
        let intent = checkout.intent.to_string();
        let description: String = checkout.description.chars().take(MOST_CHARS).collect();
        let mut order = json!({
            "intent": if checkout.hold { "AUTHORIZE" } else { "CAPTURE" },
            "purchase_units": [{
                "custom_id": intent,
                // PayPal takes the money for an invoice once.
                "invoice_id": intent,
                "description": description,
                "amount": Amount::of(checkout.amount)?,
            }],
            "payment_source": {"paypal": {"experience_context": {
                "return_url": checkout.return_url,
                "cancel_url": checkout.return_url,
                "user_action": "PAY_NOW",
                "shipping_preference": "NO_SHIPPING",
            }}},
        });
        if checkout.save_method {
            order["payment_source"]["paypal"]["attributes"] = saved::to_be_kept();
        }
        let key = format!("order-{intent}");
        let order: Order = self.link.post("v2/checkout/orders", &key, &order).await?;
        let page = order
            .page()
            .ok_or_else(|| GatewayError::Rejected("it opened no page".to_owned()))?;
        Ok(Begun {
            step: Step::Redirect(page),
            reference: order.id,
        })
    }

    async fn confirm(&self, reference: &str) -> Answer<Standing> {
        match reference.split_once(':') {
            Some((kind, id)) if kind == CAPTURE || kind == AUTHORIZATION => self.charge(kind, id).await?.standing(kind),
            _ => self.order(reference).await,
        }
    }

    async fn look_up(&self, sought: &Sought) -> Answer<Option<Standing>> {
        if sought.method.is_some() {
            return saved::look_up(&self.link, sought, self.clock.now()).await;
        }
        // Nobody was sent to a page whose address never came, and nothing is taken before somebody agreed there.
        Ok(None)
    }

    async fn charge_saved(&self, charge: &SavedCharge) -> Answer<Standing> {
        if charge.hold {
            return Err(self.cannot("hold what a wallet has".to_owned()));
        }
        saved::charge(&self.link, charge).await
    }

    async fn capture(&self, capture: &Capture) -> Answer<Standing> {
        let path = format!(
            "v2/payments/authorizations/{}/capture",
            named(&capture.charge, AUTHORIZATION)?
        );
        let order = json!({"amount": Amount::of(capture.amount)?, "final_capture": true});
        let taken: Charge = self
            .link
            .post(&path, &format!("capture-{}", capture.key), &order)
            .await?;
        taken.standing(CAPTURE)
    }

    async fn void(&self, void: &Void) -> Answer<()> {
        let path = format!(
            "v2/payments/authorizations/{}/void",
            named(&void.charge, AUTHORIZATION)?
        );
        let left: Charge = self.link.post(&path, &format!("void-{}", void.key), &json!({})).await?;
        match left.standing(AUTHORIZATION)?.outcome {
            Outcome::Declined(_) => Ok(()),
            outcome => Err(GatewayError::Rejected(format!("it wasn't let go: {outcome:?}"))),
        }
    }

    async fn refund(&self, refund: &Refund) -> Answer<Refunded> {
        let path = format!("v2/payments/captures/{}/refund", named(&refund.charge, CAPTURE)?);
        let order = json!({"amount": Amount::of(refund.amount)?, "custom_id": refund.key.to_string()});
        let made: wire::Refund = self.link.post(&path, &format!("refund-{}", refund.key), &order).await?;
        made.refunded()
    }

    async fn look_up_refund(&self, refund: &Refund) -> Answer<Option<Refunded>> {
        // Only the order has a list of them.
        let charge = self.charge(CAPTURE, named(&refund.charge, CAPTURE)?).await?;
        let order = charge
            .order()
            .ok_or_else(|| GatewayError::Unknown("the charge has no order".to_owned()))?;
        let order: Order = self.link.get(&format!("v2/checkout/orders/{order}")).await?;
        let key = refund.key.to_string();
        let found = order.refunds().find(|made| made.custom_id.as_ref() == Some(&key));
        found.map(wire::Refund::refunded).transpose()
    }

    async fn parse_webhook(&self, raw: &RawWebhook, _: Moment) -> Answer<Webhook> {
        webhook::verify(&self.link, raw, &self.webhook_id).await?;
        webhook::read(raw)
    }

    async fn test_connection(&self) -> Answer<()> {
        let webhook = format!("v1/notifications/webhooks/{}", self.webhook_id.expose());
        self.link.get::<wire::Named>(&webhook).await.map(|_| ())
    }
}
