//! Who gets the money of an order that has ended.

use crate::{
    app::{documents, shares::Sharing, tax, wallet},
    domain::{
        booking::{Outcome, Settlement, State},
        document::About,
        ids::{AccountId, BookingId},
        order_price::tax_of_both,
        pricing,
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

/// The kind of the transfer of what isn't taken from a card that held it.
const LET_GO: &str = "order_let_go";
/// The kind of the transfer of what the buyer gets back.
const REFUND: &str = "order_refund";

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
        Some(parts) if !held => pay_out(tx, order, parts, (0, 0), now),
        _ => Ok(()),
    }
}

/// What of the money that a card held for an order was let go when it ended, in minor units.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn let_go_of(tx: &mut TenantTx<'_>, order: BookingId) -> Result<i64> {
    let id = Uuid::new_v5(&order.uuid(), LET_GO.as_bytes());
    Ok(ledger::moved(tx, id)?.unwrap_or(0))
}

/// What of an order went to the buyer's wallet when it ended, in minor units.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn refund_of(tx: &mut TenantTx<'_>, order: BookingId) -> Result<i64> {
    let id = Uuid::new_v5(&order.uuid(), REFUND.as_bytes());
    Ok(ledger::moved(tx, id)?.unwrap_or(0))
}

/// Keeps the money for extras, fee and tax of a talk in an account of its own: what is talked can't use it up.
pub(super) fn set_rest_apart(tx: &mut TenantTx<'_>, order: &Order, now: Moment) -> Result<()> {
    let debit = ledger::account(tx, AccountKind::Order(order.buyer.id, order.id), order.currency, now)?;
    move_rest(tx, order, "order_addons_apart", |apart| (debit, apart), now)
}

/// Puts the money that was set apart back to the rest, to be shared with it.
fn bring_rest_back(tx: &mut TenantTx<'_>, order: &Order, account: AccountId, now: Moment) -> Result<()> {
    move_rest(tx, order, "order_addons_back", |apart| (apart, account), now)
}

/// The account where what can't be talked of an order waits.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn apart(tx: &mut TenantTx<'_>, order: &Order, now: Moment) -> Result<AccountId> {
    let apart = BookingId::from_uuid(Uuid::new_v5(&order.id.uuid(), b"addons"));
    ledger::account(tx, AccountKind::Order(order.buyer.id, apart), order.currency, now)
}

fn move_rest(
    tx: &mut TenantTx<'_>,
    order: &Order,
    kind: &'static str,
    way: impl FnOnce(AccountId) -> (AccountId, AccountId),
    now: Moment,
) -> Result<()> {
    let terms = order.booking.terms();
    let talk_minor = terms.price_minor - terms.addons_minor();
    let amount_minor = terms.charged().total_minor() - talk_minor;
    if order.booking.is_delivered() || amount_minor == 0 {
        return Ok(());
    }
    let (debit, credit) = way(apart(tx, order, now)?);
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
        Some(parts) => pay_out(tx, order, parts, (call.charged_minor, call.commission_minor), now),
        None => Ok(()),
    }
}

/// Gives everybody theirs, and those with whom the seller shares a part of that.
fn pay_out(tx: &mut TenantTx<'_>, order: &Order, parts: Settlement, paid: (i64, i64), now: Moment) -> Result<()> {
    let sharing = Sharing::of_order(order);
    share(tx, order, parts, paid, &sharing, now)?;
    sharing.even_out(tx, now)
}

/// Pays out what is to be refunded, and of what is due all that wasn't `paid` yet: of the price, so much in all, and so
/// much as commission. Rounded once for all of it, the remainder is the seller's. Tax that is in the price comes from what
/// both got of it.
fn share(
    tx: &mut TenantTx<'_>,
    order: &Order,
    parts: Settlement,
    paid: (i64, i64),
    sharing: &Sharing,
    now: Moment,
) -> Result<()> {
    let (earned_minor, due) = (parts.earned_minor, parts.due);
    let bp = order.call_terms.policy.commission_bp.min(10_000);
    let commission_minor = (pricing::commission_minor(earned_minor, bp) - paid.1).max(0);
    let work_tax_minor = if due.included { due.work.tax_minor } else { 0 };
    let held = wallet::let_go(tx, order.id, parts.refund_minor, now)?;
    let buyer = AccountKind::Wallet(order.buyer.id);
    let (holder, let_go_minor) = held.map_or((buyer, 0), |held| (held.from, held.minor));
    let shares = [
        (LET_GO, holder, let_go_minor),
        (REFUND, buyer, parts.refund_minor - let_go_minor),
        ("order_commission", AccountKind::Revenue, commission_minor),
        ("order_fee", AccountKind::Revenue, due.fee.net_minor),
        ("order_tax", AccountKind::Tax, due.tax_minor() - work_tax_minor),
        (
            "order_earned",
            AccountKind::Earnings(order.seller.id),
            earned_minor - paid.0 - commission_minor,
        ),
    ];
    let account = |tx: &mut TenantTx<'_>, kind| ledger::account(tx, kind, order.currency, now);
    let debit = account(tx, AccountKind::Order(order.buyer.id, order.id))?;
    bring_rest_back(tx, order, debit, now)?;
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
    let (seller_tax, tenant_tax) = tax_of_both(work_tax_minor, earned_minor, commission_minor + paid.1);
    let included = tax::IncludedTax {
        of: order.id.uuid(),
        seller: order.seller.id,
        currency: order.currency,
        seller_minor: seller_tax,
        tenant_minor: tenant_tax,
    };
    transfers.extend(included.transfers(tx, now)?);
    let accounts: Vec<AccountId> = transfers
        .iter()
        .flat_map(|transfer| [transfer.debit, transfer.credit])
        .chain([debit])
        .chain(sharing.accounts(tx, now)?)
        .collect();
    ledger::lock(tx, &accounts)?;
    for transfer in &transfers {
        ledger::transfer(tx, transfer)?;
    }
    if due.total_minor() == 0 {
        return Ok(());
    }
    documents::ask(tx, About::Order(order.id), now)?;
    let extra = Extra {
        earned_minor: due.total_minor() - paid.0,
        commission_minor: due.total_minor() - earned_minor + commission_minor + seller_tax,
        tax_minor: due.tax_minor(),
    };
    if extra == Extra::default() {
        return Ok(());
    }
    bookings::mark_extra(tx, order.id, extra)
}
