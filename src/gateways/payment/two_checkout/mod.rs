//! 2Checkout (Verifone): its own page by a signed link (ConvertPlus), orders asked for by our number, whole refunds,
//! signed messages (IPN). <https://docs.2checkout.com/>
//!
//! A link is made here, without asking anybody. It can be followed again until it runs out; of several orders with our
//! number the one that was paid first is told, and the others are found by whoever compares the books.
//!
//! Of refunds 2Checkout lists none. Whether the whole was given back shows in the order, so that much can be asked for
//! and looked up; parts can't.

mod link;
mod wire;

use super::{http::Http, order_number};
use crate::{
    app::ports::{
        Ack, Answer, Begun, Checkout, Clock, Dispute, DisputeStage, GatewayError, Outcome, PaymentGateway, RawWebhook,
        Refund, Refunded, Sought, Standing, Step, TwoCheckoutKeys, Webhook, WebhookKind,
    },
    config::Secret,
    domain::{
        gateway::{Caps, Mode, Provider, Refunds, from_decimal},
        money::{Currency, Money},
        time::Moment,
    },
};
use async_trait::async_trait;
use link::{Link, Signed};
use std::{collections::HashMap, sync::Arc};
use url::form_urlencoded;
use wire::Order;

/// Where people pay.
const PAGE: &str = "https://secure.2checkout.com/checkout/buy";
const CURRENCIES: [&str; 28] = [
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "INR", "JPY", "MXN", "MYR",
    "NOK", "NZD", "PLN", "RON", "RUB", "SEK", "SGD", "THB", "TRY", "TWD", "USD", "ZAR",
];
/// Longest name of what is paid for.
const MOST_CHARS: usize = 250;
/// After its page has closed, a result may still be on its way.
const LATE_MS: i64 = 30 * 60_000;
/// What signs a message isn't signed itself.
const SIGNATURES: [&str; 3] = ["HASH", "SIGNATURE_SHA2_256", "SIGNATURE_SHA3_256"];

/// An account at 2Checkout.
pub(super) struct TwoCheckout {
    link: Link,
    mode: Mode,
    merchant_code: String,
    secret_key: Secret,
    buy_link_secret: Secret,
    clock: Arc<dyn Clock>,
}

impl TwoCheckout {
    /// Opened by these keys.
    pub(super) fn new(http: Http, mode: Mode, keys: &TwoCheckoutKeys, clock: Arc<dyn Clock>) -> Self {
        Self {
            link: Link::new(http, mode, keys, clock.clone()),
            mode,
            merchant_code: keys.merchant_code.clone(),
            secret_key: keys.secret_key.clone(),
            buy_link_secret: keys.buy_link_secret.clone(),
            clock,
        }
    }

    /// The amount, if it is one that 2Checkout can be told.
    fn told(&self, amount: Money) -> Answer<String> {
        if amount.minor > 0 && CURRENCIES.contains(&amount.currency.code()) {
            Ok(amount.decimal())
        } else {
            Err(self.cannot(format!("take {amount}")))
        }
    }

    /// The page's address.
    fn page(&self, checkout: &Checkout, number: &str) -> Answer<String> {
        let price = self.told(checkout.amount)?;
        // In texts of more than one product this parts them.
        let product = checkout.description.replace(';', ",");
        let product: String = product.chars().take(MOST_CHARS).collect();
        let expiration = (checkout.open_until.0 / 1_000).to_string();
        // In the order of their names, in which they are signed.
        let signed = [
            ("currency", checkout.amount.currency.code()),
            ("expiration", &expiration),
            ("order-ext-ref", number),
            ("price", &price),
            ("prod", &product),
            ("qty", "1"),
            ("return-type", "redirect"),
            ("return-url", &checkout.return_url),
            ("tangible", "0"),
            ("type", "PRODUCT"),
        ];
        let signature = Signed::of(&self.buy_link_secret, signed.iter().map(|(_, value)| *value))?.hex();
        let test = if self.mode == Mode::Test { "1" } else { "0" };
        let more = [
            ("merchant", self.merchant_code.as_str()),
            ("dynamic", "1"),
            ("test", test),
            ("name", &checkout.buyer.name),
            ("email", &checkout.buyer.email),
            ("signature", &signature),
        ];
        let all = signed.iter().chain(&more);
        let mut page = self.link.page(PAGE)?;
        page.query_pairs_mut().extend_pairs(all);
        Ok(page.into())
    }

    /// The order of a number, the one that was paid before those that weren't.
    async fn by_number(&self, number: &str, open_until: Moment) -> Answer<Option<Order>> {
        let mut orders = self.link.orders(number, open_until).await?;
        orders.retain(|order| order.external_reference.as_deref() == Some(number));
        let paid = orders.iter().position(Order::is_paid);
        Ok(match paid {
            Some(nth) => Some(orders.swap_remove(nth)),
            None => orders.pop(),
        })
    }
}

#[async_trait]
impl PaymentGateway for TwoCheckout {
    fn provider(&self) -> Provider {
        Provider::TwoCheckout
    }

    fn caps(&self) -> Caps {
        Caps {
            saved_methods: false,
            holds: false,
            refunds: Refunds::Whole,
            webhooks: true,
            idempotent: false,
            currencies: CURRENCIES.to_vec(),
        }
    }

    async fn begin_checkout(&self, checkout: &Checkout) -> Answer<Begun> {
        self.check_caps(checkout)?;
        let number = order_number::of(checkout.intent, checkout.open_until);
        Ok(Begun {
            step: Step::Redirect(self.page(checkout, &number)?),
            reference: number,
        })
    }

