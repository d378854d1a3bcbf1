//! Who gets the money of an order that has ended.

use crate::{
    app::documents,
    domain::{
        booking::{Outcome, State},
        document::About,
        ids::{AccountId, BookingId},
        time::Moment,
    },
    error::Result,
    store::{
        TenantTx,
        bookings::{self, Extra, Order},
        calls::Ended,
        ledger::{self, AccountKind, Transfer},
    },
};
use uuid::Uuid;

/// Empties the account of an order that has ended without a talk: what is earned goes to seller and tenant, the rest back
/// to the buyer.
pub(super) fn settle(tx: &mut TenantTx<'_>, order: &Order, now: Moment) -> Result<()> {
    let held = matches!(
        order.booking.state(),
        State::Closed {
            outcome: Outcome::Held { .. }
        }
    );
    match order.booking.settlement() {
        Some(parts) if !held => share(tx, order, parts.refund_minor, parts.earned_minor, (0, 0), now),
        _ => Ok(()),
    }
}

/// Keeps the money for the extras of a talk in an account of its own: what is talked can't use it up.
pub(super) fn set_addons_apart(tx: &mut TenantTx<'_>, order: &Order, now: Moment) -> Result<()> {
    let debit = ledger::account(tx, AccountKind::Order(order.buyer.id, order.id), order.currency, now)?;
    move_addons(tx, order, "order_addons_apart", |apart| (debit, apart), now)
}

/// Puts the money for the extras back to the rest, to be shared with it.
fn bring_addons_back(tx: &mut TenantTx<'_>, order: &Order, account: AccountId, now: Moment) -> Result<()> {
    move_addons(tx, order, "order_addons_back", |apart| (apart, account), now)
}

fn move_addons(
    tx: &mut TenantTx<'_>,
    order: &Order,
    kind: &'static str,
    way: impl FnOnce(AccountId) -> (AccountId, AccountId),
    now: Moment,
) -> Result<()> {
    let amount_minor = order.booking.terms().addons_minor();
    if order.booking.is_delivered() || amount_minor == 0 {
        return Ok(());
    }
    let apart = BookingId::from_uuid(Uuid::new_v5(&order.id.uuid(), b"addons"));
    let apart = ledger::account(tx, AccountKind::Order(order.buyer.id, apart), order.currency, now)?;
    let (debit, credit) = way(apart);
    ledger::lock(tx, &[debit, credit])?;
    let transfer = Transfer {
        id: Uuid::new_v5(&order.id.uuid(), kind.as_bytes()),
        kind,
        debit,
        credit,
        amount_minor,
        at: now,
    };
    ledger::transfer(tx, &transfer).map(|_| ())
}

/// Empties the account of an order whose talk has paid its part from it already.
pub(super) fn rest(tx: &mut TenantTx<'_>, order: &Order, call: &Ended, now: Moment) -> Result<()> {
    match order.booking.settlement() {
        Some(parts) => {
            let paid = (call.charged_minor, call.commission_minor);
            share(tx, order, parts.refund_minor, parts.earned_minor, paid, now)
        }
        None => Ok(()),
    }
}

/// Pays out what is to be refunded, and of what is earned all that wasn't `paid` yet: of that, so much in all, and so much
/// as commission. Rounded once for all of it, the remainder is the seller's.
fn share(
    tx: &mut TenantTx<'_>,
    order: &Order,
    refund_minor: i64,
    earned_minor: i64,
    paid: (i64, i64),
    now: Moment,
) -> Result<()> {
    let bp = i128::from(order.call_terms.policy.commission_bp.min(10_000));
    let commission_minor = i64::try_from(i128::from(earned_minor) * bp / 10_000).unwrap_or(0) - paid.1;
    let commission_minor = commission_minor.max(0);
    let shares = [
        ("order_refund", AccountKind::Wallet(order.buyer.id), refund_minor),
        ("order_commission", AccountKind::Revenue, commission_minor),
        (
            "order_earned",
            AccountKind::Earnings(order.seller.id),
            earned_minor - paid.0 - commission_minor,
        ),
    ];
    let account = |tx: &mut TenantTx<'_>, kind| ledger::account(tx, kind, order.currency, now);
    let debit = account(tx, AccountKind::Order(order.buyer.id, order.id))?;
    bring_addons_back(tx, order, debit, now)?;
    let mut transfers = Vec::new();
    for (kind, to, amount_minor) in shares.into_iter().filter(|(_, _, minor)| *minor > 0) {
        transfers.push(Transfer {
            id: Uuid::new_v5(&order.id.uuid(), kind.as_bytes()),
            kind,
            debit,
            credit: account(tx, to)?,
            amount_minor,
            at: now,
        });
    }
    let accounts: Vec<AccountId> = transfers
        .iter()
        .map(|transfer| transfer.credit)
        .chain([debit])
        .collect();
    ledger::lock(tx, &accounts)?;
    for transfer in &transfers {
        ledger::transfer(tx, transfer)?;
    }
    if earned_minor > 0 {
        documents::ask(tx, About::Order(order.id), now)?;
    }
    match earned_minor - paid.0 {
        extra_minor if extra_minor > 0 => {
            let extra = Extra {
                earned_minor: extra_minor,
                commission_minor,
            };
            bookings::mark_extra(tx, order.id, extra)
        }
        _ => Ok(()),
    }
}
