//! What those with whom a seller shared something give back of it when the seller does.

use super::even_out::Sharing;
use crate::{
    domain::{earning_share::parts, ids::UserId},
    error::{Error, Result},
    store::{
        TenantTx, earning_shares, erase_person, frozen,
        ledger::{self, AccountKind},
    },
};

/// What each of them has got of it so far.
pub(in crate::app) struct Returns {
    sharing: Sharing,
    net_minor: i64,
    had: Vec<i64>,
}

impl Returns {
    pub(super) fn of(sharing: &Sharing, tx: &mut TenantTx<'_>) -> Result<Self> {
        let mut returns = Self {
            sharing: sharing.clone(),
            net_minor: 0,
            had: Vec::new(),
        };
        let Some(net_minor) = sharing.net_minor(tx)? else {
            returns.sharing.shares.clear();
            return Ok(returns);
        };
        let moved = earning_shares::moved(tx, sharing.subject)?;
        // Who was erased gives nothing back.
        for share in std::mem::take(&mut returns.sharing.shares) {
            let is_this = |one: &&earning_shares::Moved| one.share == share;
            let had = moved.iter().filter(is_this).map(|one| one.amount_minor).sum();
            returns.sharing.shares.push(share);
            returns.had.push(match erase_person::is_erased(tx, share.sharer)? {
                true => 0,
                false => had,
            });
        }
        returns.net_minor = net_minor;
        Ok(returns)
    }

    /// What each gives back if so much is given back of the seller's part, in minor units.
    fn each(&self, seller_minor: i64) -> impl Iterator<Item = (UserId, i64)> {
        let due = parts(self.net_minor - seller_minor, &self.sharing.shares);
        let each = self.sharing.shares.iter().zip(&self.had).zip(due);
        each.map(|((share, had), due)| (share.sharer, (had - due).max(0)))
    }

    /// What all of them give back then, in minor units.
    pub fn minor(&self, seller_minor: i64) -> i64 {
        self.each(seller_minor).map(|(_, minor)| minor).sum()
    }

    /// Refuses what one of them doesn't have any more, or can't give. That they owe it is for staff to decide.
    ///
    /// # Errors
    /// That, or the database is away.
    pub fn check_covered(&self, tx: &mut TenantTx<'_>, seller_minor: i64) -> Result<()> {
        for share in &self.sharing.shares {
            let mut there_minor = 0;
            for kind in [AccountKind::Earnings(share.sharer), AccountKind::Payable(share.sharer)] {
                there_minor += ledger::balance(tx, kind, self.sharing.currency)?.available().minor;
            }
            let theirs = self.each(seller_minor).filter(|(sharer, _)| *sharer == share.sharer);
            let back_minor: i64 = theirs.map(|(_, minor)| minor).sum();
            let is_frozen = back_minor > 0 && frozen::is_frozen(tx, share.sharer)?;
            if is_frozen || back_minor > there_minor.max(0) {
                let words =
                    "A part of this went to others, who don't have it any more. The marketplace can decide about it.";
                return Err(Error::conflict("not_covered", words));
            }
        }
        Ok(())
    }
}
