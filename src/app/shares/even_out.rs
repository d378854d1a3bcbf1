//! The one place where shares are moved.

use super::returns::Returns;
use crate::{
    app::refunds::Charged,
    domain::{
        earning_share::{Share, ShareKind, parts},
        ids::{AccountId, UserId},
        money::Currency,
        refund::Subject,
        time::Moment,
    },
    error::Result,
    store::{
        TenantTx,
        bookings::{self, Order},
        calls::{self, Call},
        chargebacks,
        earning_shares::{self, Moved},
        erase_person,
        ledger::{self, AccountKind, Transfer},
        refunds, users,
    },
};
use uuid::Uuid;

/// Who shares in what a call or an order brings.
#[derive(Clone, Debug)]
pub(in crate::app) struct Sharing {
    pub(super) subject: Subject,
    pub(super) seller: UserId,
    pub(super) currency: Currency,
    pub(super) shares: Vec<Share>,
}

/// What is to change for one share, in minor units: more for its sharer, or less.
pub(super) struct Change {
    pub share: Share,
    pub step: i32,
    pub minor: i64,
}

impl Sharing {
    /// Of a call that is paid as it goes.
    pub fn of_call(call: &Call) -> Self {
        Self {
            subject: Subject::Call(call.id),
            seller: call.seller.id,
            currency: call.currency,
            shares: call.terms.shares.clone(),
        }
    }

    /// Of an order.
    pub fn of_order(order: &Order) -> Self {
        Self {
            subject: Subject::Order(order.id),
            seller: order.seller.id,
            currency: order.currency,
            shares: order.call_terms.shares.clone(),
        }
    }

    /// Of what was paid for.
    pub fn of_charged(charged: &Charged) -> Self {
        Self {
            subject: charged.subject,
            seller: charged.seller.id,
            currency: charged.currency,
            shares: charged.shares.clone(),
        }
    }

    /// Of one of them by its id.
    ///
    /// # Errors
    /// It isn't there, or the database is away.
    pub fn of(tx: &mut TenantTx<'_>, subject: Subject) -> Result<Self> {
        Ok(match subject {
            Subject::Call(call) => Self::of_call(&calls::find(tx, call)?),
            Subject::Order(order) => Self::of_order(&bookings::find(tx, order)?),
        })
    }

    /// Who else gets a part of it.
    pub fn sharers(&self) -> impl Iterator<Item = UserId> {
        self.shares.iter().map(|share| share.sharer)
    }

    /// All accounts that evening out can move money between, opened if they aren't there yet: to be locked with the others
    /// that a transaction is about.
    ///
    /// # Errors
    /// The database is away.
    pub fn accounts(&self, tx: &mut TenantTx<'_>, now: Moment) -> Result<Vec<AccountId>> {
        if self.shares.is_empty() {
            return Ok(Vec::new());
        }
        let people: Vec<UserId> = self.sharers().chain([self.seller]).collect();
        // What is moved names them: nobody freezes or erases them meanwhile.
        users::keep(tx, &people)?;
        let kinds = people
            .into_iter()
            .flat_map(|person| [AccountKind::Earnings(person), AccountKind::Payable(person)]);
        kinds
            .map(|kind| ledger::account(tx, kind, self.currency, now))
            .collect()
    }

    /// Moves what is missing so that each has their share of what the seller has got of it so far. Doing it again changes
    /// nothing. The accounts are locked.
    ///
    /// # Errors
    /// The database is away.
    pub fn even_out(&self, tx: &mut TenantTx<'_>, now: Moment) -> Result<()> {
        self.even_out_without(tx, 0, now)
    }

    /// The same as if so much less of it were the seller's: it is about to be given back.
    ///
    /// # Errors
    /// The database is away.
    pub fn even_out_without(&self, tx: &mut TenantTx<'_>, less_minor: i64, now: Moment) -> Result<()> {
        let Some(net_minor) = self.net_minor(tx)? else {
            return Ok(());
        };
        let moved = earning_shares::moved(tx, self.subject)?;
        for change in self.changes(tx, &moved, net_minor - less_minor)? {
            self.carry_out(tx, change, now)?;
        }
        Ok(())
    }

