//! Money that a card only holds (requirement M9). Held for an order it pays the order at once; what is due of it is taken
//! when the order is over, and the rest is let go. Held for no order it is credit for the next talk; what is left of that
//! when the talk is over is let go. Until then its other side is in [`AccountKind::Authorised`].

use super::{ask, outcome};
use crate::{
    app::{
        App, bookings, gateway_accounts,
        ports::{Answer, Capture, GatewayError, Outcome, Standing, Void},
    },
    domain::{
        gateway::Provider,
        ids::{AccountId, BookingId, TopUpId, UserId},
        payment::{Hold, Purpose, State},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, calls, gateway_differences, jobs,
        ledger::{self, AccountKind, Transfer},
        top_ups::{self, TopUp},
        users, wallets,
    },
};
use anyhow::anyhow;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The job's kind in the outbox; its payload is [`Finish`].
pub const FINISH_JOB: &str = "finish_hold";

/// Which hold the job brings to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    /// The payment.
    pub top_up: TopUpId,
}

/// How long credit that a card holds waits for a talk.
const IDLE_MS: i64 = 2 * 3_600_000;
/// How soon it is looked again whether the talk is over; its end looks at once.
const BUSY_MS: i64 = 10 * 60_000;

/// What is new of a hold, if anything is: written into `top_up`, and into the books. Whoever calls writes the former down.
///
/// # Errors
/// Another amount is held or was taken than should be, or the database is away.
pub(super) fn heard(
    app: &App,
    tx: &mut TenantTx<'_>,
    top_up: &mut TopUp,
    answer: &Answer<Standing>,
    now: Moment,
) -> Result<Option<Change>> {
    let (Some(hold), Ok(standing)) = (top_up.hold, answer) else {
        return Ok(None);
    };
    match (top_up.state, &standing.outcome) {
        (State::Created | State::Pending | State::Unknown | State::Declined, Outcome::Held(held)) => {
            if *held != top_up.amount {
                return Err(differs(top_up, "held", held.minor));
            }
            take_up(app, tx, top_up, now)?;
            Ok(Some(Change::Held))
        }
        (State::Held, Outcome::Settled(taken)) => {
            // Somebody may have taken all of it at the provider's.
            let due_minor = hold.due_minor.unwrap_or(top_up.amount.minor);
            if taken.minor != due_minor || taken.currency != top_up.amount.currency {
                return Err(differs(top_up, "taken", taken.minor));
            }
            (top_up.state, top_up.amount.minor) = (State::Settled, due_minor);
            let gateway = top_up.account.map_or(AccountKind::BuiltIn, AccountKind::Gateway);
            clear(tx, top_up, (top_up.id.uuid(), "hold_taken"), gateway, now)?;
            Ok(Some(Change::Taken))
        }
        (State::Held, Outcome::Declined(reason)) => {
            if hold.due_minor.is_none() && top_up.pays_for.is_none() {
                take_credit_back(tx, top_up, now)?;
            }
            match top_up.hold.and_then(|hold| hold.due_minor) {
                Some(0) => top_up.state = State::Released,
                due_minor => lose(tx, top_up, due_minor, reason, now)?,
            }
            Ok(Some(Change::Over))
        }
        _ => Ok(None),
    }
}

/// What has become of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The card holds it.
    Held,
    /// What was due of it is there.
    Taken,
    /// It isn't held any more, and nothing was taken.
    Over,
}

fn differs(top_up: &TopUp, what: &str, minor: i64) -> Error {
    let (id, amount, hold) = (top_up.id, top_up.amount, top_up.hold);
    Error::internal(anyhow!("of hold {id} of {amount:?} ({hold:?}) {minor} is {what}"))
}

/// Pays for the order with it, or lends it as credit. If that can't be any more, all of it is let go.
fn take_up(app: &App, tx: &mut TenantTx<'_>, top_up: &mut TopUp, now: Moment) -> Result<()> {
    let held_ms = match top_up.pays_for {
        Some(_) => Provider::parse(&top_up.gateway).unwrap_or(Provider::Test).hold_ms(),
        None => IDLE_MS,
    };
    let used = !gateway_accounts::is_play_money(tx, top_up.account)?
        && match top_up.pays_for {
            Some(Purpose::Order(order)) => {
                let source = bookings::Source::Held {
                    account: top_up.account,
                    amount: top_up.amount,
                };
                bookings::pay_if_possible(app, tx, order, source, now)?
            }
            Some(Purpose::Extension(_)) => false,
            None => lend(tx, top_up, now)?,
        };
    let until = now + held_ms;
    top_up.state = State::Held;
    top_up.hold = Some(Hold {
        until: Some(until),
        due_minor: (!used).then_some(0),
    });
    finish_at(tx, top_up.id, if used { until } else { now })
}

