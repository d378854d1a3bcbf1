//! The one place where money goes back.

use super::{Charged, page, people};
use crate::{
    app::{App, bookings::lock_people, documents, notifications, shares::Sharing},
    domain::{
        call::CallRole,
        document::About,
        ids::{AccountId, DisputeId, RefundId, UserId},
        money::Money,
        notification::Event,
        refund::{Asked, GivenBy, Parts, Refused, Subject},
        text,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, disputes, frozen,
        ledger::{self, AccountKind, Transfer},
        notifications::News,
        refunds::{self, Refund},
        wallets,
    },
};
use serde_json::json;
use uuid::Uuid;

/// Longest reason, in characters.
const MOST_REASON_CHARS: usize = 500;

/// What the transfer of a refund's tax is named by.
const TAX_PART: &str = "tax";

/// Where the seller's part is taken from.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) enum Source {
    /// What they earned lately, then what they can have paid out, which may become a debt.
    Earned,
    /// What is held for a dispute.
    Held {
        /// Which.
        dispute: DisputeId,
    },
}

impl Source {
    /// What of the seller's is held for it.
    fn account(self, seller: UserId) -> Option<AccountKind> {
        match self {
            Self::Earned => None,
            Self::Held { dispute } => Some(AccountKind::Disputed(seller, dispute)),
        }
    }
}

/// What is given, besides how much.
#[derive(Clone, Debug)]
pub(in crate::app) struct Given {
    /// The refund's id; it is given once.
    pub id: RefundId,
    /// By whom.
    pub by: GivenBy,
    /// Why, in words that both read.
    pub reason: String,
    /// From where.
    pub source: Source,
    /// It may become a debt of the seller's. Only staff decide that: what was paid out to a seller could become credit
    /// of somebody they know otherwise.
    pub may_owe: bool,
}

/// What giving that back takes from whom.
///
/// # Errors
/// In words, beside the field that it is about.
pub(in crate::app) fn weigh(charged: &Charged, asked: Asked) -> Result<Parts> {
    charged.check_real()?;
    let field = match asked {
        Asked::Amount(_) => "amount",
        Asked::Minutes(_) => "minutes",
    };
    charged.charge.refund(asked).map_err(|refused| match refused {
        Refused::NothingLeft => Error::conflict("nothing_left", "Nothing is left to give back."),
        Refused::TooLittle => Error::field(field, "Give back more than nothing."),
        Refused::TooMuch { .. } => Error::field(field, "That is more than what is left to give back."),
        Refused::NotTimed => Error::field(field, "This wasn't paid by the minute. Give an amount."),
        Refused::TooLong { .. } => Error::field(field, "That is more time than is left to give back."),
    })
}

/// Refuses while the staff have to decide about it: there is one way that the held money goes.
///
/// # Errors
/// A dispute is open, or the database is away.
pub(in crate::app) fn check_free(tx: &mut TenantTx<'_>, charged: &Charged) -> Result<()> {
    let about = disputes::of(tx, charged.subject)?;
    if about.iter().any(|one| one.dispute.state.is_open()) {
        let words = "A dispute about this is open. It decides what goes back.";
        return Err(Error::conflict("disputed", words));
    }
    Ok(())
}

/// Gives back what is asked for, once for an id, and says whether this was the time. People are locked here.
///
/// # Errors
/// It is nothing or too much, hasn't ended, a dispute is open, or the database is away.
pub(in crate::app) fn refund(
    app: &App,
    tx: &mut TenantTx<'_>,
    subject: Subject,
    asked: Asked,
    given: Given,
    now: Moment,
) -> Result<(Refund, bool)> {
    let (buyer, seller) = people(tx, subject)?;
    lock_people(tx, buyer, seller)?;
    let charged = Charged::of(tx, subject)?;
    if let Some(known) = refunds::find(tx, given.id)? {
        return match known.subject == charged.subject {
            true => Ok((known, false)),
            false => Err(Error::conflict(
                "sent_before",
                "This form was used before. Load it again.",
            )),
        };
    }
    if given.by == GivenBy::Seller {
        check_not_frozen(tx, seller)?;
    }
    check_free(tx, &charged)?;
    let parts = weigh(&charged, asked)?;
    Ok((give(app, tx, &charged, parts, given, now)?, true))
}

