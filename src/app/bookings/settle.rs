//! Who gets the money of an order that has ended.

use crate::{
    domain::{money::Money, time::Moment},
    error::Result,
    store::{
        TenantTx,
        bookings::Order,
        ledger::{self, AccountKind, Transfer},
    },
};
use uuid::Uuid;

/// Empties the account of an order that has ended: what is earned goes to seller and tenant, the rest back to the buyer.
pub(super) fn settle(tx: &mut TenantTx<'_>, order: &Order, now: Moment) -> Result<()> {
    let Some(parts) = order.booking.settlement() else {
        return Ok(());
    };
    // Rounded once, the remainder is the seller's.
    let commission_bp = i128::from(order.call_terms.policy.commission_bp.min(10_000));
    let commission = i64::try_from(i128::from(parts.earned_minor) * commission_bp / 10_000).unwrap_or(0);
    for (kind, to, minor) in [
        ("order_refund", AccountKind::Wallet(order.buyer.id), parts.refund_minor),
        ("order_commission", AccountKind::Revenue, commission),
        (
            "order_earned",
            AccountKind::Earnings(order.seller.id),
            parts.earned_minor - commission,
        ),
    ] {
        if minor > 0 {
            pay_out(tx, order, kind, to, Money::new(minor, order.currency), now)?;
        }
    }
    Ok(())
}

fn pay_out(
    tx: &mut TenantTx<'_>,
    order: &Order,
    kind: &'static str,
    to: AccountKind,
    amount: Money,
    now: Moment,
) -> Result<()> {
    let transfer = Transfer {
        id: Uuid::new_v5(&order.id.uuid(), kind.as_bytes()),
        kind,
        debit: ledger::account(tx, AccountKind::Order(order.buyer.id, order.id), order.currency, now)?,
        credit: ledger::account(tx, to, order.currency, now)?,
        amount_minor: amount.minor,
        at: now,
    };
    ledger::transfer(tx, &transfer)?;
    Ok(())
}