    /// What sharers would give back.
    ///
    /// # Errors
    /// The database is away.
    pub fn returns(&self, tx: &mut TenantTx<'_>) -> Result<Returns> {
        Returns::of(self, tx)
    }

    /// What the seller has got of it so far with all that is shared: earned, less what was given back of their part and what
    /// a bank took of it for good. None if there is nothing to share, or it was play money, which is gone.
    pub(super) fn net_minor(&self, tx: &mut TenantTx<'_>) -> Result<Option<i64>> {
        if self.shares.is_empty() {
            return Ok(None);
        }
        let charged = Charged::of(tx, self.subject)?;
        if charged.is_play_money {
            return Ok(None);
        }
        let given = refunds::of(tx, self.subject)?;
        let given_minor: i64 = given.iter().map(|one| one.amount.minor - one.commission_minor).sum();
        let lost = chargebacks::lost_of(tx, self.subject)?;
        let earned_minor = charged.charge.paid_minor - charged.charge.commission_minor;
        Ok(Some(
            earned_minor - given_minor - (lost.gross_minor - lost.commission_minor),
        ))
    }

    /// What is to change so that everybody has their part of so much. For those who were erased nothing does: what would be
    /// theirs is the seller's.
    pub(super) fn changes(&self, tx: &mut TenantTx<'_>, moved: &[Moved], net_minor: i64) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for (share, due_minor) in self.shares.iter().zip(parts(net_minor, &self.shares)) {
            let is_this = |one: &&Moved| one.share.sharer == share.sharer && one.share.kind == share.kind;
            let so_far = moved.iter().filter(is_this);
            let minor = due_minor - so_far.clone().map(|one| one.amount_minor).sum::<i64>();
            if minor != 0 && !erase_person::is_erased(tx, share.sharer)? {
                changes.push(Change {
                    share: *share,
                    step: so_far.map(|one| one.step).max().unwrap_or(0),
                    minor,
                });
            }
        }
        Ok(changes)
    }

    /// Moves it: of what was earned lately first, then of what can be paid out, which may become a debt. What comes back
    /// goes where it would be if it had never been shared.
    fn carry_out(&self, tx: &mut TenantTx<'_>, change: Change, now: Moment) -> Result<()> {
        let Change { share, step, minor } = change;
        let (from, to) = match minor > 0 {
            true => (self.seller, share.sharer),
            false => (share.sharer, self.seller),
        };
        let there = ledger::balance(tx, AccountKind::Earnings(from), self.currency)?;
        let lately_minor = minor.abs().min(there.available().minor.max(0));
        let rest_to = match minor > 0 {
            true => AccountKind::Earnings(to),
            false => AccountKind::Payable(to),
        };
        let moves = [
            (AccountKind::Earnings(from), AccountKind::Earnings(to), lately_minor),
            (AccountKind::Payable(from), rest_to, minor.abs() - lately_minor),
        ];
        let kind = match (share.kind, minor > 0) {
            (ShareKind::Studio, true) => "studio_share",
            (ShareKind::Studio, false) => "studio_share_back",
            (ShareKind::CoSeller, true) => "co_seller_share",
            (ShareKind::CoSeller, false) => "co_seller_share_back",
        };
        let moves = moves.into_iter().filter(|(.., amount_minor)| *amount_minor > 0);
        for ((debit, credit, amount_minor), step) in moves.zip(step + 1..) {
            let moved = Moved {
                id: self.transfer_id(share, step),
                subject: self.subject,
                seller: self.seller,
                share,
                step,
                amount_minor: amount_minor * minor.signum(),
                at: now,
            };
            let transfer = Transfer {
                id: moved.id,
                kind,
                debit: ledger::account(tx, debit, self.currency, now)?,
                credit: ledger::account(tx, credit, self.currency, now)?,
                amount_minor,
                at: now,
            };
            ledger::transfer(tx, &transfer)?;
            earning_shares::insert(tx, &moved)?;
        }
        Ok(())
    }

    fn transfer_id(&self, share: Share, step: i32) -> Uuid {
        let of = match self.subject {
            Subject::Call(call) => call.uuid(),
            Subject::Order(order) => order.uuid(),
        };
        let name = format!("share {} {} {step}", share.kind.name(), share.sharer);
        Uuid::new_v5(&of, name.as_bytes())
    }
}
