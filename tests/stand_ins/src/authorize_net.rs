//! Authorize.net's API, as far as we use it: <https://developer.authorize.net/api/reference/>.

mod door;
mod profiles;

use crate::{Act, Card, Charge};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha512;
use std::collections::BTreeMap;

/// Who the shop is.
pub const LOGIN_ID: &str = "5KP3u95bQpv";
/// Its password.
pub const TRANSACTION_KEY: &str = "346HZ32z3fP4hTG2";
/// What signs messages.
pub const SIGNATURE_KEY: &str = "A1B2C3D4E5F60718293A4B5C6D7E8F90";
const CURRENCY: &str = "USD";
/// Answers begin with it.
const MARK: &str = "\u{feff}";

type Answer = Result<Value, (String, String)>;

/// Its books.
#[derive(Default)]
pub struct AuthorizeNet {
    /// What forms were opened for, by their tokens.
    forms: BTreeMap<String, Value>,
    /// In the order they were made.
    transactions: Vec<Value>,
    /// Bodies of messages.
    pub sent: Vec<String>,
    /// Our names of profiles that are kept, in order.
    profiles: Vec<String>,
    /// How kept cards behave.
    pub card: Card,
}

/// The signature of a message.
pub fn signature(body: &str, key: &str) -> String {
    let mut mac = <Hmac<Sha512> as KeyInit>::new_from_slice(key.as_bytes()).expect("a key");
    mac.update(body.as_bytes());
    format!("sha512={}", hex::encode_upper(mac.finalize().into_bytes()))
}

fn fault(code: &str, text: &str) -> (String, String) {
    (code.to_owned(), text.to_owned())
}

fn cents(text: &Value) -> Option<i64> {
    let text = text.as_str()?;
    let (whole, part) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let cents = (digits(whole) && digits(part) && part.len() == 2).then(|| format!("{whole}{part}"))?;
    cents.parse().ok().filter(|cents| *cents > 0)
}

/// As its answers write amounts: numbers, without zeros at the end.
fn number(cents: i64) -> Value {
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    serde_json::from_str(&text).expect("a number")
}

impl AuthorizeNet {
    fn tell(&mut self, kind: &str, transaction: &Value) {
        let event = json!({
            "notificationId": format!("d0e8e7fe-c3e7-4add-a480-{:012}", self.sent.len() + 1),
            "eventType": format!("net.authorize.payment.{kind}.created"),
            "eventDate": "2027-01-15T12:00:00.1234567Z",
            "webhookId": "63d6fea2-aa13-4b1d-a204-f5fbc15942b7",
            "payload": {
                "responseCode": 1,
                "authCode": "LZ6I19",
                "avsResponse": "Y",
                "authAmount": transaction["authAmount"],
                "invoiceNumber": transaction["order"]["invoiceNumber"],
                "entityName": "transaction",
                "id": transaction["transId"],
            },
        });
        self.sent.push(event.to_string());
    }

    fn add(&mut self, kind: &str, status: &str, cents: i64, order: &Value, of: &Value) -> String {
        let number_of_it = format!("{}", 60_020_981_600_u64 + self.transactions.len() as u64);
        let transaction = json!({
            "transId": number_of_it,
            "transactionType": kind,
            "transactionStatus": status,
            "responseCode": 1,
            "authAmount": number(cents),
            "settleAmount": number(cents),
            "order": order,
            "refTransId": of,
            "payment": {"creditCard": {"cardNumber": "XXXX1111", "expirationDate": "XXXX", "cardType": "Visa"}},
            "cents": cents,
            "settled": false,
        });
        self.transactions.push(transaction);
        number_of_it
    }

    fn find(&mut self, number: &Value) -> Result<&mut Value, (String, String)> {
        let found = self
            .transactions
            .iter_mut()
            .find(|transaction| &transaction["transId"] == number);
        found.ok_or_else(|| fault("E00040", "The record cannot be found."))
    }

    /// What a person does on the form that a token opens.
    pub fn act(&mut self, token: &str, act: Act) {
        let form = self.forms.get(token).cloned().expect("a form");
        let cents = cents(&form["amount"]).expect("an amount");
        let status = match (act, form["transactionType"].as_str()) {
            (Act::RunOut, _) => return,
            (Act::Fail, _) => "declined",
            (Act::Pay, Some("authOnlyTransaction")) => "authorizedPendingCapture",
            (Act::Pay, _) => "capturedPendingSettlement",
        };
        let kind = if status == "authorizedPendingCapture" {
            "authorization"
        } else {
            "authcapture"
        };
        self.add("authCaptureTransaction", status, cents, &form["order"], &Value::Null);
        if act == Act::Pay {
            let made = self.transactions.last().cloned().expect("it");
            self.tell(kind, &made);
        }
    }