    async fn confirm(&self, reference: &str) -> Answer<Standing> {
        let Ok(open_until) = order_number::open_until(reference) else {
            return self.link.order(reference).await?.standing();
        };
        let over = self.clock.now() - open_until > LATE_MS;
        let standing = match self.by_number(reference, open_until).await? {
            Some(order) => order.standing()?,
            None if over => Outcome::run_out().into(),
            None => Outcome::Pending.into(),
        };
        Ok(standing)
    }

    async fn look_up(&self, _: &Sought) -> Answer<Option<Standing>> {
        // Nobody saw a page whose address never came.
        Ok(None)
    }

    async fn refund(&self, refund: &Refund) -> Answer<Refunded> {
        self.told(refund.amount)?;
        let order = self.link.order(&refund.charge).await?;
        if order.is_refunded() {
            return Err(GatewayError::Rejected("it was given back already".to_owned()));
        }
        if order.amount()? != refund.amount {
            return Err(self.cannot(format!("give {} back of {}", refund.amount, order.amount()?)));
        }
        self.link.refund(&refund.charge, &refund.amount.decimal()).await?;
        Ok(Refunded {
            reference: refund.charge.clone(),
            // It is carried out within days; the order tells when it was.
            outcome: Outcome::Pending,
        })
    }

    async fn look_up_refund(&self, refund: &Refund) -> Answer<Option<Refunded>> {
        let order = self.link.order(&refund.charge).await?;
        Ok(order.is_refunded().then(|| Refunded {
            reference: refund.charge.clone(),
            outcome: Outcome::Settled(refund.amount),
        }))
    }

    async fn parse_webhook(&self, raw: &RawWebhook, now: Moment) -> Answer<Webhook> {
        let bad = |why: &str| GatewayError::BadSignature(why.to_owned());
        let fields: Vec<_> = form_urlencoded::parse(&raw.body).into_owned().collect();
        let mut first = HashMap::new();
        for (name, value) in &fields {
            let known = first.insert(name.as_str(), value.as_str());
            if known.is_some() && !name.ends_with("[]") {
                return Err(bad("a field comes twice"));
            }
            if let Some(known) = known {
                first.insert(name, known);
            }
        }
        let field = |name: &str| first.get(name).copied().ok_or_else(|| bad("a part is missing"));
        let signature = hex::decode(field("SIGNATURE_SHA2_256")?).map_err(|_| bad("it isn't hexadecimal"))?;
        let values = fields
            .iter()
            .filter(|(name, _)| !SIGNATURES.contains(&name.as_str()))
            .map(|(_, value)| value.as_str());
        if !Signed::of(&self.secret_key, values)?.is(&signature) {
            return Err(bad("it isn't of this account"));
        }
        let (order, kind, status) = (field("REFNO")?, field("MESSAGE_TYPE")?, field("ORDERSTATUS")?);
        let total = first.get("IPN_TOTALGENERAL").copied().unwrap_or_default();
        let claim = first
            .get("CHARGEBACK_RESOLUTION")
            .copied()
            .filter(|claim| *claim != "NONE");
        let parts = [order, kind, status, total, claim.unwrap_or_default()];
        let receipt = [field("IPN_PID[]")?, field("IPN_PNAME[]")?, field("IPN_DATE")?];
        Ok(Webhook {
            dedup_key: parts.join(":"),
            kind: match (claim, kind) {
                (Some(claim), _) => WebhookKind::Dispute(Dispute {
                    reference: order.to_owned(),
                    charge: order.to_owned(),
                    amount: amount(total, field("CURRENCY")?)?,
                    reason: first
                        .get("CHARGEBACK_REASON_CODE")
                        .copied()
                        .unwrap_or_default()
                        .to_owned(),
                    stage: match claim {
                        "WON" => DisputeStage::Won,
                        "LOST" | "ACCEPTED" => DisputeStage::Lost,
                        // What nobody has heard of moves no money: staff see the message.
                        _ => DisputeStage::Open,
                    },
                }),
                (None, "REFUND_ISSUED") => WebhookKind::Refund(order.to_owned()),
                (None, _) => match first.get("REFNOEXT").copied() {
                    // The number may be of something that we didn't begin.
                    Some(number) if order_number::open_until(number).is_ok() => WebhookKind::Payment(number.to_owned()),
                    _ => WebhookKind::Other(kind.to_owned()),
                },
            },
            ack: self.receipt(receipt, now)?,
        })
    }

    async fn test_connection(&self) -> Answer<()> {
        // No order has this number; whether 2Checkout says so, or that it doesn't take our keys, tells. The word that
        // signs links can't be tried without somebody who follows one.
        self.link.orders("connectiontest", self.clock.now()).await.map(|_| ())
    }
}

impl TwoCheckout {
    /// What says that a message has arrived: signed, with the time.
    fn receipt(&self, of: [&str; 3], now: Moment) -> Answer<Ack> {
        let date = link::time(now, "%Y%m%d%H%M%S")?;
        let signature = Signed::of(&self.secret_key, of.into_iter().chain([date.as_str()]))?.hex();
        Ok(Ack {
            body: format!("<sig algo=\"sha256\" date=\"{date}\">{signature}</sig>"),
        })
    }
}

fn amount(text: &str, code: &str) -> Answer<Money> {
    let amount = Currency::parse(code).and_then(|currency| from_decimal(text, currency));
    amount.ok_or_else(|| GatewayError::Rejected(format!("{text} {code} is no amount")))
}
