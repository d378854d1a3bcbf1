//! Who else is on the staff. Nobody raises themselves, nobody gives or takes what they lack, and one admin stays.

use super::StaffMember;
use crate::{
    app::{
        App,
        identity::{Invitation, invite, shown},
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
    if !by.standing().covers(&standing) {
        return Err(uncovered());
    }
    let (address, invitation) = (Email::parse(email)?, Invitation::new(email, name, tenant).await?);
    let (me, actor, mine, now) = (by.user()?, by.actor(), by.standing().clone(), app.now());
    let origin = origin.to_owned();
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            // Asking again whoever hasn't answered replaces their rights.
            if let Some((user, _)) = users::by_email(tx, &address)? {
                let had = staff::find(tx, user.id)?;
                if user.id == me || had.is_some_and(|had| !mine.covers(&had)) {
                    return Err(uncovered());
                }
            }
            invite(tx, &actor, &invitation, &standing, &origin, now)
        })
        .await
}

/// Changes somebody's role or permissions.
///
/// # Errors
/// It is oneself, rights beyond one's own, the last admin, nobody of the staff, or the database is away.
pub async fn change_staff(app: &App, by: &StaffMember, id: UserId, change: StaffChange) -> Result<()> {
    alter(app, by, id, Action::StaffChanged, move |tx, had, now| {
        let role = change.role.unwrap_or(had.role);
        let listed = change
            .permissions
            .unwrap_or_else(|| had.permissions.iter().copied().collect());
        let next = Standing::new(role, listed);
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
        mail_tokens::void_all(tx, id, Purpose::Invite, now)?;
        Ok(None)
    })
    .await
}

/// One change of somebody's standing, held against all rules before and after.
async fn alter<F>(app: &App, by: &StaffMember, id: UserId, action: Action, work: F) -> Result<()>
where
    F: FnOnce(&mut TenantTx<'_>, &Standing, Moment) -> Result<Option<Standing>> + Send + 'static,
{
    let (me, actor, now) = (by.user()?, by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let admins = staff::lock_admins(tx)?;
            // Now that the rows are locked: one's own rights may have been taken a moment ago.
            let mine = staff::find(tx, me)?.ok_or_else(uncovered)?;
            let had = staff::find(tx, id)?.ok_or_else(Error::not_found)?;
            let next = work(tx, &had, now)?;
            if !mine.covers(&had) || next.as_ref().is_some_and(|next| !mine.covers(next)) {
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
