//! Authorize.net on the bench.

use super::{Bench, Entered, NOW, money, reach_at, signed};
use crate::gateways::{
    sdk,
    stand_in::{
        Act, Card, Charge, Mood, Server,
        authorize_net::{AuthorizeNet, LOGIN_ID, TRANSACTION_KEY},
    },
};
use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha512;
use std::sync::Arc;
use tallyroom::{
    app::ports::{AuthorizeNetKeys, Begun, GatewayKeys, PaymentGateway, RawWebhook, Step},
    config::Secret,
    domain::{
        gateway::Provider,
        money::{Currency, Money},
    },
    gateways::clock::ManualClock,
};

const SIGNATURE: &str = "x-anet-signature";
const KEY: &str = "A1B2C3D4E5F60718293A4B5C6D7E8F90";

pub struct AuthorizeNetBench {
    server: Server<AuthorizeNet>,
    pub clock: Arc<ManualClock>,
}

fn keys(transaction_key: &str) -> GatewayKeys {
    let secret = |text: &str| Secret::from(text.to_owned());
    GatewayKeys::AuthorizeNet(AuthorizeNetKeys {
        login_id: secret(LOGIN_ID),
        transaction_key: secret(transaction_key),
        signature_key: secret(KEY),
        currency: Currency::parse("USD").expect("a currency"),
    })
}

impl AuthorizeNetBench {
    /// Refunds of the day go to the bank, too.
    pub fn settle_refunds(&self) {
        self.server.books(AuthorizeNet::settle_refunds);
    }

    fn reach(&self, key: &str, patient: bool) -> Arc<dyn PaymentGateway> {
        reach_at(keys(key), &self.server.origin, patient, self.clock.clone())
    }
}

fn sign(body: &str, key: &str) -> RawWebhook {
    let mut mac = <Hmac<Sha512> as KeyInit>::new_from_slice(key.as_bytes()).expect("a key");
    mac.update(body.as_bytes());
    let signature = hex::encode_upper(mac.finalize().into_bytes());
    signed(SIGNATURE, &format!("sha512={signature}"), body)
}

#[async_trait]
impl Bench for AuthorizeNetBench {
    async fn open() -> Self {
        Self {
            server: Server::start(AuthorizeNet::default()),
            clock: Arc::new(ManualClock::new(NOW)),
        }
    }

    fn entered(&self) -> Option<Entered> {
        Some(Entered {
            provider: Provider::AuthorizeNet,
            keys: vec![
                ("currency", "USD"),
                ("login_id", LOGIN_ID),
                ("transaction_key", TRANSACTION_KEY),
                ("signature_key", KEY),
            ],
            at: self.server.origin.clone(),
        })
    }

    fn gateway(&self) -> Arc<dyn PaymentGateway> {
        self.reach(TRANSACTION_KEY, true)
    }

    fn impatient(&self) -> Arc<dyn PaymentGateway> {
        self.reach(TRANSACTION_KEY, false)
    }

    fn stranger(&self) -> Option<Arc<dyn PaymentGateway>> {
        Some(self.reach("of-somebody-else", true))
    }

    fn amounts(&self) -> Vec<Money> {
        [1_250, 5, 100_000].map(|minor| money(minor, "USD")).to_vec()
    }

    fn unspeakable(&self) -> Vec<Money> {
        let amounts = [(0, "USD"), (-1_250, "USD"), (1_250, "EUR"), (1_250, "JPY")];
        amounts.map(|(minor, code)| money(minor, code)).to_vec()
    }

    fn set(&self, mood: Mood) -> bool {
        self.server.set(mood);
        true
    }

    fn card(&self, card: Card) {
        self.server.books(|books| books.card = card);
    }

    fn banks_ask(&self) -> bool {
        false
    }

    async fn act(&self, begun: &Begun, act: Act) {
        let Step::Embed { fields, .. } = &begun.step else {
            panic!("it has a form: {begun:?}");
        };
        self.server.books(|books| books.act(&fields[0].1, act));
        if act == Act::RunOut {
            // A day and a half: the form is closed, and all that was paid has settled.
            self.clock.advance(36 * 3_600_000);
        }
    }

    fn settle(&self) {
        self.server.books(AuthorizeNet::settle);
    }

    fn charges(&self) -> Vec<Charge> {
        self.server.books(|books| books.charges())
    }

    fn webhooks(&self) -> Vec<RawWebhook> {
        let sent = self.server.books(|books| books.sent.clone());
        sent.iter().map(|body| sign(body, KEY)).collect()
    }

    fn forgeries(&self, genuine: &RawWebhook) -> Vec<RawWebhook> {
        let body = String::from_utf8(genuine.body.clone()).expect("text");
        let header = genuine.header(SIGNATURE).expect("a signature").to_owned();
        vec![
            sign(&body, "of-somebody-else"),
            signed(SIGNATURE, &header, &body.replace("12.5", "92.5")),
            signed(SIGNATURE, &header.replace("sha512", "sha1"), &body),
            signed(SIGNATURE, "sha512=", &body),
            signed(SIGNATURE, "sha512=zz", &body),
            signed(SIGNATURE, "", &body),
            signed("signature", &header, &body),
        ]
    }

    fn paths(&self) -> Vec<String> {
        self.server.asked().into_iter().map(|asked| asked.path).collect()
    }

    fn sent(&self) -> Vec<String> {
        self.server.asked().into_iter().map(|asked| asked.body).collect()
    }

    fn compare_with_the_package(&self) {
        let written = sdk::ask(&json!({"verb": "authorizenet_write", "requests": self.sent()}));
        assert_eq!(json!(self.sent()), written);
    }
}
