//! What a gateway says of a payment, written down: the one place where money becomes paid time.

use super::{RECONCILE_JOB, Reconcile};
use crate::{
    app::{
        App, payments,
        ports::{Answer, Begun, GatewayError, Standing},
    },
    domain::{
        audit::{Action, Actor, Entry},
        ids::SubscriptionId,
        money::Money,
        payment::State,
        subscription::period,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        SystemTx, TenantScope, audit, jobs,
        subscription_payments::{self as stored, Payment},
        subscription_settings,
        subscriptions::{self, Bought},
        tenants,
    },
};
use serde_json::{Value, json};

/// The gateway opened its page, or didn't. Without an answer the intent stays as it is: nobody can have paid on a page
/// that nobody was sent to, and the job closes it.
pub(super) async fn begun(
    app: &App,
    scope: &TenantScope,
    id: SubscriptionId,
    answer: Answer<Begun>,
) -> Result<Payment> {
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
            let mut payment = stored::lock(tx, id)?;
            if payment.state == State::Created {
                payment.state = State::Pending;
                payment.reference = Some(reference);
                payment.pay_url = Some(page);
                stored::update(tx, &payment, now)?;
            }
            Ok(payment)
        })
        .await
}

/// Writes down what became of a payment. Time is bought at most once: what is bought has the payment's id.
pub(super) async fn heard(
    app: &App,
    scope: &TenantScope,
    id: SubscriptionId,
    answer: Answer<Standing>,
) -> Result<Payment> {
    let (now, scope) = (app.now(), *scope);
    app.db.system(move |tx| apply(tx, &scope, id, answer, now)).await
}

fn apply(
    tx: &mut SystemTx<'_>,
    scope: &TenantScope,
    id: SubscriptionId,
    answer: Answer<Standing>,
    now: Moment,
) -> Result<Payment> {
    // Locked, so that of two payments at once the second extends what the first has bought.
    let (tenant, _) = tenants::for_platform(tx, scope.tenant())?;
    let mut payment = stored::lock(&mut tx.within(scope), id)?;
    if payment.state.is_final() {
        return Ok(payment);
    }
    let before = payment.state;
    let heard = payments::weigh(id.uuid(), payment.amount, answer)?;
    if let Some(paid) = heard.paid {
        grant(tx, scope, &tenant, &payment, paid, now)?;
    }
    payment.state = heard.state;
    payment.reason = heard.reason;
    if payment.state != before {
        let tx = &mut tx.within(scope);
        stored::update(tx, &payment, now)?;
        if payment.state == State::Unknown {
            let payload = serde_json::to_value(Reconcile { payment: id }).map_err(Error::internal)?;
            jobs::enqueue(tx, RECONCILE_JOB, payload, now + payments::ASK_AGAIN_MS)?;
        }
    }
    Ok(payment)
}

/// Extends what is paid for, and writes the invoice.
fn grant(
    tx: &mut SystemTx<'_>,
    scope: &TenantScope,
    tenant: &Tenant,
    payment: &Payment,
    paid: Money,
    now: Moment,
) -> Result<()> {
    let terms = subscriptions::terms(&mut tx.within(scope), now)?;
    let settings = subscription_settings::read(tx)?;
    let span = period(now, terms.account.paid_until, payment.months, &terms.zone);
    let bought = Bought {
        id: payment.id,
        plan: payment.plan,
        plan_name: &payment.plan_name,
        months: payment.months,
        amount: paid,
        span,
        issuer: &settings.issuer,
        customer: &tenant.name,
    };
    let number = subscriptions::insert(tx, scope.tenant(), &bought, now)?;
    let after = json!({
        "invoice_no": number,
        "amount_minor": paid.minor,
        "currency": paid.currency.code(),
        "until": span.to,
    });
    let entry = Entry::new(Action::SubscriptionPaid, &payment.plan_name).changed(Value::Null, after);
    audit::write(&mut tx.within(scope), &Actor::system(), &entry, now)
}
