//! PayU's API, as far as we use it: <https://developers.payu.com/europe/api/>. The shop waits until it is told to take
//! payments.

use crate::{Act, Asked, Back, Books, Charge, Message, Said, Sheet};
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use url::Url;

/// Who the shop is.
pub const POS_ID: &str = "300746";
/// Its password.
pub const CLIENT_SECRET: &str = "2ee86a66e5d97e3fadc400c9f19b065d";
/// What signs messages.
pub const SECOND_KEY: &str = "b6ca15b0d1020e8094d9b5f8d163db54";
const TOKEN: &str = "d9a4536e-62ba-4f60-8017-6053211d3f47";
const CURRENCIES: [&str; 12] = [
    "BGN", "CHF", "CZK", "DKK", "EUR", "GBP", "HUF", "NOK", "PLN", "RON", "SEK", "USD",
];

type Answer = Result<(u16, Value), (u16, &'static str, &'static str)>;

/// Its books.
#[derive(Default)]
pub struct Payu {
    /// Where its pages are.
    pages: String,
    orders: BTreeMap<String, Value>,
    /// With the orders that they are of.
    refunds: Vec<(String, Value)>,
    /// Bodies of notifications.
    pub sent: Vec<String>,
}

/// A header with such a signature.
pub fn header(algorithm: &str, signature: &str) -> String {
    format!("sender=checkout;signature={signature};algorithm={algorithm};content=DOCUMENT")
}

/// Most shops' kind.
pub fn md5(body: &str, key: &str) -> String {
    header("MD5", &hex::encode(Md5::digest(format!("{body}{key}"))))
}

/// The other kind.
pub fn sha256(body: &str, key: &str) -> String {
    header("SHA-256", &hex::encode(Sha256::digest(format!("{body}{key}"))))
}

fn invalid(what: &'static str) -> (u16, &'static str, &'static str) {
    (400, "ERROR_VALUE_INVALID", what)
}

fn units(amount: &Value) -> Option<i64> {
    let text = amount.as_str()?;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|units| digits && *units > 0)
}

impl Payu {
    fn tell_of_order(&mut self, id: &str) {
        let notification = json!({
            "order": self.orders[id],
            "localReceiptDateTime": "2027-01-15T12:00:00.000+01:00",
            "properties": [{"name": "PAYMENT_ID", "value": "151471228"}],
        });
        self.sent.push(notification.to_string());
    }

    /// An order is in that state now.
    pub fn set(&mut self, id: &str, status: &str) {
        self.orders.get_mut(id).expect("an order")["status"] = json!(status);
        self.tell_of_order(id);
    }

    /// What a person does on the page of an order.
    pub fn act(&mut self, order: &str, act: Act) {
        match act {
            Act::Pay => {
                self.set(order, "PENDING");
                self.set(order, "WAITING_FOR_CONFIRMATION");
            }
            Act::Fail => self.set(order, "PENDING"),
            Act::RunOut => self.set(order, "CANCELED"),
        }
    }

    /// What was taken or is held.
    pub fn charges(&self) -> Vec<Charge> {
        let taken = self
            .orders
            .iter()
            .filter(|(_, order)| matches!(order["status"].as_str(), Some("WAITING_FOR_CONFIRMATION" | "COMPLETED")));
        let charges = taken.map(|(id, order)| Charge {
            intent: order["extOrderId"].as_str().unwrap_or_default().to_owned(),
            units: units(&order["totalAmount"]).expect("an amount"),
            refunded: self.refunded(id),
            held: order["status"] == "WAITING_FOR_CONFIRMATION",
        });
        charges.collect()
    }

    fn refunded(&self, order: &str) -> i64 {
        let of_it = self.refunds.iter().filter(|(of, _)| of == order);
        of_it.filter_map(|(_, refund)| units(&refund["amount"])).sum()
    }

