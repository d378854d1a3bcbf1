//! The money in question: held when a dispute is opened, and back where it came from, once, when it is over.

use crate::{
    domain::{
        ids::{AccountId, DisputeId, UserId},
        money::Currency,
        time::Moment,
    },
    error::Result,
    store::{
        TenantTx,
        disputes::Held,
        ledger::{self, AccountKind, Transfer},
    },
};
use uuid::Uuid;

/// Whose money, for what.
#[derive(Clone, Copy)]
pub(super) struct Case {
    /// What it is held for; that has an account of its own.
    pub dispute: DisputeId,
    /// Whose.
    pub seller: UserId,
    /// Of which currency.
    pub currency: Currency,
    /// When.
    pub now: Moment,
}

/// The seller's accounts that it is about.
struct Accounts {
    earnings: AccountId,
    payable: AccountId,
    disputed: AccountId,
}

impl Case {
    fn accounts(self, tx: &mut TenantTx<'_>) -> Result<Accounts> {
        let mut account = |kind| ledger::account(tx, kind, self.currency, self.now);
        let accounts = Accounts {
            earnings: account(AccountKind::Earnings(self.seller))?,
            payable: account(AccountKind::Payable(self.seller))?,
            disputed: account(AccountKind::Disputed(self.seller, self.dispute))?,
        };
        ledger::lock(tx, &[accounts.earnings, accounts.payable, accounts.disputed])?;
        Ok(accounts)
    }

    fn carry_out(
        self,
        tx: &mut TenantTx<'_>,
        kind: &'static str,
        moves: [(&str, AccountId, AccountId, i64); 2],
    ) -> Result<()> {
        for (part, debit, credit, amount_minor) in moves {
            if amount_minor > 0 {
                let transfer = Transfer {
                    id: Uuid::new_v5(&self.dispute.uuid(), part.as_bytes()),
                    kind,
                    debit,
                    credit,
                    amount_minor,
                    at: self.now,
                };
                ledger::transfer(tx, &transfer)?;
            }
        }
        Ok(())
    }
}

/// Holds so much of the seller's: what they earned lately first, then what they can have paid out, also if that becomes a
/// debt.
///
/// # Errors
/// The database is away.
pub(super) fn hold(tx: &mut TenantTx<'_>, case: Case, minor: i64) -> Result<Held> {
    let accounts = case.accounts(tx)?;
    let there = ledger::balance(tx, AccountKind::Earnings(case.seller), case.currency)?;
    let earnings_minor = minor.min(there.available().minor.max(0));
    let held = Held {
        earnings_minor,
        payable_minor: minor - earnings_minor,
    };
    let moves = [
        (
            "hold earnings",
            accounts.earnings,
            accounts.disputed,
            held.earnings_minor,
        ),
        ("hold payable", accounts.payable, accounts.disputed, held.payable_minor),
    ];
    case.carry_out(tx, "dispute_held", moves)?;
    Ok(held)
}

/// Gives back what is left of it after so much went to the buyer. That is taken as a refund would be: first of what was
/// earned lately.
///
/// # Errors
/// The database is away.
pub(super) fn release(tx: &mut TenantTx<'_>, case: Case, held: Held, gone_minor: i64) -> Result<()> {
    let accounts = case.accounts(tx)?;
    let of_earnings = gone_minor.min(held.earnings_minor);
    let of_payable = gone_minor - of_earnings;
    let moves = [
        (
            "back to earnings",
            accounts.disputed,
            accounts.earnings,
            held.earnings_minor - of_earnings,
        ),
        (
            "back to payable",
            accounts.disputed,
            accounts.payable,
            held.payable_minor - of_payable,
        ),
    ];
    case.carry_out(tx, "dispute_back", moves)
}
