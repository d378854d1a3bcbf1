//! Authorize.net on the bench.

use super::{Bench, Entered, NOW, SECOND, money, raw, reach_at, signed};
use crate::gateways::{
    sdk,
    stand_in::{
        Act, Books, Card, Charge, Mood, Server,
        authorize_net::{AuthorizeNet, LOGIN_ID, SIGNATURE_KEY, TRANSACTION_KEY, signature},
    },
};
use async_trait::async_trait;
use serde_json::json;
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

pub struct AuthorizeNetBench {
    server: Server<AuthorizeNet>,
    pub clock: Arc<ManualClock>,
}

fn keys(transaction_key: &str) -> GatewayKeys {
    let secret = |text: &str| Secret::from(text.to_owned());
    GatewayKeys::AuthorizeNet(AuthorizeNetKeys {
        login_id: secret(LOGIN_ID),
        transaction_key: secret(transaction_key),
        signature_key: secret(SIGNATURE_KEY),
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
    signed(SIGNATURE, &signature(body, key), body)
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
            keys: AuthorizeNet::KEYS.to_vec(),
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
        let told = self.server.books(|books| books.told(SECOND));
        told.into_iter().map(raw).collect()
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
