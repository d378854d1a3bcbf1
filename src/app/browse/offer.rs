//! A service as a buyer is told of it.

use crate::{
    domain::{
        call::{Terms, blocks::Blocks},
        policy::{Policy, PolicyChange, resolve},
        tenant::Tenant,
    },
    store::services::Service,
};

/// The policy that a call has for a service with this change, in a category with that one.
pub fn policy(tenant: &Tenant, category: &PolicyChange, service: &PolicyChange) -> Policy {
    resolve(&Policy::default(), &tenant.policy, category, service)
}

/// A service with what its price means.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The service.
    pub service: Service,
    /// The policy a call for it would have.
    pub policy: Policy,
    /// What must be in the wallet to start: the larger of minimum and first increment.
    pub opening_minor: i64,
    /// What the minimum costs.
    pub minimum_minor: i64,
}

impl Offer {
    /// `service` under the policy of `tenant`.
    pub fn of(tenant: &Tenant, service: Service) -> Self {
        let policy = policy(tenant, &service.category_policy(), &service.policy);
        let blocks = Blocks::new(Terms::new(service.rate_minor, policy.clone()));
        Self {
            opening_minor: blocks.gross_minor(blocks.end_s(blocks.opening())),
            minimum_minor: blocks.gross_minor(blocks.minimum_s()),
            service,
            policy,
        }
    }

    /// Whole minutes that so much lasts.
    pub fn lasts_minutes(&self, available_minor: i64) -> u32 {
        const MOST_BLOCKS: u32 = 100_000;
        let blocks = Blocks::new(Terms::new(self.service.rate_minor, self.policy.clone()));
        let seconds = blocks.end_s(blocks.affordable(0, available_minor.max(0), MOST_BLOCKS));
        u32::try_from((seconds + i64::from(self.policy.grace_s)) / 60).unwrap_or(u32::MAX)
    }
}
