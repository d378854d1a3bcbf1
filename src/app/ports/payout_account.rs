//! What opens a way to pay sellers.

use super::gateway_account::prefixed;
use crate::{
    config::Secret,
    domain::{gateway::Mode, payout_provider::PayoutWay},
    error::Result,
};
use serde::Deserialize;

/// A tenant's way to pay sellers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayoutAccount {
    /// Whether its money is real.
    pub mode: Mode,
    /// What opens it.
    pub keys: PayoutKeys,
}

/// Keys, of each way its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum PayoutKeys {
    /// By hand there are none.
    Manual,
    /// Stripe's.
    StripeConnect(StripeConnectKeys),
    /// Whoever uploads the file signs in at Payoneer themselves.
    Payoneer,
}

/// What opens the account at Stripe whose balance sellers are paid from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StripeConnectKeys {
    /// `sk_test_…`, or a restricted `rk_test_…` that may write transfers.
    pub secret_key: Secret,
}

impl PayoutAccount {
    /// Which way.
    pub fn way(&self) -> PayoutWay {
        match &self.keys {
            PayoutKeys::Manual => PayoutWay::Manual,
            PayoutKeys::StripeConnect(_) => PayoutWay::StripeConnect,
            PayoutKeys::Payoneer => PayoutWay::Payoneer,
        }
    }

    /// Whether the keys can be of this mode, as far as they show it by themselves.
    ///
    /// # Errors
    /// A key is missing, isn't one, or belongs to the other mode.
    pub fn check(&self) -> Result<()> {
        match &self.keys {
            PayoutKeys::Manual | PayoutKeys::Payoneer => Ok(()),
            PayoutKeys::StripeConnect(keys) => {
                let (test, live) = (["sk_test_", "rk_test_"], ["sk_live_", "rk_live_"]);
                prefixed("secret_key", &keys.secret_key, self.mode, &test, &live)
            }
        }
    }
}
