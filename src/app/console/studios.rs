//! Studios: who sells together, and who looks after them. A studio has a manager as long as it is open.

use super::{
    StaffMember,
    shares::{check_joins, refuse_own_studio, shown},
};
use crate::{
    app::{
        App,
        identity::{Invitation, invite_manager},
        platform::checked_name,
    },
    domain::{
        audit::{Action, Entry},
        ids::{StudioId, UserId},
        permission::Permission,
        tenant::Tenant,
        time::Moment,
    },
    error::{Error, Kind, Result},
    store::{
        TenantTx, audit, earning_shares, sellers,
        studios::{self, Studio},
        users,
    },
};
use serde_json::{Value, json};

/// Managers a studio can have.
const MOST_MANAGERS: usize = 20;
/// Sellers a studio can have; its page shows them all.
const MOST_SELLERS: usize = 200;

/// Opens a studio and asks its manager to look after it, by mail.
///
/// # Errors
/// A field that can't be taken, a name that another one has, somebody who looks after one already, or the database is
/// away.
pub async fn create_studio(
    app: &App,
    by: &StaffMember,
    tenant: &Tenant,
    origin: &str,
    name: &str,
    (email, manager): (&str, &str),
) -> Result<StudioId> {
    let name = checked_name(name)?;
    let invitation = Invitation::new(email, manager, tenant).await.map_err(of_manager)?;
    let (actor, now, origin) = (by.actor(), app.now(), origin.to_owned());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let id = StudioId::new();
            studios::insert(tx, id, &name, now)?;
            let after = json!({"manager": invitation.email()});
            let entry = Entry::new(Action::StudioCreated, name).changed(Value::Null, after);
            audit::write(tx, &actor, &entry, now)?;
            invite_manager(tx, &actor, &invitation, id, &origin, now)?;
            Ok(id)
        })
        .await
}

/// A field of the manager's, told apart from the studio's own name.
fn of_manager(error: Error) -> Error {
    match error.kind {
        Kind::Invalid { field: Some("name") } => Error::field("manager_name", error.public),
        Kind::Invalid { field: Some("email") } => Error::field("manager_email", error.public),
        _ => error,
    }
}

/// Gives a studio another name.
///
/// # Errors
/// A name that can't be taken or that another one has, closed, not here, or the database is away.
pub async fn rename_studio(app: &App, by: &StaffMember, id: StudioId, name: &str) -> Result<()> {
    let name = checked_name(name)?;
    alter(app, by, id, move |tx, studio, _| {
        studios::rename(tx, id, &name)?;
        let entry = Entry::new(Action::StudioRenamed, &name);
        Ok(entry.changed(json!({"name": studio.name}), json!({"name": name})))
    })
    .await
}

/// Closes a studio. Its sellers sell on, its managers see nothing of them any more.
///
/// # Errors
/// Closed already, not here, or the database is away.
pub async fn close_studio(app: &App, by: &StaffMember, id: StudioId) -> Result<()> {
    let decides = (by.user()?, by.standing().may(Permission::Money));
    alter(app, by, id, move |tx, studio, now| {
        refuse_own_studio(tx, decides, id, &[])?;
        let share = earning_shares::of_studio(tx, id)?;
        let (managers, sellers) = (studios::managers(tx, id)?, studios::sellers(tx, id)?);
        studios::close(tx, id, now)?;
        let names = |people: Vec<studios::StudioPerson>| people.into_iter().map(|each| each.email).collect::<Vec<_>>();
        let before = json!({"managers": names(managers), "sellers": names(sellers), "share": shown(share)});
        Ok(Entry::new(Action::StudioClosed, &studio.name).changed(before, Value::Null))
    })
    .await
}

/// Asks somebody to look after a studio, by mail.
///
/// # Errors
/// A field that can't be taken, somebody who looks after one already, as many as there can be, closed, not here, or the
/// database is away.
pub async fn add_studio_manager(
    app: &App,
    by: &StaffMember,
    tenant: &Tenant,
    origin: &str,
    id: StudioId,
    (email, name): (&str, &str),
) -> Result<UserId> {
    let invitation = Invitation::new(email, name, tenant).await?;
    let (actor, now, origin) = (by.actor(), app.now(), origin.to_owned());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            open(tx, id)?;
            if studios::managers(tx, id)?.len() >= MOST_MANAGERS {
                let words = "This studio has as many managers as there can be.";
                return Err(Error::conflict("studio_full", words));
            }
            invite_manager(tx, &actor, &invitation, id, &origin, now)
        })
        .await
}

