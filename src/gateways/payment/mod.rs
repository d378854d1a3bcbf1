//! Payment providers, each behind `app::ports::PaymentGateway`; the port says what all of them keep to.

mod authorize_net;
mod bearer;
mod hmac;
pub(super) mod http;
mod iyzico;
mod order_number;
mod paypal;
mod paytr;
mod payu;
pub(super) mod stripe;
pub mod test;
mod two_checkout;

use crate::{
    app::ports::{Answer, Clock, GatewayAccount, GatewayKeys, PaymentGateway, PaymentGateways},
    config::GatewaysConfig,
    domain::gateway::{Mode, Provider},
    error::{Error, Result},
    store::{Db, TenantScope},
};
use async_trait::async_trait;
use authorize_net::AuthorizeNet;
use http::Http;
use iyzico::Iyzico;
use paypal::Paypal;
use paytr::Paytr;
use payu::Payu;
use std::{collections::HashMap, sync::Arc, time::Duration};
use stripe::Stripe;
use test::TestGateway;
use two_checkout::TwoCheckout;
use url::Url;

/// Where providers are.
#[derive(Clone, Debug)]
pub struct Reach {
    /// How long they may take.
    pub answer_within: Duration,
    /// Where some are, instead of at their own address.
    pub elsewhere: HashMap<Provider, Url>,
}

impl Reach {
    /// As it is set. Only a development's providers are elsewhere: keys are for those they were made for.
    ///
    /// # Errors
    /// Some are, and this isn't one.
    pub fn new(config: &GatewaysConfig, development: bool) -> anyhow::Result<Self> {
        if !development && !config.elsewhere.is_empty() {
            anyhow::bail!("gateways.elsewhere is for development; remove it, or set development.enabled");
        }
        Ok(Self {
            answer_within: Duration::from_millis(config.timeout_ms),
            elsewhere: config.elsewhere.clone(),
        })
    }
}

/// All providers but the built-in one.
pub struct Providers {
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    reach: Reach,
}

impl Providers {
    /// Reached there.
    ///
    /// # Errors
    /// No client can be made.
    pub fn new(clock: Arc<dyn Clock>, reach: Reach) -> anyhow::Result<Self> {
        Ok(Self {
            client: http::client(reach.answer_within)?,
            clock,
            reach,
        })
    }

    /// An account at one of them. Nothing is sent yet.
    ///
    /// # Errors
    /// The keys can't be used: badly formed, or of the other mode.
    pub fn open(&self, account: &GatewayAccount) -> Result<Arc<dyn PaymentGateway>> {
        account.check()?;
        let http = self.http(account.provider(), account.mode)?;
        Ok(match &account.keys {
            GatewayKeys::Stripe(keys) => Arc::new(Stripe::new(http, account.mode, keys)),
            GatewayKeys::Paypal(keys) => Arc::new(Paypal::new(http, keys, self.clock.clone())),
            GatewayKeys::AuthorizeNet(keys) => {
                Arc::new(AuthorizeNet::new(http, account.mode, keys, self.clock.clone()))
            }
            GatewayKeys::Paytr(keys) => Arc::new(Paytr::new(http, account.mode, keys, self.clock.clone())),
            GatewayKeys::Iyzico(keys) => Arc::new(Iyzico::new(http, keys, self.clock.clone())),
            GatewayKeys::Payu(keys) => Arc::new(Payu::new(http, keys, self.clock.clone())),
            GatewayKeys::TwoCheckout(keys) => Arc::new(TwoCheckout::new(http, account.mode, keys, self.clock.clone())),
        })
    }

    /// The way to a provider.
    ///
    /// # Errors
    /// Its address is none.
    pub(super) fn http(&self, provider: Provider, mode: Mode) -> Result<Http> {
        Ok(match self.reach.elsewhere.get(&provider) {
            Some(base) => Http::new(self.client.clone(), base.clone()).with_pages_there(),
            None => {
                let base = Url::parse(address(provider, mode)).map_err(Error::internal)?;
                Http::new(self.client.clone(), base)
            }
        })
    }
}

/// All gateways.
pub struct Gateways {
    db: Db,
    clock: Arc<dyn Clock>,
    providers: Arc<Providers>,
}

impl Gateways {
    /// The built-in gateway has its books in `db`.
    pub fn new(db: Db, clock: Arc<dyn Clock>, providers: Arc<Providers>) -> Self {
        Self { db, clock, providers }
    }
}

#[async_trait]
impl PaymentGateways for Gateways {
    fn built_in(&self, scope: &TenantScope) -> Arc<dyn PaymentGateway> {
        Arc::new(TestGateway::new(self.db.clone(), self.clock.clone(), *scope))
    }

    fn open(&self, account: &GatewayAccount) -> Result<Arc<dyn PaymentGateway>> {
        self.providers.open(account)
    }

    async fn check(&self) -> Answer<()> {
        test::check(&self.db).await
    }
}

/// A provider's own address.
fn address(provider: Provider, mode: Mode) -> &'static str {
    match (provider, mode) {
        (Provider::Test, _) => "about:blank",
        (Provider::Stripe, _) => "https://api.stripe.com/",
        (Provider::Paypal, Mode::Test) => "https://api-m.sandbox.paypal.com/",
        (Provider::Paypal, Mode::Live) => "https://api-m.paypal.com/",
        (Provider::AuthorizeNet, Mode::Test) => "https://apitest.authorize.net/",
        (Provider::AuthorizeNet, Mode::Live) => "https://api.authorize.net/",
        (Provider::Paytr, _) => "https://www.paytr.com/",
        (Provider::Iyzico, Mode::Test) => "https://sandbox-api.iyzipay.com/",
        (Provider::Iyzico, Mode::Live) => "https://api.iyzipay.com/",
        (Provider::Payu, Mode::Test) => "https://secure.snd.payu.com/",
        (Provider::Payu, Mode::Live) => "https://secure.payu.com/",
        (Provider::TwoCheckout, _) => "https://api.2checkout.com/",
    }
}
