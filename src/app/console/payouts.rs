//! Staff's part in payouts: they approve what others asked for, send it in batches, and say what became of it.

use super::StaffMember;
use crate::{
    app::{
        App,
        payouts::{Wish, account_for, asked, money, orders, place, send_later, take, tell},
        ports::{GatewayError, PayoutFile},
    },
    domain::{
        audit::{Action, Actor, Entry},
        ids::{PayoutId, UserId},
        money::{Currency, Money},
        payout::{MOST_HOLD_DAYS, MOST_IN_BATCH, Rules, State, Step, may_approve},
        payout_provider::PayoutWay,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx, audit, frozen, payout_batches, payout_terms,
        payouts::{self, Became, Payout},
        tenants, users,
    },
};
use serde_json::json;

/// Most that can be asked for as the least payout, in minor units.
const MOST_LEAST_MINOR: i64 = 100_000_000;

/// Sets what is asked for before sellers are paid out, from now on.
///
/// # Errors
/// A number out of bounds, or the database is away.
pub async fn change_payout_rules(app: &App, by: &StaffMember, rules: Rules) -> Result<()> {
    if rules.hold_days > MOST_HOLD_DAYS {
        return Err(Error::field("hold_days", "Hold earnings for 0 to 90 days."));
    }
    if !(1..=MOST_LEAST_MINOR).contains(&rules.least_minor) {
        return Err(Error::field(
            "least_minor",
            "The least payout must be more than nothing, and sensible.",
        ));
    }
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            tenants::queue_up(tx)?;
            let currency = tenants::own(tx)?.currency;
            let before = payout_terms::rules(tx, currency)?;
            if before == rules {
                return Ok(());
            }
            payout_terms::set_rules(tx, rules)?;
            let entry = Entry::new(Action::PayoutRulesChanged, "payouts");
            audit::write(tx, &actor, &entry.changed(json!(before), json!(rules)), now)
        })
        .await
}

/// Asks that a seller is paid out so much, or all there is. Somebody else has to approve it.
///
/// # Errors
/// As for what sellers ask for themselves.
pub async fn request_payout(
    app: &App,
    by: &StaffMember,
    seller: UserId,
    id: PayoutId,
    amount_minor: Option<i64>,
) -> Result<Payout> {
    let (handle, actor, now) = (app.clone(), by.actor(), app.now());
    let wish = Wish {
        id,
        seller,
        by: by.user()?,
        amount_minor,
    };
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let (payout, is_new) = place(tx, wish, now)?;
            if is_new {
                asked(&handle, tx, &payout, now)?;
                let entry = Entry::new(Action::PayoutRequested, payout.id.to_string());
                let after = json!({"seller": seller, "amount": money(payout.amount)});
                audit::write(tx, &actor, &entry.changed(json!(null), after), now)?;
            }
            Ok(payout)
        })
        .await
}

