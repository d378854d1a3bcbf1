//! PayTR on the bench.

use super::{Bench, Entered, NOW, SECOND, money, raw, reach_at};
use crate::gateways::stand_in::{
    Act, Books, Charge, Message, Mood, Server,
    paytr::{MERCHANT_ID, MERCHANT_KEY, MERCHANT_SALT, Paytr, message},
};
use async_trait::async_trait;
use std::sync::Arc;
use tallyroom::{
    app::ports::{Begun, GatewayKeys, PaymentGateway, PaytrKeys, RawWebhook},
    config::Secret,
    domain::{gateway::Provider, money::Money},
    gateways::clock::ManualClock,
};

pub struct PaytrBench {
    server: Server<Paytr>,
    clock: Arc<ManualClock>,
}

impl PaytrBench {
    fn reach(&self, key: &str, patient: bool) -> Arc<dyn PaymentGateway> {
        let keys = GatewayKeys::Paytr(PaytrKeys {
            merchant_id: MERCHANT_ID.to_owned(),
            merchant_key: Secret::from(key.to_owned()),
            merchant_salt: Secret::from(MERCHANT_SALT.to_owned()),
        });
        reach_at(keys, &self.server.origin, patient, self.clock.clone())
    }
}

fn form(body: &str) -> RawWebhook {
    raw(Message::form(body))
}

#[async_trait]
impl Bench for PaytrBench {
    async fn open() -> Self {
        Self {
            server: Server::start(Paytr::default()),
            clock: Arc::new(ManualClock::new(NOW)),
        }
    }

    fn entered(&self) -> Option<Entered> {
        Some(Entered {
            provider: Provider::Paytr,
            keys: Paytr::KEYS.to_vec(),
            at: self.server.origin.clone(),
        })
    }

    fn gateway(&self) -> Arc<dyn PaymentGateway> {
        self.reach(MERCHANT_KEY, true)
    }

    fn impatient(&self) -> Arc<dyn PaymentGateway> {
        self.reach(MERCHANT_KEY, false)
    }

    fn stranger(&self) -> Option<Arc<dyn PaymentGateway>> {
        Some(self.reach("of-somebody-else", true))
    }

    fn amounts(&self) -> Vec<Money> {
        let amounts = [(1_250, "TRY"), (100_000, "EUR"), (100, "USD"), (101, "GBP")];
        amounts.map(|(minor, code)| money(minor, code)).to_vec()
    }

    fn unspeakable(&self) -> Vec<Money> {
        let amounts = [(0, "TRY"), (99, "TRY"), (-1_250, "TRY"), (1_250, "JPY"), (1_250, "PLN")];
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
        let text = String::from_utf8(genuine.body.clone()).expect("text");
        let number = text.split(['=', '&']).nth(1).expect("an order number");
        let last = if number.ends_with('0') { '1' } else { '0' };
        let other = format!("{}{last}", &number[..number.len() - 1]);
        vec![
            form(&message("of-somebody-else", number, "success", 1_250)),
            form(&text.replace("1250", "9250")),
            form(&text.replace("success", "failed")),
            form(&text.replace(number, &other)),
            form(&format!("{text}&merchant_oid={other}")),
            form(&text.replace("hash=", "hush=")),
            form(""),
        ]
    }

    fn paths(&self) -> Vec<String> {
        self.server.asked().into_iter().map(|asked| asked.path).collect()
    }

    fn sent(&self) -> Vec<String> {
        self.server.asked().into_iter().map(|asked| asked.body).collect()
    }
}
