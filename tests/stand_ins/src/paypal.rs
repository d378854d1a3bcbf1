//! PayPal's API, as far as we use it: <https://developer.paypal.com/api/rest/>.

mod orders;
mod wire;

use crate::{Act, Asked, Back, Books, Card, Charge, Message, Said, Sheet};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::Url;
use wire::{amount, failure, hundredths, malformed, not_found, said, unprocessable};

/// Who the shop is.
pub const CLIENT_ID: &str = "client-of-the-tests";
/// Its password.
pub const CLIENT_SECRET: &str = "secret-of-the-tests";
/// Where messages go, by PayPal's name for it.
pub const WEBHOOK_ID: &str = "8PT597110X687430LKGECATA";
const WHOLE: [&str; 3] = ["HUF", "JPY", "TWD"];

type Answer = Result<Value, Said>;

/// A message as PayPal sent it.
#[derive(Clone)]
pub struct Sent {
    /// Its name.
    pub id: String,
    /// To the byte.
    pub body: String,
}

/// Its books.
#[derive(Default)]
pub struct Paypal {
    /// Where its pages are.
    pages: String,
    tokens: usize,
    /// Numbers given away.
    count: usize,
    orders: BTreeMap<String, Value>,
    captures: BTreeMap<String, Value>,
    authorizations: BTreeMap<String, Value>,
    refunds: BTreeMap<String, Value>,
    keys: BTreeMap<String, (String, Value, Said)>,
    /// Orders whose buyer's card will be declined.
    declining: Vec<String>,
    /// Messages.
    pub sent: Vec<Sent>,
    /// Wallets that are kept.
    wallets: Vec<String>,
    /// How kept wallets behave.
    pub card: Card,
}

impl Paypal {
    fn id(&mut self, letter: char) -> String {
        self.count += 1;
        format!("{letter}{:016}", self.count)
    }

    fn tell(&mut self, kind: &str, resource: &Value) {
        let id = format!("WH-{}", self.sent.len() + 1);
        let event = json!({
            "id": id,
            "create_time": "2027-01-15T12:00:00Z",
            "resource_type": "thing",
            "event_type": kind,
            "event_version": "1.0",
            "resource": resource,
        });
        // With spaces, so that whoever writes it anew has other bytes.
        let body = serde_json::to_string_pretty(&event).expect("JSON");
        self.sent.push(Sent { id, body });
    }

    /// The signature of a message; only PayPal can tell whether it is right.
    pub fn signature(id: &str) -> String {
        STANDARD.encode(format!("signed by paypal: {id}"))
    }

    /// What a person does on the page of an order.
    pub fn act(&mut self, order: &str, act: Act) {
        if act == Act::RunOut {
            self.orders.remove(order);
            return;
        }
        let found = self.orders.get_mut(order).expect("an order");
        assert_eq!(found["status"], "PAYER_ACTION_REQUIRED", "the page can be used");
        found["status"] = json!("APPROVED");
        if act == Act::Fail {
            self.declining.push(order.to_owned());
        }
        let found = found.clone();
        self.tell("CHECKOUT.ORDER.APPROVED", &found);
    }

    /// The payer of the newest capture wants the money back.
    pub fn dispute(&mut self) {
        self.dispute_with(None);
    }

    /// The same, as PayPal has decided it.
    pub fn dispute_with(&mut self, outcome: Option<&str>) {
        let (id, capture) = self.captures.iter().next_back().expect("a capture");
        let mut dispute = json!({
            "dispute_id": "PP-D-1",
            "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
            "status": "OPEN",
            "dispute_amount": capture["amount"],
            "disputed_transactions": [{"seller_transaction_id": id, "buyer_transaction_id": "1"}],
            "dispute_life_cycle_stage": "INQUIRY",
        });
        if let Some(outcome) = outcome {
            dispute["dispute_outcome"] = json!({"outcome_code": outcome});
        }
        self.tell("CUSTOMER.DISPUTE.CREATED", &dispute);
    }

    /// What was taken or is held.
    pub fn charges(&self) -> Vec<Charge> {
        let taken = self.captures.iter().map(|(id, capture)| (id, capture, false));
        let held = self
            .authorizations
            .iter()
            .filter(|(_, held)| held["status"] == "CREATED");
        let held = held.map(|(id, held)| (id, held, true));
        let all = taken.chain(held).map(|(id, object, held)| Charge {
            intent: object["custom_id"].as_str().unwrap_or_default().to_owned(),
            units: hundredths(&object["amount"]),
            refunded: self.refunded(id),
            held,
        });
        all.collect()
    }

    fn refunded(&self, capture: &str) -> i64 {
        let of_it = self.refunds.values().filter(|refund| refund["of"] == capture);
        of_it.map(|refund| hundredths(&refund["amount"])).sum()
    }

