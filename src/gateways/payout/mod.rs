//! Ways to pay sellers, each behind `app::ports::PayoutProvider`; the port says what all of them keep to.

mod manual;
mod payoneer;
mod stripe_connect;

use super::payment::Providers;
use crate::{
    app::ports::{Answer, GatewayError, PayoutAccount, PayoutFile, PayoutKeys, PayoutProvider, PayoutProviders},
    domain::{csv::Csv, gateway::Provider, time::Moment},
    error::Result,
};
use jiff::Timestamp;
use manual::Manual;
use payoneer::Payoneer;
use std::sync::Arc;
use stripe_connect::StripeConnect;

/// All of them.
pub struct Payouts {
    providers: Arc<Providers>,
}

impl Payouts {
    /// Reached where payments are made.
    pub fn new(providers: Arc<Providers>) -> Self {
        Self { providers }
    }
}

impl PayoutProviders for Payouts {
    fn open(&self, account: &PayoutAccount) -> Result<Arc<dyn PayoutProvider>> {
        account.check()?;
        Ok(match &account.keys {
            PayoutKeys::Manual => Arc::new(Manual),
            PayoutKeys::Payoneer => Arc::new(Payoneer),
            PayoutKeys::StripeConnect(keys) => {
                let http = self.providers.http(Provider::Stripe, account.mode)?;
                Arc::new(StripeConnect::new(http, account.mode, keys))
            }
        })
    }
}

/// A table as a file that is named by when its batch was approved.
fn table(of: &str, approved_at: Moment, csv: Csv) -> Answer<PayoutFile> {
    let time = Timestamp::from_millisecond(approved_at.0);
    let time = time.map_err(|error| GatewayError::Rejected(format!("{approved_at:?} is no time: {error}")))?;
    Ok(PayoutFile {
        name: format!("{of}-{}.csv", time.strftime("%Y-%m-%d-%H%M%S")),
        content_type: "text/csv; charset=utf-8",
        bytes: csv.bytes(),
    })
}
