//! Who could be brought into a call now.

use super::open_call;
use crate::{
    app::{App, browse::Offer, identity::Viewer},
    domain::{
        guest::ThirdPerson,
        ids::{CallId, UserId},
        tenant::Tenant,
    },
    error::Result,
    store::{TenantTx, blocks, calls, sellers, services},
};
use std::collections::HashSet;

/// Most sellers that are looked at; whether they are online is known only outside of the database.
const MOST_SWITCHED_ON: i64 = 1_000;
/// Most providers that are told.
const MOST: i64 = 20;

/// Somebody who could be brought in.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Their public name.
    pub name: String,
    /// What they would be paid for.
    pub offer: Offer,
}

/// The services of those who can be rung now and aren't in the call, with a text in name or title, by name.
///
/// # Errors
/// The call isn't the reader's, is over, or isn't one that providers are brought into; the database is away.
pub async fn providers(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    call: CallId,
    search: &str,
) -> Result<Vec<Provider>> {
    let (people, person, now) = (app.people.clone(), viewer.user.id, app.now());
    let (tenant, search) = (tenant.clone(), search.to_owned());
    let find = move |tx: &mut TenantTx<'_>| {
        let call = open_call(tx, call, person, ThirdPerson::BuyerPays)?;
        let mut kept_out: HashSet<UserId> = HashSet::from([call.buyer.id, call.seller.id]);
        kept_out.extend(blocks::around(tx, call.buyer.id)?);
        kept_out.extend(blocks::around(tx, call.seller.id)?);
        let mut ids = sellers::switched_on(tx, now, MOST_SWITCHED_ON)?;
        ids.retain(|id| !kept_out.contains(id) && people.is_online(tx.tenant(), *id));
        let busy = calls::busy(tx, &ids)?;
        ids.retain(|id| !busy.contains(id));
        let found = services::talked(tx, &ids, &search, MOST)?;
        let provider = |(service, name)| Provider {
            name,
            offer: Offer::of(&tenant, service),
        };
        Ok(found.into_iter().map(provider).collect())
    };
    app.db.tenant(&viewer.scope, find).await
}
