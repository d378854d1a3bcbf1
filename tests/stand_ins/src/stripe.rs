//! Stripe's API, as far as we use it: <https://docs.stripe.com/api>.

mod door;
mod people;
pub mod transfers;
mod wire;

use crate::{Asked, Card, Charge, Said};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeMap;
use wire::{amount, currency, failure, invalid, known, one_of, required, state, unrecognised};

/// The key that opens the account.
pub const SECRET_KEY: &str = "sk_test_of_the_tests";
/// What signs messages.
pub const WEBHOOK_SECRET: &str = "whsec_of_the_tests";
/// The version that async-stripe's types are made from.
const VERSION: &str = "2026-09-30.endive";
/// Of most currencies, in their smallest unit.
const LEAST: i64 = 50;

type Form = BTreeMap<String, String>;
type Answer = Result<Value, Said>;

/// Its books.
pub struct Stripe {
    /// By the second, as Stripe's objects have it.
    pub now: i64,
    /// How saved cards behave.
    pub card: Card,
    /// Its keys may make transfers, and not read them.
    pub transfers_unread: bool,
    /// What its balance has, of each currency.
    pub balance: i64,
    /// Where its pages are.
    pages: String,
    objects: BTreeMap<String, Value>,
    /// What was answered under which key, and to what.
    keys: BTreeMap<String, (String, Form, Said)>,
    /// What happened, as it tells it.
    pub events: Vec<Value>,
}

/// As Stripe signs what it tells at that second.
pub fn signature(body: &str, secret: &str, now_s: i64) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(format!("{now_s}.{body}").as_bytes());
    format!("t={now_s},v1={}", hex::encode(mac.finalize().into_bytes()))
}

