//! What can be given to whom.

use super::{check, policy};
use crate::{
    app::{App, identity::Viewer, safety},
    domain::{
        ids::{CallId, UserId},
        money::Money,
        tenant::Tenant,
        tip,
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
    /// Amounts to offer.
    pub suggestions: [Money; 4],
    /// Least that can be given.
    pub least: Money,
    /// Most that can be given at once.
    pub most: Money,
    /// The reader's credit.
    pub available: Money,
}

/// What the reader can give to a seller, for a call of the two's if it is for one.
///
/// # Errors
/// The seller isn't there or can't be met, the call isn't the two's, or the database is away.
pub async fn show(
    app: &App,
    viewer: &Viewer,
    tenant: &Tenant,
    (seller, call): (UserId, Option<CallId>),
) -> Result<Offered> {
    let (buyer, currency) = (viewer.user.id, tenant.currency);
    let (name, running, available) = app
        .db
        .read(&viewer.scope, move |tx| {
            check(tx, buyer, seller, call)?;
            let user = users::find(tx, seller)?;
            safety::can_meet(tx, buyer, &user)?;
            let running = match call {
                Some(call) => calls::of_person(tx, call, buyer)?.ended.is_none(),
                None => false,
            };
            Ok((user.name, running, wallets::balance(tx, buyer, currency)?.available()))
        })
        .await?;
    let (least, most) = tip::bounds(&policy(tenant), currency);
    Ok(Offered {
        name,
        running,
        suggestions: tip::suggestions(currency),
        least,
        most,
        available,
    })
}
