//! A tenant's account at a payment provider: the keys that open it, and whether they are of the mode they are said to be.

use crate::{
    config::Secret,
    domain::{
        gateway::{Mode, Provider},
        money::Currency,
    },
    error::{Error, Result},
};
use serde::Deserialize;

/// Longest key there is.
const MOST_CHARS: usize = 500;

/// An account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayAccount {
    /// Whether its money is real.
    pub mode: Mode,
    /// What opens it.
    pub keys: GatewayKeys,
}

/// Keys, of each provider its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "provider", rename_all = "snake_case")]
pub enum GatewayKeys {
    /// Stripe's.
    Stripe(StripeKeys),
    /// PayPal's.
    Paypal(PaypalKeys),
    /// Authorize.net's.
    AuthorizeNet(AuthorizeNetKeys),
    /// PayTR's.
    Paytr(PaytrKeys),
    /// iyzico's.
    Iyzico(IyzicoKeys),
    /// PayU's.
    Payu(PayuKeys),
    /// 2Checkout's.
    TwoCheckout(TwoCheckoutKeys),
}

/// What opens an account at Stripe.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StripeKeys {
    /// `sk_test_…`, or a restricted `rk_test_…`.
    pub secret_key: Secret,
    /// `whsec_…`, of the webhook endpoint.
    pub webhook_secret: Secret,
}

/// What opens an account at PayPal. Nothing about them shows their mode; PayPal knows them in one of the two only.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaypalKeys {
    /// Of the REST app; no secret, but nobody's business.
    pub client_id: Secret,
    /// Of the REST app.
    pub client_secret: Secret,
    /// Of the app's webhook, as PayPal's console shows it.
    pub webhook_id: Secret,
}

/// What opens an account at Authorize.net. Nothing about them shows their mode; each is known in one of the two only.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizeNetKeys {
    /// API login ID.
    pub login_id: Secret,
    /// Transaction key.
    pub transaction_key: Secret,
    /// Signature key: 128 hexadecimal digits.
    pub signature_key: Secret,
    /// The one currency that the account is in.
    pub currency: Currency,
}

/// What opens an account at PayTR. The same keys are for both modes; each payment says in which it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaytrKeys {
    /// Merchant number; digits.
    pub merchant_id: String,
    /// Merchant key.
    pub merchant_key: Secret,
    /// Merchant salt.
    pub merchant_salt: Secret,
}

/// What opens an account at iyzico. Both begin with `sandbox-` in test mode.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IyzicoKeys {
    /// API key.
    pub api_key: Secret,
    /// Secret key.
    pub secret_key: Secret,
}

/// What opens an account at PayU (Europe). Nothing about them shows their mode; PayU knows them in one of the two only.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayuKeys {
    /// Of the point of sale; digits.
    pub pos_id: String,
    /// OAuth client id; digits, mostly the same.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: Secret,
    /// Second key, which signs notifications.
    pub second_key: Secret,
}

/// What opens an account at 2Checkout. The same keys are for both modes; each payment says in which it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwoCheckoutKeys {
    /// Merchant code.
    pub merchant_code: String,
    /// Secret key, of the API and of messages.
    pub secret_key: Secret,
    /// Buy-link secret word.
    pub buy_link_secret: Secret,
}

/// A key as somebody enters it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyField {
    /// Its name, as in the keys.
    pub name: &'static str,
    /// It is never shown again.
    pub secret: bool,
}

impl GatewayKeys {
    /// The keys that a provider gives; none if it needs none.
    pub fn fields(provider: Provider) -> Vec<KeyField> {
        let (open, secret): (&[_], &[_]) = match provider {
            Provider::Test => (&[], &[]),
            Provider::Stripe => (&[], &["secret_key", "webhook_secret"]),
            Provider::Paypal => (&["client_id", "webhook_id"], &["client_secret"]),
            Provider::AuthorizeNet => (&["currency", "login_id"], &["transaction_key", "signature_key"]),
            Provider::Paytr => (&["merchant_id"], &["merchant_key", "merchant_salt"]),
            Provider::Iyzico => (&[], &["api_key", "secret_key"]),
            Provider::Payu => (&["pos_id", "client_id"], &["client_secret", "second_key"]),
            Provider::TwoCheckout => (&["merchant_code"], &["secret_key", "buy_link_secret"]),
        };
        let fields = |names: &[&'static str], secret| -> Vec<KeyField> {
            names.iter().map(|name| KeyField { name, secret }).collect()
        };
        [fields(open, false), fields(secret, true)].concat()
    }
}

