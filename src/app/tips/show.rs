//! What can be given to whom.

use super::{check, policy};
use crate::{
    app::{App, identity::Viewer, safety},
    domain::{
        ids::{CallId, UserId},
        money::Money,
        tenant::Tenant,
        tip::{self, Gift},
    },
    error::Result,
    store::{calls, users, wallets},
};

/// What the reader can give.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Who gets it.
    pub name: String,
    /// The call that it is for goes on.
    pub running: bool,
    /// There is a bill of it that the reader may see, once it is over.
    pub billed: bool,
    /// Amounts to offer.
    pub suggestions: [Money; 4],
    /// Gifts to offer, and what they cost.
    pub gifts: Vec<(Gift, Money)>,
    /// Least that can be given.
    pub least: Money,
    /// Most that can be given at once.
    pub most: Money,
    /// The reader's credit.
    pub available: Money,
}

/// What the reader can give to a seller, for a call if it is for one.
///
/// # Errors
/// The seller isn't there or can't be met, the call isn't theirs, or the database is away.
pub async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    (seller, call): (UserId, Option<CallId>),
) -> Result<Offered> {
    let (buyer, currency) = (viewer.user.id, tenant.currency);
    let (name, (running, billed), available) = app
        .db
        .read(&viewer.scope, move |tx| {
            check(tx, buyer, seller, call)?;
            let user = users::find(tx, seller)?;
            safety::can_meet(tx, buyer, &user)?;
            let call = call.map(|call| calls::find(tx, call)).transpose()?;
            let of_call = call.map(|call| (call.ended.is_none(), call.buyer.id == buyer && !call.terms.free));
            let available = wallets::balance(tx, buyer, currency)?.available();
            Ok((user.name, of_call.unwrap_or_default(), available))
        })
        .await?;
    let (least, most) = tip::bounds(&policy(tenant), currency);
    let gifts = Gift::ALL.map(|gift| (gift, gift.price(currency)));
    Ok(Offered {
        name,
        running,
        billed,
        suggestions: tip::suggestions(currency),
        gifts: gifts
            .into_iter()
            .filter(|(_, price)| price.minor <= most.minor)
            .collect(),
        least,
        most,
        available,
    })
}