    fn open(&mut self, told: &Value) -> Answer {
        for field in [
            "continueUrl",
            "customerIp",
            "merchantPosId",
            "description",
            "currencyCode",
        ] {
            if told[field].as_str().unwrap_or_default().is_empty() {
                return Err((400, "ERROR_VALUE_MISSING", field));
            }
        }
        if told["merchantPosId"] != POS_ID {
            return Err((403, "ERROR_VALUE_INVALID", "INVALID_AUTH_FOR_THIS_ORDER"));
        }
        if !CURRENCIES.contains(&told["currencyCode"].as_str().unwrap_or_default()) {
            return Err((400, "ERROR_INCONSISTENT_CURRENCIES", "currencyCode"));
        }
        let ip = told["customerIp"].as_str().unwrap_or_default();
        if ip.parse::<std::net::IpAddr>().is_err() || ip == "0.0.0.0" {
            return Err(invalid("customerIp"));
        }
        for field in ["continueUrl", "notifyUrl"] {
            url::Url::parse(told[field].as_str().unwrap_or_default()).map_err(|_| invalid(field))?;
        }
        let total = units(&told["totalAmount"]).ok_or(invalid("totalAmount"))?;
        units(&told["validityTime"]).ok_or(invalid("validityTime"))?;
        let mut sum = 0;
        for product in told["products"].as_array().into_iter().flatten() {
            if product["name"].as_str().unwrap_or_default().is_empty() {
                return Err((400, "ERROR_VALUE_MISSING", "products.name"));
            }
            let quantity = units(&product["quantity"]).ok_or(invalid("quantity"))?;
            sum += units(&product["unitPrice"]).ok_or(invalid("unitPrice"))? * quantity;
        }
        if sum != total {
            return Err(invalid("totalAmount isn't the products'"));
        }
        if !told["buyer"]["email"].as_str().unwrap_or_default().contains('@') {
            return Err(invalid("buyer.email"));
        }
        let number = told["extOrderId"].as_str().unwrap_or_default().to_owned();
        if self.orders.values().any(|order| order["extOrderId"] == number.as_str()) {
            return Err((400, "ERROR_ORDER_NOT_UNIQUE", "Order already exists"));
        }
        let id = format!("WZHF5FFDRJ{:06}GUEST000P01", 140_731 + self.orders.len());
        let mut order = told.clone();
        order["orderId"] = json!(id);
        order["status"] = json!("NEW");
        order["orderCreateDate"] = json!("2027-01-15T12:00:00.000+01:00");
        self.orders.insert(id.clone(), order);
        let page = format!("{}pay/?orderId={id}&token=eyJhbGciOiJIUzI1NiJ9", self.pages);
        Ok((302, json!({"redirectUri": page, "orderId": id, "extOrderId": number})))
    }

    fn take(&mut self, id: &str, told: &Value) -> Answer {
        let order = self.orders.get(id).ok_or((404, "DATA_NOT_FOUND", ""))?;
        if told != &json!({"orderId": id, "orderStatus": "COMPLETED"}) {
            return Err(invalid("orderStatus"));
        }
        if order["status"] != "WAITING_FOR_CONFIRMATION" {
            return Err((400, "ERROR_VALUE_INVALID", "Current order status doesn't allow that"));
        }
        self.set(id, "COMPLETED");
        Ok((200, json!({})))
    }

    fn refund(&mut self, id: &str, told: &Value) -> Answer {
        let order = self.orders.get(id).ok_or((404, "DATA_NOT_FOUND", ""))?;
        let asked = &told["refund"];
        let left = units(&order["totalAmount"]).expect("an amount") - self.refunded(id);
        let amount = units(&asked["amount"]).ok_or(invalid("amount"))?;
        if order["status"] != "COMPLETED" || asked["currencyCode"] != order["currencyCode"] {
            return Err(invalid("the order can't be refunded so"));
        }
        let key = asked["extRefundId"].as_str().unwrap_or_default();
        if asked["description"].as_str().unwrap_or_default().is_empty() || key.is_empty() {
            return Err((400, "ERROR_VALUE_MISSING", "description"));
        }
        if amount > left {
            return Err(invalid("REFUND_AMOUNT_TOO_BIG"));
        }
        let mut refund = asked.clone();
        refund["refundId"] = json!(format!("{}", 5_000_000_142 + self.refunds.len()));
        refund["status"] = json!("PENDING");
        let answer = json!({"orderId": id, "refund": refund});
        refund["status"] = json!("FINALIZED");
        let notification = json!({"orderId": id, "extOrderId": order["extOrderId"], "refund": refund});
        self.sent.push(notification.to_string());
        self.refunds.push((id.to_owned(), refund));
        Ok((200, answer))
    }

