//! The accounts between which money goes when a bank takes a payment back.

use crate::{
    domain::{ids::AccountId, time::Moment},
    error::Result,
    store::{
        TenantTx,
        chargebacks::Chargeback,
        ledger::{self, AccountKind, Transfer},
    },
};
use uuid::Uuid;

/// What the bank took, as a part of a chargeback's movements.
pub(super) const TAKEN: &str = "taken";

/// The accounts that every chargeback moves money between.
pub(super) struct Books {
    id: Uuid,
    /// Where payments come in.
    pub gateway: AccountId,
    /// What banks took.
    pub taken: AccountId,
    /// The buyer's, if they are known.
    pub wallet: Option<AccountId>,
    now: Moment,
}

impl Books {
    /// Opens what isn't there yet.
    ///
    /// # Errors
    /// The database is away.
    pub fn open(tx: &mut TenantTx<'_>, chargeback: &Chargeback, now: Moment) -> Result<Self> {
        let mut account = |kind| ledger::account(tx, kind, chargeback.amount.currency, now);
        let gateway = chargeback.account.map_or(AccountKind::BuiltIn, AccountKind::Gateway);
        Ok(Self {
            id: chargeback.id.uuid(),
            gateway: account(gateway)?,
            taken: account(AccountKind::Chargebacks)?,
            wallet: chargeback
                .buyer
                .map(|buyer| account(AccountKind::Wallet(buyer)))
                .transpose()?,
            now,
        })
    }

    /// All of them, to be locked.
    pub fn all(&self) -> Vec<AccountId> {
        [self.gateway, self.taken].into_iter().chain(self.wallet).collect()
    }

    /// Whether the bank's money was taken out of the books.
    ///
    /// # Errors
    /// The database is away.
    pub fn is_taken(&self, tx: &mut TenantTx<'_>) -> Result<bool> {
        Ok(ledger::moved(tx, self.part(TAKEN))?.is_some())
    }

    fn part(&self, part: &str) -> Uuid {
        Uuid::new_v5(&self.id, part.as_bytes())
    }

    /// Moves money once for each part; nothing is no movement.
    ///
    /// # Errors
    /// The database is away.
    pub fn carry_out(
        &self,
        tx: &mut TenantTx<'_>,
        part: &str,
        debit: AccountId,
        credit: AccountId,
        amount_minor: i64,
    ) -> Result<()> {
        if amount_minor == 0 {
            return Ok(());
        }
        let transfer = Transfer {
            id: self.part(part),
            kind: "chargeback",
            debit,
            credit,
            amount_minor,
            at: self.now,
        };
        ledger::transfer(tx, &transfer).map(|_| ())
    }
}