/// Refuses what a seller doesn't have: it must be among what they earned and wasn't paid out, isn't on its way and isn't
/// held for something else, or come back from those with whom they shared it. Of what is held for this the accounts know; whoever moves it has locked them.
///
/// # Errors
/// In words with what they can give; or the database is away.
pub(in crate::app) fn check_covered(
    tx: &mut TenantTx<'_>,
    charged: &Charged,
    parts: Parts,
    source: Source,
) -> Result<()> {
    let (seller, currency) = (charged.seller.id, charged.currency);
    let mut there_minor = 0;
    let own = [AccountKind::Earnings(seller), AccountKind::Payable(seller)];
    for kind in own.into_iter().chain(source.account(seller)) {
        there_minor += ledger::balance(tx, kind, currency)?.available().minor;
    }
    let returns = Sharing::of_charged(charged).returns(tx)?;
    returns.check_covered(tx, parts.seller_minor)?;
    let is_there = |parts: Parts| parts.seller_minor - returns.minor(parts.seller_minor) <= there_minor;
    if is_there(parts) {
        return Ok(());
    }
    let most = Money::new(charged.charge.most_minor(is_there), currency);
    let words = match (most.minor, source) {
        (0, _) => {
            "Nothing is left of what you earned to give it back from. The marketplace can decide about it.".to_owned()
        }
        (_, Source::Earned) => format!("From what you have left of your earnings you can give back up to {most}."),
        (_, Source::Held { .. }) => {
            format!("What you have left of your earnings is enough for {most} of it. The marketplace decides about it.")
        }
    };
    Err(Error::conflict("not_covered", words))
}

/// Refuses a seller whose money is frozen: what is theirs stays where it is.
///
/// # Errors
/// That, or the database is away.
pub(in crate::app) fn check_not_frozen(tx: &mut TenantTx<'_>, seller: UserId) -> Result<()> {
    if frozen::is_frozen(tx, seller)? {
        let words = "Your earnings are frozen, so you can't give anything back. Write to the people who run this \
                     marketplace.";
        return Err(Error::conflict("account_frozen", words));
    }
    Ok(())
}

/// Words that both read.
///
/// # Errors
/// None, or too many.
pub(in crate::app) fn checked_reason(typed: &str) -> Result<String> {
    let reason = text::paragraphs(typed, 1..=MOST_REASON_CHARS);
    reason.ok_or_else(|| Error::field("reason", "Say why, in at most 500 characters."))
}

/// Gives back and tells both. Buyer and seller are locked, and the parts were weighed since.
///
/// # Errors
/// It isn't covered and may not become a debt, or the database is away.
pub(in crate::app) fn give(
    app: &App,
    tx: &mut TenantTx<'_>,
    charged: &Charged,
    parts: Parts,
    given: Given,
    now: Moment,
) -> Result<Refund> {
    move_money(tx, charged, parts, &given, now)?;
    let refund = Refund {
        id: given.id,
        subject: charged.subject,
        buyer: charged.buyer.id,
        seller: charged.seller.id,
        amount: Money::new(parts.buyer_minor(), charged.currency),
        commission_minor: parts.tenant_minor,
        seconds: parts.seconds,
        given_by: given.by,
        dispute: match given.source {
            Source::Held { dispute } => Some(dispute),
            Source::Earned => None,
        },
        reason: given.reason,
        at: now,
    };
    refunds::insert(tx, &refund)?;
    documents::ask(tx, About::Refund(refund.id), now)?;
    // Of a dispute both are told what was decided, with the sum.
    if refund.dispute.is_none() {
        tell(app, tx, charged, &refund, now)?;
    }
    Ok(refund)
}