/// Payouts with these ids, locked: all of them, once.
pub(super) fn lock(tx: &mut TenantTx<'_>, ids: &[PayoutId]) -> Result<Vec<Payout>> {
    if ids.is_empty() || ids.len() > MOST_IN_BATCH {
        return Err(Error::field("ids", format!("Choose 1 to {MOST_IN_BATCH} payouts.")));
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable_by_key(|id| id.uuid());
    ids.dedup();
    let found = payouts::lock(tx, &ids)?;
    match found.len() == ids.len() {
        true => Ok(found),
        false => Err(Error::not_found()),
    }
}

/// What became of one's own money others say.
pub(super) fn check_others(user: UserId, locked: &[Payout]) -> Result<()> {
    if locked.iter().any(|payout| payout.seller == user) {
        let words = "Your own money is among this. Somebody else has to say what became of it.";
        return Err(Error::conflict("own_payout", words));
    }
    Ok(())
}

/// Nothing of a frozen person's goes on, and nothing of one whose account is closed.
fn check_sellers(tx: &mut TenantTx<'_>, locked: &[Payout]) -> Result<()> {
    let mut sellers: Vec<UserId> = locked.iter().map(|payout| payout.seller).collect();
    sellers.sort_unstable_by_key(|id| id.uuid());
    sellers.dedup();
    if let Some(name) = frozen::any(tx, &sellers)? {
        let words = format!("The money of {name} is frozen. Let it go first, or leave this payout out.");
        return Err(Error::conflict("frozen", words));
    }
    for seller in sellers {
        let seller = users::find(tx, seller)?;
        if seller.suspended {
            let words = format!(
                "The account of {} is closed. Open it first, or refuse this payout.",
                seller.name
            );
            return Err(Error::conflict("suspended", words));
        }
    }
    Ok(())
}

/// Approves payouts that others asked for: all of them, or none.
///
/// # Errors
/// One is the reader's own, or they asked for it; one isn't waiting; a seller's money is frozen or their account closed;
/// not here; or the database is away.
pub async fn approve_payouts(app: &App, by: &StaffMember, ids: Vec<PayoutId>) -> Result<()> {
    let (handle, actor, user, now) = (app.clone(), by.actor(), by.user()?, app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let found = lock(tx, &ids)?;
            if let Some(own) = found
                .iter()
                .find(|one| !may_approve(user, one.seller, one.requested_by))
            {
                let words = match own.seller == user {
                    true => "This is your own money. Somebody else has to approve it.",
                    false => "You asked for this payout yourself. Somebody else has to approve it.",
                };
                return Err(Error::conflict("own_payout", words));
            }
            check_sellers(tx, &found)?;
            let became = became(State::Approved, "");
            let became = Became {
                approved_by: Some(user),
                ..became
            };
            take(tx, &found, Step::Approve, became, now)?;
            for payout in &found {
                note(tx, &actor, Action::PayoutApproved, payout, State::Approved, "", now)?;
                tell(&handle, tx, payout, (State::Approved, ""), now)?;
            }
            Ok(())
        })
        .await
}

pub(super) fn became(state: State, reason: &str) -> Became<'_> {
    Became {
        state,
        approved_by: None,
        batch: None,
        reason,
    }
}

pub(super) fn note(
    tx: &mut TenantTx<'_>,
    actor: &Actor,
    action: Action,
    payout: &Payout,
    state: State,
    reason: &str,
    now: Moment,
) -> Result<()> {
    let entry = Entry::new(action, payout.id.to_string()).changed(
        json!({"state": payout.state}),
        json!({"state": state, "seller": payout.seller, "amount": money(payout.amount), "reason": reason}),
    );
    audit::write(tx, actor, &entry, now)
}

/// What becomes of payouts that a provider carries by itself, it says; as long as it can be asked.
pub(super) fn check_by_hand(app: &App, tx: &mut TenantTx<'_>, number: i32) -> Result<()> {
    let batch = payout_batches::find(tx, number)?;
    if batch.way.pays_by_itself() && app.carrier(tx, batch.way, batch.account).is_ok() {
        let words = "The provider pays this batch by itself and says what becomes of it. Have it asked again instead.";
        return Err(Error::conflict("carried_by_provider", words));
    }
    Ok(())
}

/// Puts approved payouts of one currency into a batch; gives its number. Where they go says how it is sent: by a file that
/// staff take to their bank or to Payoneer, or by the provider itself.
///
/// # Errors
/// None or too many, two currencies or two ways, one isn't approved or can't be sent that way, a seller's money is frozen
/// or their account closed, not here, or the database is away.
pub async fn batch_payouts(app: &App, by: &StaffMember, ids: Vec<PayoutId>) -> Result<i32> {
    let (handle, actor, user, now) = (app.clone(), by.actor(), by.user()?, app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            tenants::queue_up(tx)?;
            let found = lock(tx, &ids)?;
            let currency = one_currency(&found)?;
            check_sellers(tx, &found)?;
            let way = one_way(tx, &found, currency)?;
            let account = account_for(tx, way)?;
            let number = payout_batches::open(tx, user, currency, (way, account), now)?;
            let became = Became {
                batch: Some(number),
                ..became(State::Batched, "")
            };
            take(tx, &found, Step::Batch, became, now)?;
            let batch = orders(
                &handle,
                &payout_batches::find(tx, number)?,
                payout_batches::sent(tx, number)?,
            )?;
            handle.carrier(tx, way, account)?.check_all(&batch).map_err(cannot)?;
            if way.pays_by_itself() {
                send_later(tx, number, now)?;
            }
            let sum: i64 = found.iter().map(|payout| payout.amount.minor).sum();
            let entry = Entry::new(Action::PayoutsBatched, number.to_string());
            let after = json!({"payouts": ids, "amount": money(Money::new(sum, currency)), "way": way.name()});
            audit::write(tx, &actor, &entry.changed(json!(null), after), now)?;
            Ok(number)
        })
        .await
}

