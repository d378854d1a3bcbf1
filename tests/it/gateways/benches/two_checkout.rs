//! 2Checkout on the bench.

use super::{Bench, Entered, NOW, SECOND, money, raw, reach_as, reach_at};
use crate::gateways::stand_in::{
    Act, Books, Charge, Message, Mood, Server,
    two_checkout::{BUY_LINK_SECRET, MERCHANT_CODE, SECRET_KEY, SIGNATURE, TwoCheckout, form, sealed},
};
use async_trait::async_trait;
use std::sync::Arc;
use tallyroom::{
    app::ports::{Begun, Clock, GatewayKeys, PaymentGateway, RawWebhook, Step, TwoCheckoutKeys},
    config::Secret,
    domain::{
        gateway::{Mode, Provider},
        money::Money,
    },
    gateways::clock::ManualClock,
};
use url::form_urlencoded;

pub struct TwoCheckoutBench {
    server: Server<TwoCheckout>,
    clock: Arc<ManualClock>,
}

impl TwoCheckoutBench {
    fn reach(&self, secret_key: &str, patient: bool) -> Arc<dyn PaymentGateway> {
        reach_at(keys(secret_key), &self.server.origin, patient, self.clock.clone())
    }

    /// The holder's bank claims the newest order back; how that stands.
    pub fn claim(&self, resolution: &str) {
        self.server.books(|books| books.claim(resolution));
    }

    /// The same account, where money is real.
    pub fn live(&self) -> Arc<dyn PaymentGateway> {
        reach_as(
            Mode::Live,
            keys(SECRET_KEY),
            &self.server.origin,
            true,
            self.clock.clone(),
        )
    }
}

fn keys(secret_key: &str) -> GatewayKeys {
    GatewayKeys::TwoCheckout(TwoCheckoutKeys {
        merchant_code: MERCHANT_CODE.to_owned(),
        secret_key: Secret::from(secret_key.to_owned()),
        buy_link_secret: Secret::from(BUY_LINK_SECRET.to_owned()),
    })
}

fn message(fields: Vec<(String, String)>, key: &str) -> RawWebhook {
    unsigned(&sealed(fields, key))
}

fn unsigned(fields: &[(String, String)]) -> RawWebhook {
    raw(Message::form(&form(fields)))
}

#[async_trait]
impl Bench for TwoCheckoutBench {
    async fn open() -> Self {
        Self {
            server: Server::start(TwoCheckout::default()),
            clock: Arc::new(ManualClock::new(NOW)),
        }
    }

    fn entered(&self) -> Option<Entered> {
        Some(Entered {
            provider: Provider::TwoCheckout,
            keys: TwoCheckout::KEYS.to_vec(),
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
        Some(self.reach("of-somebody-else", true))
    }

    fn asks_to_begin(&self) -> bool {
        false
    }

    fn amounts(&self) -> Vec<Money> {
        let amounts = [(1_250, "EUR"), (1_250, "JPY"), (5, "USD"), (1_255, "GBP")];
        amounts.map(|(minor, code)| money(minor, code)).to_vec()
    }

    fn unspeakable(&self) -> Vec<Money> {
        let amounts = [(0, "EUR"), (-1_250, "EUR"), (1_250, "KWD"), (1_250, "ISK")];
        amounts.map(|(minor, code)| money(minor, code)).to_vec()
    }

    fn set(&self, mood: Mood) -> bool {
        self.server.set(mood);
        true
    }

    async fn act(&self, begun: &Begun, act: Act) {
        let Step::Redirect(link) = &begun.step else {
            panic!("it has a page: {begun:?}");
        };
        let seconds = self.clock.now().0 / 1_000;
        self.server.books(|books| books.act(link, act, seconds));
        if act == Act::RunOut {
            self.clock.advance(2 * 3_600_000);
        }
    }

    fn charges(&self) -> Vec<Charge> {
        self.server.books(|books| books.charges())
    }

    fn disputes(&self) -> bool {
        true
    }

    fn dispute(&self) {
        self.server.books(TwoCheckout::dispute);
    }

    fn webhooks(&self) -> Vec<RawWebhook> {
        let told = self.server.books(|books| books.told(SECOND));
        told.into_iter().map(raw).collect()
    }

    fn forgeries(&self, genuine: &RawWebhook) -> Vec<RawWebhook> {
        let fields: Vec<_> = form_urlencoded::parse(&genuine.body).into_owned().collect();
        let of = |name: &str| fields.iter().position(|(other, _)| other == name).expect("a field");
        let mut unsealed = fields.clone();
        unsealed.remove(of(SIGNATURE));
        let mut forged = vec![
            message(unsealed.clone(), "of-somebody-else"),
            message(unsealed.clone(), BUY_LINK_SECRET),
            unsigned(&unsealed),
        ];
        for name in [
            "REFNO",
            "REFNOEXT",
            "ORDERSTATUS",
            "IPN_TOTALGENERAL",
            "MESSAGE_TYPE",
            SIGNATURE,
        ] {
            let mut changed = fields.clone();
            changed[of(name)].1 = "zz".to_owned();
            forged.push(unsigned(&changed));
            let mut less = fields.clone();
            less.remove(of(name));
            forged.push(unsigned(&less));
        }
        // What would be signed alike if lengths weren't told.
        let mut moved = fields.clone();
        let digit = moved[of("REFNO")].1.pop().expect("a digit");
        moved[of("REFNOEXT")].1.insert(0, digit);
        forged.push(unsigned(&moved));
        let mut twice = fields.clone();
        twice.push(("REFNO".to_owned(), String::new()));
        forged.push(unsigned(&twice));
        forged
    }

    fn paths(&self) -> Vec<String> {
        self.server.asked().into_iter().map(|asked| asked.path).collect()
    }

    fn sent(&self) -> Vec<String> {
        self.server.asked().into_iter().map(|asked| asked.body).collect()
    }
}
