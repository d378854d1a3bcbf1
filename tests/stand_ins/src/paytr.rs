//! PayTR's API, as far as we use it: <https://dev.paytr.com/en>.

use crate::{Act, Asked, Back, Books, Charge, Message, Said, Sheet};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeMap;
use url::form_urlencoded;

/// Who the shop is.
pub const MERCHANT_ID: &str = "123456";
/// What signs.
pub const MERCHANT_KEY: &str = "key-of-the-tests";
/// What is signed with the rest.
pub const MERCHANT_SALT: &str = "salt-of-the-tests";

type Form = BTreeMap<String, String>;
type Answer = Result<Value, (&'static str, String)>;

/// A payment that was paid.
struct Payment {
    units: i64,
    currency: String,
    /// Hundredths, and our numbers.
    returns: Vec<(i64, String)>,
}

/// Its books.
#[derive(Default)]
pub struct Paytr {
    /// What forms are for, by order number.
    forms: BTreeMap<String, Form>,
    /// The numbers of orders, by what opens their forms.
    tokens: BTreeMap<String, String>,
    payments: BTreeMap<String, Payment>,
    /// Bodies of messages.
    pub sent: Vec<String>,
}

/// As PayTR signs everything.
pub fn sign(key: &str, parts: &[&str]) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).expect("a key");
    mac.update(parts.concat().as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// A message about the end of a payment.
pub fn message(key: &str, number: &str, status: &str, total: i64) -> String {
    let total = total.to_string();
    let hash = sign(key, &[number, MERCHANT_SALT, status, &total]);
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("merchant_oid", number),
        ("status", status),
        ("total_amount", &total),
        ("hash", &hash),
        ("payment_type", "card"),
        ("test_mode", "1"),
        ("currency", "TL"),
    ] {
        form.append_pair(name, value);
    }
    form.finish()
}

fn get<'a>(form: &'a Form, name: &str) -> Result<&'a str, (&'static str, String)> {
    let value = form.get(name).filter(|value| !value.is_empty());
    value
        .map(String::as_str)
        .ok_or_else(|| ("001", format!("{name} gonderilmedi")))
}

fn hundredths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(part) && part.len() == 2).then(|| format!("{whole}{part}").parse().ok())?
}

impl Paytr {
    /// What a person does on the form of a payment.
    pub fn act(&mut self, number: &str, act: Act) {
        let form = self.forms.get(number).expect("a form");
        let units: i64 = form["payment_amount"].parse().expect("an amount");
        match act {
            Act::RunOut => {}
            Act::Fail => self.sent.push(message(MERCHANT_KEY, number, "failed", 0)),
            Act::Pay => {
                let payment = Payment {
                    units,
                    currency: form["currency"].clone(),
                    returns: Vec::new(),
                };
                self.payments.insert(number.to_owned(), payment);
                self.sent.push(message(MERCHANT_KEY, number, "success", units));
            }
        }
    }

    /// What was taken.
    pub fn charges(&self) -> Vec<Charge> {
        let charges = self.payments.iter().map(|(number, payment)| Charge {
            intent: number.clone(),
            units: payment.units,
            refunded: payment.returns.iter().map(|(units, _)| units).sum(),
            held: false,
        });
        charges.collect()
    }

