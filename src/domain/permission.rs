//! What a tenant's staff may do. Every route of the tenant's console names one of these, and [`Standing::may`] is the one
//! place that decides.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// One thing that staff may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See the figures.
    Dashboard,
    /// Look after sellers.
    Sellers,
    /// Look after people's accounts.
    Users,
    /// See what people sent to show who they are, and decide.
    IdentityChecks,
    /// Look after the other staff.
    Staff,
    /// Look after what is offered.
    Services,
    /// See calls and end them.
    Calls,
    /// Watch and delete recordings of calls.
    Recordings,
    /// Read what people wrote to each other.
    ChatHistory,
    /// Hide and show reviews.
    Reviews,
    /// Change the marketplace's settings.
    Settings,
    /// Change how it looks.
    Branding,
    /// Change what it says.
    Words,
    /// See and pay the subscription.
    Subscription,
    /// Read what staff did.
    Audit,
    /// See and move money.
    Money,
    /// Take everything out as one archive.
    Export,
}

impl Permission {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 17] = [
        Self::Dashboard,
        Self::Sellers,
        Self::Users,
        Self::IdentityChecks,
        Self::Staff,
        Self::Services,
        Self::Calls,
        Self::Recordings,
        Self::ChatHistory,
        Self::Reviews,
        Self::Settings,
        Self::Branding,
        Self::Words,
        Self::Subscription,
        Self::Audit,
        Self::Money,
        Self::Export,
    ];

    /// As it is stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dashboard => "dashboard",
            Self::Sellers => "sellers",
            Self::Users => "users",
            Self::IdentityChecks => "identity_checks",
            Self::Staff => "staff",
            Self::Services => "services",
            Self::Calls => "calls",
            Self::Recordings => "recordings",
            Self::ChatHistory => "chat_history",
            Self::Reviews => "reviews",
            Self::Settings => "settings",
            Self::Branding => "branding",
            Self::Words => "words",
            Self::Subscription => "subscription",
            Self::Audit => "audit",
            Self::Money => "money",
            Self::Export => "export",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

/// What somebody is in a tenant's console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    /// May everything, whatever permissions there are or will be.
    Admin,
    /// May what is listed.
    Staff,
}

impl StaffRole {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Staff => "staff",
        }
    }

    /// Reads [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Admin, Self::Staff]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

/// Somebody's place among the staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What they are.
    pub role: StaffRole,
    /// What is listed for them; an admin's list is empty.
    pub permissions: BTreeSet<Permission>,
}

impl Standing {
    /// With no more than the role lets be listed.
    pub fn new(role: StaffRole, permissions: impl IntoIterator<Item = Permission>) -> Self {
        let permissions = match role {
            StaffRole::Admin => BTreeSet::new(),
            StaffRole::Staff => permissions.into_iter().collect(),
        };
        Self { role, permissions }
    }

    /// Whether they may do it.
    pub fn may(&self, permission: Permission) -> bool {
        self.role == StaffRole::Admin || self.permissions.contains(&permission)
    }

    /// All they may do.
    pub fn all(&self) -> Vec<Permission> {
        Permission::ALL.into_iter().filter(|each| self.may(*each)).collect()
    }

    /// Whether they may give somebody this standing, or take it away: nobody passes on more than they have.
    pub fn covers(&self, other: &Self) -> bool {
        self.role == StaffRole::Admin
            || (other.role == StaffRole::Staff && other.permissions.iter().all(|each| self.may(*each)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_are_what_is_sent() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.name()), Some(permission));
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.name());
        }
        assert_eq!(Permission::parse("everything"), None);
    }

    #[test]
    fn nobody_passes_on_more_than_they_have() {
        let admin = Standing::new(StaffRole::Admin, []);
        let some = Standing::new(StaffRole::Staff, [Permission::Staff, Permission::Users]);
        let less = Standing::new(StaffRole::Staff, [Permission::Users]);
        let money = Standing::new(StaffRole::Staff, [Permission::Money]);
        assert!(admin.covers(&admin) && admin.covers(&money));
        assert!(some.covers(&less) && some.covers(&some));
        assert!(!some.covers(&admin) && !some.covers(&money) && !less.covers(&some));
        assert!(Permission::ALL.iter().all(|each| admin.may(*each)));
        assert!(!less.may(Permission::Staff));
    }
}
