//! Running the platform: its staff, and the tenants they look after.

mod calls;
mod erase;
mod health;
mod jobs;
mod nodes;
mod plans;
mod quotas;
mod session;
mod staff;
mod subscriptions;
mod tenants;
mod view_as;

pub use calls::end_call;
pub use erase::{ERASE_JOB, erase};
pub use health::{Health, health, today};
pub use jobs::{drop_job, retry_job};
pub use nodes::drain_node;
pub use plans::{PlanDraft, change_plan, create_plan};
pub use quotas::change_quotas;
pub use session::{SignedIn, Stage, authenticate, log_in, log_out};
pub use staff::{Newcomer, add, remove, reset_factor};
pub use subscriptions::{SubscriptionChange, change_subscriptions, set_subscription_free};
pub(super) use tenants::at_tenant;
pub use tenants::{Change, Founded, Invited, NewTenant, change, create, delete, invite_admin, restore, suspend};
pub(in crate::app) use tenants::{checked_name, checked_naming, checked_reason};
pub use view_as::view_as;

use crate::{
    domain::audit::{Actor, ActorId},
    domain::platform::PlatformRole,
    error::{Error, Result},
    store::platform_staff::PlatformPerson,
};
use std::ops::Deref;

/// A signed-in person of the platform's staff. Made only from a session that holds, so having one is the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformStaff {
    person: PlatformPerson,
    address: String,
}

impl PlatformStaff {
    /// Who.
    pub fn person(&self) -> &PlatformPerson {
        &self.person
    }

    /// For the audit log.
    pub fn actor(&self) -> Actor {
        Actor {
            who: ActorId::Platform(self.person.id),
            name: self.person.name.clone(),
            address: self.address.clone(),
        }
    }

    /// The same person with the right to change things.
    ///
    /// # Errors
    /// They may only look.
    pub fn owner(self) -> Result<PlatformOwner> {
        if self.person.role == PlatformRole::Owner {
            Ok(PlatformOwner(self))
        } else {
            Err(Error::forbidden("Only the platform's owners may do that."))
        }
    }
}

/// One of the platform's owners: what changes tenants asks for this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformOwner(PlatformStaff);

impl Deref for PlatformOwner {
    type Target = PlatformStaff;

    fn deref(&self) -> &PlatformStaff {
        &self.0
    }
}