    fn open(&mut self, form: &Form) -> Answer {
        const SIGNED: [&str; 10] = [
            "merchant_id",
            "user_ip",
            "merchant_oid",
            "email",
            "payment_amount",
            "user_basket",
            "no_installment",
            "max_installment",
            "currency",
            "test_mode",
        ];
        const MORE: [&str; 9] = [
            "paytr_token",
            "debug_on",
            "user_name",
            "user_address",
            "user_phone",
            "merchant_ok_url",
            "merchant_fail_url",
            "timeout_limit",
            "lang",
        ];
        let parts = SIGNED
            .iter()
            .map(|name| get(form, name))
            .collect::<Result<Vec<_>, _>>()?;
        for name in MORE {
            get(form, name)?;
        }
        let expected = sign(MERCHANT_KEY, &[&parts.concat(), MERCHANT_SALT]);
        if form["paytr_token"] != expected || form["merchant_id"] != MERCHANT_ID {
            return Err(("003", "paytr_token gecersiz".to_owned()));
        }
        let number = form["merchant_oid"].as_str();
        if number.len() > 64 || !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(("001", "merchant_oid alfanumerik olmali".to_owned()));
        }
        if self.payments.contains_key(number) {
            return Err(("001", "merchant_oid daha once kullanildi".to_owned()));
        }
        let units: i64 = form["payment_amount"]
            .parse()
            .map_err(|_| ("001", "payment_amount gecersiz".to_owned()))?;
        let basket = STANDARD.decode(&form["user_basket"]).unwrap_or_default();
        let basket: Value = serde_json::from_slice(&basket).unwrap_or_default();
        let price = hundredths(basket[0][1].as_str().unwrap_or_default());
        if units < 100 || price != Some(units) || basket[0][2] != 1 {
            return Err(("001", "user_basket gecersiz".to_owned()));
        }
        if !["TL", "EUR", "USD", "GBP", "RUB"].contains(&form["currency"].as_str()) {
            return Err(("001", "currency gecersiz".to_owned()));
        }
        form["user_ip"]
            .parse::<std::net::IpAddr>()
            .map_err(|_| ("001", "user_ip gecersiz".to_owned()))?;
        // Whole minutes of an hour that has just begun.
        let in_time = ["59", "60"].contains(&form["timeout_limit"].as_str());
        if form["no_installment"] != "1" || !in_time || form["test_mode"] != "1" {
            return Err(("001", "ayar gecersiz".to_owned()));
        }
        let token = format!(
            "28cc613c3d7633cfa4ed0956fdf901e05cf9d9cc0c2ef8db{:04}",
            self.forms.len()
        );
        self.tokens.insert(token.clone(), number.to_owned());
        self.forms.insert(number.to_owned(), form.clone());
        Ok(json!({"status": "success", "token": token}))
    }

    fn status(&self, form: &Form) -> Answer {
        let number = get(form, "merchant_oid")?;
        if get(form, "paytr_token")? != sign(MERCHANT_KEY, &[get(form, "merchant_id")?, number, MERCHANT_SALT]) {
            return Err(("003", "paytr_token gecersiz".to_owned()));
        }
        let payment = self.payments.get(number);
        let payment = payment.ok_or_else(|| ("004", "merchant_oid ile basarili odeme bulunamadi".to_owned()))?;
        let decimal = |units: i64| format!("{}.{:02}", units / 100, units % 100);
        let returns: Vec<Value> = payment
            .returns
            .iter()
            .map(|(units, key)| json!({"return_amount": decimal(*units), "reference_no": key, "return_status": 1}))
            .collect();
        // It leaves zeros at the end away.
        let amount = decimal(payment.units);
        let amount = amount.trim_end_matches('0').trim_end_matches('.');
        Ok(json!({
            "status": "success",
            "payment_amount": amount,
            "payment_total": amount,
            "currency": payment.currency,
            "returns": returns,
        }))
    }

    fn refund(&mut self, form: &Form) -> Answer {
        let (number, amount) = (get(form, "merchant_oid")?, get(form, "return_amount")?);
        let parts = [get(form, "merchant_id")?, number, amount, MERCHANT_SALT];
        if get(form, "paytr_token")? != sign(MERCHANT_KEY, &parts) {
            return Err(("004", "paytr_token gecersiz".to_owned()));
        }
        let units = hundredths(amount).ok_or_else(|| ("003", "return_amount gecersiz".to_owned()))?;
        let key = get(form, "reference_no")?;
        if key.len() > 64 || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(("001", "reference_no gecersiz".to_owned()));
        }
        let payment = self.payments.get_mut(number);
        let payment = payment.ok_or_else(|| ("005", "basarili odeme bulunamadi".to_owned()))?;
        let returned: i64 = payment.returns.iter().map(|(units, _)| units).sum();
        if units + returned > payment.units {
            return Err(("009", "kalan tutardan fazla iade yapilamaz".to_owned()));
        }
        payment.returns.push((units, key.to_owned()));
        Ok(
            json!({"status": "success", "is_test": 1, "merchant_oid": number, "return_amount": amount, "reference_no": key}),
        )
    }
}

impl Books for Paytr {
    const NAME: &'static str = "paytr";
    const KEYS: &'static [(&'static str, &'static str)] = &[
        ("merchant_id", MERCHANT_ID),
        ("merchant_key", MERCHANT_KEY),
        ("merchant_salt", MERCHANT_SALT),
    ];

    fn page(&self, asked: &Asked) -> Option<String> {
        let token = asked.path.strip_prefix("/odeme/guvenli/")?;
        self.tokens.get(token).cloned()
    }

    fn sheet(&self, name: &str) -> Option<Sheet> {
        let form = self.forms.get(name)?;
        Some(Sheet {
            amount: format!("{} {}", form["payment_amount"], form["currency"]),
            back: Back::Link(form["merchant_ok_url"].clone()),
        })
    }

    fn done(&mut self, name: &str, act: Act, _: i64) {
        self.act(name, act);
    }

    fn told(&self, _: i64) -> Vec<Message> {
        self.sent.iter().map(|body| Message::form(body)).collect()
    }

    fn answer(&mut self, asked: &Asked) -> Said {
        let form = asked.form();
        let answer = match asked.path.as_str() {
            "/odeme/api/get-token" => {
                // This one has a word of its own for why.
                return match self.open(&form) {
                    Ok(opened) => Said::ok(&opened),
                    Err((_, why)) => Said::ok(&json!({"status": "failed", "reason": why})),
                };
            }
            "/odeme/durum-sorgu" => self.status(&form),
            "/odeme/iade" => self.refund(&form),
            _ => return Said::json(404, &json!({})),
        };
        match answer {
            Ok(said) => Said::ok(&said),
            Err((number, why)) => Said::ok(&json!({"status": "error", "err_no": number, "err_msg": why})),
        }
    }

    fn is_order(&self, asked: &Asked) -> bool {
        asked.path != "/odeme/durum-sorgu"
    }
}
