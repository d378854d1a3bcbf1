//! What of Authorize.net's messages is read and written. Members are written in the order of its XML schema, which it
//! insists on.

use super::profile::Profile;
use crate::{
    app::ports::{Answer, GatewayError, Outcome, Standing},
    domain::{
        gateway::from_decimal,
        money::{Currency, Money},
        time::Moment,
    },
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Number, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope<'a, T> {
    pub merchant_authentication: Authentication<'a>,
    #[serde(flatten)]
    pub told: &'a T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Authentication<'a> {
    pub name: &'a str,
    pub transaction_key: &'a str,
}

/// Nothing more.
#[derive(Serialize)]
pub(super) struct Told {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TransactionOrder {
    pub transaction_request: TransactionRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FormRequest {
    pub transaction_request: TransactionRequest,
    pub hosted_payment_settings: Settings,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TransactionRequest {
    pub transaction_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<Payment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ref_trans_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer>,
}

impl TransactionRequest {
    /// Of a type, and nothing else yet.
    pub(super) fn new(transaction_type: &'static str) -> Self {
        Self {
            transaction_type,
            ..Self::default()
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    pub invoice_number: String,
    pub description: String,
}

#[derive(Serialize)]
pub(super) struct Customer {
    pub email: String,
}

/// What was paid with: of a card only what Authorize.net tells us itself, its last four digits.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    credit_card: CreditCard,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreditCard {
    card_number: String,
    expiration_date: String,
    #[serde(skip_serializing)]
    card_type: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Settings {
    pub setting: Vec<Setting>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Setting {
    setting_name: &'static str,
    setting_value: String,
}

impl Setting {
    /// How the form looks, and where people go afterwards.
    pub(super) fn all(return_url: &str) -> Vec<Self> {
        let back = json!({"showReceipt": false, "url": return_url, "cancelUrl": return_url});
        let asked = json!({"cardCodeRequired": true, "showCreditCard": true, "showBankAccount": false});
        let settings = [
            ("hostedPaymentReturnOptions", back),
            ("hostedPaymentPaymentOptions", asked),
            (
                "hostedPaymentShippingAddressOptions",
                json!({"show": false, "required": false}),
            ),
        ];
        settings
            .map(|(setting_name, value)| Self {
                setting_name,
                setting_value: value.to_string(),
            })
            .into()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DetailsRequest {
    pub trans_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BatchesRequest {
    pub first_settlement_date: String,
    pub last_settlement_date: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_id: Option<String>,
    sorting: Sorting,
    paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sorting {
    order_by: &'static str,
    order_descending: bool,
}

#[derive(Serialize)]
struct Paging {
    limit: usize,
    offset: usize,
}

impl ListRequest {
    /// The newest first.
    pub(super) fn page(batch_id: Option<String>, page: usize, limit: usize) -> Self {
        let sorting = Sorting {
            order_by: "submitTimeUTC",
            order_descending: true,
        };
        Self {
            batch_id,
            sorting,
            paging: Paging { limit, offset: page },
        }
    }
}

/// As its schema writes a time.
pub(super) fn day(moment: Moment) -> Answer<String> {
    let time = Timestamp::from_millisecond(moment.0);
    let time = time.map_err(|error| GatewayError::Rejected(format!("{moment:?} is no time: {error}")))?;
    Ok(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[derive(Deserialize)]
pub(super) struct Messages {
    pub messages: Said,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Said {
    result_code: String,
    message: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    code: String,
    text: String,
}

impl Said {
    pub(super) fn is_ok(&self) -> bool {
        self.result_code == "Ok"
    }

    pub(super) fn told(&self) -> String {
        let messages = self.message.iter();
        let messages: Vec<String> = messages.map(|said| format!("{}: {}", said.code, said.text)).collect();
        messages.join("; ")
    }
}

#[derive(Deserialize)]
pub(super) struct Form {
    pub token: String,
}

#[derive(Deserialize)]
pub(super) struct Merchant {
    pub currencies: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ordered {
    pub transaction_response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response {
    response_code: String,
    #[serde(default)]
    trans_id: String,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fault {
    error_text: String,
}

impl Response {
    /// The transaction's number.
    ///
    /// # Errors
    /// It was declined, or refused.
    pub(super) fn approved(self) -> Answer<String> {
        let reason = self
            .errors
            .into_iter()
            .map(|fault| fault.error_text)
            .collect::<Vec<_>>();
        let reason = reason.join("; ");
        match self.response_code.as_str() {
            // 4: held for review; it is there all the same.
            "1" | "4" => Ok(self.trans_id),
            "2" => Err(GatewayError::Declined {
                reason,
                requires_action: false,
            }),
            _ => Err(GatewayError::Rejected(reason)),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct List {
    #[serde(default)]
    pub transactions: Vec<Found>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found {
    pub trans_id: String,
    pub invoice_number: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Batches {
    #[serde(default)]
    pub batch_list: Vec<Batch>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Batch {
    pub batch_id: String,
}

#[derive(Deserialize)]
pub(super) struct Details {
    pub transaction: Charge,
}

/// A transaction.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Charge {
    trans_id: String,
    transaction_status: String,
    auth_amount: Number,
    settle_amount: Option<Number>,
    payment: Option<Payment>,
}

fn money(amount: &Number, currency: Currency) -> Answer<Money> {
    // Read and written as text: there is no arithmetic in between.
    let money = from_decimal(&amount.to_string(), currency);
    money.ok_or_else(|| GatewayError::Unknown(format!("{amount} {currency} is no amount")))
}

impl Charge {
    /// How it stands.
    pub(super) fn standing(&self, currency: Currency) -> Answer<Standing> {
        let settled = self.settle_amount.as_ref().unwrap_or(&self.auth_amount);
        let outcome = match self.transaction_status.as_str() {
            "capturedPendingSettlement"
            | "settledSuccessfully"
            | "returnedItem"
            | "chargeback"
            | "chargebackReversal" => Outcome::Settled(money(settled, currency)?),
            "authorizedPendingCapture" => Outcome::Held(money(&self.auth_amount, currency)?),
            "authorizedPendingRelease" | "FDSPendingReview" | "FDSAuthorizedPendingReview" | "underReview" => {
                Outcome::Pending
            }
            "voided" => Outcome::Declined("The payment was cancelled.".to_owned()),
            "expired" => Outcome::Declined("The payment has run out.".to_owned()),
            "declined" | "failedReview" | "generalError" | "settlementError" | "communicationError" => {
                Outcome::Declined("The card was declined.".to_owned())
            }
            status => return Err(GatewayError::Unknown(format!("a transaction is {status}"))),
        };
        let money = matches!(outcome, Outcome::Settled(_) | Outcome::Held(_));
        Ok(Standing {
            charge: money.then(|| self.trans_id.clone()),
            saved: None,
            outcome,
        })
    }

    /// Its number there.
    pub(super) fn number(&self) -> &str {
        &self.trans_id
    }

    /// What the person recognises the card by.
    pub(super) fn label(&self) -> String {
        let Some(Payment { credit_card }) = &self.payment else {
            return "card".to_owned();
        };
        let brand = credit_card.card_type.as_deref().unwrap_or("card").to_lowercase();
        format!("{brand} ···· {}", credit_card.card_number.trim_start_matches('X'))
    }

    /// Whether its batch has gone to the bank.
    pub(super) fn is_settled(&self) -> bool {
        self.transaction_status == "settledSuccessfully"
    }

    /// Whether all of it, so much, was called back.
    pub(super) fn is_void_of(&self, amount: Money) -> Answer<bool> {
        Ok(self.transaction_status == "voided" && money(&self.auth_amount, amount.currency)? == amount)
    }

    /// What it was paid with.
    pub(super) fn paid_with(&self) -> Answer<Payment> {
        let payment = self.payment.clone();
        payment.ok_or_else(|| GatewayError::Rejected("it wasn't paid by card".to_owned()))
    }
}