    fn question(&self, path: &[&str]) -> Answer {
        match path {
            ["api", "v2_1", "paymethods"] => Ok((200, json!({"payByLinks": []}))),
            ["api", "v2_1", "orders", id] => {
                let order = self.orders.get(*id).ok_or((404, "DATA_NOT_FOUND", ""))?;
                Ok((200, json!({"orders": [order], "properties": []})))
            }
            ["api", "v2_1", "orders", id, "refunds"] => {
                let of_it = self.refunds.iter().filter(|(of, _)| of == id);
                let refunds: Vec<&Value> = of_it.map(|(_, refund)| refund).collect();
                if refunds.is_empty() {
                    return Err((404, "DATA_NOT_FOUND", "There are no refunds"));
                }
                Ok((200, json!({"refunds": refunds})))
            }
            _ => Err((404, "DATA_NOT_FOUND", "")),
        }
    }

    fn token(asked: &Asked) -> Said {
        let form = asked.form();
        let expected = [
            ("client_id", POS_ID),
            ("client_secret", CLIENT_SECRET),
            ("grant_type", "client_credentials"),
        ];
        if !form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .eq(expected)
        {
            let error = json!({"error": "invalid_client", "error_description": "Bad client credentials"});
            return Said::json(401, &error);
        }
        Said::ok(
            &json!({"access_token": TOKEN, "token_type": "bearer", "expires_in": 43_199, "grant_type": "client_credentials"}),
        )
    }
}

impl Books for Payu {
    const NAME: &'static str = "payu";
    const KEYS: &'static [(&'static str, &'static str)] = &[
        ("pos_id", POS_ID),
        ("client_id", POS_ID),
        ("client_secret", CLIENT_SECRET),
        ("second_key", SECOND_KEY),
    ];

    fn open_at(&mut self, origin: &Url) {
        self.pages = origin.to_string();
    }

    fn page(&self, asked: &Asked) -> Option<String> {
        (asked.path == "/pay/").then(|| asked.query.get("orderId").cloned())?
    }

    fn sheet(&self, name: &str) -> Option<Sheet> {
        let order = self.orders.get(name)?;
        let back = order["continueUrl"].as_str()?.to_owned();
        (order["status"] == "NEW").then(|| Sheet {
            amount: format!("{} {}", order["totalAmount"], order["currencyCode"]),
            back: Back::Link(back),
        })
    }

    fn done(&mut self, name: &str, act: Act, _: i64) {
        self.act(name, act);
    }

    fn told(&self, _: i64) -> Vec<Message> {
        // Shops can have either kind of signature.
        let sign = [md5, sha256];
        let sent = self.sent.iter().enumerate();
        let signed =
            sent.map(|(nth, body)| Message::with("openpayu-signature", &sign[nth % 2](body, SECOND_KEY), body));
        signed.collect()
    }

    fn answer(&mut self, asked: &Asked) -> Said {
        if asked.path == "/pl/standard/user/oauth/authorize" {
            return Self::token(asked);
        }
        let path: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
        let told = asked.json();
        let answer = if asked.header("authorization") != format!("Bearer {TOKEN}") {
            Err((401, "UNAUTHORIZED", "Incorrect authentication"))
        } else if asked.method == "GET" {
            self.question(&path)
        } else if asked.header("content-type") != "application/json" {
            Err((400, "ERROR_SYNTAX", ""))
        } else {
            match (asked.method.as_str(), path.as_slice()) {
                ("POST", ["api", "v2_1", "orders"]) => self.open(&told),
                ("PUT", ["api", "v2_1", "orders", id, "status"]) => self.take(id, &told),
                ("POST", ["api", "v2_1", "orders", id, "refunds"]) => self.refund(id, &told),
                _ => Err((404, "DATA_NOT_FOUND", "")),
            }
        };
        match answer {
            Ok((status, mut said)) => {
                said["status"] = json!({"statusCode": "SUCCESS", "statusDesc": "Request processing successful"});
                Said::json(status, &said)
            }
            Err((status, code, why)) => Said::json(
                status,
                &json!({"status": {"statusCode": code, "severity": "ERROR", "code": "8001", "statusDesc": why}}),
            ),
        }
    }

    fn is_order(&self, asked: &Asked) -> bool {
        asked.method != "GET" && asked.path.starts_with("/api/")
    }
}
