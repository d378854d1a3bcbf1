//! A tip or a gift is given.

use super::{check, policy};
use crate::{
    app::{App, bookings::lock_people, identity::Viewer, notifications::tell, payouts::money, safety},
    domain::{
        ids::{CallId, TipId, UserId},
        money::Money,
        notification::Event,
        tenant::Tenant,
        tip::{self, Gift},
    },
    error::{Error, Result},
    store::{
        TenantTx,
        ledger::{self, AccountKind, Transfer},
        notifications::News,
        tips::{self, Tip},
        wallets,
    },
};
use uuid::Uuid;

/// What somebody wants to give.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The form's name, made up by whoever shows it: sent twice, it gives once.
    pub form: Uuid,
    /// To whom.
    pub seller: UserId,
    /// For which call, if for one.
    pub call: Option<CallId>,
    /// How much, in minor units of the tenant's currency.
    pub amount_minor: i64,
    /// As what, if as more than an amount.
    pub gift: Option<Gift>,
}

/// Gives a tip from the reader's credit; the same wish again changes nothing. The seller is told.
///
/// # Errors
/// The amount is out of bounds or not the gift's price, there isn't enough credit, the seller isn't there or can't be met,
/// the call isn't theirs, the form was used for something else, or the database is away.
pub async fn give(app: &App, viewer: &Viewer, tenant: &Tenant, wish: Wish) -> Result<Tip> {
    let (policy, amount) = (policy(tenant), Money::new(wish.amount_minor, tenant.currency));
    let (least, most) = tip::bounds(&policy, tenant.currency);
    if !(least.minor..=most.minor).contains(&amount.minor) {
        return Err(Error::field(
            "amount_minor",
            format!("Choose an amount from {least} to {most}."),
        ));
    }
    if let Some(price) = wish
        .gift
        .map(|gift| gift.price(tenant.currency))
        .filter(|price| *price != amount)
    {
        return Err(Error::field("gift", format!("This gift costs {price}.")));
    }
    let given = Tip {
        // Ledger transfers are named by it, so nobody chooses it: one could take the name of somebody else's.
        id: TipId::from_uuid(Uuid::new_v5(&wish.form, viewer.user.id.uuid().as_bytes())),
        buyer: viewer.user.id,
        seller: wish.seller,
        call: wish.call,
        amount,
        gift: wish.gift,
        commission_minor: tip::commission_minor(&policy, amount),
        at: app.now(),
    };
    let handle = app.clone();
    let (tip, available) = app
        .db
        .tenant(&viewer.scope, move |tx| {
            check(tx, given.buyer, given.seller, given.call)?;
            let (_, seller) = lock_people(tx, given.buyer, given.seller)?;
            if let Some(known) = tips::find(tx, given.id)? {
                return Ok((same(known, &given)?, None));
            }
            safety::can_meet(tx, given.buyer, &seller)?;
            if seller.suspended {
                return Err(safety::away(&seller));
            }
            afford(tx, &given)?;
            tips::insert(tx, &given)?;
            transfer(tx, &given)?;
            let news =
                News::about(Event::Tip, given.buyer, "/sell/earnings".to_owned()).with("amount", money(given.amount));
            tell(&handle, tx, given.seller, news, given.at)?;
            let left = wallets::balance(tx, given.buyer, given.amount.currency)?.available();
            Ok((given, Some(left)))
        })
        .await?;
    if let Some(available) = available {
        app.people.wallet_changed(&viewer.scope, tip.buyer, available);
        app.people.tipped(&viewer.scope, &viewer.user.name, &tip);
    }
    Ok(tip)
}

/// What was given already, if it is what is wished.
fn same(known: Tip, wished: &Tip) -> Result<Tip> {
    let what = |tip: &Tip| (tip.buyer, tip.seller, tip.call, tip.amount, tip.gift);
    if what(&known) == what(wished) {
        Ok(known)
    } else {
        Err(Error::conflict(
            "given_already",
            "This form was sent already. Load it again.",
        ))
    }
}

fn afford(tx: &mut TenantTx<'_>, tip: &Tip) -> Result<()> {
    let there = wallets::balance(tx, tip.buyer, tip.amount.currency)?.available();
    if there.minor >= tip.amount.minor {
        return Ok(());
    }
    let missing = Money::new(tip.amount.minor - there.minor, tip.amount.currency);
    let words = format!("Your credit doesn't cover this. Add {missing} first.");
    Err(Error::conflict("insufficient_credit", words))
}

/// All of it to the seller, and the tenant's part on from there.
fn transfer(tx: &mut TenantTx<'_>, tip: &Tip) -> Result<()> {
    let account = |tx: &mut TenantTx<'_>, kind| ledger::account(tx, kind, tip.amount.currency, tip.at);
    let wallet = account(tx, AccountKind::Wallet(tip.buyer))?;
    let tips = account(tx, AccountKind::Tips(tip.seller))?;
    let revenue = account(tx, AccountKind::Revenue)?;
    ledger::lock(tx, &[wallet, tips, revenue])?;
    // The tip's own id is its transfer's: statements find it by that.
    let commission = Uuid::new_v5(&tip.id.uuid(), b"commission");
    let parts = [
        (tip.id.uuid(), "tip", wallet, tips, tip.amount.minor),
        (commission, "tip_commission", tips, revenue, tip.commission_minor),
    ];
    for (id, kind, debit, credit, amount_minor) in parts.into_iter().filter(|(.., minor)| *minor > 0) {
        let transfer = Transfer {
            id,
            kind,
            debit,
            credit,
            amount_minor,
            at: tip.at,
        };
        ledger::transfer(tx, &transfer)?;
    }
    Ok(())
}
