//! Stripe on the bench.

use super::{Bench, Entered, SECOND, money, reach, signed};
use crate::gateways::{
    sdk,
    stand_in::{
        Act, Asked, Books, Card, Charge, Mood, Server, fields,
        stripe::{SECRET_KEY, Stripe, WEBHOOK_SECRET},
    },
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use tallyroom::{
    app::ports::{Begun, GatewayKeys, PaymentGateway, RawWebhook, StripeKeys},
    config::Secret,
    domain::{gateway::Provider, money::Money},
};
use url::form_urlencoded;

const SIGNATURE: &str = "stripe-signature";

pub struct StripeBench(pub Server<Stripe>);

fn keys(secret_key: &str) -> GatewayKeys {
    GatewayKeys::Stripe(StripeKeys {
        secret_key: Secret::from(secret_key.to_owned()),
        webhook_secret: Secret::from(WEBHOOK_SECRET.to_owned()),
    })
}

/// Stripe's own library signs.
pub fn sign(payloads: &[String], secret: &str, timestamp: i64) -> Vec<RawWebhook> {
    let question = json!({"verb": "stripe_sign", "payloads": payloads, "secret": secret, "timestamp": timestamp});
    let headers: Vec<String> = serde_json::from_value(sdk::ask(&question)).expect("headers");
    let pairs = headers.iter().zip(payloads);
    pairs.map(|(header, body)| signed(SIGNATURE, header, body)).collect()
}

/// A query, written anew.
fn encoded(fields: &BTreeMap<String, String>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// Compares requests with what Stripe's own library would have sent.
pub fn compare(asked: &[Asked]) {
    let requests: Vec<Value> = asked
        .iter()
        .map(|asked| {
            let told = if asked.method == "GET" {
                encoded(&asked.query)
            } else {
                asked.body.clone()
            };
            json!([asked.method, asked.path, told])
        })
        .collect();
    let written = sdk::ask(&json!({"verb": "stripe_write", "requests": requests}));
    let written: Vec<(String, String, String)> = serde_json::from_value(written).expect("requests");
    assert_eq!(written.len(), asked.len());
    for (asked, (method, path, body)) in asked.iter().zip(written) {
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let ours = (
            asked.method.as_str(),
            asked.path.as_str(),
            asked.query.clone(),
            asked.form(),
        );
        assert_eq!(ours, (method.as_str(), path, fields(query), fields(&body)));
    }
}

#[async_trait]
impl Bench for StripeBench {
    async fn open() -> Self {
        Self(Server::start(Stripe::new(SECOND)))
    }

    fn entered(&self) -> Option<Entered> {
        Some(Entered {
            provider: Provider::Stripe,
            keys: Stripe::KEYS.to_vec(),
            at: self.0.origin.clone(),
        })
    }

    fn gateway(&self) -> Arc<dyn PaymentGateway> {
        reach(keys(SECRET_KEY), &self.0.origin, true)
    }

    fn impatient(&self) -> Arc<dyn PaymentGateway> {
        reach(keys(SECRET_KEY), &self.0.origin, false)
    }

    fn stranger(&self) -> Option<Arc<dyn PaymentGateway>> {
        Some(reach(keys("sk_test_of_somebody_else"), &self.0.origin, true))
    }

    fn amounts(&self) -> Vec<Money> {
        let amounts = [
            (1_250, "EUR"),
            (1_250, "JPY"),
            (12_500, "KWD"),
            (125, "ISK"),
            (50_000, "MGA"),
        ];
        amounts.map(|(minor, code)| money(minor, code)).to_vec()
    }

    fn unspeakable(&self) -> Vec<Money> {
        let amounts = [
            (0, "EUR"),
            (-1_250, "EUR"),
            (12_505, "KWD"),
            (50_050, "MGA"),
            (i64::MAX, "ISK"),
        ];
        amounts.map(|(minor, code)| money(minor, code)).to_vec()
    }

    fn set(&self, mood: Mood) -> bool {
        self.0.set(mood);
        true
    }

    fn card(&self, card: Card) {
        self.0.books(|books| books.card = card);
    }

    async fn act(&self, begun: &Begun, act: Act) {
        self.0.books(|books| books.act(&begun.reference, act));
    }

    fn charges(&self) -> Vec<Charge> {
        self.0.books(|books| books.charges())
    }

    fn disputes(&self) -> bool {
        true
    }

    fn dispute(&self) {
        self.0.books(Stripe::dispute);
    }

    fn webhooks(&self) -> Vec<RawWebhook> {
        let events = self.0.books(|books| books.events.clone());
        let payloads: Vec<String> = events.iter().map(Value::to_string).collect();
        sign(&payloads, WEBHOOK_SECRET, SECOND)
    }

    fn forgeries(&self, genuine: &RawWebhook) -> Vec<RawWebhook> {
        let body = String::from_utf8(genuine.body.clone()).expect("text");
        let header = genuine.header(SIGNATURE).expect("a signature").to_owned();
        let mut forged = sign(std::slice::from_ref(&body), "whsec_of_somebody_else", SECOND);
        forged.extend(sign(std::slice::from_ref(&body), WEBHOOK_SECRET, SECOND - 301));
        forged.push(signed(SIGNATURE, &header, &body.replace("1250", "9250")));
        forged.push(signed(SIGNATURE, &header.replace("t=", "t=1"), &body));
        forged.push(signed(SIGNATURE, "", &body));
        forged.push(signed(SIGNATURE, "t=1,v1=,v0=ab", &body));
        forged.push(signed("signature", &header, &body));
        forged
    }

    fn compare_with_the_package(&self) {
        compare(&self.0.asked());
    }

    fn paths(&self) -> Vec<String> {
        self.0.asked().into_iter().map(|asked| asked.path).collect()
    }

    fn sent(&self) -> Vec<String> {
        self.0.asked().into_iter().map(|asked| asked.body).collect()
    }
}
