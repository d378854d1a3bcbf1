//! The buyer rings a seller (requirement E3).

use crate::{
    app::{App, browse, identity_checks, safety, subscriptions},
    domain::{
        call::{EndReason, Terms, blocks::Blocks},
        identity_check::Side,
        ids::{CallId, ServiceId, UserId},
        money::Money,
        quota::Counted,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx,
        calls::{self, Call, CallRefused, Ended, LegAccounts, Party},
        conversations, earning_shares, frozen,
        ledger::{self, AccountKind},
        reviews, sellers, services, users,
    },
};

/// Begins a call about a service: price and policy are frozen now. The seller's phone is the caller's to ring.
///
/// # Errors
/// The seller isn't available or doesn't want calls, somebody is in a call, the buyer can't afford the start, or as many
/// calls were begun here as may be. A ring that a person would have heard is kept as a missed, busy or rejected call.
pub async fn ring(app: &App, scope: &TenantScope, tenant: &Tenant, buyer: UserId, service: ServiceId) -> Result<Call> {
    let now = app.now();
    let (id, people) = (CallId::new(), app.people.clone());
    let (tenant, counting) = (tenant.clone(), app.clone());
    let tried = app.db.tenant(scope, move |tx| {
        let service = services::find(tx, service)?;
        if !(service.published && service.video_enabled) {
            return Err(Error::not_found());
        }
        let plan = subscriptions::running(tx, now)?;
        let (buyer, seller) = (users::find(tx, buyer)?, users::find(tx, service.seller)?);
        if buyer.id == seller.id {
            return Err(Error::invalid("You can't ring yourself."));
        }
        safety::can_meet(tx, buyer.id, &seller)?;
        identity_checks::require(tx, buyer.id, Side::Buying)?;
        let profile = sellers::find(tx, seller.id)?.ok_or_else(Error::not_found)?;
        let switched_on = profile.available_until.is_some_and(|until| until > now);
        if !switched_on || !people.is_online(tx.tenant(), seller.id) {
            let words = format!("{} isn't available right now. Nothing was charged.", seller.name);
            return Err(Error::conflict("not_available", words));
        }
        // First of all: who is in a call hears of that one, and nothing is kept for somebody they can't ring now.
        let busy = calls::busy(tx, &[buyer.id, seller.id])?;
        if busy.contains(&buyer.id) {
            return Err(in_a_call());
        }
        let terms = Terms {
            rate_minor: service.rate_minor,
            policy: browse::policy(&tenant, &service.category_policy(), &service.policy),
            shares: earning_shares::agreed(tx, seller.id)?,
            free: false,
            stretches: Vec::new(),
        };
        let balance = ledger::balance(tx, AccountKind::Wallet(buyer.id), tenant.currency)?;
        let call = Call {
            id,
            buyer: Party {
                id: buyer.id,
                name: buyer.name,
            },
            seller: Party {
                id: seller.id,
                name: seller.name,
            },
            service: service.id,
            service_title: service.title,
            currency: tenant.currency,
            opening_minor: balance.available().minor,
            terms,
            rang_at: now,
            caller_rating: reviews::of_buyer(tx, buyer.id)?,
            ended: None,
            booking: None,
            parent: None,
        };
        if frozen::is_frozen(tx, call.buyer.id)? {
            return Err(frozen::refusal());
        }
        afford_start(&call, balance.available())?;
        if seller.auto_reject {
            return Ok(Rung::Refused(call, EndReason::Rejected));
        }
        if seller.do_not_disturb {
            return Ok(Rung::Refused(call, EndReason::Missed));
        }
        if busy.contains(&seller.id) {
            return Ok(Rung::Refused(call, EndReason::Busy));
        }
        let accounts = accounts(tx, &call, now)?;
        subscriptions::one_more_call(tx, &plan)?;
        // Only what really rings: nobody uses up what the others may begin.
        counting.count(tx.tenant(), counting.quotas(&tenant), Counted::Joins)?;
        match calls::insert(tx, &call, accounts) {
            Ok(()) => Ok(Rung::Ringing(call)),
            Err(CallRefused::SellerBusy) => Err(Error::conflict("busy", busy_words(&call.seller))),
            Err(CallRefused::BuyerBusy) => Err(in_a_call()),
            Err(CallRefused::Other(error)) => Err(error),
        }
    });
    match tried.await? {
        Rung::Ringing(call) => Ok(call),
        Rung::Refused(call, reason) => {
            let refusal = match reason {
                EndReason::Busy => Error::conflict("busy", busy_words(&call.seller)),
                _ => {
                    let words = format!(
                        "{} doesn't take calls right now. Nothing was charged.",
                        call.seller.name
                    );
                    Error::conflict("not_available", words)
                }
            };
            keep(app, scope, call, reason).await?;
            Err(refusal)
        }
    }
}

/// What became of an attempt.
enum Rung {
    Ringing(Call),
    Refused(Call, EndReason),
}

pub(in crate::app) fn in_a_call() -> Error {
    Error::conflict(
        "in_a_call",
        "You are in a call already. End it before you ring somebody else.",
    )
}

pub(in crate::app) fn busy_words(seller: &Party) -> String {
    format!("{} is in another call. Nothing was charged.", seller.name)
}

/// The larger of minimum and first increment must be there (requirement M4).
///
/// # Errors
/// It isn't.
pub(in crate::app) fn afford_start(call: &Call, available: Money) -> Result<()> {
    let blocks = Blocks::new(call.terms.clone());
    let needed = Money::new(blocks.gross_minor(blocks.end_s(blocks.opening())), call.currency);
    if available.minor >= needed.minor {
        return Ok(());
    }
    let words = format!("Your credit doesn't cover the start of this call. Add at least {needed} and ring again.");
    Err(Error::conflict("insufficient_credit", words))
}

pub(in crate::app) fn accounts(tx: &mut TenantTx<'_>, call: &Call, now: Moment) -> Result<LegAccounts> {
    Ok(LegAccounts {
        payer: ledger::account(tx, call.payer(), call.currency, now)?,
        payee: ledger::account(tx, AccountKind::Earnings(call.seller.id), call.currency, now)?,
        revenue: ledger::account(tx, AccountKind::Revenue, call.currency, now)?,
    })
}

/// Keeps a call that never rang, so that both find it in their conversation.
async fn keep(app: &App, scope: &TenantScope, mut call: Call, reason: EndReason) -> Result<()> {
    let at = call.rang_at;
    call.ended = Some(Ended {
        at,
        reason,
        live_at: None,
        billable_ms: 0,
        charged_minor: 0,
        commission_minor: 0,
        tax_minor: 0,
    });
    app.db
        .tenant(scope, move |tx| {
            let accounts = accounts(tx, &call, at)?;
            match calls::insert(tx, &call, accounts) {
                Ok(()) | Err(CallRefused::BuyerBusy | CallRefused::SellerBusy) => {}
                Err(CallRefused::Other(error)) => return Err(error),
            }
            let conversation = conversations::of(tx, call.buyer.id, call.seller.id, at)?;
            conversations::add_call(tx, conversation, call.id, at)
        })
        .await
}
