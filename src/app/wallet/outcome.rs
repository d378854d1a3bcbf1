//! What a gateway says, written down: the one place where a payment becomes credit.

use super::{
    RECONCILE_JOB, ReconcileTopUp, ask,
    compare::{COMPARE_JOB, COMPARED_AFTER_MS, Compare},
    hold::{self, Change},
    kept,
};
use crate::{
    app::{
        App,
        bookings::{self, Source},
        disputes::{LINK_JOB, Link},
        documents, extensions, gateway_accounts,
        notifications::tell,
        payments,
        ports::{Answer, Begun, GatewayError, Outcome, Standing, Step},
    },
    domain::{
        document::About,
        ids::TopUpId,
        money::Money,
        notification::Event,
        payment::{Purpose, State},
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, chargebacks, jobs,
        ledger::{self, AccountKind, Transfer},
        notifications::News,
        top_ups::{self, Form, TopUp},
        users, wallets,
    },
};
use serde_json::json;

/// The gateway opened its page, or didn't. Without an answer the intent stays as it is: nobody can have paid on a page
/// that nobody was sent to, and the job closes it.
pub(super) async fn begun(app: &App, scope: &TenantScope, id: TopUpId, answer: Answer<Begun>) -> Result<TopUp> {
    let now = app.now();
    let begun = match answer {
        Ok(begun) => begun,
        Err(GatewayError::Unknown(why)) => return Err(GatewayError::Unknown(why).into()),
        Err(error) => {
            heard(app, scope, id, Ok(payments::refused())).await?;
            return Err(error.into());
        }
    };
    let reference = begun.reference;
    let (page, form) = match begun.step {
        Step::Redirect(page) => (Some(page), None),
        Step::Embed { address, fields } => (Some(form_page(id)), Some(Form { address, fields })),
        Step::Done(_) => (None, None),
    };
    let top_up = app.db.tenant(scope, move |tx| {
        let mut top_up = top_ups::lock(tx, id)?;
        if top_up.state == State::Created {
            top_up.state = State::Pending;
            top_up.reference = Some(reference);
            top_up.pay_url = page;
            top_up.form = form;
            top_ups::update(tx, &top_up, now)?;
        }
        Ok(top_up)
    });
    let top_up = top_up.await?;
    match top_up.pay_url {
        Some(_) => Ok(top_up),
        None => ask(app, scope, id).await,
    }
}

/// Our page with a provider's form.
fn form_page(id: TopUpId) -> String {
    format!("/wallet/top-ups/{id}/pay")
}

/// Writes down what became of a payment. Money moves at most once: the transfer has the top-up's id.
pub(super) async fn heard(app: &App, scope: &TenantScope, id: TopUpId, answer: Answer<Standing>) -> Result<TopUp> {
    let now = app.now();
    let handle = app.clone();
    let (top_up, available, extended) = app
        .db
        .tenant(scope, move |tx| apply(&handle, tx, id, answer, now))
        .await?;
    if let Some(available) = available {
        app.people.wallet_changed(scope, top_up.user, available);
    }
    if let Some(news) = extended {
        news.tell(app, scope);
    }
    Ok(top_up)
}

