//! A tenant's console: what its staff do. Whoever comes here has shown which permission they act with, see
//! [`StaffMember::who_may`].

mod branding;
mod calls;
mod categories;
mod charges;
mod documents;
mod erase_person;
mod frozen;
mod identity_checks;
mod money_back;
mod payouts;
mod people;
mod reports;
mod reset_factor;
mod returned_payouts;
mod reviews;
mod sellers;
mod services;
mod settings;
mod shares;
mod staff;
mod studios;
mod words;

pub use branding::{Look, Part, checked_title, publish_look, publish_part, publish_whole, revert_look};
mod visit;

pub use calls::end_call;
pub(in crate::app) use calls::note_end;
pub use categories::{CategoryDraft, change_category, close_category, create_category, open_category};
pub use charges::{Charges, OwnCharges, change_category_charges, change_charges, change_seller_charges, own_charges};
pub use documents::change_issuer;
pub use erase_person::erase_user;
pub use frozen::{freeze, unfreeze};
pub use identity_checks::{approve_identity, change_identity_rules, decline_identity, look_at_identity};
pub use money_back::{change_dispute_rules, charge, refund_as_staff};
pub use payouts::{
    approve_payouts, batch_payouts, change_payout_rules, fetch_batch, mark_batch_paid, request_payout, send_batch,
};
pub use people::{restore_user, suspend_user};
pub use reports::{close_report, note_report};
pub use reset_factor::reset_factor;
pub use returned_payouts::{fail_payout, refuse_payout};
pub use reviews::{hide_review, keep_review, show_review};
pub use sellers::invite_seller;
pub use services::{publish_service, unpublish_service};
pub use settings::{SettingsChange, change_settings};
pub use shares::{SellerShares, change_co_sellers, change_studio_share, seller_shares};
pub use staff::{StaffChange, change_staff, invite_staff, remove_staff};
pub use studios::{
    add_studio_manager, add_studio_seller, close_studio, create_studio, remove_studio_manager, remove_studio_seller,
    rename_studio,
};
pub use visit::{Entered, Visit, WAY_IN, enter, visit};
pub use words::{checked_text, set_word};

use crate::{
    app::{App, identity::Viewer},
    domain::{
        audit::{Action, Actor, ActorId, Entry},
        ids::UserId,
        permission::{Permission, StaffRole, Standing},
        time::Moment,
    },
    error::{Error, Result},
    store::{TenantScope, audit, staff as stored, visits::Visitor},
};
use uuid::Uuid;

/// Somebody at work in a tenant's console: one of its staff, or one of the platform's, who look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMember {
    viewer: ConsoleViewer,
    standing: Standing,
    address: String,
}

/// Who is at a console, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleViewer {
    /// Whose console.
    pub scope: TenantScope,
    who: Who,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    /// One of the tenant's people.
    Staff(Box<Viewer>),
    /// One of the platform's.
    Platform(Visitor),
}

impl ConsoleViewer {
    /// Their account's id, wherever they have it.
    pub fn id(&self) -> Uuid {
        match &self.who {
            Who::Staff(viewer) => viewer.user.id.uuid(),
            Who::Platform(visitor) => visitor.id.uuid(),
        }
    }

    /// Their name.
    pub fn name(&self) -> &str {
        match &self.who {
            Who::Staff(viewer) => &viewer.user.name,
            Who::Platform(visitor) => &visitor.name,
        }
    }

    /// Whom they are signed in as at the tenant; nobody if they are the platform's.
    pub fn account(&self) -> Option<&Viewer> {
        match &self.who {
            Who::Staff(viewer) => Some(viewer),
            Who::Platform(_) => None,
        }
    }
}

impl StaffMember {
    /// The person, if they are on the staff.
    ///
    /// # Errors
    /// The database is away.
    pub async fn of(app: &App, viewer: Viewer, address: String) -> Result<Option<Self>> {
        let user = viewer.user.id;
        let standing = app.db.read(&viewer.scope, move |tx| stored::standing(tx, user)).await?;
        let viewer = ConsoleViewer {
            scope: viewer.scope,
            who: Who::Staff(Box::new(viewer)),
        };
        Ok(standing.map(|standing| Self {
            viewer,
            standing,
            address,
        }))
    }

    /// The person with the right to what they came for; `None` is what all staff may.
    ///
    /// # Errors
    /// They aren't staff, lack the permission, or came for money without a second factor.
    pub fn who_may(member: Option<Self>, needed: Option<Permission>) -> Result<Self> {
        let member = member.ok_or_else(|| Error::forbidden("This is for the people who run this marketplace."))?;
        if needed.is_some_and(|permission| !member.standing.may(permission)) {
            return Err(Error::forbidden("You haven't been given the permission for this."));
        }
        if needed == Some(Permission::Money) {
            // The platform's own have always shown one.
            member.viewer.account().map_or(Ok(()), Viewer::has_factor)?;
        }
        Ok(member)
    }

    /// One of the platform's staff: sees everything. That they change nothing is the gate's to see to.
    pub fn visiting(visit: Visit, address: String) -> Self {
        let viewer = ConsoleViewer {
            scope: visit.scope,
            who: Who::Platform(visit.visitor),
        };
        Self {
            viewer,
            standing: Standing::new(StaffRole::Admin, []),
            address,
        }
    }

    /// Who, and where.
    pub fn viewer(&self) -> &ConsoleViewer {
        &self.viewer
    }

    /// The same person, if they have shown a code of their second factor lately: for what moves money, and for keys.
    ///
    /// # Errors
    /// They haven't, or they are the platform's, and only look.
    pub fn who_is_fresh(self, now: Moment) -> Result<Self> {
        self.account()?.is_fresh(now)?;
        Ok(self)
    }

    /// Whom they are signed in as at the tenant.
    ///
    /// # Errors
    /// They are the platform's, and only look.
    pub fn account(&self) -> Result<&Viewer> {
        self.viewer.account().ok_or_else(read_only)
    }

    /// Their account here.
    ///
    /// # Errors
    /// As [`Self::account`].
    pub fn user(&self) -> Result<UserId> {
        Ok(self.account()?.user.id)
    }

    /// Keeps them from deciding about what is their own, or was paid by them.
    ///
    /// # Errors
    /// One of these people is they.
    fn refuse_own(&self, people: &[UserId]) -> Result<()> {
        refuse_own(self.user()?, people)
    }

    /// They look and change nothing.
    pub fn is_read_only(&self) -> bool {
        self.viewer.account().is_none()
    }

    /// What they are and may.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// For the audit log.
    pub fn actor(&self) -> Actor {
        let who = match &self.viewer.who {
            Who::Staff(viewer) => ActorId::Staff(viewer.user.id),
            Who::Platform(visitor) => ActorId::Platform(visitor.id),
        };
        Actor {
            who,
            name: self.viewer.name().to_owned(),
            address: self.address.clone(),
        }
    }
}

/// What the platform's staff hear who would change something.
pub fn read_only() -> Error {
    Error::forbidden("You look at this console as the platform. Nothing can be changed here.")
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

/// The same, where those people are known in the transaction only.
pub(in crate::app) fn refuse_own(user: UserId, people: &[UserId]) -> Result<()> {
    if !people.contains(&user) {
        return Ok(());
    }
    Err(Error::conflict(
        "own_money",
        "This is your own. Somebody else has to decide about it.",
    ))
}
