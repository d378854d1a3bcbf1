//! Whoever comes by a link pays for themselves, where the call's policy says so.

use super::{Agreed, agreed, leg};
use crate::{
    app::{App, browse::Offer, calls as app_calls, identity_checks, safety},
    domain::{guest::ThirdPerson, identity_check::Side, ids::UserId, quota::Counted, tenant::Tenant, time::Moment},
    error::Result,
    store::{
        TenantTx,
        call_guests::{self, Guest},
        calls::{self, Call, CallRefused},
        services, users,
    },
};

/// What whoever comes by a link into that call pays; none where nobody does.
pub(in crate::app) fn price(tx: &mut TenantTx<'_>, tenant: &Tenant, parent: &Call) -> Result<Option<Offer>> {
    if parent.terms.policy.third_person != ThirdPerson::GuestPays {
        return Ok(None);
    }
    Ok(Some(Offer::of(tenant, services::find(tx, parent.service)?)))
}

/// Somebody with an account who agreed to a price begins the leg that they pay by.
///
/// # Errors
/// The price is another one by now, they can't afford the start or are in a call, they and the seller don't meet, or the
/// database is away.
pub(in crate::app) fn begin_to_pay(
    app: &App,
    tx: &mut TenantTx<'_>,
    tenant: &Tenant,
    (parent, place): (&Call, &Guest),
    (payer, yes): (UserId, Agreed),
    now: Moment,
) -> Result<Call> {
    let offer = Offer::of(tenant, services::find(tx, parent.service)?);
    agreed(yes, &offer)?;
    let (payer, seller) = (users::find(tx, payer)?, users::find(tx, parent.seller.id)?);
    safety::can_meet(tx, payer.id, &seller)?;
    identity_checks::require(tx, payer.id, Side::Buying)?;
    if calls::busy(tx, &[payer.id])?.contains(&payer.id) {
        return Err(app_calls::in_a_call());
    }
    let leg = leg(tx, tenant, parent, (&payer, &seller), offer, now)?;
    let accounts = app_calls::accounts(tx, &leg, now)?;
    app.count(tx.tenant(), app.quotas(tenant), Counted::Joins)?;
    match calls::insert(tx, &leg, accounts) {
        Ok(()) => {}
        Err(CallRefused::BuyerBusy | CallRefused::SellerBusy) => return Err(app_calls::in_a_call()),
        Err(CallRefused::Other(error)) => return Err(error),
    }
    call_guests::pays(tx, place.id, leg.id)?;
    Ok(leg)
}