fn apply(
    app: &App,
    tx: &mut TenantTx<'_>,
    id: TopUpId,
    answer: Answer<Standing>,
    now: Moment,
) -> Result<(TopUp, Option<Money>, Option<extensions::News>)> {
    // People come first: whoever changes what it pays for has them.
    let found = top_ups::find(tx, id)?;
    match found.pays_for {
        Some(Purpose::Order(order)) => bookings::hold_people(tx, order)?,
        Some(Purpose::Extension(extension)) => extensions::lock_both(tx, extension)?,
        None => _ = users::hold(tx, found.user)?,
    }
    let mut top_up = top_ups::lock(tx, id)?;
    if let Ok(standing) = &answer
        && let Some(change) = hold::heard(app, tx, &mut top_up, standing, now)?
    {
        let standing = standing.clone();
        hold_changed(app, tx, &mut top_up, (change, standing), now)?;
        // Held for no order it is credit.
        let available = wallets::balance(tx, top_up.user, top_up.amount.currency)?.available();
        return Ok((top_up, Some(available), None));
    }
    // What is held has a job that brings it to its end.
    if top_up.hold.is_some_and(|hold| hold.until.is_some()) {
        return Ok((top_up, None, None));
    }
    let settles = matches!(&answer, Ok(standing) if matches!(standing.outcome, Outcome::Settled(_)));
    let charge = answer.as_ref().ok().and_then(|standing| standing.charge.clone());
    // Refunds and chargebacks name it, whenever it becomes known.
    let is_named = charge.is_some() && charge != top_up.charge && (top_up.charge.is_none() || !top_up.state.is_final());
    if is_named {
        top_up.charge = charge.clone();
        top_ups::update(tx, &top_up, now)?;
    }
    // Money that comes late has come all the same.
    if top_up.state == State::Settled || (top_up.state == State::Declined && !settles) {
        if is_named {
            claims_follow(tx, &top_up, now)?;
        }
        return Ok((top_up, None, None));
    }
    let answer = if settles && gateway_accounts::is_play_money(tx, top_up.account)? {
        Ok(payments::refused())
    } else {
        answer
    };
    let before = top_up.state;
    let saved = answer.as_ref().ok().and_then(|standing| standing.saved.clone());
    let heard = payments::weigh(id.uuid(), top_up.amount, answer)?;
    let mut available = heard.paid.map(|paid| credit(tx, &top_up, paid, now)).transpose()?;
    let mut extended = None;
    if let (Some(purpose), Some(_)) = (top_up.pays_for, available) {
        match purpose {
            Purpose::Order(order) => _ = bookings::pay_if_possible(app, tx, order, Source::Wallet, now)?,
            Purpose::Extension(extension) => extended = extensions::pay_if_possible(app, tx, extension, now)?,
        }
        available = Some(wallets::balance(tx, top_up.user, top_up.amount.currency)?.available());
    }
    top_up.state = heard.state;
    top_up.reason = heard.reason;
    top_up.charge = charge.or(top_up.charge);
    if top_up.method.is_some() {
        // It had no page that would have given it a name.
        top_up.reference = top_up.reference.or(top_up.charge.clone());
    }
    if let (State::Settled, Some(saved)) = (top_up.state, saved) {
        kept::keep(app, tx, &top_up, &saved, now)?;
    }
    if top_up.state != before {
        top_ups::update(tx, &top_up, now)?;
        if available.is_some() {
            documents::ask(tx, About::TopUp(id), now)?;
        }
        // Whoever saw it arrive needn't be told; whoever was told to wait does.
        if let (State::Unknown | State::Declined, Some(_)) = (before, available) {
            let amount = json!({"minor": top_up.amount.minor, "currency": top_up.amount.currency.code()});
            let news = News::of(Event::TopUp, format!("/wallet/top-ups/{id}")).with("amount", amount);
            tell(app, tx, top_up.user, news, now)?;
        }
        compare_later(tx, &top_up, now)?;
        if top_up.state == State::Unknown {
            let payload = serde_json::to_value(ReconcileTopUp { top_up: id }).map_err(Error::internal)?;
            jobs::enqueue(tx, RECONCILE_JOB, payload, now + payments::ASK_AGAIN_MS)?;
        }
    }
    if is_named || available.is_some() {
        claims_follow(tx, &top_up, now)?;
    }
    Ok((top_up, available, extended))
}

/// Writes down what became of a hold, and what follows from it.
fn hold_changed(
    app: &App,
    tx: &mut TenantTx<'_>,
    top_up: &mut TopUp,
    (change, standing): (Change, Standing),
    now: Moment,
) -> Result<()> {
    top_up.charge = standing.charge.or(top_up.charge.take());
    top_up.reference = top_up.reference.take().or(top_up.charge.clone());
    if change == Change::Found {
        return hold_ended(tx, top_up, now);
    }
    top_ups::update(tx, top_up, now)?;
    match standing.saved {
        Some(saved) => kept::keep(app, tx, top_up, &saved, now),
        None => Ok(()),
    }
}

/// Writes down how a hold ended, and what follows from it.
pub(super) fn hold_ended(tx: &mut TenantTx<'_>, top_up: &TopUp, now: Moment) -> Result<()> {
    top_ups::update(tx, top_up, now)?;
    if top_up.state == State::Settled {
        documents::ask(tx, About::TopUp(top_up.id), now)?;
        claims_follow(tx, top_up, now)?;
    }
    compare_later(tx, top_up, now)
}

fn compare_later(tx: &mut TenantTx<'_>, top_up: &TopUp, now: Moment) -> Result<()> {
    if !top_up.state.is_final() || top_up.account.is_none() {
        return Ok(());
    }
    let payload = serde_json::to_value(Compare { top_up: top_up.id }).map_err(Error::internal)?;
    jobs::enqueue(tx, COMPARE_JOB, payload, now + COMPARED_AFTER_MS)
}

/// What banks claimed before the payment was known under this name is held now.
fn claims_follow(tx: &mut TenantTx<'_>, top_up: &TopUp, now: Moment) -> Result<()> {
    let names: Vec<&str> = top_up
        .charge
        .iter()
        .chain(&top_up.reference)
        .map(String::as_str)
        .collect();
    for chargeback in chargebacks::unlinked(tx, top_up.account, &names)? {
        let payload = serde_json::to_value(Link { chargeback }).map_err(Error::internal)?;
        jobs::enqueue(tx, LINK_JOB, payload, now)?;
    }
    Ok(())
}

fn credit(tx: &mut TenantTx<'_>, top_up: &TopUp, paid: Money, now: Moment) -> Result<Money> {
    let currency = paid.currency;
    let from = top_up.account.map_or(AccountKind::BuiltIn, AccountKind::Gateway);
    let debit = ledger::account(tx, from, currency, now)?;
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
