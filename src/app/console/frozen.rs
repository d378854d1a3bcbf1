//! Freezing people's money: it stays where it is until staff let it go.

use super::StaffMember;
use crate::{
    app::{App, payouts::send_later, platform::checked_reason},
    domain::{
        audit::{Action, Entry},
        ids::UserId,
    },
    error::{Error, Result},
    store::{audit, frozen, payout_batches, users},
};
use serde_json::json;

/// Freezes somebody's money: nothing is spent or paid out. What buyers and the marketplace get back of it still goes.
///
/// # Errors
/// No reason, it is oneself, frozen already, not here, or the database is away.
pub async fn freeze(app: &App, by: &StaffMember, id: UserId, reason: &str) -> Result<()> {
    let reason = checked_reason(reason)?;
    by.refuse_own(&[id])?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            users::lock(tx, id)?;
            if frozen::is_frozen(tx, id)? {
                return Err(Error::conflict("frozen", "This person's money is frozen already."));
            }
            frozen::set(tx, id, Some(&reason), now)?;
            let entry = Entry::new(Action::MoneyFrozen, id.to_string());
            let entry = entry.changed(json!({"frozen": false}), json!({"frozen": true, "reason": reason}));
            audit::write(tx, &actor, &entry, now)
        })
        .await
}

/// Lets somebody's money go again.
///
/// # Errors
/// It is oneself, it isn't frozen, not here, or the database is away.
pub async fn unfreeze(app: &App, by: &StaffMember, id: UserId) -> Result<()> {
    by.refuse_own(&[id])?;
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            users::lock(tx, id)?;
            if !frozen::is_frozen(tx, id)? {
                return Err(Error::conflict("not_frozen", "This person's money isn't frozen."));
            }
            frozen::set(tx, id, None, now)?;
            // What waited for that is sent.
            for batch in payout_batches::carried_to(tx, id)? {
                send_later(tx, batch, now)?;
            }
            let entry = Entry::new(Action::MoneyReleased, id.to_string());
            let entry = entry.changed(json!({"frozen": true}), json!({"frozen": false}));
            audit::write(tx, &actor, &entry, now)
        })
        .await
}
