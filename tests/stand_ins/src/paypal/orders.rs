//! PayPal's orders: who begins them, and what becomes of them when they are taken.

use super::{Answer, Paypal, amount, malformed, not_found, unprocessable};
use crate::{Card, Said};
use serde_json::{Value, json};

impl Paypal {
    pub(super) fn create(&mut self, order: &Value) -> Answer {
        let intent = order["intent"].as_str().unwrap_or_default();
        if !matches!(intent, "CAPTURE" | "AUTHORIZE") {
            return Err(malformed("/intent"));
        }
        let unit = &order["purchase_units"][0];
        amount(&unit["amount"])?;
        // Without a source there is no page: somebody else's wallet has to be named when it is taken.
        let paged = !order["payment_source"].is_null();
        for (field, most) in [("custom_id", 127), ("invoice_id", 127), ("description", 127)] {
            if field == "description" && !paged {
                continue;
            }
            let text = unit[field].as_str().unwrap_or_default();
            if text.is_empty() || text.chars().count() > most {
                return Err(malformed(field));
            }
        }
        if paged {
            Self::check_source(&order["payment_source"]["paypal"])?;
        }
        let id = self.id('O');
        let mut order = order.clone();
        order["id"] = json!(id);
        order["status"] = json!(if paged { "PAYER_ACTION_REQUIRED" } else { "CREATED" });
        order["links"] = json!([
            {"href": format!("https://api-m.sandbox.paypal.com/v2/checkout/orders/{id}"), "rel": "self", "method": "GET"},
            {"href": format!("{}checkoutnow?token={id}", self.pages), "rel": "payer-action", "method": "GET"},
        ]);
        self.orders.insert(id.clone(), order);
        self.whole(&id)
    }

    fn check_source(wallet: &Value) -> Result<(), Said> {
        let attributes = &wallet["attributes"];
        let kept = json!({"vault": {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT"}});
        if !attributes.is_null() && attributes != &kept {
            return Err(malformed("attributes"));
        }
        let context = &wallet["experience_context"];
        for field in ["return_url", "cancel_url"] {
            let url = context[field].as_str().unwrap_or_default();
            url::Url::parse(url).map_err(|_| malformed(field))?;
        }
        if context["user_action"] != "PAY_NOW" || context["shipping_preference"] != "NO_SHIPPING" {
            return Err(malformed("experience_context"));
        }
        Ok(())
    }

    pub(super) fn take(&mut self, id: &str, verb: &str, told: &Value) -> Answer {
        let order = self.orders.get(id).cloned().ok_or_else(not_found)?;
        if (order["intent"] == "CAPTURE") != (verb == "capture") {
            return Err(unprocessable("ACTION_DOES_NOT_MATCH_INTENT"));
        }
        if order["status"] == "COMPLETED" {
            return Err(unprocessable("ORDER_ALREADY_CAPTURED"));
        }
        let unit = &order["purchase_units"][0];
        let invoice = |other: &Value| other["purchase_units"][0]["invoice_id"] == unit["invoice_id"];
        let mut paid = self.orders.values().filter(|other| other["status"] == "COMPLETED");
        if paid.any(invoice) {
            return Err(unprocessable("DUPLICATE_INVOICE_ID"));
        }
        match told["payment_source"]["paypal"]["vault_id"].as_str() {
            Some(wallet) if order["status"] == "CREATED" && self.wallets.iter().any(|kept| kept == wallet) => {
                match self.card {
                    Card::Good => {}
                    Card::Empty => return Err(unprocessable("INSTRUMENT_DECLINED")),
                    Card::Asks => return Err(unprocessable("PAYER_ACTION_REQUIRED")),
                }
            }
            None if order["status"] == "APPROVED" => {}
            _ => return Err(unprocessable("ORDER_NOT_APPROVED")),
        }
        if self.declining.iter().any(|declining| declining == id) {
            return Err(unprocessable("INSTRUMENT_DECLINED"));
        }
        if verb == "capture" {
            self.add_capture(id, unit, &unit["amount"]);
        } else {
            let held = self.id('A');
            let authorization = json!({
                "id": held,
                "status": "CREATED",
                "amount": unit["amount"],
                "custom_id": unit["custom_id"],
                "order": id,
                "supplementary_data": {"related_ids": {"order_id": id}},
            });
            self.authorizations.insert(held, authorization.clone());
            self.tell("PAYMENT.AUTHORIZATION.CREATED", &authorization);
        }
        let kept = format!("vault{}", self.wallets.len() + 1);
        let order = self.orders.get_mut(id).expect("an order");
        order["status"] = json!("COMPLETED");
        let wallet = &mut order["payment_source"]["paypal"];
        wallet["email_address"] = json!("ada@example.org");
        if wallet["attributes"]["vault"]["store_in_vault"] == "ON_SUCCESS" {
            wallet["attributes"] = json!({"vault": {"id": kept, "status": "VAULTED", "customer": {"id": "C1"}}});
            self.wallets.push(kept);
        }
        self.whole(id)
    }

    pub(super) fn add_capture(&mut self, order: &str, unit: &Value, amount: &Value) -> Value {
        let id = self.id('C');
        let capture = json!({
            "id": id,
            "status": "COMPLETED",
            "amount": amount,
            "custom_id": unit["custom_id"],
            "final_capture": true,
            "order": order,
            "supplementary_data": {"related_ids": {"order_id": order}},
        });
        self.captures.insert(id, capture.clone());
        self.tell("PAYMENT.CAPTURE.COMPLETED", &capture);
        capture
    }
}
