//! PayTR: a payment form in a frame, whose result it tells our server and can be asked for by our order number.
//! <https://dev.paytr.com/en/iframe-api>
//!
//! Its messages are forms signed with a key and a salt that the account has. It does whatever it is told as often as it
//! is told, so refunds are looked for before they are made.

use super::{hmac::mac, http::Http, order_number};
use crate::{
    app::ports::{
        Ack, Answer, Begun, Buyer, Checkout, Clock, GatewayError, Outcome, PaymentGateway, PaytrKeys, RawWebhook,
        Refund, Refunded, Sought, Standing, Step, Webhook, WebhookKind,
    },
    config::Secret,
    domain::{
        gateway::{Caps, Mode, Provider, Refunds, from_decimal},
        money::{Currency, Money},
        time::Moment,
    },
};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::Mac;
use reqwest::Method;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{collections::HashMap, net::IpAddr, sync::Arc};
use url::form_urlencoded;

/// Where forms are; a token is added.
const FORM: &str = "https://www.paytr.com/odeme/guvenli/";
const CURRENCIES: [&str; 5] = ["EUR", "GBP", "RUB", "TRY", "USD"];
/// Least that it takes, in hundredths.
const LEAST: i64 = 100;
/// Longest mail address and name.
const MOST_EMAIL: usize = 100;
const MOST_NAME: usize = 60;
/// After the form has closed, a result may still be on its way.
const LATE_MS: i64 = 30 * 60_000;
/// It has no successful payment of that number.
const NOT_FOUND: &str = "004";
/// What it wants to hear.
const OK: &str = "OK";
/// The form asks for neither, and it insists on both.
const NOT_TOLD: &str = "-";
/// No payment has this number.
const NOBODYS: &str = "connectiontest";

/// An account at PayTR.
pub(super) struct Paytr {
    http: Http,
    mode: Mode,
    merchant_id: String,
    merchant_key: Secret,
    merchant_salt: Secret,
    clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct Said {
    status: String,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    err_no: Option<String>,
    #[serde(default)]
    err_msg: Option<String>,
}

#[derive(Deserialize)]
struct Form {
    token: String,
}

#[derive(Deserialize)]
struct Status {
    payment_amount: Value,
    currency: String,
    #[serde(default)]
    returns: Vec<Returned>,
}

#[derive(Deserialize)]
struct Returned {
    reference_no: Option<String>,
}

/// Its name of a currency.
fn code(currency: Currency) -> &'static str {
    match currency.code() {
        "TRY" => "TL",
        code => code,
    }
}

fn currency(code: &str) -> Option<Currency> {
    Currency::parse(if code == "TL" { "TRY" } else { code })
}

impl Paytr {
    /// Opened by these keys.
    pub(super) fn new(http: Http, mode: Mode, keys: &PaytrKeys, clock: Arc<dyn Clock>) -> Self {
        Self {
            http,
            mode,
            merchant_id: keys.merchant_id.clone(),
            merchant_key: keys.merchant_key.clone(),
            merchant_salt: keys.merchant_salt.clone(),
            clock,
        }
    }

    /// What signs a request: its parts, the salt last.
    fn token(&self, parts: &[&str]) -> Answer<String> {
        let mut mac = mac(&self.merchant_key, parts)?;
        mac.update(self.merchant_salt.expose().as_bytes());
        Ok(STANDARD.encode(mac.finalize().into_bytes()))
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, fields: &[(&str, &str)]) -> Answer<T> {
        let request = self.http.request(Method::POST, path)?.form(fields);
        let reply = self.http.send(request).await?;
        let said: Said = reply.json()?;
        if said.status == "success" {
            return reply.json();
        }
        let why = said.err_msg.or(said.reason).unwrap_or_else(|| reply.told());
        Err(GatewayError::Rejected(format!(
            "{}: {why}",
            said.err_no.unwrap_or_default()
        )))
    }