impl Stripe {
    /// Opened at that second.
    pub fn new(now: i64) -> Self {
        Self {
            now,
            card: Card::Good,
            transfers_unread: false,
            balance: 500_000,
            pages: String::new(),
            objects: BTreeMap::new(),
            keys: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    fn id(&self, prefix: &str) -> String {
        format!("{prefix}_{:04}", self.objects.len() + self.events.len() + 1)
    }

    fn of(&self, kind: &str) -> Vec<&Value> {
        let all = self.objects.values();
        all.filter(|object| object["object"] == kind).collect()
    }

    fn tell(&mut self, kind: &str, object: &Value) {
        let event = json!({
            "id": format!("evt_{:04}", self.events.len() + 1),
            "object": "event",
            "api_version": VERSION,
            "created": self.now,
            "data": {"object": object},
            "livemode": false,
            "pending_webhooks": 1,
            "request": {"id": null, "idempotency_key": null},
            "type": kind,
        });
        self.events.push(event);
    }

    fn keep(&mut self, object: Value) -> Value {
        let id = object["id"].as_str().expect("an id").to_owned();
        self.objects.insert(id, object.clone());
        object
    }

    fn find(&self, id: &str, kind: &str) -> Answer {
        let found = self.objects.get(id).filter(|object| object["object"] == kind);
        found.cloned().ok_or_else(|| {
            failure(
                404,
                "invalid_request_error",
                "resource_missing",
                &format!("No such {kind}: '{id}'"),
            )
        })
    }

    fn succeed(&mut self, payment: &mut Value) {
        let held = payment["capture_method"] == "manual";
        let amount = payment["amount"].clone();
        payment["status"] = json!(if held { "requires_capture" } else { "succeeded" });
        payment["amount_received"] = if held { json!(0) } else { amount.clone() };
        payment["amount_capturable"] = if held { amount } else { json!(0) };
        let kind = if held { "amount_capturable_updated" } else { "succeeded" };
        self.tell(&format!("payment_intent.{kind}"), payment);
    }

    /// What was taken or is held.
    pub fn charges(&self) -> Vec<Charge> {
        let taken = self.of("payment_intent").into_iter().filter_map(|payment| {
            let held = payment["status"] == "requires_capture";
            let units = payment[if held { "amount_capturable" } else { "amount_received" }].as_i64()?;
            let refunded = self.refunded(payment["id"].as_str()?);
            let intent = payment["metadata"]["intent"].as_str()?.to_owned();
            (units > 0 && payment["status"] != "canceled").then_some(Charge {
                intent,
                units,
                refunded,
                held,
            })
        });
        taken.collect()
    }

    fn refunded(&self, payment: &str) -> i64 {
        let refunds = self.of("refund").into_iter();
        let of_it = refunds.filter(|refund| refund["payment_intent"] == payment);
        of_it.filter_map(|refund| refund["amount"].as_i64()).sum()
    }

    fn create_session(&mut self, form: &Form) -> Answer {
        const FIELDS: [&str; 16] = [
            "mode",
            "client_reference_id",
            "customer_email",
            "customer_creation",
            "success_url",
            "cancel_url",
            "expires_at",
            "line_items[0][quantity]",
            "line_items[0][price_data][currency]",
            "line_items[0][price_data][unit_amount]",
            "line_items[0][price_data][product_data][name]",
            "payment_intent_data[metadata][intent]",
            "payment_intent_data[description]",
            "payment_intent_data[capture_method]",
            "payment_intent_data[setup_future_usage]",
            "metadata[intent]",
        ];
        known(form, &FIELDS)?;
        let line = "line_items[0][price_data]";
        one_of(form, "mode", &["payment"])?;
        one_of(form, "line_items[0][quantity]", &["1"])?;
        required(form, &format!("{line}[product_data][name]"))?;
        for address in ["success_url", "cancel_url"] {
            let url = required(form, address)?;
            url::Url::parse(url).map_err(|_| invalid("Not a valid URL"))?;
        }
        let amount = amount(form, &format!("{line}[unit_amount]"))?;
        let currency = currency(form, &format!("{line}[currency]"))?;
        let expires: i64 = required(form, "expires_at")?
            .parse()
            .map_err(|_| invalid("Invalid timestamp"))?;
        if !(1_800..=86_400).contains(&(expires - self.now)) {
            return Err(invalid(
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
            ));
        }
        let id = self.id("cs_test");
        let nothing = String::new();
        let get = |name: &str| form.get(name).unwrap_or(&nothing);
        let optional = |name: &str| form.get(name).map_or(Value::Null, |value| json!(value));
        let session = json!({
            "id": id,
            "object": "checkout.session",
            "url": format!("{}c/pay/{id}", self.pages),
            "success_url": get("success_url"),
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": amount,
            "currency": currency,
            "client_reference_id": get("client_reference_id"),
            "customer_creation": optional("customer_creation"),
            "customer_email": get("customer_email"),
            "expires_at": expires,
            "payment_intent": null,
            "livemode": false,
            "payment_intent_data": {
                "metadata": {"intent": get("payment_intent_data[metadata][intent]")},
                "description": get("payment_intent_data[description]"),
                "capture_method": optional("payment_intent_data[capture_method]"),
                "setup_future_usage": optional("payment_intent_data[setup_future_usage]"),
            },
        });
        Ok(self.keep(session))
    }

    fn create_payment(&mut self, form: &Form) -> Answer {
        known(
            form,
            &[
                "amount",
                "currency",
                "customer",
                "payment_method",
                "off_session",
                "confirm",
                "description",
                "metadata[intent]",
                "capture_method",
            ],
        )?;
        one_of(form, "off_session", &["true"])?;
        one_of(form, "confirm", &["true"])?;
        let customer = self.find(required(form, "customer")?, "customer")?;
        let method = self.find(required(form, "payment_method")?, "payment_method")?;
        if method["customer"] != customer["id"] {
            return Err(invalid("The PaymentMethod doesn't belong to the Customer"));
        }
        let mut payment = json!({
            "id": self.id("pi"),
            "object": "payment_intent",
            "amount": amount(form, "amount")?,
            "currency": currency(form, "currency")?,
            "metadata": {"intent": required(form, "metadata[intent]")?},
            "capture_method": form.get("capture_method"),
            "customer": customer["id"],
            "payment_method": method["id"],
            "created": self.now,
            "status": "requires_payment_method",
        });
        let refused = match self.card {
            Card::Good => None,
            Card::Empty => Some(("card_declined", "Your card has insufficient funds.")),
            Card::Asks => Some((
                "authentication_required",
                "Your card was declined. This transaction requires authentication.",
            )),
        };
        if let Some((code, message)) = refused {
            payment["last_payment_error"] = json!({"code": code, "message": message, "type": "card_error"});
            self.keep(payment.clone());
            let error =
                json!({"error": {"type": "card_error", "code": code, "message": message, "payment_intent": payment}});
            return Err(Said::json(402, &error));
        }
        self.succeed(&mut payment);
        Ok(self.keep(payment))
    }

    fn capture(&mut self, id: &str, form: &Form) -> Answer {
        known(form, &["amount_to_capture"])?;
        let mut payment = self.find(id, "payment_intent")?;
        let amount = amount(form, "amount_to_capture")?;
        if payment["status"] != "requires_capture" {
            return Err(state(&payment, "captured"));
        }
        if payment["amount_capturable"].as_i64() < Some(amount) {
            return Err(failure(
                400,
                "invalid_request_error",
                "amount_too_large",
                "You cannot capture more than the amount_capturable.",
            ));
        }
        payment["status"] = json!("succeeded");
        payment["amount_received"] = json!(amount);
        payment["amount_capturable"] = json!(0);
        self.tell("payment_intent.succeeded", &payment);
        // Its session is paid now, and still of the whole.
        let sessions = self.objects.values_mut();
        for session in sessions.filter(|object| object["payment_intent"] == payment["id"]) {
            session["payment_status"] = json!("paid");
        }
        Ok(self.keep(payment))
    }

    fn cancel(&mut self, id: &str, form: &Form) -> Answer {
        known(form, &[])?;
        let mut payment = self.find(id, "payment_intent")?;
        if payment["status"] != "requires_capture" {
            return Err(state(&payment, "canceled"));
        }
        payment["status"] = json!("canceled");
        payment["amount_capturable"] = json!(0);
        self.tell("payment_intent.canceled", &payment);
        Ok(self.keep(payment))
    }

    fn create_refund(&mut self, form: &Form) -> Answer {
        known(form, &["payment_intent", "amount", "metadata[refund_key]"])?;
        let payment = self.find(required(form, "payment_intent")?, "payment_intent")?;
        let amount = amount(form, "amount")?;
        let id = payment["id"].as_str().expect("an id");
        let left = payment["amount_received"].as_i64().unwrap_or_default() - self.refunded(id);
        if amount > left {
            let message = format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
            return Err(invalid(&message));
        }
        let refund = json!({
            "id": self.id("re"),
            "object": "refund",
            "amount": amount,
            "currency": payment["currency"],
            "payment_intent": id,
            "metadata": {"refund_key": required(form, "metadata[refund_key]")?},
            "status": "succeeded",
        });
        let refund = self.keep(refund);
        self.tell("refund.created", &refund);
        Ok(refund)
    }

    fn list(&self, kind: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let data: Vec<&Value> = self
            .of(kind)
            .into_iter()
            .rev()
            .filter(|object| wanted(object))
            .collect();
        json!({"object": "list", "data": data, "has_more": false, "url": "/"})
    }

    fn order(&mut self, asked: &Asked) -> Answer {
        let form = asked.form();
        let path: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
        match path.as_slice() {
            ["v1", "checkout", "sessions"] => self.create_session(&form),
            ["v1", "payment_intents"] => self.create_payment(&form),
            ["v1", "payment_intents", id, "capture"] => self.capture(id, &form),
            ["v1", "payment_intents", id, "cancel"] => self.cancel(id, &form),
            ["v1", "refunds"] => self.create_refund(&form),
            ["v1", "transfers"] => self.create_transfer(&form),
            _ => Err(unrecognised(asked)),
        }
    }

    fn question(&self, asked: &Asked) -> Answer {
        let query = &asked.query;
        let expanded = query.get("expand[0]").map_or("", String::as_str);
        let whole = |object: &mut Value, field: &str| {
            if let Some(found) = object[field].as_str().and_then(|id| self.objects.get(id)) {
                object[field] = found.clone();
            }
        };
        let path: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
        match path.as_slice() {
            ["v1", "balance"] => Ok(json!({"object": "balance", "livemode": false, "available": [], "pending": []})),
            ["v1", "checkout", "sessions", id] => {
                let mut session = self.find(id, "checkout.session")?;
                if expanded == "payment_intent.payment_method" {
                    whole(&mut session, "payment_intent");
                    whole(&mut session["payment_intent"], "payment_method");
                }
                Ok(session)
            }
            ["v1", "payment_intents", id] => {
                let mut payment = self.find(id, "payment_intent")?;
                if expanded == "payment_method" {
                    whole(&mut payment, "payment_method");
                }
                Ok(payment)
            }
            ["v1", "payment_intents"] => {
                let since: i64 = required(query, "created[gte]")?
                    .parse()
                    .map_err(|_| invalid("Invalid timestamp"))?;
                let customer = required(query, "customer")?;
                Ok(self.list("payment_intent", |payment| {
                    payment["customer"] == customer && payment["created"].as_i64() >= Some(since)
                }))
            }
            ["v1", "transfers"] if self.transfers_unread => {
                let message = "The provided key does not have the required permissions for this endpoint.";
                Err(failure(
                    403,
                    "invalid_request_error",
                    "more_permissions_required",
                    message,
                ))
            }
            ["v1", "transfers"] => {
                let group = required(query, "transfer_group")?;
                Ok(self.list("transfer", |transfer| transfer["transfer_group"] == group))
            }
            ["v1", "refunds"] => {
                let payment = required(query, "payment_intent")?;
                Ok(self.list("refund", |refund| refund["payment_intent"] == payment))
            }
            _ => Err(unrecognised(asked)),
        }
    }
}
