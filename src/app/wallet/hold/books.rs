//! What becomes of a hold, in the books.

use super::set_due;
use crate::{
    app::bookings,
    domain::{
        money::Money,
        payment::{Purpose, State},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx, gateway_differences,
        ledger::{self, AccountKind, Transfer},
        top_ups::TopUp,
        wallets,
    },
};
use anyhow::anyhow;
use uuid::Uuid;

const LOST: &str = "lost";
const TAKEN_BACK: &str = "taken back";

/// Moves so much for a hold, once for each name; says whether it did now. Nothing is nothing.
fn move_once(
    tx: &mut TenantTx<'_>,
    top_up: &TopUp,
    (kind, id): (&'static str, Uuid),
    (debit, credit): (AccountKind, AccountKind),
    amount_minor: i64,
    now: Moment,
) -> Result<bool> {
    if amount_minor <= 0 {
        return Ok(false);
    }
    let currency = top_up.amount.currency;
    let transfer = Transfer {
        id,
        kind,
        debit: ledger::account(tx, debit, currency, now)?,
        credit: ledger::account(tx, credit, currency, now)?,
        amount_minor,
        at: now,
    };
    ledger::transfer(tx, &transfer)
}

/// The id of a hold's movement of that name.
fn id(top_up: &TopUp, name: &str) -> Uuid {
    Uuid::new_v5(&top_up.id.uuid(), name.as_bytes())
}

/// Locks all that a hold's end can be about.
fn lock(tx: &mut TenantTx<'_>, top_up: &TopUp, now: Moment) -> Result<()> {
    let mut all = Vec::new();
    for kind in [
        gateway(top_up),
        AccountKind::Authorised(top_up.account),
        AccountKind::Chargebacks,
        AccountKind::Wallet(top_up.user),
    ] {
        all.push(ledger::account(tx, kind, top_up.amount.currency, now)?);
    }
    ledger::lock(tx, &all)
}

fn gateway(top_up: &TopUp) -> AccountKind {
    top_up.account.map_or(AccountKind::BuiltIn, AccountKind::Gateway)
}

/// What is held is credit. Says whether it is.
pub(super) fn lend(tx: &mut TenantTx<'_>, top_up: &TopUp, now: Moment) -> Result<bool> {
    lock(tx, top_up, now)?;
    let way = (
        AccountKind::Authorised(top_up.account),
        AccountKind::Wallet(top_up.user),
    );
    move_once(tx, top_up, ("hold", id(top_up, "lent")), way, top_up.amount.minor, now)
}

/// What is left of credit that a card holds goes back; what was spent of it is due.
pub(super) fn take_credit_back(tx: &mut TenantTx<'_>, top_up: &mut TopUp, now: Moment) -> Result<()> {
    lock(tx, top_up, now)?;
    let left = wallets::balance(tx, top_up.user, top_up.amount.currency)?.available();
    let minor = left.minor.clamp(0, top_up.amount.minor);
    let way = (
        AccountKind::Wallet(top_up.user),
        AccountKind::Authorised(top_up.account),
    );
    move_once(tx, top_up, ("hold_let_go", id(top_up, "let go")), way, minor, now)?;
    let due_minor = top_up.amount.minor - minor;
    set_due(tx, top_up, due_minor, now)
}

/// So much was taken of a hold of which so much was due. They are the same unless somebody took it by hand: what is beyond
/// what was due is the buyer's, what is short the marketplace's loss, and staff are told.
pub(super) fn taken(
    tx: &mut TenantTx<'_>,
    top_up: &mut TopUp,
    due_minor: i64,
    taken: Money,
    now: Moment,
) -> Result<()> {
    let authorised = AccountKind::Authorised(top_up.account);
    settle(tx, top_up, (due_minor, authorised), taken, now)?;
    let short = (AccountKind::Chargebacks, authorised);
    move_once(
        tx,
        top_up,
        ("hold_lost", id(top_up, LOST)),
        short,
        due_minor - taken.minor,
        now,
    )?;
    Ok(())
}

/// How much of a hold was lost, in minor units.
pub(super) fn lost_minor(tx: &mut TenantTx<'_>, top_up: &TopUp) -> Result<i64> {
    Ok(ledger::moved(tx, id(top_up, LOST))?.unwrap_or(0))
}

/// So much was taken after all of a hold that was thought to be lost.
pub(super) fn found(tx: &mut TenantTx<'_>, top_up: &mut TopUp, taken: Money, now: Moment) -> Result<()> {
    let mut lost_minor = lost_minor(tx, top_up)?;
    // What the order didn't need, or the buyer gave back, is no loss any more: it is theirs.
    lost_minor -= ledger::moved(tx, id(top_up, TAKEN_BACK))?.unwrap_or(0);
    if let Some(Purpose::Order(order)) = top_up.pays_for {
        lost_minor -= bookings::let_go_of(tx, order)?;
    }
    settle(tx, top_up, (lost_minor, AccountKind::Chargebacks), taken, now)
}

/// So much is there: it makes up for what is due, and the rest is the buyer's.
fn settle(
    tx: &mut TenantTx<'_>,
    top_up: &mut TopUp,
    (due_minor, makes_up): (i64, AccountKind),
    taken: Money,
    now: Moment,
) -> Result<()> {
    let currency = top_up.amount.currency;
    if taken.currency != currency {
        let id = top_up.id;
        return Err(Error::internal(anyhow!(
            "hold {id} is in {currency:?}, but {taken:?} was taken"
        )));
    }
    lock(tx, top_up, now)?;
    let from = gateway(top_up);
    let all = top_up.id.uuid();
    move_once(
        tx,
        top_up,
        ("hold_taken", all),
        (from, makes_up),
        taken.minor.min(due_minor),
        now,
    )?;
    let buyer = (from, AccountKind::Wallet(top_up.user));
    move_once(
        tx,
        top_up,
        ("top_up", id(top_up, "beyond")),
        buyer,
        taken.minor - due_minor,
        now,
    )?;
    if taken.minor != due_minor {
        differs(tx, top_up, due_minor, &format!("settled {}", taken.minor), now)?;
    }
    (top_up.state, top_up.amount) = (State::Settled, taken);
    Ok(())
}

/// The provider doesn't hold it any more, though it is due: that is the marketplace's loss, and staff are told.
pub(super) fn lost(tx: &mut TenantTx<'_>, top_up: &mut TopUp, due_minor: i64, reason: &str, now: Moment) -> Result<()> {
    lock(tx, top_up, now)?;
    let way = (AccountKind::Chargebacks, AccountKind::Authorised(top_up.account));
    move_once(tx, top_up, ("hold_lost", id(top_up, LOST)), way, due_minor, now)?;
    // What came back of the order before this was known was never paid.
    if let Some(Purpose::Order(order)) = top_up.pays_for {
        let refund_minor = bookings::refund_of(tx, order)?;
        let left = wallets::balance(tx, top_up.user, top_up.amount.currency)?.available();
        let minor = refund_minor.min(due_minor).min(left.minor);
        let way = (AccountKind::Wallet(top_up.user), AccountKind::Chargebacks);
        let taken_back = ("hold_taken_back", id(top_up, TAKEN_BACK));
        move_once(tx, top_up, taken_back, way, minor, now)?;
    }
    differs(tx, top_up, due_minor, "declined", now)?;
    (top_up.state, top_up.amount.minor) = (State::Declined, due_minor);
    top_up.reason = Some(reason.to_owned());
    Ok(())
}

fn differs(tx: &mut TenantTx<'_>, top_up: &TopUp, due_minor: i64, theirs: &str, now: Moment) -> Result<()> {
    match top_up.account {
        Some(account) => {
            gateway_differences::note(tx, (top_up.id, account), (&format!("held {due_minor}"), theirs), now)
        }
        None => Ok(()),
    }
}
