//! The buyer brings a provider into a call, and pays for them.

use super::{Agreed, agreed, leg, open_call};
use crate::{
    app::{
        App,
        browse::Offer,
        calls as app_calls, guests,
        identity::{LinkToken, Viewer},
        identity_checks, safety,
    },
    domain::{
        guest::{GuestRole, LINK_MS, ThirdPerson},
        identity_check::Side,
        ids::{CallId, GuestId, ServiceId, UserId},
        money::Currency,
        quota::Counted,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        call_guests::{self, Guest},
        calls::{self, Call, CallRefused},
        sellers, services,
        users::{self, User},
    },
};

/// Whom the buyer wants, and at what price they agreed.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What the provider is paid for.
    pub service: ServiceId,
    /// As what they come.
    pub role: GuestRole,
    /// What an interpreter speaks.
    pub languages: Vec<String>,
    /// What it costs, as the buyer was shown.
    pub agreed: Agreed,
}

/// A provider as they would come.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Their name.
    pub name: String,
    /// What they would be paid for.
    pub offer: Offer,
    /// Its currency.
    pub currency: Currency,
    /// What an interpreter would speak.
    pub languages: Vec<String>,
}

/// Begins a leg, which rings at the provider. Only the buyer can: asking for this, at that price, is their yes.
///
/// # Errors
/// The call isn't theirs, is over, or isn't one that providers are brought into; the provider is in it already, isn't
/// available, or costs something else by now; the buyer can't afford the start; the room is full; the database is away.
pub async fn bring_in(app: &App, viewer: &Viewer, tenant: &Tenant, call: CallId, wanted: Wanted) -> Result<Call> {
    let (handle, tenant, buyer, now) = (app.clone(), tenant.clone(), viewer.user.id, app.now());
    let begin = move |tx: &mut TenantTx<'_>| {
        let parent = open_call(tx, call, buyer, ThirdPerson::BuyerPays)?;
        if parent.buyer.id != buyer {
            return Err(Error::forbidden("Only the one who pays can agree to that."));
        }
        let (offer, provider) = provider(&handle, tx, &tenant, (&parent, wanted.service), now)?;
        agreed(wanted.agreed, &offer)?;
        let languages = guests::room_for(tx, &parent, wanted.role, &wanted.languages, now)?;
        identity_checks::require(tx, buyer, Side::Buying)?;
        let buyer = users::find(tx, buyer)?;
        let leg = leg(tx, &tenant, &parent, (&buyer, &provider), offer, now)?;
        let accounts = app_calls::accounts(tx, &leg, now)?;
        handle.count(tx.tenant(), handle.quotas(&tenant), Counted::Joins)?;
        match calls::insert(tx, &leg, accounts) {
            Ok(()) => {}
            Err(CallRefused::SellerBusy | CallRefused::BuyerBusy) => return Err(busy(&provider)),
            Err(CallRefused::Other(error)) => return Err(error),
        }
        // Kept until they answer; nobody has its link.
        let place = Guest {
            id: GuestId::new(),
            call: parent.id,
            role: wanted.role,
            languages,
            invited_by: buyer.id,
            expires_at: now + LINK_MS,
            person: None,
            since: None,
            admitted: false,
            ended: false,
            leg: Some(leg.id),
        };
        call_guests::insert(tx, &place, LinkToken::new().hash(), now)?;
        Ok(leg)
    };
    app.db.tenant(&viewer.scope, begin).await
}

/// Whom the seller of a call would bring in, as the buyer is to be asked: nothing is begun by that.
///
/// # Errors
/// As above.
pub async fn offered(app: &App, viewer: &Viewer, tenant: &Tenant, call: CallId, wanted: Wanted) -> Result<Offered> {
    let (handle, tenant, seller, now) = (app.clone(), tenant.clone(), viewer.user.id, app.now());
    let look = move |tx: &mut TenantTx<'_>| {
        let parent = open_call(tx, call, seller, ThirdPerson::BuyerPays)?;
        let (offer, provider) = provider(&handle, tx, &tenant, (&parent, wanted.service), now)?;
        agreed(wanted.agreed, &offer)?;
        let languages = guests::room_for(tx, &parent, wanted.role, &wanted.languages, now)?;
        Ok(Offered {
            name: provider.name,
            offer,
            currency: tenant.currency,
            languages,
        })
    };
    app.db.tenant(&viewer.scope, look).await
}

/// A service that can be talked about now, and whose it is, if they can come into that call.
fn provider(
    app: &App,
    tx: &mut TenantTx<'_>,
    tenant: &Tenant,
    (parent, id): (&Call, ServiceId),
    now: Moment,
) -> Result<(Offer, User)> {
    let service = services::find(tx, id)?;
    if !(service.published && service.video_enabled) {
        return Err(Error::not_found());
    }
    let provider = users::find(tx, service.seller)?;
    if [parent.buyer.id, parent.seller.id].contains(&provider.id) || is_in(tx, parent.id, provider.id)? {
        let words = format!("{} is in this call already.", provider.name);
        return Err(Error::conflict("in_the_call", words));
    }
    safety::can_meet(tx, parent.buyer.id, &provider)?;
    // Whom the seller has blocked, or who has blocked them, is the seller's to know.
    safety::can_meet(tx, parent.seller.id, &provider).map_err(|_| safety::away(&provider))?;
    let profile = sellers::find(tx, provider.id)?.ok_or_else(Error::not_found)?;
    let switched_on = profile.available_until.is_some_and(|until| until > now);
    let wants_calls = !(provider.auto_reject || provider.do_not_disturb);
    if !(switched_on && wants_calls && app.people.is_online(tx.tenant(), provider.id)) {
        return Err(safety::away(&provider));
    }
    if calls::busy(tx, &[provider.id])?.contains(&provider.id) {
        return Err(busy(&provider));
    }
    Ok((Offer::of(tenant, service), provider))
}

fn is_in(tx: &mut TenantTx<'_>, call: CallId, person: UserId) -> Result<bool> {
    let places = call_guests::of_call(tx, call)?;
    let theirs = |place: &Guest| place.person.as_ref().is_some_and(|came| came.id == person);
    Ok(places.iter().any(theirs))
}

fn busy(provider: &User) -> Error {
    let words = format!("{} is in another call. Nothing was charged.", provider.name);
    Error::conflict("busy", words)
}
