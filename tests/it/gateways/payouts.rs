//! Ways to pay sellers: what all keep to, and what is each one's own.

mod files;
mod table;
mod transfers;

use super::{
    benches::{IMPATIENT, NOW},
    stand_in::{
        Server,
        stripe::{SECRET_KEY, Stripe, transfers::SELLER},
    },
};
use serde_json::json;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tallyroom::{
    app::ports::{GatewayError, PayoutAccount, PayoutBatch, PayoutOrder, PayoutProvider, PayoutProviders},
    domain::{
        gateway::{Mode, Provider},
        ids::PayoutId,
        money::{Currency, Money},
    },
    error::Kind,
    gateways::{
        clock::ManualClock,
        payment::{Providers, Reach},
        payout::Payouts,
    },
};

fn payouts(reach: Reach) -> Payouts {
    rustls::crypto::ring::default_provider().install_default().ok();
    let clock = Arc::new(ManualClock::new(NOW));
    Payouts::new(Arc::new(Providers::new(clock, reach).expect("a client")))
}

/// At their own addresses, where no test goes.
fn nowhere() -> Reach {
    Reach {
        answer_within: IMPATIENT,
        elsewhere: HashMap::new(),
    }
}

fn account(mode: Mode, keys: serde_json::Value) -> PayoutAccount {
    serde_json::from_value(json!({"mode": mode, "keys": keys})).expect("an account")
}

fn by_file(way: &str) -> Arc<dyn PayoutProvider> {
    let account = account(Mode::Live, json!({"way": way}));
    payouts(nowhere()).open(&account).expect("it needs no keys")
}

/// Stripe's stand-in, and accounts there.
struct Transfers(Server<Stripe>);

impl Transfers {
    fn open() -> Self {
        Self(Server::start(Stripe::new(NOW.0 / 1_000)))
    }

    fn reach(&self, secret_key: &str, answer_within: Duration) -> Arc<dyn PayoutProvider> {
        let reach = Reach {
            answer_within,
            elsewhere: HashMap::from([(Provider::Stripe, self.0.origin.clone())]),
        };
        let keys = json!({"way": "stripe_connect", "secret_key": secret_key});
        payouts(reach).open(&account(Mode::Test, keys)).expect("keys in order")
    }

    fn provider(&self) -> Arc<dyn PayoutProvider> {
        self.reach(SECRET_KEY, Duration::from_secs(30))
    }

    fn impatient(&self) -> Arc<dyn PayoutProvider> {
        self.reach(SECRET_KEY, IMPATIENT)
    }
}

fn order(account: &str, minor: i64, code: &str) -> PayoutOrder {
    PayoutOrder {
        payout: PayoutId::new(),
        tries: 0,
        amount: Money::new(minor, Currency::parse(code).expect("a currency")),
        account: account.to_owned(),
        bank: String::new(),
        name: "Ada Ångström".to_owned(),
        description: "Lumen, January".to_owned(),
    }
}

fn to_seller(minor: i64) -> PayoutOrder {
    order(SELLER, minor, "EUR")
}

fn batch(payouts: Vec<PayoutOrder>) -> PayoutBatch {
    PayoutBatch {
        approved_at: NOW,
        payouts,
    }
}

fn assert_cannot<T: std::fmt::Debug>(answer: Result<T, GatewayError>) {
    assert!(matches!(answer, Err(GatewayError::Unsupported(_))), "{answer:?}");
}

#[test]
fn keys_of_the_other_mode_are_refused() {
    for (mode, key, wrong) in [
        (Mode::Test, "sk_test_1", false),
        (Mode::Live, "rk_live_1", false),
        (Mode::Test, "sk_live_1", true),
        (Mode::Live, "sk_test_1", true),
        (Mode::Live, "pk_live_1", true),
        (Mode::Live, "", true),
    ] {
        let account = account(mode, json!({"way": "stripe_connect", "secret_key": key}));
        let printed = format!("{account:?}");
        assert!(key.is_empty() || !printed.contains(key), "{printed}");
        let opened = payouts(nowhere()).open(&account).map(|_| ());
        let field = opened.map_err(|error| error.kind);
        let expected = Kind::Invalid {
            field: Some("secret_key"),
        };
        assert_eq!(field, if wrong { Err(expected) } else { Ok(()) }, "{mode:?} {key}");
    }
}
