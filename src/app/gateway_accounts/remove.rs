//! An account is removed.

use super::{alter, name, refuse_while_paying_out};
use crate::{
    app::{App, console::StaffMember},
    domain::{
        audit::{Action, Entry},
        ids::GatewayAccountId,
    },
    error::{Error, Result},
    store::{TenantScope, gateway_accounts as stored, jobs, top_ups},
};
use serde::{Deserialize, Serialize};

/// The job's kind in the outbox; its payload is [`Forget`].
pub const FORGET_JOB: &str = "forget_gateway_keys";
/// So long afterwards banks take payments back, and providers are asked about them.
const CLOSING_MS: i64 = 180 * 86_400_000;

/// Which account's keys aren't needed any more.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Forget {
    account: GatewayAccountId,
}

/// Removes an account: it takes no payments any more. Its keys stay sealed for 180 days, for what becomes of those it took.
///
/// # Errors
/// Payments or payouts through it have no outcome yet, it isn't there, or the database is away.
pub async fn remove(app: &App, by: &StaffMember, id: GatewayAccountId) -> Result<()> {
    alter(app, by, id, move |tx, account, now| {
        if top_ups::is_any_open_through(tx, id)? {
            let words = "Payments through this account have no outcome yet. Switch it off, and remove it in an hour.";
            return Err(Error::conflict("payments_open", words));
        }
        if top_ups::is_any_held_through(tx, id)? {
            let words = "Cards hold money through this account that isn't taken yet. Switch it off, and remove it when \
                the orders are over that it was held for.";
            return Err(Error::conflict("payments_held", words));
        }
        refuse_while_paying_out(tx, id)?;
        stored::remove(tx, id, now)?;
        let payload = serde_json::to_value(Forget { account: id }).map_err(Error::internal)?;
        jobs::enqueue(tx, FORGET_JOB, payload, now + CLOSING_MS)?;
        Ok(Entry::new(Action::GatewayRemoved, name(account)))
    })
    .await
}

/// Forgets the keys of an account that was removed.
///
/// # Errors
/// The database is away; try again.
pub async fn forget(app: &App, scope: &TenantScope, Forget { account }: Forget) -> Result<()> {
    app.db.tenant(scope, move |tx| stored::forget(tx, account)).await
}