    /// The payment of an order number, if it was paid.
    async fn status(&self, number: &str) -> Answer<Option<Status>> {
        let token = self.token(&[&self.merchant_id, number])?;
        let fields = [
            ("merchant_id", self.merchant_id.as_str()),
            ("merchant_oid", number),
            ("paytr_token", &token),
        ];
        match self.post::<Status>("odeme/durum-sorgu", &fields).await {
            Ok(status) => Ok(Some(status)),
            Err(GatewayError::Rejected(why)) if why.starts_with(NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The amount in hundredths, if it is one that PayTR can be told.
    fn told(&self, amount: Money) -> Answer<String> {
        if amount.minor >= LEAST && CURRENCIES.contains(&amount.currency.code()) {
            Ok(amount.minor.to_string())
        } else {
            Err(self.cannot(format!("take {amount}")))
        }
    }

    /// Who pays, in what PayTR insists on.
    fn payer<'a>(&self, buyer: &'a Buyer) -> Answer<(&'a str, IpAddr)> {
        let email = Some(buyer.email.as_str()).filter(|email| email.is_ascii() && email.len() <= MOST_EMAIL);
        match (email, buyer.ip) {
            (Some(email), Some(ip)) => Ok((email, ip)),
            (None, _) => Err(self.cannot("write to this mail address".to_owned())),
            (_, None) => Err(self.cannot("do without the person's address".to_owned())),
        }
    }
}

impl Status {
    fn amount(&self) -> Answer<Money> {
        let text = match &self.payment_amount {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let amount = currency(&self.currency).and_then(|currency| from_decimal(&text, currency));
        amount.ok_or_else(|| GatewayError::Unknown(format!("{text} {} is no amount", self.currency)))
    }
}

#[async_trait]
impl PaymentGateway for Paytr {
    fn provider(&self) -> Provider {
        Provider::Paytr
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
        let amount = self.told(checkout.amount)?;
        let (email, ip) = self.payer(&checkout.buyer)?;
        let (ip, number) = (ip.to_string(), order_number::of(checkout.intent, checkout.open_until));
        let basket = json!([[checkout.description, checkout.amount.decimal(), 1]]);
        let basket = STANDARD.encode(basket.to_string());
        let test = if self.mode == Mode::Test { "1" } else { "0" };
        let name: String = checkout.buyer.name.chars().take(MOST_NAME).collect();
        let minutes = ((checkout.open_until - self.clock.now()) / 60_000).max(1).to_string();
        // No instalments: what is paid is what was asked for.
        let (no_instalments, most_instalments) = ("1", "0");
        let code = code(checkout.amount.currency);
        let token = self.token(&[
            &self.merchant_id,
            &ip,
            &number,
            email,
            &amount,
            &basket,
            no_instalments,
            most_instalments,
            code,
            test,
        ])?;
        let fields = [
            ("merchant_id", self.merchant_id.as_str()),
            ("user_ip", &ip),
            ("merchant_oid", &number),
            ("email", email),
            ("payment_amount", &amount),
            ("paytr_token", &token),
            ("user_basket", &basket),
            ("debug_on", "0"),
            ("no_installment", no_instalments),
            ("max_installment", most_instalments),
            ("user_name", &name),
            ("user_address", NOT_TOLD),
            ("user_phone", NOT_TOLD),
            ("merchant_ok_url", &checkout.return_url),
            ("merchant_fail_url", &checkout.return_url),
            ("timeout_limit", &minutes),
            ("currency", code),
            ("test_mode", test),
            ("lang", "en"),
        ];
        let form: Form = self.post("odeme/api/get-token", &fields).await?;
        let address = self.http.page(FORM)?.join(&form.token);
        let address = address.map_err(|error| GatewayError::Unknown(format!("{:?}: {error}", form.token)))?;
        Ok(Begun {
            reference: number,
            step: Step::Embed {
                address: address.into(),
                fields: Vec::new(),
            },
        })
    }

    async fn confirm(&self, reference: &str) -> Answer<Standing> {
        let over = self.clock.now() - order_number::open_until(reference)? > LATE_MS;
        Ok(match self.status(reference).await? {
            Some(status) => Standing {
                outcome: Outcome::Settled(status.amount()?),
                charge: Some(reference.to_owned()),
                saved: None,
            },
            None if over => Outcome::run_out().into(),
            None => Outcome::Pending.into(),
        })
    }

    async fn look_up(&self, _: &Sought) -> Answer<Option<Standing>> {
        // Nobody saw a form whose address never came.
        Ok(None)
    }

    async fn refund(&self, refund: &Refund) -> Answer<Refunded> {
        if let Some(made) = self.look_up_refund(refund).await? {
            return Ok(made);
        }
        let (amount, key) = (refund.amount.decimal(), refund.key.simple().to_string());
        let token = self.token(&[&self.merchant_id, &refund.charge, &amount])?;
        let fields = [
            ("merchant_id", self.merchant_id.as_str()),
            ("merchant_oid", &refund.charge),
            ("return_amount", &amount),
            ("reference_no", &key),
            ("paytr_token", &token),
        ];
        self.post::<Said>("odeme/iade", &fields).await?;
        Ok(Refunded {
            reference: key,
            outcome: Outcome::Settled(refund.amount),
        })
    }

    async fn look_up_refund(&self, refund: &Refund) -> Answer<Option<Refunded>> {
        let status = self.status(&refund.charge).await?;
        let key = refund.key.simple().to_string();
        let made = status.is_some_and(|status| {
            status
                .returns
                .iter()
                .any(|made| made.reference_no.as_ref() == Some(&key))
        });
        Ok(made.then_some(Refunded {
            reference: key,
            outcome: Outcome::Settled(refund.amount),
        }))
    }

    async fn parse_webhook(&self, raw: &RawWebhook, _: Moment) -> Answer<Webhook> {
        let bad = |why: &str| GatewayError::BadSignature(why.to_owned());
        let mut fields = HashMap::new();
        for (name, value) in form_urlencoded::parse(&raw.body) {
            if fields.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(bad("a field comes twice"));
            }
        }
        let field = |name: &str| fields.get(name).ok_or_else(|| bad("a part is missing"));
        let (number, status, total) = (field("merchant_oid")?, field("status")?, field("total_amount")?);
        let hash = STANDARD.decode(field("hash")?).map_err(|_| bad("it isn't base64"))?;
        let mac = mac(
            &self.merchant_key,
            &[number, self.merchant_salt.expose(), status, total],
        )?;
        mac.verify_slice(&hash).map_err(|_| bad("it isn't of this account"))?;
        // Signed is only so much; of the rest nothing is believed. The number may be of something that we didn't begin.
        let kind = match order_number::open_until(number) {
            Ok(_) => WebhookKind::Payment(number.clone()),
            Err(_) => WebhookKind::Other(status.clone()),
        };
        Ok(Webhook {
            dedup_key: format!("{number}:{status}"),
            kind,
            ack: Ack { body: OK.to_owned() },
        })
    }

    async fn test_connection(&self) -> Answer<()> {
        self.status(NOBODYS).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateways::{clock::ManualClock, payment::http};
    use std::time::Duration;

    fn account() -> Paytr {
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = http::client(Duration::from_secs(1)).unwrap();
        let keys = PaytrKeys {
            merchant_id: "123456".to_owned(),
            merchant_key: Secret::from("key-of-the-tests".to_owned()),
            merchant_salt: Secret::from("salt-of-the-tests".to_owned()),
        };
        let http = Http::new(client, "http://127.0.0.1:1/".parse().unwrap());
        Paytr::new(http, Mode::Test, &keys, Arc::new(ManualClock::new(Moment(0))))
    }

    /// What Python's `hmac` makes of the parts in the order in which others' clients for PayTR write them.
    #[test]
    fn signatures_are_as_others_make_them() {
        let account = account();
        let begin = [
            "123456",
            "203.0.113.7",
            "P1",
            "ada@example.org",
            "1250",
            "W10=",
            "1",
            "0",
            "TL",
            "1",
        ];
        let refund = ["123456", "P1", "12.50"];
        let status = ["123456", "P1"];
        for (parts, token) in [
            (&begin[..], "37pYg9kofkzE+YdDp62vP5GmYTvAmLB+wloQtIBDm0M="),
            (&refund[..], "o2Imt2Ml1kZ52RulhQGtTv0JLZlm7H3hyXNvTj2s4c4="),
            (&status[..], "KIJMqYW6N2bVGK1jYBhtFUsAiO8BsII6IYO4wlOcHA8="),
        ] {
            assert_eq!(account.token(parts), Ok(token.to_owned()));
        }
    }
}