/// Takes a studio from one of its managers; their account stays.
///
/// # Errors
/// They are the last one or don't look after it, closed, not here, or the database is away.
pub async fn remove_studio_manager(app: &App, by: &StaffMember, id: StudioId, user: UserId) -> Result<()> {
    let decides = (by.user()?, by.standing().may(Permission::Money));
    alter(app, by, id, move |tx, studio, _| {
        // With the one who is paid the studio's share that ends.
        let share = earning_shares::of_studio(tx, id)?.filter(|share| share.manager == user);
        if share.is_some() {
            refuse_own_studio(tx, decides, id, &[])?;
        }
        if !studios::remove_manager(tx, id, user)? {
            return Err(Error::not_found());
        }
        if studios::managers(tx, id)?.is_empty() {
            let words = "This is the last manager. Add another one first, or close the studio.";
            return Err(Error::conflict("last_manager", words));
        }
        let email = users::find(tx, user)?.email;
        let entry = Entry::new(Action::StudioManagerRemoved, email);
        let before = json!({"studio": studio.name, "share": shown(share)});
        Ok(entry.changed(before, Value::Null))
    })
    .await
}

/// Puts a seller into a studio.
///
/// # Errors
/// They are in one already, share too much with others or their account is closed, as many as there can be, closed, not here, or the database is away.
pub async fn add_studio_seller(app: &App, by: &StaffMember, id: StudioId, seller: UserId) -> Result<()> {
    let decides = (by.user()?, by.standing().may(Permission::Money));
    alter(app, by, id, move |tx, studio, now| {
        refuse_own_studio(tx, decides, id, &[seller])?;
        let user = users::find(tx, seller)?;
        sellers::find(tx, seller)?.ok_or_else(Error::not_found)?;
        if user.suspended {
            let words = "This person's account is closed. Open it again first.";
            return Err(Error::conflict("suspended", words));
        }
        if studios::sellers(tx, id)?.len() >= MOST_SELLERS {
            let words = "This studio has as many sellers as there can be.";
            return Err(Error::conflict("studio_full", words));
        }
        check_joins(tx, id, seller)?;
        if !studios::add_seller(tx, id, seller, now)? {
            let theirs = studios::of_seller(tx, seller)?.map_or_else(String::new, |theirs| theirs.name);
            let words = format!("This seller is in the studio “{theirs}”. They can be in one only.");
            return Err(Error::conflict("in_studio", words));
        }
        let entry = Entry::new(Action::StudioSellerAdded, user.email);
        Ok(entry.changed(Value::Null, json!({"studio": studio.name})))
    })
    .await
}

/// Takes a seller out of a studio; they sell on.
///
/// # Errors
/// They aren't in it, closed, not here, or the database is away.
pub async fn remove_studio_seller(app: &App, by: &StaffMember, id: StudioId, seller: UserId) -> Result<()> {
    let decides = (by.user()?, by.standing().may(Permission::Money));
    alter(app, by, id, move |tx, studio, _| {
        refuse_own_studio(tx, decides, id, &[])?;
        if !studios::remove_seller(tx, id, seller)? {
            return Err(Error::not_found());
        }
        let email = users::find(tx, seller)?.email;
        let entry = Entry::new(Action::StudioSellerRemoved, email);
        Ok(entry.changed(json!({"studio": studio.name}), Value::Null))
    })
    .await
}

/// An open studio, which nobody else changes meanwhile.
pub(super) fn open(tx: &mut TenantTx<'_>, id: StudioId) -> Result<Studio> {
    let studio = studios::lock(tx, id)?;
    match studio.closed_at {
        None => Ok(studio),
        Some(_) => Err(Error::conflict("studio_closed", "This studio is closed.")),
    }
}

/// One change of an open studio, with what is written down of it.
async fn alter<F>(app: &App, by: &StaffMember, id: StudioId, work: F) -> Result<()>
where
    F: FnOnce(&mut TenantTx<'_>, &Studio, Moment) -> Result<Entry> + Send + 'static,
{
    let (actor, now) = (by.actor(), app.now());
    app.db
        .tenant(&by.viewer().scope, move |tx| {
            let studio = open(tx, id)?;
            let entry = work(tx, &studio, now)?;
            audit::write(tx, &actor, &entry, now)
        })
        .await
}