    /// The day's batch goes to the bank.
    pub fn settle(&mut self) {
        for transaction in &mut self.transactions {
            if transaction["transactionStatus"] == "capturedPendingSettlement" {
                transaction["transactionStatus"] = json!("settledSuccessfully");
                transaction["settled"] = json!(true);
            }
        }
    }

    /// The same, with the refunds of the day.
    pub fn settle_refunds(&mut self) {
        for transaction in &mut self.transactions {
            if transaction["transactionStatus"] == "refundPendingSettlement" {
                transaction["transactionStatus"] = json!("refundSettledSuccessfully");
                transaction["settled"] = json!(true);
            }
        }
    }

    /// What was taken or is held.
    pub fn charges(&self) -> Vec<Charge> {
        let charges = self.transactions.iter().filter(|transaction| {
            let status = transaction["transactionStatus"].as_str().unwrap_or_default();
            let taken = [
                "capturedPendingSettlement",
                "settledSuccessfully",
                "authorizedPendingCapture",
            ];
            transaction["refTransId"].is_null() && taken.contains(&status)
        });
        let charges = charges.map(|transaction| Charge {
            intent: transaction["order"]["invoiceNumber"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            units: transaction["cents"].as_i64().expect("cents"),
            refunded: self.refunded(&transaction["transId"]),
            held: transaction["transactionStatus"] == "authorizedPendingCapture",
        });
        charges.collect()
    }

    fn refunded(&self, of: &Value) -> i64 {
        let refunds = self
            .transactions
            .iter()
            .filter(|transaction| &transaction["refTransId"] == of);
        refunds.filter_map(|refund| refund["cents"].as_i64()).sum()
    }

    fn open_form(&mut self, told: &Value) -> Answer {
        let request = &told["transactionRequest"];
        let kind = request["transactionType"].as_str().unwrap_or_default();
        if !matches!(kind, "authCaptureTransaction" | "authOnlyTransaction") {
            return Err(fault("E00003", "The 'transactionType' element is invalid"));
        }
        if cents(&request["amount"]).is_none() {
            return Err(fault("E00003", "The 'amount' element is invalid"));
        }
        if request["currencyCode"] != CURRENCY {
            return Err(fault(
                "E00027",
                "The supplied currency code is either invalid, not supported, or not allowed.",
            ));
        }
        for (value, most) in [
            (&request["order"]["invoiceNumber"], 20),
            (&request["order"]["description"], 255),
        ] {
            let text = value.as_str().unwrap_or_default();
            if text.is_empty() || text.chars().count() > most {
                return Err(fault("E00003", "The value is invalid according to its datatype"));
            }
        }
        let mut form = request.clone();
        for setting in told["hostedPaymentSettings"]["setting"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let value = setting["settingValue"].as_str().unwrap_or_default();
            let value: Value = serde_json::from_str(value).map_err(|_| fault("E00013", "Setting Value is invalid"))?;
            if setting["settingName"] == "hostedPaymentReturnOptions" {
                let url = value["url"].as_str().unwrap_or_default();
                url::Url::parse(url).map_err(|_| fault("E00013", "url is invalid"))?;
                form["back"] = json!(url);
            }
        }
        let token = format!("form+token/{}==", self.forms.len() + 1);
        self.forms.insert(token.clone(), form);
        Ok(json!({"token": token}))
    }

    fn transaction(&mut self, told: &Value) -> Answer {
        let request = &told["transactionRequest"];
        let made = match request["transactionType"].as_str() {
            Some("priorAuthCaptureTransaction") => self.capture(request),
            Some("voidTransaction") => self.void(request),
            Some("refundTransaction") => self.refund(request),
            Some("authCaptureTransaction" | "authOnlyTransaction") => self.charge(request),
            _ => return Err(fault("E00003", "The 'transactionType' element is invalid")),
        };
        match made {
            Ok(number) => Ok(json!({"transactionResponse": {
                "responseCode": "1",
                "authCode": "LZ6I19",
                "transId": number,
                "refTransID": request["refTransId"],
                "messages": [{"code": "1", "description": "This transaction has been approved."}],
            }})),
            Err((code, text)) => Ok(json!({
                "transactionResponse": {"responseCode": if code == "2" { "2" } else { "3" }, "transId": "0", "errors": [{"errorCode": code, "errorText": text}]},
                "messages": {"resultCode": "Error", "message": [{"code": "E00027", "text": "The transaction was unsuccessful."}]},
            })),
        }
    }

    fn capture(&mut self, request: &Value) -> Result<String, (String, String)> {
        let cents = cents(&request["amount"]).ok_or_else(|| fault("5", "A valid amount is required."))?;
        let held = self.find(&request["refTransId"])?;
        if held["transactionStatus"] != "authorizedPendingCapture" {
            return Err(fault("311", "This transaction has already been captured."));
        }
        if Some(cents) > held["cents"].as_i64() {
            return Err(fault(
                "47",
                "The amount requested for settlement cannot be greater than the original amount authorized.",
            ));
        }
        held["transactionStatus"] = json!("capturedPendingSettlement");
        held["settleAmount"] = number(cents);
        held["cents"] = json!(cents);
        let held = held.clone();
        self.tell("priorAuthCapture", &held);
        Ok(held["transId"].as_str().expect("a number").to_owned())
    }

    fn void(&mut self, request: &Value) -> Result<String, (String, String)> {
        let held = self.find(&request["refTransId"])?;
        let status = held["transactionStatus"].as_str().unwrap_or_default();
        if !matches!(status, "authorizedPendingCapture" | "capturedPendingSettlement") {
            return Err(fault("310", "This transaction has already been voided."));
        }
        held["transactionStatus"] = json!("voided");
        let held = held.clone();
        self.tell("void", &held);
        Ok(held["transId"].as_str().expect("a number").to_owned())
    }

    fn refund(&mut self, request: &Value) -> Result<String, (String, String)> {
        let cents = cents(&request["amount"]).ok_or_else(|| fault("5", "A valid amount is required."))?;
        if request["payment"]["creditCard"]["cardNumber"] != "XXXX1111" {
            return Err(fault("6", "The credit card number is invalid."));
        }
        let paid = self.find(&request["refTransId"])?.clone();
        if paid["transactionStatus"] != "settledSuccessfully" {
            return Err(fault(
                "54",
                "The referenced transaction does not meet the criteria for issuing a credit.",
            ));
        }
        if Some(cents + self.refunded(&paid["transId"])) > paid["cents"].as_i64() {
            return Err(fault(
                "55",
                "The sum of credits against the referenced transaction would exceed original debit amount.",
            ));
        }
        let number = self.add(
            "refundTransaction",
            "refundPendingSettlement",
            cents,
            &request["order"],
            &paid["transId"],
        );
        let made = self.transactions.last().cloned().expect("it");
        self.tell("refund", &made);
        Ok(number)
    }

    fn list(&self, told: &Value, wanted: impl Fn(&Value) -> bool) -> Answer {
        if told["paging"]["limit"].as_u64() > Some(1_000) || told["paging"]["offset"].as_u64() < Some(1) {
            return Err(fault("E00003", "The 'paging' element is invalid"));
        }
        let first = told["paging"]["offset"] == 1;
        let found = self
            .transactions
            .iter()
            .rev()
            .filter(|transaction| first && wanted(transaction));
        let found: Vec<Value> = found
            .map(|transaction| {
                json!({
                    "transId": transaction["transId"],
                    "transactionStatus": transaction["transactionStatus"],
                    "invoiceNumber": transaction["order"]["invoiceNumber"],
                    "settleAmount": transaction["settleAmount"],
                })
            })
            .collect();
        Ok(json!({"transactions": found, "totalNumInResultSet": found.len()}))
    }

    fn perform(&mut self, name: &str, told: &Value) -> Answer {
        let who = &told["merchantAuthentication"];
        if who["name"] != LOGIN_ID || who["transactionKey"] != TRANSACTION_KEY {
            return Err(fault(
                "E00007",
                "User authentication failed due to invalid authentication values.",
            ));
        }
        match name {
            "getMerchantDetailsRequest" => {
                Ok(json!({"merchantName": "Lumen", "gatewayId": "565697", "currencies": [CURRENCY]}))
            }
            "getHostedPaymentPageRequest" => self.open_form(told),
            "createTransactionRequest" => self.transaction(told),
            "getCustomerProfileRequest" => self.find_profile(told),
            "createCustomerProfileFromTransactionRequest" => self.make_profile(told),
            "getTransactionDetailsRequest" => {
                let transaction = self.find(&told["transId"])?.clone();
                Ok(json!({"transaction": transaction}))
            }
            "getUnsettledTransactionListRequest" => self.list(told, |transaction| transaction["settled"] == false),
            "getSettledBatchListRequest" => {
                let days = [&told["firstSettlementDate"], &told["lastSettlementDate"]];
                let days = days.map(|day| day.as_str().unwrap_or_default());
                if days[0] >= days[1] || days.iter().any(|day| day.len() != 20 || !day.ends_with('Z')) {
                    return Err(fault("E00003", "The date range is invalid"));
                }
                Ok(json!({"batchList": [{"batchId": "1", "settlementState": "settledSuccessfully"}]}))
            }
            "getTransactionListRequest" if told["batchId"] == "1" => {
                self.list(told, |transaction| transaction["settled"] == true)
            }
            _ => Err(fault("E00003", "The element is invalid")),
        }
    }
}
