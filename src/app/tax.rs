//! Tax that is in what was paid: seller and tenant have got it with their parts, and each does without the tax on theirs.

use crate::{
    domain::{ids::UserId, money::Currency, time::Moment},
    error::Result,
    store::{
        TenantTx,
        ledger::{self, AccountKind, Transfer},
    },
};
use uuid::Uuid;

/// The tax that is in what two have shared.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) struct IncludedTax {
    /// The call or the order that it was paid for.
    pub of: Uuid,
    /// Who earned it.
    pub seller: UserId,
    /// Currency of both amounts.
    pub currency: Currency,
    /// What is in the seller's part, in minor units.
    pub seller_minor: i64,
    /// What is in the tenant's.
    pub tenant_minor: i64,
}

impl IncludedTax {
    /// The transfers that set it aside, for the caller to carry out once all accounts are locked.
    ///
    /// # Errors
    /// The database is away.
    pub fn transfers(&self, tx: &mut TenantTx<'_>, now: Moment) -> Result<Vec<Transfer>> {
        let parts = [
            ("tax_of_seller", AccountKind::Earnings(self.seller), self.seller_minor),
            ("tax_of_tenant", AccountKind::Revenue, self.tenant_minor),
        ];
        let mut transfers = Vec::new();
        for (kind, from, amount_minor) in parts.into_iter().filter(|(_, _, minor)| *minor > 0) {
            transfers.push(Transfer {
                id: Uuid::new_v5(&self.of, kind.as_bytes()),
                kind,
                debit: ledger::account(tx, from, self.currency, now)?,
                credit: ledger::account(tx, AccountKind::Tax, self.currency, now)?,
                amount_minor,
                at: now,
            });
        }
        Ok(transfers)
    }
}
