//! iyzico's API, as far as we use it: <https://docs.iyzico.com/en>.

use crate::{Act, Asked, Back, Books, Charge, Message, Said, Sheet};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeMap;
use url::Url;

/// Who the shop is.
pub const API_KEY: &str = "sandbox-api-key-of-the-tests";
/// What signs questions and messages.
pub const SECRET_KEY: &str = "sandbox-secret-key-of-the-tests";

type Answer = Result<Value, (&'static str, &'static str)>;

struct Payment {
    number: String,
    units: i64,
    currency: String,
    paid: bool,
    /// Hundredths, and our numbers.
    refunds: Vec<(i64, String)>,
}

/// Its books.
#[derive(Default)]
pub struct Iyzico {
    /// Where its pages are.
    pages: String,
    /// What pages are for, by conversation.
    forms: BTreeMap<String, Value>,
    /// By their numbers there.
    payments: BTreeMap<String, Payment>,
    /// Bodies of messages.
    pub sent: Vec<Value>,
}

fn sign(key: &str, text: &str) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).expect("a key");
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// The signature of a message.
pub fn signature(key: &str, event: &Value) -> String {
    let text = |name: &str| {
        event[name]
            .as_str()
            .map_or_else(|| event[name].to_string(), str::to_owned)
    };
    let fields = [
        "iyziEventType",
        "iyziPaymentId",
        "token",
        "paymentConversationId",
        "status",
    ];
    let fields: String = fields.map(text).concat();
    sign(key, &format!("{key}{fields}"))
}

/// As its own library writes amounts: at least one decimal, and no zeros after it.
fn units(price: &Value) -> Result<i64, (&'static str, &'static str)> {
    let wrong = ("5023", "price gecersiz");
    let (whole, part) = price.as_str().and_then(|text| text.split_once('.')).ok_or(wrong)?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 || (part.len() == 2 && part.ends_with('0')) {
        return Err(wrong);
    }
    let units: i64 = format!("{whole}{part:0<2}").parse().map_err(|_| wrong)?;
    if units > 0 { Ok(units) } else { Err(wrong) }
}

/// As its answers write amounts: numbers.
fn number(units: i64) -> Value {
    let text = format!("{}.{:02}", units / 100, units % 100);
    serde_json::from_str(&text).expect("a number")
}

impl Iyzico {
    /// What a person does on the page of a conversation.
    pub fn act(&mut self, conversation: &str, act: Act) {
        if act == Act::RunOut {
            return;
        }
        let form = self.forms.get(conversation).expect("a page").clone();
        let id = format!("{}", 25_168_800 + self.payments.len());
        let payment = Payment {
            number: conversation.to_owned(),
            units: units(&form["paidPrice"]).expect("an amount"),
            currency: form["currency"].as_str().expect("a currency").to_owned(),
            paid: act == Act::Pay,
            refunds: Vec::new(),
        };
        let event = json!({
            "paymentConversationId": conversation,
            "merchantId": 3_404_590,
            "token": form["token"],
            "status": if payment.paid { "SUCCESS" } else { "FAILURE" },
            "iyziReferenceCode": format!("7ba7c1e3-{}", self.sent.len()),
            "iyziEventType": "CHECKOUT_FORM_AUTH",
            "iyziEventTime": 1_800_014_400_000_i64,
            "iyziPaymentId": id.parse::<i64>().expect("a number"),
        });
        self.sent.push(event);
        self.payments.insert(id, payment);
    }

    /// What was taken.
    pub fn charges(&self) -> Vec<Charge> {
        let paid = self.payments.values().filter(|payment| payment.paid);
        let charges = paid.map(|payment| Charge {
            intent: payment.number.clone(),
            units: payment.units,
            refunded: payment.refunds.iter().map(|(units, _)| units).sum(),
            held: false,
        });
        charges.collect()
    }

