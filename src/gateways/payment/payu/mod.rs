//! PayU (Europe): its own page by the REST API 2.1, refunds, signed notifications. <https://developers.payu.com/europe/>
//!
//! A shop is set up to take payments by itself or to wait until it is told to; both do, since what waits is taken when it
//! is asked about. Holds aren't offered: whether a payment waits is the shop's setting and not the payment's, and how an
//! order of which a part was captured tells so isn't documented.
//!
//! Of two orders with the same number of ours PayU refuses the second without saying what became of the first, and it
//! isn't found by that number. If the answer to an order gets lost, the next one therefore has the next number: nobody
//! saw the page of the first, which runs out by itself.

mod link;
mod webhook;
mod wire;

use super::http::Http;
use crate::{
    app::ports::{
        Answer, Begun, Checkout, Clock, GatewayError, Outcome, PaymentGateway, PayuKeys, RawWebhook, Refund, Refunded,
        Sought, Standing, Step, Webhook,
    },
    config::Secret,
    domain::{
        gateway::{Caps, Provider, Refunds, scaled},
        money::Money,
        time::Moment,
    },
};
use async_trait::async_trait;
use link::Link;
use serde_json::json;
use std::{net::IpAddr, sync::Arc};
use wire::{Buyer, Made, Opened, Order, OrderRequest, Orders, Product, RefundOrder, RefundRequest, Refunds as Listed};

const ORDERS: &str = "api/v2_1/orders";
/// It counts in hundredths, whatever the currency.
const EXPONENT: u32 = 2;
const CURRENCIES: [&str; 11] = [
    "CHF", "CZK", "DKK", "EUR", "GBP", "HUF", "NOK", "PLN", "RON", "SEK", "USD",
];
/// Longest description.
const MOST_CHARS: usize = 255;
/// So often an order whose answer gets lost is begun.
const MOST_TRIES: u32 = 5;
/// An order can't be open for less, in seconds.
const LEAST_OPEN: i64 = 60;

/// An account at PayU.
pub(super) struct Payu {
    link: Link,
    pos_id: String,
    second_key: Secret,
    clock: Arc<dyn Clock>,
}

impl Payu {
    /// Opened by these keys.
    pub(super) fn new(http: Http, keys: &PayuKeys, clock: Arc<dyn Clock>) -> Self {
        Self {
            link: Link::new(http, keys),
            pos_id: keys.pos_id.clone(),
            second_key: keys.second_key.clone(),
            clock,
        }
    }

    /// The amount as PayU writes it, if it can be told.
    fn told(&self, amount: Money) -> Answer<String> {
        let units = scaled(amount, EXPONENT).filter(|units| *units > 0);
        let units = units.filter(|_| CURRENCIES.contains(&amount.currency.code()));
        units
            .map(|units| units.to_string())
            .ok_or_else(|| self.cannot(format!("take {amount}")))
    }

