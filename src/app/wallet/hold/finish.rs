//! A hold comes to its end: what is due is taken, the rest is let go.

use super::{Finish, books, finish_at, set_due};
use crate::{
    app::{
        App, bookings,
        ports::{Answer, Capture, GatewayError, Outcome, PaymentGateway, Standing, Void},
        wallet::outcome,
    },
    domain::{
        gateway::Provider,
        ids::TopUpId,
        payment::{Purpose, State},
        time::Moment,
    },
    error::Result,
    store::{
        TenantScope, TenantTx, calls,
        top_ups::{self, TopUp},
        users, wallets,
    },
};
use uuid::Uuid;

/// How soon it is looked again whether a talk is over; its end looks at once.
const BUSY_MS: i64 = 10 * 60_000;
/// How soon a provider is asked again that hasn't decided.
const AGAIN_MS: i64 = 3_600_000;

/// Takes what is due of a hold and lets the rest go; all of it, if its order isn't over and the provider won't hold it for
/// much longer: then what goes back later is credit. The provider is asked first how it stands, so that nothing is taken
/// twice.
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
    let due_minor = top_up.hold.and_then(|hold| hold.due_minor);
    let (State::Held, Some(due_minor), Some(name)) = (top_up.state, due_minor, known_as(&top_up)) else {
        return Ok(());
    };
    if top_up.pays_for.is_none() {
        app.people.wallet_changed(scope, top_up.user, available);
    }
    let gateway = app.gateway(scope, top_up.account).await?;
    let standing = gateway.confirm(name).await?;
    let standing = match &standing.outcome {
        Outcome::Held(_) => end(gateway.as_ref(), &top_up, due_minor).await?,
        // It may have only forgotten the name.
        Outcome::Declined(_) if due_minor > 0 => match end(gateway.as_ref(), &top_up, due_minor).await {
            Err(GatewayError::Declined { .. } | GatewayError::Rejected(_)) => standing,
            taken => taken?,
        },
        _ => standing,
    };
    let now = app.now();
    app.db.tenant(scope, move |tx| ended(tx, id, standing, now)).await
}

/// What the provider is asked by: at Authorize.net the number of an order finds nothing that is older than days.
pub(in crate::app::wallet) fn known_as(top_up: &TopUp) -> Option<&str> {
    let (reference, charge) = (top_up.reference.as_deref(), top_up.charge.as_deref());
    match Provider::parse(&top_up.gateway) {
        Some(Provider::AuthorizeNet) if top_up.hold.is_some() => charge.or(reference),
        _ => reference.or(charge),
    }
}

async fn end(gateway: &dyn PaymentGateway, top_up: &TopUp, due_minor: i64) -> Answer<Standing> {
    let key = Uuid::new_v5(&top_up.id.uuid(), b"finish");
    let charge = top_up.charge.clone().unwrap_or_default();
    if due_minor == 0 {
        gateway.void(&Void { key, charge }).await?;
        return Ok(Outcome::Declined("It was let go.".to_owned()).into());
    }
    let mut amount = top_up.amount;
    amount.minor = due_minor;
    gateway.capture(&Capture { key, charge, amount }).await
}

/// The payment, locked with its people, who come first.
fn lock(tx: &mut TenantTx<'_>, id: TopUpId) -> Result<TopUp> {
    let found = top_ups::find(tx, id)?;
    match found.pays_for {
        Some(Purpose::Order(order)) => bookings::hold_people(tx, order)?,
        _ => _ = users::hold(tx, found.user)?,
    }
    top_ups::lock(tx, id)
}

/// The payment, with what is due of it known from now on, unless it is too early to say.
fn due(tx: &mut TenantTx<'_>, id: TopUpId, now: Moment) -> Result<TopUp> {
    let mut top_up = lock(tx, id)?;
    let Some(hold) = top_up.hold.filter(|_| top_up.state == State::Held) else {
        return Ok(top_up);
    };
    // Whoever looks for what is lost sees that it was tried.
    top_ups::update(tx, &top_up, now)?;
    if hold.due_minor.is_some() {
        return Ok(top_up);
    }
    let provider = Provider::parse(&top_up.gateway).unwrap_or(Provider::Test);
    let is_last = now - top_up.created_at >= provider.hold_ms();
    match top_up.pays_for {
        None if !is_last && calls::current(tx, top_up.user)?.is_some() => {
            let later = now + BUSY_MS;
            if let Some(hold) = &mut top_up.hold {
                hold.until = hold.until.max(Some(later));
            }
            top_ups::update(tx, &top_up, now)?;
            finish_at(tx, id, later)?;
        }
        None => books::take_credit_back(tx, &mut top_up, now)?,
        Some(_) if hold.until.is_some_and(|until| now >= until) => {
            let all = top_up.amount.minor;
            set_due(tx, &mut top_up, all, now)?;
        }
        Some(_) => {}
    }
    Ok(top_up)
}

/// Writes down what became of it.
fn ended(tx: &mut TenantTx<'_>, id: TopUpId, standing: Standing, now: Moment) -> Result<()> {
    let mut top_up = lock(tx, id)?;
    let due_minor = top_up.hold.and_then(|hold| hold.due_minor);
    let (State::Held, Some(due_minor)) = (top_up.state, due_minor) else {
        return Ok(());
    };
    match standing.outcome {
        Outcome::Settled(taken) => books::taken(tx, &mut top_up, due_minor, taken, now)?,
        Outcome::Declined(_) if due_minor == 0 => top_up.state = State::Released,
        Outcome::Declined(reason) => books::lost(tx, &mut top_up, due_minor, &reason, now)?,
        Outcome::Held(_) | Outcome::Pending => return finish_at(tx, id, now + AGAIN_MS),
    }
    top_up.charge = standing.charge.or(top_up.charge);
    outcome::hold_ended(tx, &top_up, now)
}
