//! PayPal on the bench.

use super::{Bench, Entered, SECOND, money, raw, reach};
use crate::gateways::{
    sdk,
    stand_in::{
        Act, Books, Card, Charge, Mood, Server,
        paypal::{CLIENT_ID, CLIENT_SECRET, Paypal, WEBHOOK_ID},
    },
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::Arc;
use tallyroom::{
    app::ports::{Begun, GatewayKeys, PaymentGateway, PaypalKeys, RawWebhook},
    config::Secret,
    domain::{gateway::Provider, money::Money},
};

pub struct PaypalBench(pub Server<Paypal>);

fn keys(client_secret: &str) -> GatewayKeys {
    let secret = |text: &str| Secret::from(text.to_owned());
    GatewayKeys::Paypal(PaypalKeys {
        client_id: secret(CLIENT_ID),
        client_secret: secret(client_secret),
        webhook_id: secret(WEBHOOK_ID),
    })
}

#[async_trait]
impl Bench for PaypalBench {
    async fn open() -> Self {
        Self(Server::start(Paypal::default()))
    }

    fn entered(&self) -> Option<Entered> {
        Some(Entered {
            provider: Provider::Paypal,
            keys: Paypal::KEYS.to_vec(),
            at: self.0.origin.clone(),
        })
    }

    fn gateway(&self) -> Arc<dyn PaymentGateway> {
        reach(keys(CLIENT_SECRET), &self.0.origin, true)
    }

    fn impatient(&self) -> Arc<dyn PaymentGateway> {
        reach(keys(CLIENT_SECRET), &self.0.origin, false)
    }

    fn stranger(&self) -> Option<Arc<dyn PaymentGateway>> {
        Some(reach(keys("of-somebody-else"), &self.0.origin, true))
    }

    fn amounts(&self) -> Vec<Money> {
        let amounts = [(1_250, "EUR"), (1_250, "JPY"), (125_000, "HUF"), (5, "USD")];
        amounts.map(|(minor, code)| money(minor, code)).to_vec()
    }

    fn unspeakable(&self) -> Vec<Money> {
        let amounts = [
            (0, "EUR"),
            (-1_250, "EUR"),
            (125_050, "HUF"),
            (1_250, "KWD"),
            (1_250, "TRY"),
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
        self.0.books(Paypal::dispute);
    }

    fn webhooks(&self) -> Vec<RawWebhook> {
        let told = self.0.books(|books| books.told(SECOND));
        told.into_iter().map(raw).collect()
    }

    fn forgeries(&self, genuine: &RawWebhook) -> Vec<RawWebhook> {
        let text = String::from_utf8(genuine.body.clone()).expect("text");
        let with_body = |body: &str| RawWebhook {
            body: body.as_bytes().to_vec(),
            ..genuine.clone()
        };
        let mut forged = vec![
            with_body(&text.replace("12.50", "92.50")),
            with_body(&text.replace('\n', "")),
            with_body("{}"),
            with_body(&format!("{text},\"webhook_id\":\"mine\"")),
            with_body(""),
        ];
        for nth in 0..genuine.headers.len() {
            let mut without = genuine.clone();
            without.headers.remove(nth);
            forged.push(without);
        }
        let mut other = genuine.clone();
        other.headers[3].1 = Paypal::signature("WH-0");
        forged.push(other);
        forged
    }

    fn paths(&self) -> Vec<String> {
        self.0.asked().into_iter().map(|asked| asked.path).collect()
    }

    fn sent(&self) -> Vec<String> {
        self.0.asked().into_iter().map(|asked| asked.body).collect()
    }

    fn compare_with_the_package(&self) {
        let asked = self.0.asked();
        let orders = asked
            .iter()
            .filter(|asked| asked.method == "POST" && asked.path.starts_with("/v2/"));
        let requests: Vec<Value> = orders.map(|asked| json!([asked.path, asked.json()])).collect();
        let written = sdk::ask(&json!({"verb": "paypal_write", "requests": requests}));
        let bodies: Vec<&Value> = requests.iter().map(|request| &request[1]).collect();
        assert_eq!(
            json!(bodies),
            written,
            "PayPal's own types have all of it, and nothing is missing"
        );
    }
}
