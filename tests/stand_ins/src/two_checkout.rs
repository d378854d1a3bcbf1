//! 2Checkout's page and API, as far as we use them: <https://docs.2checkout.com/>.

use crate::{Act, Asked, Back, Books, Charge, Message, Said, Sheet, fields};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeMap;
use url::{Url, form_urlencoded};

/// Who the shop is.
pub const MERCHANT_CODE: &str = "250111206876";
/// What signs questions and messages.
pub const SECRET_KEY: &str = "=B_r]0zPd=0PXR;uo8Xp";
/// What signs links.
pub const BUY_LINK_SECRET: &str = "buy-link-word-of-the-tests";
/// Where a message has its signature.
pub const SIGNATURE: &str = "SIGNATURE_SHA2_256";
/// The parameters of a link that have to be signed if they are there.
const SIGNED: [&str; 14] = [
    "currency",
    "customer-ext-ref",
    "customer-ref",
    "expiration",
    "item-ext-ref",
    "opt",
    "order-ext-ref",
    "price",
    "prod",
    "qty",
    "return-type",
    "return-url",
    "tangible",
    "type",
];

struct Order {
    number: String,
    cents: i64,
    currency: String,
    status: &'static str,
    test: bool,
}

/// Its books.
#[derive(Default)]
pub struct TwoCheckout {
    /// Where its page is.
    pages: String,
    orders: BTreeMap<String, Order>,
    /// Fields of messages, in order, unsigned.
    pub sent: Vec<Vec<(String, String)>>,
}