    fn order_of<'a>(&'a self, checkout: &'a Checkout, number: &'a str, ip: IpAddr) -> Answer<OrderRequest<'a>> {
        let amount = self.told(checkout.amount)?;
        let name = checkout.buyer.name.trim();
        let (first_name, last_name) = match name.rsplit_once(' ') {
            Some((first, last)) => (first, Some(last)),
            None => (name, None),
        };
        let left = (checkout.open_until - self.clock.now()) / 1_000;
        let description: String = checkout.description.chars().take(MOST_CHARS).collect();
        Ok(OrderRequest {
            ext_order_id: number,
            notify_url: checkout.notify_url.as_deref(),
            continue_url: &checkout.return_url,
            customer_ip: ip.to_string(),
            merchant_pos_id: &self.pos_id,
            validity_time: left.max(LEAST_OPEN).to_string(),
            currency_code: checkout.amount.currency.code(),
            total_amount: amount.clone(),
            buyer: Buyer {
                email: &checkout.buyer.email,
                first_name,
                last_name,
            },
            products: [Product {
                name: description.clone(),
                unit_price: amount,
                quantity: "1",
            }],
            description,
        })
    }

    async fn order(&self, id: &str) -> Answer<Order> {
        let found: Orders = self.link.get(&format!("{ORDERS}/{id}")).await?;
        let order = found.orders.into_iter().find(|order| order.order_id == id);
        order.ok_or_else(|| GatewayError::Unknown(format!("asked about {id} it told of others")))
    }

    /// Takes what the person has agreed to.
    async fn take(&self, id: &str) -> Answer<Standing> {
        let path = format!("{ORDERS}/{id}/status");
        let told = json!({"orderId": id, "orderStatus": "COMPLETED"});
        match self.link.put::<wire::Said>(&path, &told).await {
            // Somebody else may have taken it at the same time; the order tells.
            Ok(_) | Err(GatewayError::Rejected(_)) => self.order(id).await?.standing(),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl PaymentGateway for Payu {
    fn provider(&self) -> Provider {
        Provider::Payu
    }

    fn caps(&self) -> Caps {
        Caps {
            saved_methods: false,
            holds: false,
            refunds: Refunds::Partial,
            webhooks: true,
            idempotent: false,
            currencies: CURRENCIES.to_vec(),
        }
    }

    async fn begin_checkout(&self, checkout: &Checkout) -> Answer<Begun> {
        self.check_caps(checkout)?;
        let ip = checkout.buyer.ip;
        let ip = ip.ok_or_else(|| self.cannot("do without the person's address".to_owned()))?;
        for attempt in 1..=MOST_TRIES {
            let number = format!("{}-{attempt}", checkout.intent.simple());
            let order = self.order_of(checkout, &number, ip)?;
            match self.link.post::<Opened>(ORDERS, &order).await {
                Err(GatewayError::Rejected(why)) if why.starts_with(wire::NOT_UNIQUE) => {}
                opened => {
                    let opened = opened?;
                    return Ok(Begun {
                        reference: opened.order_id,
                        step: Step::Redirect(opened.redirect_uri),
                    });
                }
            }
        }
        Err(GatewayError::Rejected("it was begun too often".to_owned()))
    }

    async fn confirm(&self, reference: &str) -> Answer<Standing> {
        let standing = self.order(reference).await?.standing()?;
        match standing.outcome {
            Outcome::Held(_) => self.take(reference).await,
            _ => Ok(standing),
        }
    }

    async fn look_up(&self, _: &Sought) -> Answer<Option<Standing>> {
        // Nobody was sent to a page whose address never came.
        Ok(None)
    }

    async fn refund(&self, refund: &Refund) -> Answer<Refunded> {
        let amount = self.told(refund.amount)?;
        if let Some(made) = self.look_up_refund(refund).await? {
            return Ok(made);
        }
        let order = RefundRequest {
            refund: RefundOrder {
                description: "Refund",
                amount,
                ext_refund_id: refund.key.simple().to_string(),
                currency_code: refund.amount.currency.code(),
            },
        };
        let path = format!("{ORDERS}/{}/refunds", refund.charge);
        let made: Made = self.link.post(&path, &order).await?;
        made.refund.refunded()
    }

    async fn look_up_refund(&self, refund: &Refund) -> Answer<Option<Refunded>> {
        let path = format!("{ORDERS}/{}/refunds", refund.charge);
        let listed = match self.link.get::<Listed>(&path).await {
            Err(GatewayError::Rejected(why)) if why.starts_with(wire::NOT_FOUND) => return Ok(None),
            listed => listed?,
        };
        let key = refund.key.simple().to_string();
        let mut made = listed.refunds.iter();
        let made = made.find(|made| made.ext_refund_id.as_ref() == Some(&key));
        made.map(wire::Refund::refunded).transpose()
    }

    async fn parse_webhook(&self, raw: &RawWebhook, _: Moment) -> Answer<Webhook> {
        webhook::verify(raw, &self.second_key)?;
        webhook::read(raw)
    }

    async fn test_connection(&self) -> Answer<()> {
        self.link.get::<wire::Said>("api/v2_1/paymethods").await.map(|_| ())
    }
}