/// Where its other side is, and the credit of whoever pays.
fn accounts(tx: &mut TenantTx<'_>, top_up: &TopUp, now: Moment) -> Result<(AccountId, AccountId)> {
    let currency = top_up.amount.currency;
    let authorised = ledger::account(tx, AccountKind::Authorised(top_up.account), currency, now)?;
    let wallet = ledger::account(tx, AccountKind::Wallet(top_up.user), currency, now)?;
    ledger::lock(tx, &[authorised, wallet])?;
    Ok((authorised, wallet))
}

/// What is held is credit. Says whether it is.
fn lend(tx: &mut TenantTx<'_>, top_up: &TopUp, now: Moment) -> Result<bool> {
    let (authorised, wallet) = accounts(tx, top_up, now)?;
    let transfer = Transfer {
        id: Uuid::new_v5(&top_up.id.uuid(), b"lent"),
        kind: "hold",
        debit: authorised,
        credit: wallet,
        amount_minor: top_up.amount.minor,
        at: now,
    };
    ledger::transfer(tx, &transfer)
}

/// What is left of credit that a card holds goes back; what was spent of it is due.
fn take_credit_back(tx: &mut TenantTx<'_>, top_up: &mut TopUp, now: Moment) -> Result<()> {
    let (authorised, wallet) = accounts(tx, top_up, now)?;
    let left = wallets::balance(tx, top_up.user, top_up.amount.currency)?.available();
    let minor = left.minor.clamp(0, top_up.amount.minor);
    if minor > 0 {
        let transfer = Transfer {
            id: Uuid::new_v5(&top_up.id.uuid(), b"let go"),
            kind: "hold_let_go",
            debit: wallet,
            credit: authorised,
            amount_minor: minor,
            at: now,
        };
        ledger::transfer(tx, &transfer)?;
    }
    let due_minor = top_up.amount.minor - minor;
    set_due(tx, top_up, due_minor, now)
}

/// Somebody's talk is over: what their cards hold for it is brought to its end.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn talk_ended(tx: &mut TenantTx<'_>, buyer: UserId, now: Moment) -> Result<()> {
    for top_up in top_ups::held_as_credit(tx, buyer)? {
        finish_at(tx, top_up, now)?;
    }
    Ok(())
}

fn finish_at(tx: &mut TenantTx<'_>, top_up: TopUpId, at: Moment) -> Result<()> {
    let payload = serde_json::to_value(Finish { top_up }).map_err(Error::internal)?;
    jobs::enqueue(tx, FINISH_JOB, payload, at)
}

/// The other side of what was held is there, or won't come.
fn clear(
    tx: &mut TenantTx<'_>,
    top_up: &TopUp,
    (id, kind): (Uuid, &'static str),
    from: AccountKind,
    now: Moment,
) -> Result<()> {
    let currency = top_up.amount.currency;
    let debit = ledger::account(tx, from, currency, now)?;
    let credit = ledger::account(tx, AccountKind::Authorised(top_up.account), currency, now)?;
    let transfer = Transfer {
        id,
        kind,
        debit,
        credit,
        amount_minor: top_up.amount.minor,
        at: now,
    };
    ledger::lock(tx, &[debit, credit])?;
    ledger::transfer(tx, &transfer).map(|_| ())
}

/// The provider doesn't hold it any more, though it is due: that is the marketplace's loss, and staff are told.
fn lose(tx: &mut TenantTx<'_>, top_up: &mut TopUp, due_minor: Option<i64>, reason: &str, now: Moment) -> Result<()> {
    let held = top_up.amount.minor;
    top_up.amount.minor = due_minor.unwrap_or(held);
    let id = Uuid::new_v5(&top_up.id.uuid(), b"lost");
    clear(tx, top_up, (id, "hold_lost"), AccountKind::Chargebacks, now)?;
    top_up.state = State::Declined;
    top_up.reason = Some(reason.to_owned());
    match top_up.account {
        Some(account) => {
            gateway_differences::note(tx, (top_up.id, account), (&format!("held {held}"), "declined"), now)
        }
        None => Ok(()),
    }
}

/// What is let go of what a card holds for an order.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) struct LetGo {
    /// Where its other side is.
    pub authorised: AccountKind,
    /// How much, in minor units.
    pub minor: i64,
}

