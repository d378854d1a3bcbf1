//! Cards that Authorize.net keeps, and charges of them.

use super::{Answer, AuthorizeNet, CURRENCY, cents, fault};
use crate::Card;
use serde_json::{Value, json};

/// The first profile's number.
const FIRST: usize = 39_223_750;

impl AuthorizeNet {
    fn profile(&self, number: &Value) -> Option<usize> {
        let number: usize = number.as_str()?.parse().ok()?;
        number.checked_sub(FIRST).filter(|nth| *nth < self.profiles.len())
    }

    /// Charges a card that is kept.
    pub(super) fn charge(&mut self, request: &Value) -> Result<String, (String, String)> {
        let cents = cents(&request["amount"]).ok_or_else(|| fault("5", "A valid amount is required."))?;
        let known = self.profile(&request["profile"]["customerProfileId"]);
        let card = &request["profile"]["paymentProfile"]["paymentProfileId"];
        if known.is_none_or(|nth| card != &format!("{}", 2 * FIRST + nth)) || request["currencyCode"] != CURRENCY {
            return Err(fault(
                "E00040",
                "Customer Profile ID or Customer Payment Profile ID not found.",
            ));
        }
        let invoice = request["order"]["invoiceNumber"].as_str().unwrap_or_default();
        if invoice.is_empty() || invoice.len() > 20 {
            return Err(fault("E00003", "The value is invalid according to its datatype"));
        }
        if self.card != Card::Good {
            return Err(fault("2", "This transaction has been declined."));
        }
        let status = if request["transactionType"] == "authOnlyTransaction" {
            "authorizedPendingCapture"
        } else {
            "capturedPendingSettlement"
        };
        Ok(self.add("authCaptureTransaction", status, cents, &request["order"], &Value::Null))
    }

    fn told(&self, nth: usize) -> Value {
        json!({
            "customerProfileId": format!("{}", FIRST + nth),
            "merchantCustomerId": self.profiles[nth],
            "paymentProfiles": [{
                "customerPaymentProfileId": format!("{}", 2 * FIRST + nth),
                "payment": {"creditCard": {"cardNumber": "XXXX1111", "expirationDate": "XXXX", "cardType": "Visa"}},
            }],
        })
    }

    /// By our name of it.
    pub(super) fn find_profile(&self, told: &Value) -> Answer {
        let name = told["merchantCustomerId"].as_str().unwrap_or_default();
        let found = self.profiles.iter().position(|other| other == name);
        let nth = found.ok_or_else(|| fault("E00040", "The record cannot be found."))?;
        Ok(json!({"profile": self.told(nth)}))
    }

    /// Of what a payment was paid with.
    pub(super) fn make_profile(&mut self, told: &Value) -> Answer {
        self.find(&told["transId"])?;
        let name = told["customer"]["merchantCustomerId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if name.is_empty() || name.len() > 20 {
            return Err(fault("E00003", "The value is invalid according to its datatype"));
        }
        if self.profiles.contains(&name) {
            return Err(fault("E00039", "A duplicate record with ID 39223758 already exists."));
        }
        self.profiles.push(name);
        let made = self.told(self.profiles.len() - 1);
        Ok(json!({
            "customerProfileId": made["customerProfileId"],
            "customerPaymentProfileIdList": [made["paymentProfiles"][0]["customerPaymentProfileId"]],
            "customerShippingAddressIdList": [],
            "validationDirectResponseList": [],
        }))
    }
}
