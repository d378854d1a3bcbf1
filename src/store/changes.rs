//! How often this process has written something of a tenant: whoever keeps what was read sees that it is old.

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
pub struct Changes(Arc<Counters>);

struct Counters {
    tenants: [AtomicU64; COUNTERS],
    everywhere: AtomicU64,
}

impl Default for Changes {
    fn default() -> Self {
        Self(Arc::new(Counters {
            tenants: [const { AtomicU64::new(0) }; COUNTERS],
            everywhere: AtomicU64::new(0),
        }))
    }
}

impl Changes {
    /// Changes so far. To be read before what is kept is.
    pub fn count(&self, tenant: TenantId) -> u64 {
        // Neither ever falls, so the sum stays only if both do.
        self.counter(tenant).load(Ordering::Acquire) + self.0.everywhere.load(Ordering::Acquire)
    }

    /// Something of this tenant has changed, and others can see it.
    pub fn add(&self, tenant: TenantId) {
        self.counter(tenant).fetch_add(1, Ordering::Release);
    }

    /// Something may have changed at any tenant.
    pub fn add_everywhere(&self) {
        self.0.everywhere.fetch_add(1, Ordering::Release);
    }

    fn counter(&self, tenant: TenantId) -> &AtomicU64 {
        &self.0.tenants[tenant.spread(COUNTERS)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_count_together() {
        let (changes, tenant) = (Changes::default(), TenantId::new());
        let before = changes.count(tenant);
        changes.clone().add(tenant);
        let after = changes.count(tenant);
        assert_ne!(after, before);
        changes.add_everywhere();
        assert_ne!(changes.count(tenant), after);
    }
}
