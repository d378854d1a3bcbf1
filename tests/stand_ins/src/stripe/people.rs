//! What people and their banks do at Stripe.

use super::Stripe;
use crate::Act;
use serde_json::{Value, json};

impl Stripe {
    /// The time for all pages that are open is over.
    pub fn run_out(&mut self) {
        let open = |session: &&Value| session["status"] == "open";
        let open: Vec<Value> = self.of("checkout.session").into_iter().filter(open).cloned().collect();
        for session in open {
            self.act(session["id"].as_str().expect("an id"), Act::RunOut);
        }
    }

    /// What a person does on the page of a session.
    pub fn act(&mut self, session: &str, act: Act) {
        let mut session = self.find(session, "checkout.session").expect("a session");
        assert_eq!(session["status"], "open", "the page can be used");
        if act == Act::RunOut {
            session["status"] = json!("expired");
            session["url"] = Value::Null;
            self.keep(session.clone());
            return self.tell("checkout.session.expired", &session);
        }
        let told = session["payment_intent_data"].clone();
        let mut payment = json!({
            "id": self.id("pi"),
            "object": "payment_intent",
            "amount": session["amount_total"],
            "currency": session["currency"],
            "metadata": told["metadata"],
            "description": told["description"],
            "capture_method": told["capture_method"],
            "setup_future_usage": told["setup_future_usage"],
            "customer": null,
            "created": self.now,
        });
        if act == Act::Fail {
            payment["status"] = json!("requires_payment_method");
            payment["last_payment_error"] =
                json!({"type": "card_error", "code": "card_declined", "message": "Your card was declined."});
            session["payment_intent"] = payment["id"].clone();
            self.keep(session);
            self.keep(payment.clone());
            return self.tell("payment_intent.payment_failed", &payment);
        }
        if session["customer_creation"] == "always" {
            let customer = self.keep(json!({"id": self.id("cus"), "object": "customer"}));
            payment["customer"] = customer["id"].clone();
        }
        let method = json!({
            "id": self.id("pm"),
            "object": "payment_method",
            "type": "card",
            "card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2040},
            "customer": payment["customer"],
        });
        payment["payment_method"] = self.keep(method)["id"].clone();
        self.succeed(&mut payment);
        session["status"] = json!("complete");
        session["url"] = Value::Null;
        session["payment_intent"] = payment["id"].clone();
        let paid = if payment["status"] == "succeeded" {
            "paid"
        } else {
            "unpaid"
        };
        session["payment_status"] = json!(paid);
        self.keep(payment);
        self.keep(session.clone());
        self.tell("checkout.session.completed", &session);
    }

    /// The holder's bank wants the money of the newest payment back.
    pub fn dispute(&mut self) {
        let payment = self.of("payment_intent").last().expect("a payment")["id"].clone();
        let dispute = json!({
            "id": self.id("dp"),
            "object": "dispute",
            "payment_intent": payment,
            "charge": "ch_0001",
            "amount": 1_250,
            "currency": "eur",
            "reason": "fraudulent",
            "status": "needs_response",
        });
        self.tell("charge.dispute.created", &dispute);
    }
}
