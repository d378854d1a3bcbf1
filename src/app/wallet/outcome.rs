//! What a gateway says, written down: the one place where a payment becomes credit.

use super::{RECONCILE_JOB, ReconcileTopUp};
use crate::{
    app::{
        App, bookings,
        notifications::tell,
        payments,
        ports::{Answer, Begun, GatewayError, Standing},
    },
    domain::{ids::TopUpId, money::Money, notification::Event, payment::State, time::Moment},
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, jobs,
        ledger::{self, AccountKind, Transfer},
        notifications::News,
        top_ups::{self, TopUp},
        wallets,
    },
};
use serde_json::json;

/// The gateway opened its page, or didn't. Without an answer the intent stays as it is: nobody can have paid on a page
/// that nobody was sent to, and the job closes it.
pub(super) async fn begun(app: &App, scope: &TenantScope, id: TopUpId, answer: Answer<Begun>) -> Result<TopUp> {
    let now = app.now();
    let (reference, page) = match answer.and_then(Begun::redirect) {
        Ok(begun) => begun,
        Err(GatewayError::Unknown(why)) => return Err(GatewayError::Unknown(why).into()),
        Err(error) => {
            heard(app, scope, id, Ok(payments::refused())).await?;
            return Err(error.into());
        }
    };
    app.db
        .tenant(scope, move |tx| {
            let mut top_up = top_ups::lock(tx, id)?;
            if top_up.state == State::Created {
                top_up.state = State::Pending;
                top_up.reference = Some(reference);
                top_up.pay_url = Some(page);
                top_ups::update(tx, &top_up, now)?;
            }
            Ok(top_up)
        })
        .await
}

/// Writes down what became of a payment. Money moves at most once: the transfer has the top-up's id.
pub(super) async fn heard(app: &App, scope: &TenantScope, id: TopUpId, answer: Answer<Standing>) -> Result<TopUp> {
    let now = app.now();
    let handle = app.clone();
    let (top_up, available) = app
        .db
        .tenant(scope, move |tx| apply(&handle, tx, id, answer, now))
        .await?;
    if let Some(available) = available {
        app.people.wallet_changed(scope, top_up.user, available);
    }
    Ok(top_up)
}

fn apply(
    app: &App,
    tx: &mut TenantTx<'_>,
    id: TopUpId,
    answer: Answer<Standing>,
    now: Moment,
) -> Result<(TopUp, Option<Money>)> {
    // People come first: whoever changes the order that it pays for has them.
    if let Some(order) = top_ups::find(tx, id)?.pays_for {
        bookings::hold_people(tx, order)?;
    }
    let mut top_up = top_ups::lock(tx, id)?;
    if top_up.state.is_final() {
        return Ok((top_up, None));
    }
    let before = top_up.state;
    let heard = payments::weigh(id.uuid(), top_up.amount, answer)?;
    let mut available = heard.paid.map(|paid| credit(tx, &top_up, paid, now)).transpose()?;
    if let (Some(order), Some(_)) = (top_up.pays_for, available)
        && bookings::pay_if_possible(app, tx, order, now)?
    {
        available = Some(wallets::balance(tx, top_up.user, top_up.amount.currency)?.available());
    }
    top_up.state = heard.state;
    top_up.reason = heard.reason;
    if top_up.state != before {
        top_ups::update(tx, &top_up, now)?;
        // Whoever saw it arrive needn't be told; whoever was told to wait does.
        if let (State::Unknown, Some(_)) = (before, available) {
            let amount = json!({"minor": top_up.amount.minor, "currency": top_up.amount.currency.code()});
            let news = News::of(Event::TopUp, format!("/wallet/top-ups/{id}")).with("amount", amount);
            tell(app, tx, top_up.user, news, now)?;
        }
        if top_up.state == State::Unknown {
            let payload = serde_json::to_value(ReconcileTopUp { top_up: id }).map_err(Error::internal)?;
            jobs::enqueue(tx, RECONCILE_JOB, payload, now + payments::ASK_AGAIN_MS)?;
        }
    }
    Ok((top_up, available))
}

fn credit(tx: &mut TenantTx<'_>, top_up: &TopUp, paid: Money, now: Moment) -> Result<Money> {
    let currency = paid.currency;
    let debit = ledger::account(tx, AccountKind::BuiltIn, currency, now)?;
    let credit = ledger::account(tx, AccountKind::Wallet(top_up.user), currency, now)?;
    let transfer = Transfer {
        id: top_up.id.uuid(),
        kind: "top_up",
        debit,
        credit,
        amount_minor: paid.minor,
        at: now,
    };
    ledger::transfer(tx, &transfer)?;
    Ok(wallets::balance(tx, top_up.user, currency)?.available())
}
