//! A gateway and its stand-in, for the contract suite.

mod authorize_net;
mod built_in;
mod iyzico;
mod paypal;
mod paytr;
mod payu;
pub mod stripe;
mod two_checkout;

pub use authorize_net::AuthorizeNetBench;
pub use built_in::BuiltIn;
pub use iyzico::IyzicoBench;
pub use paypal::PaypalBench;
pub use paytr::PaytrBench;
pub use payu::PayuBench;
pub use stripe::StripeBench;
pub use two_checkout::TwoCheckoutBench;

use super::stand_in::{Act, Card, Charge, Message, Mood};
use async_trait::async_trait;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tallyroom::{
    app::ports::{Begun, GatewayAccount, GatewayKeys, PaymentGateway, RawWebhook},
    domain::{
        gateway::{Mode, Provider},
        money::{Currency, Money},
        time::Moment,
    },
    gateways::{
        clock::ManualClock,
        payment::{Providers, Reach},
    },
};
use url::Url;

/// A winter's noon.
pub const NOW: Moment = Moment(1_800_014_400_000);

/// The same, as messages are signed.
const SECOND: i64 = NOW.0 / 1_000;

/// How long a gateway waits that is about to wait in vain.
pub const IMPATIENT: Duration = Duration::from_millis(1_500);
const PATIENT: Duration = Duration::from_secs(30);

/// A gateway on the bench.
#[async_trait]
pub trait Bench: Send + Sync + Sized {
    /// With an account that is in order.
    async fn open() -> Self;

    /// What staff enter for this account, and where its provider is; nothing if it needs no account.
    fn entered(&self) -> Option<Entered> {
        None
    }

    /// The account.
    fn gateway(&self) -> Arc<dyn PaymentGateway>;

    /// The same account, soon tired of waiting.
    fn impatient(&self) -> Arc<dyn PaymentGateway> {
        self.gateway()
    }

    /// An account with keys that the provider doesn't know; none if it has no keys.
    fn stranger(&self) -> Option<Arc<dyn PaymentGateway>>;

    /// Whether the provider is asked before a page is opened.
    fn asks_to_begin(&self) -> bool {
        true
    }

    /// Amounts that come through unchanged, the usual one first.
    fn amounts(&self) -> Vec<Money>;

    /// Amounts that the provider can't be told of.
    fn unspeakable(&self) -> Vec<Money>;

    /// Sets the provider's mood for the next order; false if it has only one.
    fn set(&self, mood: Mood) -> bool;

    /// Whether banks can want to ask holders of saved cards.
    fn banks_ask(&self) -> bool {
        true
    }

    /// Sets how saved cards behave.
    fn card(&self, _: Card) {}

    /// What a person does on the page that was opened.
    async fn act(&self, begun: &Begun, act: Act);

    /// Lets the day pass after which the provider's bank has the money.
    fn settle(&self) {}

    /// What the provider's books say that was taken or is held.
    fn charges(&self) -> Vec<Charge>;

    /// Whether the provider tells of disputes.
    fn disputes(&self) -> bool {
        false
    }

    /// Has the holder's bank claim the newest payment back.
    fn dispute(&self) {}

    /// All that the provider has told or would have by now, signed, in order.
    fn webhooks(&self) -> Vec<RawWebhook> {
        Vec::new()
    }

    /// The same message as somebody would send who hasn't the account's secret, in as many ways as there are.
    fn forgeries(&self, _genuine: &RawWebhook) -> Vec<RawWebhook> {
        Vec::new()
    }

    /// All bodies that were sent to the provider.
    fn sent(&self) -> Vec<String>;

    /// The paths that were asked, in the same order.
    fn paths(&self) -> Vec<String>;

    /// How often the provider was told to give money back.
    fn orders(&self) -> usize {
        let paths = self.paths();
        paths
            .iter()
            .filter(|path| path.trim_end_matches('/').ends_with("/refund"))
            .count()
    }

    /// Compares all requests with what the provider's own package would have sent, if there is one that tells.
    fn compare_with_the_package(&self) {}
}

/// What staff enter.
#[derive(Clone, Debug)]
pub struct Entered {
    pub provider: Provider,
    pub keys: Vec<(&'static str, &'static str)>,
    pub at: Url,
}

/// So much, in minor units.
pub fn money(minor: i64, code: &str) -> Money {
    Money::new(minor, Currency::parse(code).expect("a currency"))
}

/// A gateway to a stand-in.
fn reach(keys: GatewayKeys, at: &Url, patient: bool) -> Arc<dyn PaymentGateway> {
    reach_at(keys, at, patient, Arc::new(ManualClock::new(NOW)))
}

/// The same with a clock that the test turns.
fn reach_at(keys: GatewayKeys, at: &Url, patient: bool, clock: Arc<ManualClock>) -> Arc<dyn PaymentGateway> {
    reach_as(Mode::Test, keys, at, patient, clock)
}

/// The same in a mode.
fn reach_as(
    mode: Mode,
    keys: GatewayKeys,
    at: &Url,
    patient: bool,
    clock: Arc<ManualClock>,
) -> Arc<dyn PaymentGateway> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let account = GatewayAccount { mode, keys };
    let reach = Reach {
        answer_within: if patient { PATIENT } else { IMPATIENT },
        elsewhere: HashMap::from([(account.provider(), at.clone())]),
    };
    let providers = Providers::new(clock, reach).expect("a client");
    providers.open(&account).expect("keys in order")
}

/// A stand-in's message.
fn raw(message: Message) -> RawWebhook {
    RawWebhook {
        headers: message.headers,
        body: message.body.into_bytes(),
    }
}

/// A webhook with one header more than the body.
fn signed(header: &str, value: &str, body: &str) -> RawWebhook {
    RawWebhook {
        headers: vec![(header.to_owned(), value.to_owned())],
        body: body.as_bytes().to_vec(),
    }
}