fn tell(app: &App, tx: &mut TenantTx<'_>, charged: &Charged, refund: &Refund, now: Moment) -> Result<()> {
    for (role, to, about) in [
        (CallRole::Buyer, charged.buyer.id, charged.seller.id),
        (CallRole::Seller, charged.seller.id, charged.buyer.id),
    ] {
        let what = match role {
            CallRole::Buyer => "got",
            CallRole::Seller => "gave",
        };
        let amount = json!({"minor": refund.for_minor(role).abs(), "currency": charged.currency.code()});
        let news = News::about(Event::Refund, about, page(charged.subject))
            .with("what", what)
            .with("title", charged.title.as_str())
            .with("reason", refund.reason.as_str())
            .with("amount", amount);
        notifications::tell(app, tx, to, news, now)?;
    }
    Ok(())
}

/// The tax that was given back with a refund, in minor units.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn tax_of(tx: &mut TenantTx<'_>, id: RefundId) -> Result<i64> {
    Ok(ledger::moved(tx, Uuid::new_v5(&id.uuid(), TAX_PART.as_bytes()))?.unwrap_or(0))
}

/// Everything goes through one account, so that it is one line of the buyer's statement.
fn move_money(tx: &mut TenantTx<'_>, charged: &Charged, parts: Parts, given: &Given, now: Moment) -> Result<()> {
    let seller = charged.seller.id;
    let account = |tx: &mut TenantTx<'_>, kind| ledger::account(tx, kind, charged.currency, now);
    let through = account(tx, AccountKind::Refunds)?;
    let wallet = account(tx, AccountKind::Wallet(charged.buyer.id))?;
    let revenue = account(tx, AccountKind::Revenue)?;
    let tax = account(tx, AccountKind::Tax)?;
    let earnings = account(tx, AccountKind::Earnings(seller))?;
    let payable = account(tx, AccountKind::Payable(seller))?;
    let mut locked = vec![through, wallet, revenue, tax, earnings, payable];
    let held = given.source.account(seller).map(|kind| account(tx, kind)).transpose()?;
    let sharing = Sharing::of_charged(charged);
    locked.extend(held);
    locked.extend(sharing.accounts(tx, now)?);
    ledger::lock(tx, &locked)?;
    if !given.may_owe {
        check_covered(tx, charged, parts, given.source)?;
    }
    // First what others give back of it: nobody owes for a moment what they are about to get.
    sharing.even_out_without(tx, parts.seller_minor, now)?;
    let mut moves: Vec<(&str, &'static str, AccountId, AccountId, i64)> = Vec::new();
    match held {
        Some(held) => moves.push(("held", "refund_share", held, through, parts.seller_minor)),
        None => {
            let there = ledger::balance(tx, AccountKind::Earnings(seller), charged.currency)?;
            let earned = parts.seller_minor.min(there.available().minor.max(0));
            moves.push(("earnings", "refund_share", earnings, through, earned));
            let rest = parts.seller_minor - earned;
            moves.push(("payable", "refund_share", payable, through, rest));
        }
    }
    let commission = parts.tenant_minor - parts.tax_minor;
    moves.push(("commission", "refund_commission", revenue, through, commission));
    moves.push((TAX_PART, "refund_tax", tax, through, parts.tax_minor));
    let id = given.id.uuid();
    let mut transfers: Vec<Transfer> = moves
        .into_iter()
        .filter(|(.., amount_minor)| *amount_minor > 0)
        .map(|(part, kind, debit, credit, amount_minor)| Transfer {
            id: Uuid::new_v5(&id, part.as_bytes()),
            kind,
            debit,
            credit,
            amount_minor,
            at: now,
        })
        .collect();
    transfers.push(Transfer {
        id,
        kind: "refund",
        debit: through,
        credit: wallet,
        amount_minor: parts.buyer_minor(),
        at: now,
    });
    for transfer in &transfers {
        ledger::transfer(tx, transfer)?;
    }
    Ok(())
}

/// Says to the buyer's open pages what they have now.
///
/// # Errors
/// The database is away.
pub(in crate::app) async fn told(app: &App, scope: &TenantScope, buyer: UserId, given: Money) -> Result<()> {
    let currency = given.currency;
    let balance = app
        .db
        .read(scope, move |tx| wallets::balance(tx, buyer, currency))
        .await?;
    app.people.wallet_changed(scope, buyer, balance.available());
    Ok(())
}