    /// The order as it is told, with what became of it.
    fn whole(&self, id: &str) -> Answer {
        let mut order = self.orders.get(id).cloned().ok_or_else(not_found)?;
        let of_it = |objects: &BTreeMap<String, Value>| -> Vec<Value> {
            let all = objects.values();
            all.filter(|object| object["order"] == id).cloned().collect()
        };
        let payments = json!({
            "captures": of_it(&self.captures),
            "authorizations": of_it(&self.authorizations),
            "refunds": of_it(&self.refunds),
        });
        if payments["captures"] != json!([]) || payments["authorizations"] != json!([]) {
            order["purchase_units"][0]["payments"] = payments;
        }
        Ok(order)
    }

    fn capture(&mut self, id: &str, order: &Value) -> Answer {
        amount(&order["amount"])?;
        let held = self.authorizations.get(id).cloned().ok_or_else(not_found)?;
        if held["status"] != "CREATED" {
            return Err(unprocessable("AUTHORIZATION_ALREADY_CAPTURED"));
        }
        if hundredths(&order["amount"]) > hundredths(&held["amount"]) {
            return Err(unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED"));
        }
        if order["final_capture"] != true {
            return Err(malformed("final_capture"));
        }
        self.authorizations.get_mut(id).expect("it")["status"] = json!("CAPTURED");
        let of = held["order"].as_str().expect("an order").to_owned();
        Ok(self.add_capture(&of, &held, &order["amount"]))
    }

    fn void(&mut self, id: &str) -> Answer {
        let held = self.authorizations.get_mut(id).ok_or_else(not_found)?;
        if held["status"] != "CREATED" {
            return Err(unprocessable("PREVIOUSLY_CAPTURED"));
        }
        held["status"] = json!("VOIDED");
        let held = held.clone();
        self.tell("PAYMENT.AUTHORIZATION.VOIDED", &held);
        Ok(held)
    }

    fn refund(&mut self, id: &str, order: &Value) -> Answer {
        amount(&order["amount"])?;
        let capture = self.captures.get(id).cloned().ok_or_else(not_found)?;
        let left = hundredths(&capture["amount"]) - self.refunded(id);
        if left == 0 {
            return Err(unprocessable("CAPTURE_FULLY_REFUNDED"));
        }
        if hundredths(&order["amount"]) > left {
            return Err(unprocessable("REFUND_AMOUNT_EXCEEDED"));
        }
        let name = self.id('R');
        let refund = json!({
            "id": name,
            "status": "COMPLETED",
            "amount": order["amount"],
            "custom_id": order["custom_id"],
            "order": capture["order"],
            "of": id,
            "links": [
                {"href": format!("https://api-m.sandbox.paypal.com/v2/payments/refunds/{name}"), "rel": "self", "method": "GET"},
                {"href": format!("https://api-m.sandbox.paypal.com/v2/payments/captures/{id}"), "rel": "up", "method": "GET"},
            ],
        });
        self.refunds.insert(name, refund.clone());
        let status = if hundredths(&order["amount"]) == left {
            "REFUNDED"
        } else {
            "PARTIALLY_REFUNDED"
        };
        self.captures.get_mut(id).expect("it")["status"] = json!(status);
        self.tell("PAYMENT.CAPTURE.REFUNDED", &refund);
        Ok(refund)
    }

    /// A message is PayPal's if every byte is what was sent, with the right signature, to the right webhook.
    fn verify(&self, asked: &Asked) -> Answer {
        let question = asked.json();
        let id = question["transmission_id"].as_str().unwrap_or_default();
        let event = asked
            .body
            .split_once("\"webhook_event\":")
            .map_or("", |(_, event)| event);
        let event = event.strip_suffix('}').unwrap_or_default();
        let genuine = self.sent.iter().any(|sent| sent.id == id && sent.body == event)
            && question["webhook_id"] == WEBHOOK_ID
            && question["auth_algo"] == "SHA256withRSA"
            && question["transmission_sig"] == Self::signature(id)
            && question["transmission_time"].is_string()
            && question["cert_url"].is_string();
        Ok(json!({"verification_status": if genuine { "SUCCESS" } else { "FAILURE" }}))
    }

    fn token(&mut self, asked: &Asked) -> Said {
        let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}")));
        if asked.header("authorization") != expected {
            let error = json!({"error": "invalid_client", "error_description": "Client Authentication failed"});
            return Said::json(401, &error);
        }
        if asked.body != "grant_type=client_credentials" {
            return Said::json(400, &json!({"error": "unsupported_grant_type"}));
        }
        self.tokens += 1;
        let token = json!({"access_token": self.bearer(), "token_type": "Bearer", "expires_in": 32_400, "scope": "", "app_id": "APP-1", "nonce": "n"});
        Said::ok(&token)
    }

    /// The token that was given away has run out.
    pub fn expire_token(&mut self) {
        self.tokens += 1;
    }

