//! A tenant's admin pays for a plan, and comes back from the payment page.

use super::{RECONCILE_JOB, Reconcile, outcome};
use crate::{
    app::{
        App,
        console::StaffMember,
        payments::{self, FIRST_ASKED_MS, PAGE_OPEN_MS},
        ports::{Buyer, Checkout, Outcome},
    },
    domain::{
        audit::{Action, Entry},
        ids::{PlanId, SubscriptionId},
        money::Money,
        payment::State,
        subscription::Coverage,
    },
    error::{Error, Result},
    store::{
        SystemTx, TenantScope, audit, jobs, plans,
        subscription_payments::{self as stored, Payment},
        subscription_settings, subscriptions, tenants,
    },
};
use serde_json::{Value, json};

/// Payments without an outcome a tenant can have.
const MOST_OPEN: usize = 10;

/// Stores the intent to pay for an interval of a plan, then has the gateway open its payment page; `return_url` says
/// where the person comes back to. While a payment for the same plan waits to be paid, it is that one again.
///
/// # Errors
/// The tenant needs no subscription, the plan isn't offered, an earlier payment's outcome isn't known yet, or the gateway
/// doesn't answer or refuses.
pub async fn begin(
    app: &App,
    by: &StaffMember,
    plan: PlanId,
    return_url: impl FnOnce(SubscriptionId) -> String,
) -> Result<Payment> {
    let scope = by.viewer().scope;
    if let Some(waiting) = waiting(app, &scope, plan).await? {
        return Ok(waiting);
    }
    let (actor, user, now, gateway) = (by.actor(), by.user()?, app.now(), app.gateways.built_in(&scope));
    let provider = gateway.provider().name();
    let intent = move |tx: &mut SystemTx<'_>| {
        let chosen = plans::find(tx, plan)?;
        if !chosen.offered {
            let words = "This plan isn't offered any more. Choose another one.";
            return Err(Error::conflict("plan_not_offered", words));
        }
        let merchant = subscription_settings::read(tx)?.sender().to_owned();
        let tx = &mut tx.within(&scope);
        if subscriptions::terms(tx, now)?.coverage(now) == Coverage::Free {
            let words = "This marketplace needs no subscription. Nothing was charged.";
            return Err(Error::conflict("no_subscription_needed", words));
        }
        // One at a time, so that two clicks don't open two pages to pay on.
        tenants::queue_up(tx)?;
        let open = stored::open(tx)?;
        // A page that the gateway didn't open in that time isn't waited for.
        let begun = |open: &Payment| open.state != State::Created || now - open.created_at < FIRST_ASKED_MS;
        if open.iter().any(|open| open.plan == plan && begun(open)) {
            let words = "A payment for this plan was begun a moment ago. Try again in a minute.";
            return Err(Error::conflict("payment_begun", words));
        }
        if open.len() >= MOST_OPEN {
            let words = "You have several payments open already. Finish one of them, or wait until they have run out.";
            return Err(Error::conflict("too_many_open_payments", words));
        }
        let payment = Payment {
            id: SubscriptionId::new(),
            user,
            plan,
            plan_name: chosen.name,
            months: chosen.months,
            gateway: provider.to_owned(),
            reference: None,
            pay_url: None,
            amount: chosen.price,
            state: State::Created,
            reason: None,
            created_at: now,
        };
        stored::insert(tx, &payment)?;
        let payload = serde_json::to_value(Reconcile { payment: payment.id }).map_err(Error::internal)?;
        jobs::enqueue(tx, RECONCILE_JOB, payload, now + FIRST_ASKED_MS)?;
        let after = json!({"amount_minor": payment.amount.minor, "currency": payment.amount.currency.code()});
        let entry = Entry::new(Action::SubscriptionBegun, &payment.plan_name).changed(Value::Null, after);
        audit::write(tx, &actor, &entry, now)?;
        Ok((payment, merchant))
    };
    let (payment, merchant) = app.db.system(intent).await?;
    if payment.amount.minor == 0 {
        // Nothing to pay: no gateway takes that.
        let nothing = Money::new(0, payment.amount.currency);
        return outcome::heard(app, &scope, payment.id, Ok(Outcome::Settled(nothing).into())).await;
    }
    let checkout = Checkout {
        intent: payment.id.uuid(),
        amount: payment.amount,
        description: payment.plan_name.clone(),
        return_url: return_url(payment.id),
        notify_url: None,
        open_until: now + PAGE_OPEN_MS,
        buyer: Buyer::of(&by.account()?.user),
        merchant: Some(merchant),
        save_method: false,
        hold: false,
    };
    let begun = gateway.begin_checkout(&checkout).await;
    outcome::begun(app, &scope, payment.id, begun).await
}

/// An open payment for that plan that can still be paid. Who may have paid already isn't sent to pay again.
async fn waiting(app: &App, scope: &TenantScope, plan: PlanId) -> Result<Option<Payment>> {
    let open = app.db.read(scope, stored::open).await?;
    let mut waiting = None;
    for payment in open {
        let payment = ask(app, scope, payment).await?;
        match payment.state {
            State::Unknown => {
                let words =
                    "We are still finding out what became of your last payment. Wait a minute; you won't pay twice.";
                return Err(Error::conflict("payment_unknown", words));
            }
            State::Pending if payment.plan == plan => waiting = Some(payment),
            _ => {}
        }
    }
    Ok(waiting)
}

/// A payment of the tenant as it stands now: while it has no outcome, the gateway is asked.
///
/// # Errors
/// It isn't there, or the database is away. A gateway that doesn't answer is no error: the payment is `unknown` then, and
/// asked about again.
pub async fn confirm(app: &App, by: &StaffMember, id: SubscriptionId) -> Result<Payment> {
    let scope = by.viewer().scope;
    let payment = app.db.read(&scope, move |tx| stored::find(tx, id)).await?;
    ask(app, &scope, payment).await
}

async fn ask(app: &App, scope: &TenantScope, payment: Payment) -> Result<Payment> {
    match &payment.reference {
        Some(reference) if !payment.state.is_final() => {
            let answer = app.gateways.built_in(scope).confirm(reference).await;
            outcome::heard(app, scope, payment.id, answer).await
        }
        _ => Ok(payment),
    }
}

/// The job that finds out what became of a payment. If it has no outcome afterwards, the next question is enqueued.
/// Nothing is ever charged again.
///
/// # Errors
/// The database is away, or the gateway's answer contradicts the intent; the job runner tries again.
pub async fn reconcile(app: &App, scope: &TenantScope, id: SubscriptionId) -> Result<()> {
    let payment = app.db.read(scope, move |tx| stored::find(tx, id)).await?;
    let (now, begun, before) = (app.now(), payment.created_at, payment.state);
    let never_opened = payments::never_opened(begun, now).filter(|_| payment.reference.is_none());
    let payment = match never_opened {
        Some(given_up) => outcome::heard(app, scope, id, Ok(given_up)).await?,
        None => ask(app, scope, payment).await?,
    };
    // Who has just become unknown is asked about again already.
    if payment.state.is_final() || (payment.state == State::Unknown && before != State::Unknown) {
        return Ok(());
    }
    app.db
        .tenant(scope, move |tx| {
            let payload = serde_json::to_value(Reconcile { payment: id }).map_err(Error::internal)?;
            jobs::enqueue(tx, RECONCILE_JOB, payload, payments::next_question(begun, now))
        })
        .await
}