    fn open(&mut self, told: &Value) -> Answer {
        for field in ["/conversationId", "/basketId", "/paymentGroup", "/callbackUrl"] {
            some(told, field)?;
        }
        for field in [
            "id",
            "name",
            "surname",
            "identityNumber",
            "email",
            "registrationAddress",
            "city",
            "country",
            "ip",
        ] {
            some(told, &format!("/buyer/{field}"))?;
        }
        for field in ["address", "contactName", "city", "country"] {
            some(told, &format!("/billingAddress/{field}"))?;
        }
        for field in ["id", "name", "category1", "itemType"] {
            some(told, &format!("/basketItems/0/{field}"))?;
        }
        let price = units(&told["price"])?;
        if units(&told["paidPrice"])? != price || units(&told["basketItems"][0]["price"])? != price {
            return Err((
                "5062",
                "Gonderilen tutar tum kirilimlarin toplam tutarina esit olmalidir",
            ));
        }
        if !["TRY", "EUR", "USD", "GBP", "RUB", "CHF", "NOK"].contains(&told["currency"].as_str().unwrap_or_default()) {
            return Err(("5006", "currency gecersiz"));
        }
        url::Url::parse(told["callbackUrl"].as_str().unwrap_or_default())
            .map_err(|_| ("5020", "callbackUrl gecersiz"))?;
        if told["enabledInstallments"] != json!([1]) || told["basketItems"][0]["itemType"] != "VIRTUAL" {
            return Err(("5021", "gecersiz"));
        }
        let token = format!("077aff05-1e9b-44aa-aa11-{:012}", self.forms.len() + 1);
        let conversation = told["conversationId"].as_str().expect("text").to_owned();
        let mut form = told.clone();
        form["token"] = json!(token);
        self.forms.insert(conversation, form);
        Ok(json!({
            "token": token,
            "tokenExpireTime": 1_800,
            "checkoutFormContent": "<script></script>",
            "paymentPageUrl": format!("{}?token={token}&lang=en", self.pages),
        }))
    }

    fn detail(&self, told: &Value) -> Answer {
        let by_number = told["paymentId"]
            .as_str()
            .and_then(|id| self.payments.get_key_value(id));
        // The newest try of a conversation.
        let conversation = told["paymentConversationId"].as_str().unwrap_or_default();
        let mut tries = self.payments.iter().rev();
        let (id, payment) = by_number
            .or_else(|| tries.find(|(_, payment)| payment.number == conversation))
            .ok_or(("5007", "Odeme kaydi bulunamadi"))?;
        Ok(json!({
            "paymentId": id,
            "paymentStatus": if payment.paid { "SUCCESS" } else { "FAILURE" },
            "fraudStatus": if payment.paid { 1 } else { 0 },
            "price": number(payment.units),
            "paidPrice": number(payment.units),
            "currency": payment.currency,
            "basketId": payment.number,
            "cardType": "CREDIT_CARD",
            "lastFourDigits": "0008",
        }))
    }

    fn refund(&mut self, told: &Value) -> Answer {
        some(told, "/conversationId")?;
        let units = units(&told["price"])?;
        let id = told["paymentId"].as_str().unwrap_or_default();
        let payment = self.payments.get_mut(id).filter(|payment| payment.paid);
        let payment = payment.ok_or(("5007", "Odeme kaydi bulunamadi"))?;
        if told["currency"] != payment.currency.as_str() {
            return Err(("5088", "currency gecersiz"));
        }
        let refunded: i64 = payment.refunds.iter().map(|(units, _)| units).sum();
        if units + refunded > payment.units {
            return Err(("5093", "Iade tutari odeme tutarindan buyuk olamaz"));
        }
        let key = told["conversationId"].as_str().unwrap_or_default().to_owned();
        payment.refunds.push((units, key));
        Ok(json!({"paymentId": id, "price": number(units), "currency": payment.currency}))
    }

