//! Third persons who pay or are paid (requirements E8, E9, M1): each has a leg, which is a call of its own inside the call,
//! with its own price, meter and bill. Who pays for whom is frozen on the call.

mod bring_in;
mod pay;
mod providers;

pub use bring_in::{Offered, Wanted, bring_in, offered};
pub(in crate::app) use pay::{begin_to_pay, price};
pub use providers::{Provider, providers};

use crate::{
    app::{App, browse::Offer, subscriptions},
    domain::{
        call::Terms,
        guest::ThirdPerson,
        ids::{CallId, UserId},
        money::Money,
        recording::RecordingRule,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantScope, TenantTx, call_guests,
        calls::{self, Call, Ended, Party},
        earning_shares, frozen,
        ledger::{self, AccountKind},
        legs,
        users::User,
    },
};
use std::collections::HashMap;

/// How long whoever pays may take to be let in and to come, seconds.
const COMES_WITHIN_S: u32 = 600;

/// The leg of a call for that service: its price and policy are frozen now.
fn leg(
    tx: &mut TenantTx<'_>,
    tenant: &Tenant,
    parent: &Call,
    (buyer, seller): (&User, &User),
    offer: Offer,
    now: Moment,
) -> Result<Call> {
    subscriptions::running(tx, now)?;
    let Offer {
        service,
        mut policy,
        opening_minor,
        ..
    } = offer;
    // As in the call; and what is recorded of the room is the call's.
    policy.third_person = parent.terms.policy.third_person;
    policy.recording = RecordingRule::Nobody;
    if policy.third_person == ThirdPerson::GuestPays {
        (policy.ring_s, policy.pre_check_s) = (0, COMES_WITHIN_S);
    }
    // Seconds that are free each time it begins would make a talk of any length free.
    let before = legs::of_call(tx, parent.id, buyer.id)?;
    let had_grace = |leg: &Call| leg.seller.id == seller.id && leg.ended.is_none_or(|ended| ended.live_at.is_some());
    if before.iter().any(had_grace) {
        policy.grace_s = 0;
    }
    let balance = ledger::balance(tx, AccountKind::Wallet(buyer.id), tenant.currency)?;
    let party = |user: &User| Party {
        id: user.id,
        name: user.name.clone(),
    };
    let leg = Call {
        id: CallId::new(),
        buyer: party(buyer),
        seller: party(seller),
        service: service.id,
        service_title: service.title,
        currency: tenant.currency,
        terms: Terms {
            shares: earning_shares::agreed(tx, seller.id)?,
            ..Terms::new(service.rate_minor, policy)
        },
        opening_minor: balance.available().minor,
        rang_at: now,
        caller_rating: None,
        ended: None,
        booking: None,
        parent: Some(parent.id),
    };
    if frozen::is_frozen(tx, buyer.id)? {
        return Err(frozen::refusal());
    }
    if balance.available().minor < opening_minor {
        let needed = Money::new(opening_minor, tenant.currency);
        let words = format!("Your credit doesn't cover the start. At least {needed} must be in your wallet.");
        return Err(Error::conflict("insufficient_credit", words));
    }
    Ok(leg)
}

/// A call of the person's, which nobody else brings people into until the transaction ends.
fn open_call(tx: &mut TenantTx<'_>, call: CallId, person: UserId, rule: ThirdPerson) -> Result<Call> {
    let call = calls::lock(tx, call, person)?;
    // A leg has none of its own.
    if call.parent.is_some() {
        return Err(Error::not_found());
    }
    if call.ended.is_some() {
        return Err(Error::conflict("call_over", "The call is over."));
    }
    if call.terms.policy.third_person != rule {
        return Err(Error::conflict(
            "not_offered",
            "In this call nobody can be brought in who is paid. Make a link instead.",
        ));
    }
    Ok(call)
}

/// What somebody was shown, and said yes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// Price of a minute in minor units.
    pub rate_minor: i64,
    /// What is reserved at the start, which says of increment and minimum what they cost.
    pub opening_minor: i64,
}

/// What was agreed to is what would be charged.
fn agreed(agreed: Agreed, offer: &Offer) -> Result<()> {
    if (agreed.rate_minor, agreed.opening_minor) == (offer.service.rate_minor, offer.opening_minor) {
        return Ok(());
    }
    let words = "The price has changed. Look at it again before you agree. Nothing was charged.";
    Err(Error::conflict("price_changed", words))
}

/// Whoever was rung takes the place that was kept for them.
///
/// # Errors
/// It was taken back, they are in that call already, or the database is away.
pub async fn seat(app: &App, scope: &TenantScope, leg: CallId, person: UserId) -> Result<()> {
    let now = app.now();
    app.db
        .tenant(scope, move |tx| call_guests::seat(tx, leg, person, now))
        .await
}

/// The place that a leg is for.
///
/// # Errors
/// The database is away.
pub async fn place(app: &App, scope: &TenantScope, leg: CallId) -> Result<call_guests::Guest> {
    app.db.read(scope, move |tx| call_guests::of_leg(tx, leg)).await
}

/// How a leg's call ended, if it has.
///
/// # Errors
/// The database is away.
pub async fn parent_ended(app: &App, scope: &TenantScope, parent: CallId) -> Result<Option<(Call, Ended)>> {
    let read = move |tx: &mut TenantTx<'_>| {
        let call = calls::find(tx, parent)?;
        let ended = call.ended;
        Ok(ended.map(|ended| (call, ended)))
    };
    app.db.read(scope, read).await
}

/// Of those of these calls that are legs and were live, each with who else was in its call.
///
/// # Errors
/// The database is away.
pub async fn others(app: &App, scope: &TenantScope, legs: Vec<Call>) -> Result<HashMap<CallId, Party>> {
    let was_live = |leg: &&Call| leg.ended.is_some_and(|ended| ended.live_at.is_some());
    let parents: Vec<CallId> = legs.iter().filter(was_live).filter_map(|leg| leg.parent).collect();
    if parents.is_empty() {
        return Ok(HashMap::new());
    }
    let parents = app.db.read(scope, move |tx| legs::parents(tx, &parents)).await?;
    let other = |leg: &Call| {
        let parent = parents.iter().find(|call| Some(call.id) == leg.parent)?;
        let theirs = [leg.buyer.id, leg.seller.id];
        let people = [&parent.seller, &parent.buyer];
        let other = people.into_iter().find(|person| !theirs.contains(&person.id))?;
        Some((leg.id, other.clone()))
    };
    Ok(legs.iter().filter_map(other).collect())
}

/// A call's legs that the person pays, or earns.
///
/// # Errors
/// The database is away.
pub async fn of_call(app: &App, scope: &TenantScope, call: CallId, person: UserId) -> Result<Vec<Call>> {
    app.db.read(scope, move |tx| legs::of_call(tx, call, person)).await
}
