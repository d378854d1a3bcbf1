//! Ways to pay: a tenant's own accounts at payment providers, which keys open them, and who takes which payment
//! (requirement I4). Keys are sealed before they are stored, and come back from there only to open an account.
//!
//! A marketplace begins with play money: the built-in gateway and test accounts. Once it goes live, only live accounts are
//! left, and all play money with them is gone. One account's payments go on through it until they have an outcome.

mod arrange;
mod check;
mod clear;
mod go_live;
mod remove;
mod save;
mod switch;
mod ways;

pub use arrange::arrange;
pub use check::check;
pub use clear::clear;
pub use go_live::go_live;
pub use remove::{FORGET_JOB, Forget, forget, remove};
pub use save::{Wanted, save};
pub use switch::switch;
pub use ways::{Way, list, ways};

use super::{
    App,
    console::StaffMember,
    ports::{GatewayAccount, GatewayKeys, PaymentGateway},
    sealing::unseal,
};
use crate::{
    domain::{audit::Entry, gateway::Mode, ids::GatewayAccountId, time::Moment},
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, audit,
        gateway_accounts::{self as stored, Account},
        payout_batches, tenants,
    },
};
use std::sync::Arc;

impl App {
    /// Who takes payments through that account; the built-in gateway without one.
    ///
    /// # Errors
    /// The account isn't there, was removed too long ago, its keys can't be read, or the database is away.
    pub(in crate::app) async fn gateway(
        &self,
        scope: &TenantScope,
        account: Option<GatewayAccountId>,
    ) -> Result<Arc<dyn PaymentGateway>> {
        let Some(id) = account else {
            return Ok(self.gateways.built_in(scope));
        };
        let account = self.db.read(scope, move |tx| stored::find(tx, id)).await?;
        self.open_account(&account)
    }

    /// Opens an account with its keys. Nothing is sent yet.
    fn open_account(&self, account: &Account) -> Result<Arc<dyn PaymentGateway>> {
        self.gateways.open(&GatewayAccount {
            mode: account.mode,
            keys: self.keys(account)?,
        })
    }

    /// What opens an account.
    ///
    /// # Errors
    /// The account was removed, or its keys can't be read.
    pub(in crate::app) fn keys(&self, account: &Account) -> Result<GatewayKeys> {
        let sealed = account.sealed_keys.as_deref().ok_or_else(gone)?;
        let keys = unseal(self.config.secrets.jwt.expose(), sealed)?;
        serde_json::from_slice(&keys).map_err(Error::internal)
    }
}

fn gone() -> Error {
    Error::conflict(
        "way_to_pay_gone",
        "This way to pay isn't there any more. Choose another one.",
    )
}

/// Changes an account of a tenant's that wasn't removed, and writes down what `change` says.
async fn alter(
    app: &App,
    by: &StaffMember,
    id: GatewayAccountId,
    change: impl FnOnce(&mut TenantTx<'_>, &Account, Moment) -> Result<Entry> + Send + 'static,
) -> Result<()> {
    by.account()?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            // People who begin a payment through it wait, or are waited for.
            let account = there(stored::lock(tx, id)?)?;
            let entry = change(tx, &account, now)?;
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

/// An account that wasn't removed.
fn there(account: Account) -> Result<Account> {
    match account.removed_at {
        None => Ok(account),
        Some(_) => Err(Error::not_found()),
    }
}

/// # Errors
/// Payouts through the account have no outcome yet, or the database is away.
fn refuse_while_paying_out(tx: &mut TenantTx<'_>, id: GatewayAccountId) -> Result<()> {
    if payout_batches::is_any_open_through(tx, id)? {
        let words = "Payouts through this account have no outcome yet. Wait until their batch is over.";
        return Err(Error::conflict("payouts_open", words));
    }
    Ok(())
}

/// Keeps an account as it is for as long as a payment through it is begun.
///
/// # Errors
/// It takes none any more, or the database is away.
pub(in crate::app) fn hold_open(tx: &mut TenantTx<'_>, id: GatewayAccountId) -> Result<()> {
    let account = stored::hold(tx, id)?;
    if account.enabled && account.removed_at.is_none() {
        return Ok(());
    }
    Err(gone())
}

/// Whether what comes in through an account, or the built-in gateway, is play money at a marketplace that takes real money
/// by now.
///
/// # Errors
/// The account isn't there, or the database is away.
pub(in crate::app) fn is_play_money(tx: &mut TenantTx<'_>, account: Option<GatewayAccountId>) -> Result<bool> {
    let mode = match account {
        Some(account) => stored::find(tx, account)?.mode,
        None => Mode::Test,
    };
    Ok(mode == Mode::Test && tenants::money_now(tx)? == Mode::Live)
}

/// How the audit log and staff tell an account from others.
fn name(account: &Account) -> String {
    format!("{} ({})", account.provider.name(), account.mode.name())
}