impl GatewayAccount {
    /// At which provider.
    pub fn provider(&self) -> Provider {
        match &self.keys {
            GatewayKeys::Stripe(_) => Provider::Stripe,
            GatewayKeys::Paypal(_) => Provider::Paypal,
            GatewayKeys::AuthorizeNet(_) => Provider::AuthorizeNet,
            GatewayKeys::Paytr(_) => Provider::Paytr,
            GatewayKeys::Iyzico(_) => Provider::Iyzico,
            GatewayKeys::Payu(_) => Provider::Payu,
            GatewayKeys::TwoCheckout(_) => Provider::TwoCheckout,
        }
    }

    /// Whether the keys can be of this provider and mode, as far as they show it by themselves.
    ///
    /// # Errors
    /// A key is missing, isn't one, or belongs to the other mode.
    pub fn check(&self) -> Result<()> {
        match &self.keys {
            GatewayKeys::Stripe(keys) => {
                let (test, live) = (["sk_test_", "rk_test_"], ["sk_live_", "rk_live_"]);
                prefixed("secret_key", &keys.secret_key, self.mode, &test, &live)?;
                // This one is alike in both modes.
                prefixed("webhook_secret", &keys.webhook_secret, Mode::Test, &["whsec_"], &[])
            }
            GatewayKeys::Paypal(keys) => {
                well_formed("client_id", &keys.client_id)?;
                well_formed("client_secret", &keys.client_secret)?;
                well_formed("webhook_id", &keys.webhook_id)
            }
            GatewayKeys::AuthorizeNet(keys) => {
                well_formed("login_id", &keys.login_id)?;
                well_formed("transaction_key", &keys.transaction_key)?;
                well_formed("signature_key", &keys.signature_key)
            }
            GatewayKeys::Paytr(keys) => {
                digits("merchant_id", &keys.merchant_id)?;
                well_formed("merchant_key", &keys.merchant_key)?;
                well_formed("merchant_salt", &keys.merchant_salt)
            }
            GatewayKeys::Iyzico(keys) => {
                sandboxed("api_key", &keys.api_key, self.mode)?;
                sandboxed("secret_key", &keys.secret_key, self.mode)
            }
            GatewayKeys::Payu(keys) => {
                digits("pos_id", &keys.pos_id)?;
                digits("client_id", &keys.client_id)?;
                well_formed("client_secret", &keys.client_secret)?;
                well_formed("second_key", &keys.second_key)
            }
            GatewayKeys::TwoCheckout(keys) => {
                alphanumeric("merchant_code", &keys.merchant_code)?;
                well_formed("secret_key", &keys.secret_key)?;
                well_formed("buy_link_secret", &keys.buy_link_secret)
            }
        }
    }
}

/// A key of one line without spaces.
fn well_formed(field: &'static str, key: &Secret) -> Result<()> {
    let key = key.expose();
    if key.is_empty() {
        return Err(Error::field(
            field,
            "Enter this key; the provider's own console shows it.",
        ));
    }
    if key.chars().count() > MOST_CHARS || !key.chars().all(|char| char.is_ascii_graphic()) {
        return Err(not_one(field));
    }
    Ok(())
}

/// A name of an account that is a number.
fn digits(field: &'static str, name: &str) -> Result<()> {
    well_formed(field, &Secret::from(name.to_owned()))?;
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err(not_one(field))
    }
}

/// A name of an account that has nothing but letters and digits: it is written between quotation marks.
fn alphanumeric(field: &'static str, name: &str) -> Result<()> {
    well_formed(field, &Secret::from(name.to_owned()))?;
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(())
    } else {
        Err(not_one(field))
    }
}

/// A key that shows its mode by how it begins.
pub(super) fn prefixed(field: &'static str, key: &Secret, mode: Mode, test: &[&str], live: &[&str]) -> Result<()> {
    well_formed(field, key)?;
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| key.expose().starts_with(prefix));
    match (begins(test), begins(live)) {
        (true, _) => of_mode(field, mode, Mode::Test),
        (_, true) => of_mode(field, mode, Mode::Live),
        _ => Err(not_one(field)),
    }
}

/// A key that shows by its beginning that it is a test key, if it is one.
fn sandboxed(field: &'static str, key: &Secret, mode: Mode) -> Result<()> {
    well_formed(field, key)?;
    let test = key.expose().starts_with("sandbox-");
    of_mode(field, mode, if test { Mode::Test } else { Mode::Live })
}

/// The mode that a key shows has to be the account's.
fn of_mode(field: &'static str, account: Mode, key: Mode) -> Result<()> {
    let public = match (account, key) {
        (Mode::Test, Mode::Live) => "This key moves real money, and this account is in test mode. Enter a test key.",
        (Mode::Live, Mode::Test) => "This is a test key, and this account is live. Enter a live key.",
        _ => return Ok(()),
    };
    Err(Error::field(field, public))
}

fn not_one(field: &'static str) -> Error {
    Error::field(
        field,
        "This isn't a key of this provider. Copy it whole, without spaces.",
    )
}
