//! iyzico: its own page (Checkout Form), whose result is asked for by our order number; refunds, signed webhooks.
//! <https://docs.iyzico.com/en>
//!
//! Every request carries a signature over its path and its body. It knows no idempotency keys, so refunds are looked for
//! before they are made.

mod wire;

use super::{hmac::mac, http::Http, order_number};
use crate::{
    app::ports::{
        Ack, Answer, Begun, Buyer, Checkout, Clock, GatewayError, IyzicoKeys, Outcome, PaymentGateway, RawWebhook,
        Refund, Refunded, Sought, Standing, Step, Webhook, WebhookKind,
    },
    config::Secret,
    domain::{
        gateway::{Caps, Provider, Refunds},
        money::Money,
        time::Moment,
    },
};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::Mac;
use reqwest::{Method, header::AUTHORIZATION, header::CONTENT_TYPE};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::sync::Arc;
use wire::{Address, Event, Form, FormRequest, Item, Payment, Person, Question, RefundRequest, Report, Said};

const CURRENCIES: [&str; 7] = ["CHF", "EUR", "GBP", "NOK", "RUB", "TRY", "USD"];
/// After its page has closed, a result may still be on its way.
const LATE_MS: i64 = 30 * 60_000;
/// Failures that say nothing about a payment: our keys, our signature.
const KEYS: [&str; 3] = ["1000", "1001", "1002"];
/// Failures that are the provider's own trouble.
const TROUBLE: [&str; 2] = ["100000", "100001"];
/// Nobody is asked for what it insists on besides.
const NOT_TOLD: &str = "-";
/// What it takes for the identity number of people from elsewhere.
const NO_IDENTITY: &str = "11111111111";

/// An account at iyzico.
pub(super) struct Iyzico {
    http: Http,
    api_key: Secret,
    secret_key: Secret,
    clock: Arc<dyn Clock>,
}

/// As it writes amounts: at least one decimal, no zeros after it.
fn price(amount: Money) -> String {
    let decimal = amount.decimal();
    let short = decimal.trim_end_matches('0');
    match short.strip_suffix('.') {
        Some(whole) => format!("{whole}.0"),
        None => short.to_owned(),
    }
}

/// Text of a value that comes as a number or as text.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Iyzico {
    /// Opened by these keys.
    pub(super) fn new(http: Http, keys: &IyzicoKeys, clock: Arc<dyn Clock>) -> Self {
        Self {
            http,
            api_key: keys.api_key.clone(),
            secret_key: keys.secret_key.clone(),
            clock,
        }
    }

    async fn send<T: DeserializeOwned>(&self, method: Method, path: &str, query: &str, body: String) -> Answer<T> {
        let random = hex::encode(rand::random::<[u8; 8]>());
        let signature = hex::encode(mac(&self.secret_key, &[&random, path, &body])?.finalize().into_bytes());
        let key = self.api_key.expose();
        let authorization = STANDARD.encode(format!("apiKey:{key}&randomKey:{random}&signature:{signature}"));
        let request = self
            .http
            .request(method, &format!("{path}{query}"))?
            .header(AUTHORIZATION, format!("IYZWSv2 {authorization}"))
            .header("x-iyzi-rnd", random)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let reply = self.http.send(request).await?;
        let said: Said = reply.json()?;
        if said.status == "success" {
            return reply.json();
        }
        let code = said.error_code.unwrap_or_default();
        let why = format!("{code}: {}", said.error_message.unwrap_or_else(|| reply.told()));
        Err(if TROUBLE.contains(&code.as_str()) {
            GatewayError::Unknown(why)
        } else {
            GatewayError::Rejected(why)
        })
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, told: &impl Serialize) -> Answer<T> {
        let body = serde_json::to_string(told).map_err(|error| GatewayError::Rejected(error.to_string()))?;
        self.send(Method::POST, path, "", body).await
    }

    /// A payment, if there is one.
    async fn payment(&self, question: &Question<'_>) -> Answer<Option<Payment>> {
        match self.post("/payment/detail", question).await {
            Ok(payment) => Ok(Some(payment)),
            // It has a code for each way in which there is none, and others for keys that it doesn't take.
            Err(GatewayError::Rejected(why)) if !KEYS.iter().any(|code| why.starts_with(&format!("{code}:"))) => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn by_number(&self, number: &str) -> Answer<Option<Payment>> {
        let question = Question {
            locale: "en",
            conversation_id: number,
            payment_id: None,
            payment_conversation_id: Some(number),
        };
        self.payment(&question).await
    }

    /// By which code it says that there is no payment, it doesn't document. So before one is given up, its books are asked.
    async fn nothing_reported(&self, number: &str) -> Answer<Standing> {
        let report = self.report(&format!("?paymentConversationId={number}")).await?;
        if report.payments.is_empty() {
            Ok(Outcome::Pending.into())
        } else {
            Err(GatewayError::Unknown(format!(
                "{number} is in the books, but can't be asked about"
            )))
        }
    }

    async fn report(&self, query: &str) -> Answer<Report> {
        // Its own libraries send a body here too, and sign it.
        let body = json!({}).to_string();
        self.send(Method::GET, "/v2/reporting/payment/details", query, body)
            .await
    }

    /// The amount, if it is one that iyzico can be told.
    fn told(&self, amount: Money) -> Answer<String> {
        if amount.minor > 0 && CURRENCIES.contains(&amount.currency.code()) {
            Ok(price(amount))
        } else {
            Err(self.cannot(format!("take {amount}")))
        }
    }

    fn person<'a>(&self, buyer: &'a Buyer) -> Answer<Person<'a>> {
        let ip = buyer
            .ip
            .ok_or_else(|| self.cannot("do without the person's address".to_owned()))?;
        let (name, surname) = buyer
            .name
            .trim()
            .rsplit_once(' ')
            .unwrap_or((buyer.name.trim(), NOT_TOLD));
        Ok(Person {
            id: &buyer.email,
            name,
            surname,
            identity_number: NO_IDENTITY,
            email: &buyer.email,
            registration_address: NOT_TOLD,
            city: NOT_TOLD,
            country: NOT_TOLD,
            ip: ip.to_string(),
        })
    }
}

