//! Which accounts there are, and which of them people can pay through.

use crate::{
    app::App,
    domain::{
        gateway::{Caps, Mode, Provider},
        ids::GatewayAccountId,
        money::Currency,
        tenant::Tenant,
    },
    error::Result,
    store::{
        TenantScope,
        gateway_accounts::{self as stored, Account},
    },
};

/// A way to pay, as people choose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// Through which account; the built-in gateway without one.
    pub account: Option<GatewayAccountId>,
    /// At which provider.
    pub provider: Provider,
    /// Whether what people pay with there can be kept for later.
    pub keeps: bool,
    /// Whether it can hold money on a card, and take what is due of it later.
    pub holds: bool,
}

impl Way {
    /// As forms and the API name it: `test`, or the account's id.
    pub fn name(&self) -> String {
        self.account.map_or("test".to_owned(), |account| account.to_string())
    }
}

/// All accounts of the tenant's, in their order.
///
/// # Errors
/// The database is away.
pub async fn list(app: &App, scope: &TenantScope) -> Result<Vec<Account>> {
    app.db.read(scope, stored::list).await
}

/// Ways to pay in that currency, the one to offer first before the others. While money is play money, the built-in gateway
/// is the last of them.
///
/// # Errors
/// The database is away.
pub async fn ways(app: &App, scope: &TenantScope, tenant: &Tenant, currency: Currency) -> Result<Vec<Way>> {
    let accounts = list(app, scope).await?;
    let mut ways: Vec<Way> = accounts
        .iter()
        .filter(|account| account.enabled && account.mode == tenant.money && account.is_for(currency))
        .filter_map(|account| {
            let caps = caps(app, account).filter(|caps| caps.takes(currency))?;
            Some(Way {
                account: Some(account.id),
                provider: account.provider,
                keeps: caps.saved_methods,
                holds: caps.holds,
            })
        })
        .collect();
    if tenant.money == Mode::Test {
        let caps = app.gateways.built_in(scope).caps();
        ways.push(Way {
            account: None,
            provider: Provider::Test,
            keeps: caps.saved_methods,
            holds: caps.holds,
        });
    }
    Ok(ways)
}

/// What the provider can do. One whose keys can't be read isn't offered; its test of the connection says why.
fn caps(app: &App, account: &Account) -> Option<Caps> {
    match app.open_account(account) {
        Ok(gateway) => Some(gateway.caps()),
        Err(error) => {
            tracing::warn!(account = %account.id, %error, "a gateway account can't be opened");
            None
        }
    }
}
