//! A tenant's console: what its staff do. Whoever comes here has shown which permission they act with, see
//! [`StaffMember::who_may`].

mod branding;
mod erase_person;
mod people;
mod reviews;
mod settings;
mod staff;
mod words;

pub use branding::{Look, Part, publish_look, publish_part, remake_picture, revert_look};
pub use erase_person::erase_user;
pub use people::{restore_user, suspend_user};
pub use reviews::{hide_review, show_review};
pub use settings::{SettingsChange, change_settings};
pub use staff::{StaffChange, change_staff, invite_staff, remove_staff};
pub use words::set_word;

use crate::{
    app::{App, identity::Viewer},
    domain::{
        audit::{Action, Actor, ActorId, Entry},
        permission::{Permission, Standing},
    },
    error::{Error, Result},
    store::{audit, staff as stored},
};

/// One of a tenant's staff at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMember {
    viewer: Viewer,
    standing: Standing,
    address: String,
}

impl StaffMember {
    /// The person, if they are on the staff.
    ///
    /// # Errors
    /// The database is away.
    pub async fn of(app: &App, viewer: Viewer, address: String) -> Result<Option<Self>> {
        let user = viewer.user.id;
        let standing = app
            .db
            .tenant(&viewer.scope, move |tx| stored::standing(tx, user))
            .await?;
        Ok(standing.map(|standing| Self {
            viewer,
            standing,
            address,
        }))
    }

    /// The person with the right to what they came for; `None` is what all staff may.
    ///
    /// # Errors
    /// They aren't staff, or lack the permission.
    pub fn who_may(member: Option<Self>, needed: Option<Permission>) -> Result<Self> {
        let member = member.ok_or_else(|| Error::forbidden("This is for the people who run this marketplace."))?;
        if needed.is_some_and(|permission| !member.standing.may(permission)) {
            return Err(Error::forbidden("You haven't been given the permission for this."));
        }
        Ok(member)
    }

    /// Who.
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// What they are and may.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// For the audit log.
    pub fn actor(&self) -> Actor {
        Actor {
            who: ActorId::Staff(self.viewer.user.id),
            name: self.viewer.user.name.clone(),
            address: self.address.clone(),
        }
    }
}

/// Writes down that somebody did something that changed no row: read others' words, ended a call.
///
/// # Errors
/// The database is away.
pub async fn note(app: &App, staff: &StaffMember, action: Action, subject: String) -> Result<()> {
    let (actor, now) = (staff.actor(), app.now());
    app.db
        .tenant(&staff.viewer.scope, move |tx| {
            audit::write(tx, &actor, &Entry::new(action, subject), now)
        })
        .await
}