/// The signature over values with their lengths.
pub fn sign<'a>(key: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    let text: String = values
        .into_iter()
        .map(|value| format!("{}{value}", value.len()))
        .collect();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).expect("a key");
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn cents(price: &str) -> Option<i64> {
    let (whole, part) = price.split_once('.').unwrap_or((price, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && digits(whole) && digits(part) && part.len() <= 2;
    fits.then(|| format!("{whole}{part:0<2}"))?
        .parse()
        .ok()
        .filter(|cents| *cents > 0)
}

fn price(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl TwoCheckout {
    /// What a person does on the page that a link leads to; a link that isn't in order leads nowhere.
    pub fn act(&mut self, link: &str, act: Act, now_seconds: i64) {
        if act == Act::RunOut {
            return;
        }
        let (page, query) = link.split_once('?').expect("a query");
        assert_eq!(page, format!("{}checkout/buy", self.pages));
        let told = fields(query);
        let signed = SIGNED.iter().filter_map(|name| told.get(*name)).map(String::as_str);
        assert_eq!(told["signature"], sign(BUY_LINK_SECRET, signed), "the link is signed");
        assert_eq!(
            (told["merchant"].as_str(), told["dynamic"].as_str()),
            (MERCHANT_CODE, "1")
        );
        assert_eq!((told["type"].as_str(), told["qty"].as_str()), ("PRODUCT", "1"));
        assert!(!told["prod"].is_empty() && !told["prod"].contains(';'), "one product");
        assert!(
            told["expiration"].parse::<i64>().expect("a time") > now_seconds,
            "it is open"
        );
        url::Url::parse(&told["return-url"]).expect("an address");
        let order = Order {
            number: told["order-ext-ref"].clone(),
            cents: cents(&told["price"]).expect("a price"),
            currency: told["currency"].clone(),
            status: if act == Act::Pay { "AUTHRECEIVED" } else { "INVALID" },
            test: told["test"] == "1",
        };
        let id = format!("{}", 11_603_114 + self.orders.len());
        self.orders.insert(id.clone(), order);
        self.tell("ORDER_CREATED", &id, "NONE");
        if act == Act::Pay {
            self.orders.get_mut(&id).expect("it").status = "COMPLETE";
            self.tell("COMPLETE", &id, "NONE");
        }
    }

    fn tell(&mut self, kind: &str, id: &str, claim: &str) {
        let order = &self.orders[id];
        let fields = [
            ("GIFT_ORDER", "0"),
            ("SALEDATE", "2027-01-15 12:00:00"),
            ("REFNO", id),
            ("REFNOEXT", &order.number),
            ("ORDERSTATUS", order.status),
            ("FIRSTNAME", "Ada"),
            ("LASTNAME", "Ångström"),
            ("CURRENCY", &order.currency),
            ("IPN_PID[]", "4654"),
            ("IPN_PNAME[]", "Fifteen minutes, Äpfel & <Birnen>"),
            ("IPN_QTY[]", "1"),
            ("IPN_TOTALGENERAL", &price(order.cents)),
            ("IPN_DATE", "20270115120001"),
            ("CHARGEBACK_RESOLUTION", claim),
            ("CHARGEBACK_REASON_CODE", "MERCHANDISE_NOT_RECEIVED"),
            ("TEST_ORDER", "1"),
            ("MESSAGE_TYPE", kind),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.sent.push(fields.into());
    }

    /// The holder's bank claims the newest order back.
    pub fn dispute(&mut self) {
        self.claim("OPEN");
    }

    /// The same, as it stands.
    pub fn claim(&mut self, resolution: &str) {
        let id = self.orders.keys().next_back().expect("an order").clone();
        self.tell("COMPLETE", &id, resolution);
    }

    /// What was taken.
    pub fn charges(&self) -> Vec<Charge> {
        let paid = self
            .orders
            .values()
            .filter(|order| matches!(order.status, "COMPLETE" | "REFUND"));
        let charges = paid.map(|order| Charge {
            intent: order.number.clone(),
            units: order.cents,
            refunded: if order.status == "REFUND" { order.cents } else { 0 },
            held: false,
        });
        charges.collect()
    }

    fn told(id: &str, order: &Order) -> Value {
        let gross: Value = serde_json::from_str(&price(order.cents)).expect("a number");
        json!({
            "RefNo": id,
            "OrderNo": 0,
            "ExternalReference": order.number,
            "Status": order.status,
            "ApproveStatus": "OK",
            "VendorApproveStatus": "OK",
            "Currency": order.currency.to_lowercase(),
            "GrossPrice": gross,
            "NetPrice": gross,
            "Items": [],
        })
    }

    fn search(&self, query: &BTreeMap<String, String>) -> Value {
        let tests = query.get("IncludeTestOrders").map_or("NO", String::as_str);
        let found = self.orders.iter().filter(|(_, order)| {
            Some(&order.number) == query.get("ExternalRefNo")
                && query.contains_key("StartDate")
                && (order.test && tests != "NO" || !order.test && tests != "ONLY")
        });
        let items: Vec<Value> = found.map(|(id, order)| Self::told(id, order)).collect();
        json!({"Items": items, "Pagination": {"Page": 1, "Limit": 10, "Count": items.len()}})
    }

    fn refund(&mut self, id: &str, told: &Value) -> Said {
        let refused = |code: &str, why: &str| Said::json(400, &json!({"error_code": code, "message": why}));
        let Some(order) = self.orders.get_mut(id) else {
            return refused("ORDER_NOT_FOUND", "The order cannot be found.");
        };
        if told["comment"].as_str().unwrap_or_default().is_empty() || told["reason"] != "Other" {
            return refused("INVALID_REFUND", "A comment and a reason are required.");
        }
        if order.status != "COMPLETE" || cents(&told["amount"].to_string()) != Some(order.cents) {
            return refused("INVALID_REFUND", "The order cannot be refunded so.");
        }
        order.status = "REFUND";
        self.tell("REFUND_ISSUED", id, "NONE");
        Said {
            status: 200,
            body: "true".to_owned(),
        }
    }

    /// Whether a request is signed with our key for this minute.
    fn knows(asked: &Asked) -> bool {
        let header = asked.header("x-avangate-authentication");
        let parts: BTreeMap<&str, &str> = header
            .split("\" ")
            .filter_map(|part| part.split_once("=\""))
            .map(|(name, value)| (name, value.trim_end_matches('"')))
            .collect();
        let part = |name: &str| parts.get(name).copied().unwrap_or_default();
        let date = part("date");
        part("code") == MERCHANT_CODE
            && part("algo") == "sha256"
            && date.len() == 19
            && part("hash") == sign(SECRET_KEY, [MERCHANT_CODE, date])
    }
}

/// A form of fields in order.
pub fn form(fields: &[(String, String)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields).finish()
}

/// The fields of a message with their signature.
pub fn sealed(mut fields: Vec<(String, String)>, key: &str) -> Vec<(String, String)> {
    let signature = sign(key, fields.iter().map(|(_, value)| value.as_str()));
    fields.push((SIGNATURE.to_owned(), signature));
    fields
}

impl Books for TwoCheckout {
    const NAME: &'static str = "two_checkout";
    const KEYS: &'static [(&'static str, &'static str)] = &[
        ("merchant_code", MERCHANT_CODE),
        ("secret_key", SECRET_KEY),
        ("buy_link_secret", BUY_LINK_SECRET),
    ];

    fn open_at(&mut self, origin: &Url) {
        self.pages = origin.to_string();
    }

    fn page(&self, asked: &Asked) -> Option<String> {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&asked.query)
            .finish();
        (asked.path == "/checkout/buy").then(|| format!("{}checkout/buy?{query}", self.pages))
    }

    fn sheet(&self, name: &str) -> Option<Sheet> {
        let told = fields(name.split_once('?')?.1);
        Some(Sheet {
            amount: format!("{} {}", told.get("price")?, told.get("currency")?),
            back: Back::Link(told.get("return-url")?.clone()),
        })
    }

    fn done(&mut self, name: &str, act: Act, now_s: i64) {
        self.act(name, act, now_s);
    }

    fn told(&self, _: i64) -> Vec<Message> {
        let sent = self.sent.iter().cloned();
        let signed = sent.map(|fields| Message::form(&form(&sealed(fields, SECRET_KEY))));
        signed.collect()
    }

    fn answer(&mut self, asked: &Asked) -> Said {
        if !Self::knows(asked) || asked.header("accept") != "application/json" {
            let refusal = json!({"error_code": "AUTHENTICATION_ERROR", "message": "Authentication failed"});
            return Said::json(401, &refusal);
        }
        let path: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
        match (asked.method.as_str(), path.as_slice()) {
            ("GET", ["rest", "6.0", "orders"]) => Said::ok(&self.search(&asked.query)),
            ("GET", ["rest", "6.0", "orders", id]) => match self.orders.get(*id) {
                Some(order) => Said::ok(&Self::told(id, order)),
                None => Said::json(
                    404,
                    &json!({"error_code": "ORDER_NOT_FOUND", "message": "No such order."}),
                ),
            },
            ("POST", ["rest", "6.0", "orders", id, "refund"]) => self.refund(id, &asked.json()),
            _ => Said::json(404, &json!({"error_code": "NOT_FOUND", "message": ""})),
        }
    }
}