    fn report(&self, asked: &Asked) -> Answer {
        let (id, conversation) = (asked.query.get("paymentId"), asked.query.get("paymentConversationId"));
        let mut payments = self.payments.iter();
        let found = payments.find(|(name, payment)| Some(*name) == id || Some(&payment.number) == conversation);
        let Some((id, payment)) = found else {
            return Ok(json!({"payments": []}));
        };
        let refunds = payment.refunds.iter().map(|(units, key)| {
            json!({
                "refundTxId": 1,
                "refundPrice": number(*units),
                "refundConversationId": key,
                "refundStatus": 1,
                "currencyCode": payment.currency,
            })
        });
        let refunds: Vec<Value> = refunds.collect();
        Ok(json!({"payments": [{"paymentId": id, "itemTransactions": [{"refunds": refunds}]}]}))
    }
}

fn some(told: &Value, pointer: &str) -> Result<(), (&'static str, &'static str)> {
    let text = told.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    if text.is_empty() {
        Err(("5001", "zorunlu alan"))
    } else {
        Ok(())
    }
}

impl Books for Iyzico {
    const NAME: &'static str = "iyzico";
    const KEYS: &'static [(&'static str, &'static str)] = &[("api_key", API_KEY), ("secret_key", SECRET_KEY)];

    fn open_at(&mut self, origin: &Url) {
        self.pages = origin.to_string();
    }

    fn page(&self, asked: &Asked) -> Option<String> {
        let token = asked.query.get("token").filter(|_| asked.path == "/")?;
        let mut forms = self.forms.iter();
        forms
            .find(|(_, form)| form["token"] == token.as_str())
            .map(|(name, _)| name.clone())
    }

    fn sheet(&self, name: &str) -> Option<Sheet> {
        let form = self.forms.get(name)?;
        let back = form["callbackUrl"].as_str()?.to_owned();
        let token = form["token"].as_str()?.to_owned();
        Some(Sheet {
            amount: format!("{} {}", form["paidPrice"], form["currency"]),
            back: Back::Form(back, vec![("token".to_owned(), token)]),
        })
    }

    fn done(&mut self, name: &str, act: Act, _: i64) {
        self.act(name, act);
    }

    fn told(&self, _: i64) -> Vec<Message> {
        let sent = self.sent.iter();
        let signed =
            sent.map(|event| Message::with("x-iyz-signature-v3", &signature(SECRET_KEY, event), &event.to_string()));
        signed.collect()
    }

    fn answer(&mut self, asked: &Asked) -> Said {
        let random = asked.header("x-iyzi-rnd");
        let signature = sign(SECRET_KEY, &format!("{random}{}{}", asked.path, asked.body));
        let expected = STANDARD.encode(format!("apiKey:{API_KEY}&randomKey:{random}&signature:{signature}"));
        let told = asked.json();
        let answer = if random.is_empty() || asked.header("authorization") != format!("IYZWSv2 {expected}") {
            Err(("1000", "Gecersiz imza"))
        } else {
            match (asked.method.as_str(), asked.path.as_str()) {
                ("POST", "/payment/iyzipos/checkoutform/initialize/auth/ecom") => self.open(&told),
                ("POST", "/payment/detail") => self.detail(&told),
                ("POST", "/v2/payment/refund") => self.refund(&told),
                ("GET", "/v2/reporting/payment/details") => self.report(asked),
                _ => return Said::json(404, &json!({"status": "failure"})),
            }
        };
        let said = match answer {
            Ok(mut said) => {
                said["status"] = json!("success");
                said["systemTime"] = json!(1_800_014_400_000_i64);
                said["conversationId"] = told["conversationId"].clone();
                said
            }
            Err((code, message)) => {
                json!({"status": "failure", "errorCode": code, "errorMessage": message, "locale": "en"})
            }
        };
        Said::ok(&said)
    }

    fn is_order(&self, asked: &Asked) -> bool {
        asked.path.ends_with("/ecom") || asked.path.ends_with("/refund")
    }
}