    /// The token that is good now; the ones before it have run out.
    fn bearer(&self) -> String {
        format!("A21AA-{}", self.tokens)
    }

    fn order(&mut self, asked: &Asked, path: &[&str]) -> Answer {
        let body = asked.json();
        match path {
            ["v2", "checkout", "orders"] => self.create(&body),
            ["v2", "checkout", "orders", id, verb @ ("capture" | "authorize")] => self.take(id, verb, &body),
            ["v2", "payments", "authorizations", id, "capture"] => self.capture(id, &body),
            ["v2", "payments", "authorizations", id, "void"] => self.void(id),
            ["v2", "payments", "captures", id, "refund"] => self.refund(id, &body),
            _ => Err(not_found()),
        }
    }

    fn question(&self, path: &[&str]) -> Answer {
        let found = |objects: &BTreeMap<String, Value>, id: &str| objects.get(id).cloned().ok_or_else(not_found);
        match path {
            ["v1", "notifications", "webhooks", id] if *id == WEBHOOK_ID => {
                Ok(json!({"id": id, "url": "https://lumen.example/"}))
            }
            ["v2", "checkout", "orders", id] => self.whole(id),
            ["v2", "payments", "captures", id] => found(&self.captures, id),
            ["v2", "payments", "authorizations", id] => found(&self.authorizations, id),
            _ => Err(not_found()),
        }
    }
}

impl Books for Paypal {
    const NAME: &'static str = "paypal";
    const KEYS: &'static [(&'static str, &'static str)] = &[
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("webhook_id", WEBHOOK_ID),
    ];

    fn open_at(&mut self, origin: &Url) {
        self.pages = origin.to_string();
    }

    fn page(&self, asked: &Asked) -> Option<String> {
        (asked.path == "/checkoutnow").then(|| asked.query.get("token").cloned())?
    }

    fn sheet(&self, name: &str) -> Option<Sheet> {
        let order = self.orders.get(name)?;
        let amount = &order["purchase_units"][0]["amount"];
        let context = &order["payment_source"]["paypal"]["experience_context"];
        let mut back = Url::parse(context["return_url"].as_str()?).ok()?;
        back.query_pairs_mut()
            .append_pair("token", name)
            .append_pair("PayerID", "C1");
        (order["status"] == "PAYER_ACTION_REQUIRED").then(|| Sheet {
            amount: format!("{} {}", amount["value"], amount["currency_code"]),
            back: Back::Link(back.into()),
        })
    }

    fn done(&mut self, name: &str, act: Act, _: i64) {
        self.act(name, act);
    }

    fn told(&self, _: i64) -> Vec<Message> {
        let signed = self.sent.iter().map(|sent| {
            let signature = Self::signature(&sent.id);
            let headers = [
                ("paypal-auth-algo", "SHA256withRSA"),
                (
                    "paypal-cert-url",
                    "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
                ),
                ("paypal-transmission-id", &sent.id),
                ("paypal-transmission-sig", &signature),
                ("paypal-transmission-time", "2027-01-15T12:00:00Z"),
            ];
            Message {
                headers: headers
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .to_vec(),
                body: sent.body.clone(),
            }
        });
        signed.collect()
    }

    fn answer(&mut self, asked: &Asked) -> Said {
        if asked.path == "/v1/oauth2/token" {
            return self.token(asked);
        }
        if asked.header("authorization") != format!("Bearer {}", self.bearer()) {
            return failure(401, "AUTHENTICATION_FAILURE", "INVALID_TOKEN");
        }
        let path: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
        if asked.method == "GET" {
            return said(self.question(&path));
        }
        if asked.header("content-type") != "application/json" || asked.json().is_null() {
            return failure(415, "UNSUPPORTED_MEDIA_TYPE", "JSON");
        }
        if asked.path == "/v1/notifications/verify-webhook-signature" {
            return said(self.verify(asked));
        }
        let key = asked.header("paypal-request-id").to_owned();
        if key.is_empty() || key.len() > 108 {
            return failure(400, "INVALID_REQUEST", "PAYPAL_REQUEST_ID_REQUIRED");
        }
        let body = asked.json();
        if let Some((path, earlier, said)) = self.keys.get(&key) {
            return if (path, earlier) == (&asked.path, &body) {
                said.clone()
            } else {
                unprocessable("DUPLICATE_REQUEST_ID")
            };
        }
        let said = said(self.order(asked, &path));
        if said.status < 300 {
            self.keys.insert(key, (asked.path.clone(), body, said.clone()));
        }
        said
    }

    fn is_order(&self, asked: &Asked) -> bool {
        // An order that nobody pays yet is none that matters.
        let begun = asked.path == "/v2/checkout/orders" && asked.json()["payment_source"].is_null();
        asked.method == "POST" && asked.path.starts_with("/v2/") && !begun
    }
}
