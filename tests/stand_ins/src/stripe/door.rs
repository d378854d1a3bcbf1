//! Stripe's doors: its API, its page, and what it tells by itself.

use super::{
    SECRET_KEY, Stripe, VERSION, WEBHOOK_SECRET, signature,
    wire::{failure, invalid, said},
};
use crate::{Act, Asked, Back, Books, Message, Said, Sheet};
use serde_json::Value;
use url::Url;

impl Books for Stripe {
    const NAME: &'static str = "stripe";
    const KEYS: &'static [(&'static str, &'static str)] =
        &[("secret_key", SECRET_KEY), ("webhook_secret", WEBHOOK_SECRET)];

    fn open_at(&mut self, origin: &Url) {
        self.pages = origin.to_string();
    }

    fn page(&self, asked: &Asked) -> Option<String> {
        asked.path.strip_prefix("/c/pay/").map(str::to_owned)
    }

    fn sheet(&self, name: &str) -> Option<Sheet> {
        let session = self.find(name, "checkout.session").ok()?;
        let open = session["status"] == "open";
        let back = session["success_url"].as_str()?.to_owned();
        open.then(|| Sheet {
            amount: format!("{} {}", session["amount_total"], session["currency"]),
            back: Back::Link(back),
        })
    }

    fn done(&mut self, name: &str, act: Act, _: i64) {
        self.act(name, act);
    }

    fn told(&self, now_s: i64) -> Vec<Message> {
        let bodies = self.events.iter().map(Value::to_string);
        let signed =
            bodies.map(|body| Message::with("stripe-signature", &signature(&body, WEBHOOK_SECRET, now_s), &body));
        signed.collect()
    }

    fn answer(&mut self, asked: &Asked) -> Said {
        if asked.header("authorization") != format!("Bearer {SECRET_KEY}") {
            return failure(401, "invalid_request_error", "", "Invalid API Key provided");
        }
        if asked.header("stripe-version") != VERSION {
            return invalid("Invalid Stripe API version");
        }
        if asked.method == "GET" {
            return said(self.question(asked));
        }
        if asked.header("content-type") != "application/x-www-form-urlencoded" {
            return invalid("Invalid request content type");
        }
        // Stripe goes without; we don't.
        let key = asked.header("idempotency-key").to_owned();
        if key.is_empty() || key.len() > 255 {
            return invalid("no idempotency key");
        }
        let form = asked.form();
        if let Some((path, earlier, said)) = self.keys.get(&key) {
            return if (path, earlier) == (&asked.path, &form) {
                said.clone()
            } else {
                let message =
                    "Keys for idempotent requests can only be used with the same parameters they were first used with.";
                failure(400, "idempotency_error", "", message)
            };
        }
        let said = said(self.order(asked));
        // What wasn't begun isn't remembered; that its balance didn't suffice is.
        if matches!(said.status, 200 | 402) || said.body.contains("balance_insufficient") {
            self.keys.insert(key, (asked.path.clone(), form, said.clone()));
        }
        said
    }
}
