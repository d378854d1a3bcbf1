//! Asking to be paid out.

use super::{not_paid_out, release, step};
use crate::{
    app::{App, identity::Viewer, identity_checks::NEEDED, shares},
    domain::{
        ids::{AccountId, PayoutId, UserId},
        money::Currency,
        payout::{self, MOST_OPEN, State, Step, Unpayable},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx, earnings, frozen, identity_checks,
        ledger::{self, AccountKind, Transfer},
        payout_terms,
        payouts::{self, Became, Payout},
        tenants, users,
    },
};
use uuid::Uuid;

/// What somebody asks for.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) struct Wish {
    /// The payout's id: asked for again with the same, nothing happens.
    pub id: PayoutId,
    /// Whose money.
    pub seller: UserId,
    /// Who asks.
    pub by: UserId,
    /// How much of it; all there is without.
    pub amount_minor: Option<i64>,
}

/// Asks that the reader is paid out so much, or all there is, and writes to them.
///
/// # Errors
/// They have a second factor and haven't shown a code lately; they don't sell, haven't said where to, have to show who they are first; their money is frozen, too little, less than
/// that; too much is under way; or the database is away.
pub async fn request(app: &App, viewer: &Viewer, id: PayoutId, amount_minor: Option<i64>) -> Result<Payout> {
    let wish = Wish {
        id,
        seller: viewer.user.id,
        by: viewer.user.id,
        amount_minor,
    };
    let (handle, now) = (app.clone(), app.now());
    viewer.is_fresh_if_on(now)?;
    app.db
        .tenant(&viewer.scope, move |tx| {
            let (payout, is_new) = place(tx, wish, now)?;
            if is_new {
                step::asked(&handle, tx, &payout, now)?;
            }
            Ok(payout)
        })
        .await
}

/// Sets money of a seller apart to be paid out, once for an id, and says whether this was the time.
///
/// # Errors
/// As for [`request`].
pub(in crate::app) fn place(tx: &mut TenantTx<'_>, wish: Wish, now: Moment) -> Result<(Payout, bool)> {
    let seller = users::hold(tx, wish.seller)?;
    if let Some(known) = payouts::lock(tx, &[wish.id])?.pop() {
        return match known.seller == wish.seller {
            true => Ok((known, false)),
            false => Err(Error::not_found()),
        };
    }
    if !shares::earns(tx, &seller)? {
        return Err(not_paid_out());
    }
    if seller.suspended {
        return Err(Error::conflict(
            "suspended",
            "This account is closed. Nothing is paid out.",
        ));
    }
    if frozen::is_frozen(tx, wish.seller)? {
        return Err(frozen::refusal());
    }
    let currency = tenants::own(tx)?.currency;
    let rules = payout_terms::rules(tx, currency)?;
    if rules.identity_needed && !identity_checks::is_proven(tx, wish.seller)? {
        let words = "Show who you are first: this marketplace asks for it before it pays out.";
        return Err(Error::conflict(NEEDED, words));
    }
    let method = payout_terms::method(tx, wish.seller)?
        .ok_or_else(|| Error::conflict("no_payout_method", "Say first where the money is to go."))?;
    if payouts::sums(tx, wish.seller, currency)?.open >= MOST_OPEN {
        let words = "Five payouts are under way already. Wait until one of them has arrived.";
        return Err(Error::conflict("too_many_payouts", words));
    }
    let cutoff = release::cutoff(rules, now);
    let (payable, paying_out) = lock_money(tx, wish.seller, (currency, cutoff), now)?;
    release::release_of(tx, wish.seller, cutoff, now)?;
    let available = earnings::standing(tx, wish.seller, currency, cutoff, rules.hold_ms())?.available;
    let amount = payout::amount(rules, available, wish.amount_minor).map_err(refused)?;
    let payout = Payout {
        id: wish.id,
        seller: wish.seller,
        amount,
        state: State::Requested,
        shown: method.shown.clone(),
        requested_by: wish.by,
        requested_at: now,
        batch: None,
        ended_at: None,
        reason: String::new(),
    };
    payouts::insert(tx, &payout, &method)?;
    let transfer = Transfer {
        // The id itself came with a form: it could be another transfer's.
        id: Uuid::new_v5(&wish.id.uuid(), step::ASKED.as_bytes()),
        kind: step::ASKED,
        debit: payable,
        credit: paying_out,
        amount_minor: amount.minor,
        at: now,
    };
    ledger::transfer(tx, &transfer)?;
    Ok((payout, true))
}

/// Locks all of a seller's accounts that a payout is about, at once, also those of other currencies out of which something
/// is released on the way: from what is payable, to what is on its way.
fn lock_money(
    tx: &mut TenantTx<'_>,
    seller: UserId,
    (currency, cutoff): (Currency, Moment),
    now: Moment,
) -> Result<(AccountId, AccountId)> {
    let payable = ledger::account(tx, AccountKind::Payable(seller), currency, now)?;
    let paying_out = ledger::account(tx, AccountKind::PayingOut(seller), currency, now)?;
    let mut all = earnings::holding(tx, seller)?;
    for one in earnings::matured_in(tx, &all, cutoff)? {
        all.push(ledger::account(
            tx,
            AccountKind::Payable(seller),
            one.amount.currency,
            now,
        )?);
    }
    all.extend([payable, paying_out]);
    ledger::lock(tx, &all)?;
    Ok((payable, paying_out))
}

fn refused(why: Unpayable) -> Error {
    match why {
        Unpayable::Owes(minus) => {
            let words = format!("More was taken back than you had: {minus} are missing. New earnings make up for it.");
            Error::conflict("owes", words)
        }
        Unpayable::TooLittle(least) => Error::field("amount", format!("At least {least} are paid out at once.")),
        Unpayable::TooMuch(most) => Error::field("amount", format!("You can have up to {most} paid out now.")),
    }
}

/// Takes back what the reader asked for, while nobody has decided about it.
///
/// # Errors
/// It isn't theirs, somebody has decided, or the database is away.
pub async fn cancel(app: &App, viewer: &Viewer, id: PayoutId) -> Result<()> {
    let (user, now) = (viewer.user.id, app.now());
    app.db
        .tenant(&viewer.scope, move |tx| {
            users::hold(tx, user)?;
            let found = payouts::lock(tx, &[id])?;
            if found.first().is_none_or(|payout| payout.seller != user) {
                return Err(Error::not_found());
            }
            let became = Became {
                state: State::Cancelled,
                approved_by: None,
                batch: None,
                reason: "",
            };
            step::take(tx, &found, Step::Cancel, became, now)
        })
        .await
}