fn one_currency(found: &[Payout]) -> Result<Currency> {
    let mut currencies = found.iter().map(|payout| payout.amount.currency);
    let first = currencies.next().ok_or_else(Error::not_found)?;
    match currencies.all(|other| other == first) {
        true => Ok(first),
        false => Err(Error::field(
            "ids",
            "A batch is in one currency. Choose payouts of one.",
        )),
    }
}

fn one_way(tx: &mut TenantTx<'_>, found: &[Payout], currency: Currency) -> Result<PayoutWay> {
    let ids: Vec<PayoutId> = found.iter().map(|payout| payout.id).collect();
    let kinds = payouts::kinds(tx, &ids)?;
    PayoutWay::of(kinds.iter().map(String::as_str), currency).ok_or_else(|| {
        let words = "Payouts to accounts at Stripe go in a batch of their own. Choose only those, or none of them.";
        Error::field("ids", words)
    })
}

fn cannot(why: GatewayError) -> Error {
    match why {
        GatewayError::Unsupported(words) => Error::field("ids", format!("{words}. Leave that payout out.")),
        other => other.into(),
    }
}

/// A batch's file for whoever pays it, with where the money goes in full. That it was fetched is written down.
///
/// # Errors
/// The reader is none of the tenant's own, there is no file of what a provider pays by itself, it isn't kept any more where
/// something went, not here, or the database is away.
pub async fn fetch_batch(app: &App, by: &StaffMember, number: i32) -> Result<PayoutFile> {
    by.user()?;
    let (handle, actor, now) = (app.clone(), by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let batch = payout_batches::find(tx, number)?;
            if batch.way.pays_by_itself() {
                let words = "The provider pays this batch by itself: there is no file to take anywhere.";
                return Err(Error::conflict("carried_by_provider", words));
            }
            let entry = Entry::new(Action::PayoutsFetched, number.to_string());
            audit::write(tx, &actor, &entry, now)?;
            let carrier = handle.carrier(tx, batch.way, batch.account)?;
            let batch = orders(&handle, &batch, payout_batches::sent(tx, number)?)?;
            carrier.file(&batch).map_err(cannot)
        })
        .await
}

/// Has a provider asked again about what of a batch is still on its way; what it never heard of is sent.
///
/// # Errors
/// Nothing of it is on its way, it is paid by hand, not here, or the database is away.
pub async fn send_batch(app: &App, by: &StaffMember, number: i32) -> Result<()> {
    by.user()?;
    let now = app.now();
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let batch = payout_batches::find(tx, number)?;
            if !batch.way.pays_by_itself() || payouts::on_their_way(tx, number)?.is_empty() {
                return Err(Error::conflict(
                    "payout_state",
                    "There is nothing in this batch to send.",
                ));
            }
            send_later(tx, number, now)
        })
        .await
}

/// Says that a batch has arrived: all of it but what was said to have failed.
///
/// # Errors
/// Nothing of it is on its way, its provider says so by itself, the reader's own money is in it, a seller's money is
/// frozen, or the database is away.
pub async fn mark_batch_paid(app: &App, by: &StaffMember, number: i32) -> Result<()> {
    let (handle, actor, user, now) = (app.clone(), by.actor(), by.user()?, app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let ids = payouts::on_their_way(tx, number)?;
            if ids.is_empty() {
                return Err(Error::conflict("payout_state", "Nothing of this batch is on its way."));
            }
            check_by_hand(&handle, tx, number)?;
            let found = lock(tx, &ids)?;
            check_others(user, &found)?;
            let sellers: Vec<UserId> = found.iter().map(|payout| payout.seller).collect();
            if let Some(name) = frozen::any(tx, &sellers)? {
                let words = format!("The money of {name} is frozen. Let it go first, or say that theirs has failed.");
                return Err(Error::conflict("frozen", words));
            }
            take(tx, &found, Step::Pay, became(State::Paid, ""), now)?;
            for payout in &found {
                tell(&handle, tx, payout, (State::Paid, ""), now)?;
            }
            let entry = Entry::new(Action::PayoutsPaid, number.to_string());
            audit::write(tx, &actor, &entry.changed(json!(null), json!({"payouts": ids})), now)
        })
        .await
}