/// The order is over, and so much of it goes back: as far as the card still holds it, that is never taken. Nothing if no
/// card holds anything for it. Whoever calls moves the money.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn let_go(
    tx: &mut TenantTx<'_>,
    order: BookingId,
    refund_minor: i64,
    now: Moment,
) -> Result<Option<LetGo>> {
    let Some(mut top_up) = top_ups::lock_held_for(tx, order)? else {
        return Ok(None);
    };
    let minor = refund_minor.clamp(0, top_up.amount.minor);
    let due_minor = top_up.amount.minor - minor;
    set_due(tx, &mut top_up, due_minor, now)?;
    finish_at(tx, top_up.id, now)?;
    Ok(Some(LetGo {
        authorised: AccountKind::Authorised(top_up.account),
        minor,
    }))
}

fn set_due(tx: &mut TenantTx<'_>, top_up: &mut TopUp, due_minor: i64, now: Moment) -> Result<()> {
    if let Some(hold) = &mut top_up.hold {
        hold.due_minor = Some(due_minor);
    }
    top_ups::update(tx, top_up, now)
}

/// Takes what is due of a hold and lets the rest go; all of it, if its order isn't over and the provider won't hold it for
/// much longer: then what goes back later is credit. Asked first how it stands, so that nothing is taken twice.
///
/// # Errors
/// The gateway doesn't answer or refuses, or the database is away; the job runner tries again.
pub async fn finish(app: &App, scope: &TenantScope, Finish { top_up: id }: Finish) -> Result<()> {
    let now = app.now();
    let known = app.db.tenant(scope, move |tx| {
        let top_up = due(tx, id, now)?;
        let available = wallets::balance(tx, top_up.user, top_up.amount.currency)?.available();
        Ok((top_up, available))
    });
    let (top_up, available) = known.await?;
    if top_up.pays_for.is_none() {
        app.people.wallet_changed(scope, top_up.user, available);
    }
    let (Some(due_minor), Some(charge)) = (top_up.hold.and_then(|hold| hold.due_minor), top_up.charge.clone()) else {
        return Ok(());
    };
    if top_up.state != State::Held || ask(app, scope, id).await?.state != State::Held {
        return Ok(());
    }
    let gateway = app.gateway(scope, top_up.account).await?;
    let key = Uuid::new_v5(&id.uuid(), b"finish");
    let answer = if due_minor == 0 {
        let void = Void { key, charge };
        let done = gateway.void(&void).await;
        done.map(|()| Outcome::Declined("It was let go.".to_owned()).into())
    } else {
        let mut amount = top_up.amount;
        amount.minor = due_minor;
        gateway.capture(&Capture { key, charge, amount }).await
    };
    let standing = match answer {
        Err(GatewayError::Declined { reason, .. }) => Outcome::Declined(reason).into(),
        answer => answer?,
    };
    outcome::heard(app, scope, id, Ok(standing)).await.map(|_| ())
}

/// The payment, with what is due of it known from now on, unless it is too early to say.
fn due(tx: &mut TenantTx<'_>, id: TopUpId, now: Moment) -> Result<TopUp> {
    let found = top_ups::find(tx, id)?;
    // People come first: an order that ends meanwhile has them.
    match found.pays_for {
        Some(Purpose::Order(order)) => bookings::hold_people(tx, order)?,
        _ => _ = users::hold(tx, found.user)?,
    }
    let mut top_up = top_ups::lock(tx, id)?;
    let hold = top_up.hold.unwrap_or_default();
    if top_up.state != State::Held || hold.due_minor.is_some() {
        return Ok(top_up);
    }
    match top_up.pays_for {
        None if calls::current(tx, top_up.user)?.is_some() => finish_at(tx, id, now + BUSY_MS)?,
        None => take_credit_back(tx, &mut top_up, now)?,
        Some(_) if hold.until.is_some_and(|until| now >= until) => {
            let all = top_up.amount.minor;
            set_due(tx, &mut top_up, all, now)?;
        }
        Some(_) => {}
    }
    Ok(top_up)
}
