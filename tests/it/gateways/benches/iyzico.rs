//! iyzico on the bench.

use super::{Bench, Entered, NOW, SECOND, money, raw, reach_at, signed};
use crate::gateways::{
    sdk,
    stand_in::{
        Act, Books, Charge, Mood, Server,
        iyzico::{API_KEY, Iyzico, SECRET_KEY, signature},
    },
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::sync::Arc;
use tallyroom::{
    app::ports::{Begun, GatewayKeys, IyzicoKeys, PaymentGateway, RawWebhook},
    config::Secret,
    domain::{gateway::Provider, money::Money},
    gateways::clock::ManualClock,
};

const SIGNATURE: &str = "x-iyz-signature-v3";

pub struct IyzicoBench {
    server: Server<Iyzico>,
    clock: Arc<ManualClock>,
}

impl IyzicoBench {
    fn reach(&self, secret_key: &str, patient: bool) -> Arc<dyn PaymentGateway> {
        let keys = GatewayKeys::Iyzico(IyzicoKeys {
            api_key: Secret::from(API_KEY.to_owned()),
            secret_key: Secret::from(secret_key.to_owned()),
        });
        reach_at(keys, &self.server.origin, patient, self.clock.clone())
    }
}

fn sign(event: &Value, key: &str) -> RawWebhook {
    signed(SIGNATURE, &signature(key, event), &event.to_string())
}

#[async_trait]
impl Bench for IyzicoBench {
    async fn open() -> Self {
        Self {
            server: Server::start(Iyzico::default()),
            clock: Arc::new(ManualClock::new(NOW)),
        }
    }

    fn entered(&self) -> Option<Entered> {
        Some(Entered {
            provider: Provider::Iyzico,
            keys: Iyzico::KEYS.to_vec(),
            at: self.server.origin.clone(),
        })
    }

    fn gateway(&self) -> Arc<dyn PaymentGateway> {
        self.reach(SECRET_KEY, true)
    }

    fn impatient(&self) -> Arc<dyn PaymentGateway> {
        self.reach(SECRET_KEY, false)
    }

    fn stranger(&self) -> Option<Arc<dyn PaymentGateway>> {
        Some(self.reach("sandbox-of-somebody-else", true))
    }

    fn amounts(&self) -> Vec<Money> {
        let amounts = [(1_250, "TRY"), (100_000, "EUR"), (5, "USD"), (1_255, "GBP")];
        amounts.map(|(minor, code)| money(minor, code)).to_vec()
    }

    fn unspeakable(&self) -> Vec<Money> {
        let amounts = [(0, "TRY"), (-1_250, "TRY"), (1_250, "JPY"), (1_250, "PLN")];
        amounts.map(|(minor, code)| money(minor, code)).to_vec()
    }

    fn set(&self, mood: Mood) -> bool {
        self.server.set(mood);
        true
    }

    async fn act(&self, begun: &Begun, act: Act) {
        self.server.books(|books| books.act(&begun.reference, act));
        if act == Act::RunOut {
            self.clock.advance(2 * 3_600_000);
        }
    }

    fn charges(&self) -> Vec<Charge> {
        self.server.books(|books| books.charges())
    }

    fn webhooks(&self) -> Vec<RawWebhook> {
        let told = self.server.books(|books| books.told(SECOND));
        told.into_iter().map(raw).collect()
    }

    fn forgeries(&self, genuine: &RawWebhook) -> Vec<RawWebhook> {
        let event: Value = serde_json::from_slice(&genuine.body).expect("an event");
        let header = genuine.header(SIGNATURE).expect("a signature").to_owned();
        let mut forged = vec![
            sign(&event, "sandbox-of-somebody-else"),
            signed(SIGNATURE, "", &event.to_string()),
            signed(SIGNATURE, "zz", &event.to_string()),
            signed(SIGNATURE, &header, "{}"),
            signed("x-iyz-signature", &header, &event.to_string()),
        ];
        for field in [
            "iyziEventType",
            "iyziPaymentId",
            "token",
            "paymentConversationId",
            "status",
        ] {
            let mut changed = event.clone();
            changed[field] = json!("P6b49d4c0another");
            forged.push(signed(SIGNATURE, &header, &changed.to_string()));
        }
        forged
    }

    fn paths(&self) -> Vec<String> {
        self.server.asked().into_iter().map(|asked| asked.path).collect()
    }

    fn sent(&self) -> Vec<String> {
        self.server.asked().into_iter().map(|asked| asked.body).collect()
    }

    fn compare_with_the_package(&self) {
        let asked = self.server.asked();
        let requests: Vec<Value> = asked
            .iter()
            .map(|asked| json!({"path": asked.path, "body": asked.body, "random": asked.header("x-iyzi-rnd")}))
            .collect();
        let question =
            json!({"verb": "iyzico_write", "api_key": API_KEY, "secret_key": SECRET_KEY, "requests": requests});
        let sent: Vec<Value> = asked
            .iter()
            .map(|asked| json!([asked.body, asked.header("authorization")]))
            .collect();
        assert_eq!(json!(sent), sdk::ask(&question));
    }
}