#[async_trait]
impl PaymentGateway for Iyzico {
    fn provider(&self) -> Provider {
        Provider::Iyzico
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
        let price = self.told(checkout.amount)?;
        let number = order_number::of(checkout.intent, checkout.open_until);
        let request = FormRequest {
            locale: "en",
            conversation_id: &number,
            price: &price,
            basket_id: &number,
            payment_group: "PRODUCT",
            buyer: self.person(&checkout.buyer)?,
            billing_address: Address {
                address: NOT_TOLD,
                contact_name: &checkout.buyer.name,
                city: NOT_TOLD,
                country: NOT_TOLD,
            },
            basket_items: [Item {
                id: &number,
                price: &price,
                name: &checkout.description,
                category1: "Services",
                item_type: "VIRTUAL",
            }],
            callback_url: &checkout.return_url,
            currency: checkout.amount.currency.code(),
            paid_price: &price,
            // No instalments: what is paid is what was asked for.
            enabled_installments: [1],
        };
        let path = "/payment/iyzipos/checkoutform/initialize/auth/ecom";
        let form: Form = self.post(path, &request).await?;
        Ok(Begun {
            reference: number,
            step: Step::Redirect(form.payment_page_url),
        })
    }

    async fn confirm(&self, reference: &str) -> Answer<Standing> {
        let Ok(open_until) = order_number::open_until(reference) else {
            let question = Question {
                locale: "en",
                conversation_id: reference,
                payment_id: Some(reference),
                payment_conversation_id: None,
            };
            let found = self.payment(&question).await?;
            let found = found.ok_or_else(|| GatewayError::Rejected(format!("there is no payment {reference}")))?;
            return found.standing();
        };
        let over = self.clock.now() - open_until > LATE_MS;
        let standing = match self.by_number(reference).await? {
            Some(payment) => payment.standing()?,
            None if over => self.nothing_reported(reference).await?,
            None => Outcome::Pending.into(),
        };
        match standing.outcome {
            Outcome::Pending if over => Ok(Outcome::run_out().into()),
            _ => Ok(standing),
        }
    }

    async fn look_up(&self, _: &Sought) -> Answer<Option<Standing>> {
        // Nobody was sent to a page whose address never came.
        Ok(None)
    }

    async fn refund(&self, refund: &Refund) -> Answer<Refunded> {
        let price = self.told(refund.amount)?;
        if let Some(made) = self.look_up_refund(refund).await? {
            return Ok(made);
        }
        let key = refund.key.simple().to_string();
        let request = RefundRequest {
            locale: "en",
            conversation_id: &key,
            price: &price,
            payment_id: &refund.charge,
            currency: refund.amount.currency.code(),
        };
        self.post::<Said>("/v2/payment/refund", &request).await?;
        Ok(Refunded {
            reference: key,
            outcome: Outcome::Settled(refund.amount),
        })
    }

    async fn look_up_refund(&self, refund: &Refund) -> Answer<Option<Refunded>> {
        let report = self.report(&format!("?paymentId={}", refund.charge)).await?;
        let key = refund.key.simple().to_string();
        let transactions = report.payments.iter().flat_map(|payment| &payment.item_transactions);
        let mut refunds = transactions.flat_map(|transaction| &transaction.refunds);
        let made = refunds.any(|made| made.refund_conversation_id.as_ref() == Some(&key) && made.refund_status == 1);
        Ok(made.then_some(Refunded {
            reference: key,
            outcome: Outcome::Settled(refund.amount),
        }))
    }

    async fn parse_webhook(&self, raw: &RawWebhook, _: Moment) -> Answer<Webhook> {
        let bad = |why: &str| GatewayError::BadSignature(why.to_owned());
        let signature = raw.header("x-iyz-signature-v3").ok_or_else(|| bad("there is none"))?;
        let signature = hex::decode(signature).map_err(|_| bad("it isn't hexadecimal"))?;
        let event: Event = serde_json::from_slice(&raw.body).map_err(|_| bad("it isn't an event"))?;
        let mac = mac(
            &self.secret_key,
            &[
                self.secret_key.expose(),
                &event.iyzi_event_type,
                &text(&event.iyzi_payment_id),
                &event.token,
                &event.payment_conversation_id,
                &event.status,
            ],
        )?;
        mac.verify_slice(&signature)
            .map_err(|_| bad("it isn't of this account"))?;
        // The number may be of something that we didn't begin.
        let number = event.payment_conversation_id;
        let kind = match order_number::open_until(&number) {
            Ok(_) => WebhookKind::Payment(number.clone()),
            Err(_) => WebhookKind::Other(event.iyzi_event_type.clone()),
        };
        Ok(Webhook {
            // Of what is signed only: the reference code isn't, and a repetition with another one is still the same.
            dedup_key: format!("{number}:{}:{}", event.iyzi_event_type, event.status),
            kind,
            ack: Ack::default(),
        })
    }

    async fn test_connection(&self) -> Answer<()> {
        // No payment has this number; whether it says so, or that it doesn't take our keys, tells.
        self.by_number("connectiontest").await.map(|_| ())
    }
}
