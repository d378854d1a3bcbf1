//! PayU on the bench.

use super::{Bench, Entered, NOW, SECOND, money, raw, reach_at, signed};
use crate::gateways::{
    sdk,
    stand_in::{
        Act, Books, Charge, Mood, Server, fields,
        payu::{CLIENT_SECRET, POS_ID, Payu, SECOND_KEY, header, md5, sha256},
    },
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::Arc;
use tallyroom::{
    app::ports::{Begun, GatewayKeys, PaymentGateway, PayuKeys, RawWebhook},
    config::Secret,
    domain::{gateway::Provider, money::Money},
    gateways::clock::ManualClock,
};

const SIGNATURE: &str = "openpayu-signature";

pub struct PayuBench(Server<Payu>);

impl PayuBench {
    fn reach(&self, client_secret: &str, patient: bool) -> Arc<dyn PaymentGateway> {
        let keys = GatewayKeys::Payu(PayuKeys {
            pos_id: POS_ID.to_owned(),
            client_id: POS_ID.to_owned(),
            client_secret: Secret::from(client_secret.to_owned()),
            second_key: Secret::from(SECOND_KEY.to_owned()),
        });
        reach_at(keys, &self.0.origin, patient, Arc::new(ManualClock::new(NOW)))
    }
}

impl PayuBench {
    /// A payment that waits is taken, in PayU's own console or by the shop's setting.
    pub fn take(&self, order: &str) {
        self.0.books(|books| books.set(order, "COMPLETED"));
    }
}

#[async_trait]
impl Bench for PayuBench {
    async fn open() -> Self {
        Self(Server::start(Payu::default()))
    }

    fn entered(&self) -> Option<Entered> {
        Some(Entered {
            provider: Provider::Payu,
            keys: Payu::KEYS.to_vec(),
            at: self.0.origin.clone(),
        })
    }

    fn gateway(&self) -> Arc<dyn PaymentGateway> {
        self.reach(CLIENT_SECRET, true)
    }

    fn impatient(&self) -> Arc<dyn PaymentGateway> {
        self.reach(CLIENT_SECRET, false)
    }

    fn stranger(&self) -> Option<Arc<dyn PaymentGateway>> {
        Some(self.reach("of-somebody-else", true))
    }

    fn amounts(&self) -> Vec<Money> {
        let amounts = [(1_250, "PLN"), (100_000, "EUR"), (5, "CZK"), (125_000, "HUF")];
        amounts.map(|(minor, code)| money(minor, code)).to_vec()
    }

    fn unspeakable(&self) -> Vec<Money> {
        let amounts = [(0, "PLN"), (-1_250, "PLN"), (1_250, "JPY"), (1_255, "KWD")];
        amounts.map(|(minor, code)| money(minor, code)).to_vec()
    }

    fn set(&self, mood: Mood) -> bool {
        self.0.set(mood);
        true
    }

    async fn act(&self, begun: &Begun, act: Act) {
        self.0.books(|books| books.act(&begun.reference, act));
    }

    fn charges(&self) -> Vec<Charge> {
        self.0.books(|books| books.charges())
    }

    fn webhooks(&self) -> Vec<RawWebhook> {
        let told = self.0.books(|books| books.told(SECOND));
        told.into_iter().map(raw).collect()
    }

    fn forgeries(&self, genuine: &RawWebhook) -> Vec<RawWebhook> {
        let body = String::from_utf8(genuine.body.clone()).expect("text");
        let own = genuine.header(SIGNATURE).expect("a signature").to_owned();
        vec![
            signed(SIGNATURE, &md5(&body, "of-somebody-else"), &body),
            signed(SIGNATURE, &sha256(&body, "of-somebody-else"), &body),
            signed(SIGNATURE, &md5(&body, ""), &body),
            signed(SIGNATURE, &own, &body.replace("PENDING", "COMPLETED")),
            signed(SIGNATURE, &own.replace("algorithm=MD5", "algorithm=SHA-256"), &body),
            signed(SIGNATURE, &own.replace("algorithm=MD5", "algorithm=NONE"), &body),
            signed(SIGNATURE, &own.replace(";algorithm=MD5", ""), &body),
            signed(SIGNATURE, &header("MD5", ""), &body),
            signed(SIGNATURE, &header("MD5", "zz"), &body),
            signed(SIGNATURE, "", &body),
            signed("signature", &own, &body),
        ]
    }

    fn paths(&self) -> Vec<String> {
        self.0.asked().into_iter().map(|asked| asked.path).collect()
    }

    fn sent(&self) -> Vec<String> {
        self.0.asked().into_iter().map(|asked| asked.body).collect()
    }

    fn compare_with_the_package(&self) {
        let keys = json!({"pos_id": POS_ID, "client_secret": CLIENT_SECRET, "second_key": SECOND_KEY});
        let (mut ours, mut orders, mut captures) = (Vec::new(), Vec::new(), Vec::new());
        let asked = self.0.asked();
        // It knows no parts of refunds.
        for asked in asked.iter().filter(|asked| asked.method != "GET") {
            match asked.path.rsplit('/').next() {
                Some("orders") => orders.push(asked.body.clone()),
                Some("status") => captures.push(asked.path.split('/').nth(4).expect("an order").to_owned()),
                // The package has one token for all, where every gateway that is opened has its own.
                Some("authorize") if ours.is_empty() => {}
                _ => continue,
            }
            ours.push(json!([asked.method, asked.path, read(&asked.body)]));
        }
        assert!(!orders.is_empty() && !captures.is_empty());
        let question = json!({"verb": "payu_write", "keys": keys, "orders": orders, "captures": captures});
        let written = sdk::ask(&question);
        let written: Vec<Value> = written
            .as_array()
            .expect("requests")
            .iter()
            .map(|sent| json!([sent[0], sent[1], read(sent[2].as_str().expect("a body"))]))
            .collect();
        assert_eq!(ours, written);
        let sent = self.0.books(|books| books.sent.clone());
        let notifications: Vec<Value> = sent
            .iter()
            .map(|body| json!({"header": md5(body, SECOND_KEY), "body": body}))
            .collect();
        let taken = sdk::ask(&json!({"verb": "payu_takes", "keys": keys, "notifications": notifications}));
        assert_eq!(
            taken,
            json!(vec![true; sent.len()]),
            "it takes our stand-in's signatures"
        );
    }
}

/// JSON, or a form, without the order of its members.
fn read(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| json!(fields(body)))
}
