//! Who else is on the staff. Nobody raises themselves, nobody gives or takes what they lack, and one admin stays.

use super::StaffMember;
use crate::{
    app::{
        App,
        identity::{Invitation, invite, is_asked, shown},
    },
    domain::{
        audit::{Action, Entry},
        identity::Email,
        ids::UserId,
        permission::{Permission, StaffRole, Standing},
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Result},
    store::{TenantTx, audit, mail_tokens, mail_tokens::Purpose, staff, users},
};
use serde_json::Value;

/// What is changed of somebody; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct StaffChange {
    /// What they are.
    pub role: Option<StaffRole>,
    /// What they may.
    pub permissions: Option<Vec<Permission>>,
}

fn uncovered() -> Error {
    Error::forbidden("You can't give or take rights that you don't have yourself.")
}

/// Asks somebody to join.
///
/// # Errors
/// A field that can't be taken, more rights than one's own, somebody who is staff already, or the database is away.
pub async fn invite_staff(
    app: &App,
    by: &StaffMember,
    tenant: &Tenant,
    origin: &str,
    (email, name): (&str, &str),
    standing: Standing,
) -> Result<UserId> {
    let (address, invitation) = (Email::parse(email)?, Invitation::new(email, name, tenant).await?);
    let (me, actor, now, origin) = (by.user()?, by.actor(), app.now(), origin.to_owned());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let (mine, _) = alone(tx, me)?;
            // Asking again whoever hasn't answered replaces their rights.
            let had = match users::by_email(tx, &address)? {
                Some((user, _)) if user.id == me => return Err(uncovered()),
                Some((user, _)) => staff::find(tx, user.id)?,
                None => None,
            };
            if !mine.covers(&standing) || had.is_some_and(|had| !mine.covers(&had.standing)) {
                return Err(uncovered());
            }
            invite(tx, &actor, &invitation, &standing, &origin, now)
        })
        .await
}

/// Changes somebody's role or permissions.
///
/// # Errors
/// It is oneself, rights beyond one's own, a list for an admin, the last admin, nobody of the staff, or the database is
/// away.
pub async fn change_staff(app: &App, by: &StaffMember, id: UserId, change: StaffChange) -> Result<()> {
    alter(app, by, id, Action::StaffChanged, move |tx, had, now| {
        let role = change.role.unwrap_or(had.role);
        let had = had.permissions.iter().copied();
        let next = match change.permissions {
            Some(listed) if role == StaffRole::Admin && !listed.is_empty() => {
                let words = "An admin may everything: nothing can be listed.";
                return Err(Error::field("permissions", words));
            }
            Some(listed) => Standing::new(role, listed),
            None => Standing::new(role, had),
        };
        staff::put(tx, id, &next, now)?;
        Ok(Some(next))
    })
    .await
}

/// Takes somebody off the staff; their account stays. An invitation that is open becomes worthless.
///
/// # Errors
/// As [`change_staff`].
pub async fn remove_staff(app: &App, by: &StaffMember, id: UserId) -> Result<()> {
    alter(app, by, id, Action::StaffRemoved, move |tx, _, now| {
        staff::remove(tx, id)?;
        if !is_asked(tx, id)? {
            mail_tokens::void_all(tx, id, &[Purpose::Invite], now)?;
        }
        Ok(None)
    })
    .await
}

/// One's own standing and the admins, now that nobody else changes the staff: one's rights may have been taken since the
/// request came in.
fn alone(tx: &mut TenantTx<'_>, me: UserId) -> Result<(Standing, Vec<UserId>)> {
    let admins = staff::lock_admins(tx)?;
    let mine = staff::standing(tx, me)?.filter(|mine| mine.may(Permission::Staff));
    Ok((mine.ok_or_else(uncovered)?, admins))
}

/// One change of somebody's standing, held against all rules before and after.
async fn alter<F>(app: &App, by: &StaffMember, id: UserId, action: Action, work: F) -> Result<()>
where
    F: FnOnce(&mut TenantTx<'_>, &Standing, Moment) -> Result<Option<Standing>> + Send + 'static,
{
    let (me, actor, now) = (by.user()?, by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let (mine, admins) = alone(tx, me)?;
            let had = staff::find(tx, id)?.ok_or_else(Error::not_found)?.standing;
            if !mine.covers(&had) {
                return Err(uncovered());
            }
            let next = work(tx, &had, now)?;
            if next.as_ref().is_some_and(|next| !mine.covers(next)) {
                return Err(uncovered());
            }
            let lasting = admins.iter().any(|admin| *admin != id)
                || next.as_ref().is_some_and(|next| next.role == StaffRole::Admin);
            if admins.contains(&id) && !lasting {
                let words = "This is the last admin. Make somebody else an admin first.";
                return Err(Error::conflict("last_admin", words));
            }
            let subject = users::find(tx, id)?.email;
            let after = next.as_ref().map_or(Value::Null, shown);
            let entry = Entry::new(action, subject).changed(shown(&had), after);
            audit::write(tx, &actor, &entry, now)
        })
        .await
}
