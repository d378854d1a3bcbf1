//! Keys of gateways: which are taken, and that nothing prints them.

use super::benches::NOW;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tallyroom::{
    app::ports::GatewayAccount,
    domain::gateway::{Mode, Provider},
    error::Kind,
    gateways::{
        clock::ManualClock,
        payment::{Providers, Reach},
    },
};

fn account(provider: &str, mode: &str, keys: &[(&str, &str)]) -> GatewayAccount {
    let mut told = json!({"provider": provider});
    for (name, key) in keys {
        told[name] = json!(key);
    }
    serde_json::from_value(json!({"mode": mode, "keys": told})).expect("an account")
}

/// The field that is wrong, if one is.
fn wrong(account: &GatewayAccount) -> Option<&'static str> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let reach = Reach {
        answer_within: Duration::from_secs(1),
        elsewhere: HashMap::new(),
    };
    let providers = Providers::new(Arc::new(ManualClock::new(NOW)), reach).expect("a client");
    match providers.open(account).map(|_| ()).map_err(|error| error.kind) {
        Ok(()) => None,
        Err(Kind::Invalid { field }) => field,
        Err(kind) => panic!("{kind:?}"),
    }
}

#[test]
fn keys_of_the_other_mode_are_refused() {
    let long = format!("sk_test_{}", "x".repeat(500));
    for (mode, secret, webhook, field) in [
        ("test", "sk_test_1", "whsec_1", None),
        ("test", "rk_test_1", "whsec_1", None),
        ("live", "sk_live_1", "whsec_1", None),
        ("live", "rk_live_1", "whsec_1", None),
        ("test", "sk_live_1", "whsec_1", Some("secret_key")),
        ("test", "rk_live_1", "whsec_1", Some("secret_key")),
        ("live", "sk_test_1", "whsec_1", Some("secret_key")),
        ("test", "pk_test_1", "whsec_1", Some("secret_key")),
        ("test", "", "whsec_1", Some("secret_key")),
        ("test", " sk_test_1", "whsec_1", Some("secret_key")),
        ("test", "sk_test_1\r\nx: y", "whsec_1", Some("secret_key")),
        ("test", long.as_str(), "whsec_1", Some("secret_key")),
        ("test", "sk_test_1", "", Some("webhook_secret")),
        ("live", "sk_live_1", "sk_live_1", Some("webhook_secret")),
    ] {
        let account = account("stripe", mode, &[("secret_key", secret), ("webhook_secret", webhook)]);
        assert_eq!(wrong(&account), field, "{mode} {secret} {webhook}");
    }
}

#[test]
fn keys_of_a_sandbox_are_test_keys() {
    for (mode, api_key, secret_key, field) in [
        ("test", "sandbox-1", "sandbox-2", None),
        ("live", "1", "2", None),
        ("test", "1", "sandbox-2", Some("api_key")),
        ("test", "sandbox-1", "2", Some("secret_key")),
        ("live", "sandbox-1", "2", Some("api_key")),
        ("live", "1", "sandbox-2", Some("secret_key")),
        ("live", "1", "", Some("secret_key")),
    ] {
        let account = account("iyzico", mode, &[("api_key", api_key), ("secret_key", secret_key)]);
        assert_eq!(wrong(&account), field, "{mode} {api_key} {secret_key}");
    }
}

#[test]
fn names_of_accounts_are_numbers_or_plain_words() {
    let payu = ["pos_id", "client_id", "client_secret", "second_key"];
    let two_checkout = ["merchant_code", "secret_key", "buy_link_secret"];
    let told = |provider, names: &[&'static str], keys: &[&'static str]| {
        let pairs: Vec<_> = names.iter().copied().zip(keys.iter().copied()).collect();
        wrong(&account(provider, "live", &pairs))
    };
    for (keys, field) in [
        (["300746", "300746", "2ee86a66", "b6ca15b0"], None),
        (["30x746", "300746", "2ee86a66", "b6ca15b0"], Some("pos_id")),
        (["300746", "", "2ee86a66", "b6ca15b0"], Some("client_id")),
        (["300746", "300746", "2ee8 6a66", "b6ca15b0"], Some("client_secret")),
        (["300746", "300746", "2ee86a66", ""], Some("second_key")),
    ] {
        assert_eq!(told("payu", &payu, &keys), field, "{keys:?}");
    }
    for (keys, field) in [
        (["AVLRNG", "=B_r]0zPd", "word"], None),
        (["AV\" x=\"", "=B_r]0zPd", "word"], Some("merchant_code")),
        (["", "=B_r]0zPd", "word"], Some("merchant_code")),
        (["AVLRNG", "", "word"], Some("secret_key")),
        (["AVLRNG", "=B_r]0zPd", "two words"], Some("buy_link_secret")),
    ] {
        assert_eq!(told("two_checkout", &two_checkout, &keys), field, "{keys:?}");
    }
}

#[test]
fn keys_are_read_strictly_and_never_printed() {
    let told = |keys: Value| serde_json::from_value::<GatewayAccount>(json!({"mode": "test", "keys": keys}));
    let keys = json!({"provider": "stripe", "secret_key": "sk_test_1", "webhook_secret": "whsec_1"});
    let account = told(keys.clone()).expect("an account");
    assert_eq!((account.provider(), account.mode), (Provider::Stripe, Mode::Test));
    let printed = format!("{account:?}");
    assert!(!printed.contains("sk_test") && !printed.contains("whsec"), "{printed}");
    let mut more = keys.clone();
    more["publishable_key"] = json!("pk_test_1");
    assert!(told(more).is_err(), "a field that nobody asked for");
    let mut other = keys;
    other["provider"] = json!("paypul");
    assert!(told(other).is_err(), "a provider that there isn't");
}
