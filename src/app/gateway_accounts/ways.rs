//! Which accounts there are, and which of them people can pay through.

use crate::{
    app::App,
    domain::{
        gateway::{Mode, Provider},
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
        .filter(|account| takes(app, account, currency))
        .map(|account| Way {
            account: Some(account.id),
            provider: account.provider,
        })
        .collect();
    if tenant.money == Mode::Test {
        ways.push(Way {
            account: None,
            provider: Provider::Test,
        });
    }
    Ok(ways)
}

/// Whether the provider can count in it. One whose keys can't be read isn't offered; its test of the connection says why.
fn takes(app: &App, account: &Account, currency: Currency) -> bool {
    match app.open_account(account) {
        Ok(gateway) => gateway.caps().takes(currency),
        Err(error) => {
            tracing::warn!(account = %account.id, %error, "a gateway account can't be opened");
            false
        }
    }
}
