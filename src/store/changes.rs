//! How often this process has written what lists of a tenant show: whoever keeps such a list sees that it is old.

use crate::domain::ids::TenantId;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Tenants share so many counters, so that no number of them fills the memory. Another's change costs a tenant a look
/// at the database, and nothing else.
const COUNTERS: usize = 1_024;

/// Counters of changes. Cheap to clone; all copies count together.
#[derive(Clone)]
pub struct ListChanges(Arc<[AtomicU64; COUNTERS]>);

impl Default for ListChanges {
    fn default() -> Self {
        Self(Arc::new([const { AtomicU64::new(0) }; COUNTERS]))
    }
}

impl ListChanges {
    /// Changes so far. To be read before the list is.
    pub fn count(&self, tenant: TenantId) -> u64 {
        self.counter(tenant).load(Ordering::Acquire)
    }

    /// What lists of this tenant show has changed, and others can see it.
    pub fn add(&self, tenant: TenantId) {
        self.counter(tenant).fetch_add(1, Ordering::Release);
    }

    fn counter(&self, tenant: TenantId) -> &AtomicU64 {
        &self.0[tenant.spread(COUNTERS)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_count_together() {
        let (changes, tenant) = (ListChanges::default(), TenantId::new());
        let before = changes.count(tenant);
        changes.clone().add(tenant);
        assert_ne!(changes.count(tenant), before);
    }
}
