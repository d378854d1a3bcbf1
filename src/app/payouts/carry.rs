//! Who carries a batch to its sellers, and what they have to know for it.

use crate::{
    app::{
        App,
        gateway_accounts::hold_open,
        ports::{GatewayKeys, PayoutAccount, PayoutBatch, PayoutKeys, PayoutOrder, PayoutProvider, StripeConnectKeys},
        sealing::unseal,
    },
    domain::{
        gateway::{Mode, Provider},
        ids::{GatewayAccountId, PayoutId},
        money::{Currency, Money},
        payout_method::Destination,
        payout_provider::PayoutWay,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        gateway_accounts::{self, Account},
        payout_batches::{Batch, Sent},
        tenants,
    },
};
use anyhow::anyhow;
use std::sync::Arc;

/// The account through which payouts go that way now; none where a file is taken to whoever pays.
///
/// # Errors
/// The way needs an account, and there is none that can be used; or the database is away.
pub(in crate::app) fn account_for(tx: &mut TenantTx<'_>, way: PayoutWay) -> Result<Option<GatewayAccountId>> {
    match way {
        PayoutWay::Manual | PayoutWay::Payoneer => Ok(None),
        PayoutWay::StripeConnect => match stripe(tx)? {
            Some(account) => {
                hold_open(tx, account.id)?;
                Ok(Some(account.id))
            }
            None => Err(Error::conflict(
                "no_payout_account",
                "These sellers are paid at Stripe. Add your account there under Ways to pay and switch it on first.",
            )),
        },
    }
}

/// The tenant's account at Stripe, if there is one whose money is as real as the tenant's.
///
/// # Errors
/// The database is away.
pub(super) fn stripe(tx: &mut TenantTx<'_>) -> Result<Option<Account>> {
    let mode = tenants::own(tx)?.money;
    let fits = |account: &Account| account.enabled && account.provider == Provider::Stripe && account.mode == mode;
    Ok(gateway_accounts::list(tx)?.into_iter().find(fits))
}

impl App {
    /// Who carries payouts that way, through that account. Nothing is sent yet.
    ///
    /// # Errors
    /// The account was removed, its keys can't be read, or the database is away.
    pub(in crate::app) fn carrier(
        &self,
        tx: &mut TenantTx<'_>,
        way: PayoutWay,
        account: Option<GatewayAccountId>,
    ) -> Result<Arc<dyn PayoutProvider>> {
        let account = account.map(|id| gateway_accounts::find(tx, id)).transpose()?;
        let (mode, keys) = match (way, account) {
            (PayoutWay::Manual, _) => (Mode::Live, PayoutKeys::Manual),
            (PayoutWay::Payoneer, _) => (Mode::Live, PayoutKeys::Payoneer),
            (PayoutWay::StripeConnect, Some(account)) => {
                let GatewayKeys::Stripe(keys) = self.keys(&account)? else {
                    return Err(Error::internal(anyhow!("{} isn't Stripe's", account.id)));
                };
                let secret_key = keys.secret_key;
                (
                    account.mode,
                    PayoutKeys::StripeConnect(StripeConnectKeys { secret_key }),
                )
            }
            (PayoutWay::StripeConnect, None) => {
                return Err(Error::internal(anyhow!("a batch without its account")));
            }
        };
        self.carriers.open(&PayoutAccount { mode, keys })
    }
}

/// A batch as its carrier has to know it, with where everything goes in full.
///
/// # Errors
/// Where one goes isn't known any more, or can't be read.
pub(in crate::app) fn orders(app: &App, batch: &Batch, lines: Vec<Sent>) -> Result<PayoutBatch> {
    let key = app.config.secrets.jwt.expose();
    let order = |line: Sent| {
        let currency = Currency::try_from(line.currency).map_err(|why| Error::internal(anyhow!(why)))?;
        let sealed = line.sealed.ok_or_else(|| {
            let words = format!("It isn't kept any more where the money of {} went.", line.seller);
            Error::conflict("destination_gone", words)
        })?;
        let destination: Destination = serde_json::from_slice(&unseal(key, &sealed)?).map_err(Error::internal)?;
        let [holder, account, bank] = destination.columns();
        Ok(PayoutOrder {
            payout: PayoutId::from_uuid(line.id),
            tries: line.tries,
            amount: Money::new(line.amount_minor, currency),
            account: account.to_owned(),
            bank: bank.to_owned(),
            name: match holder {
                "" => line.seller,
                holder => holder.to_owned(),
            },
            description: batch.from.clone(),
        })
    };
    Ok(PayoutBatch {
        approved_at: batch.made_at,
        payouts: lines.into_iter().map(order).collect::<Result<_>>()?,
    })
}
