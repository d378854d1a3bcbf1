//! How many connections one tenant may hold at once, so that there are some left for the others.

use crate::{
    domain::ids::TenantId,
    error::{Error, Result},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Tenants have so many shares between them: two that fall on the same one share it, and no number of tenants fills the
/// memory.
const SHARES: usize = 1_024;

/// Shares of a pool. Cheap to clone.
#[derive(Clone)]
pub(super) struct Shares(Arc<[Arc<Semaphore>]>);

impl Shares {
    /// Half of so many connections for each.
    pub fn of(connections: u32) -> Self {
        let each = usize::try_from(connections / 2).unwrap_or(1).max(1);
        Self((0..SHARES).map(|_| Arc::new(Semaphore::new(each))).collect())
    }

    /// The right to one of the tenant's connections, waited for no longer than for a connection itself.
    pub async fn take(&self, tenant: TenantId, patience: Duration) -> Result<OwnedSemaphorePermit> {
        let share = Arc::clone(&self.0[tenant.spread(SHARES)]);
        let taken = tokio::time::timeout(patience, share.acquire_owned()).await;
        taken.map_err(Error::unavailable)?.map_err(Error::unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tenant_has_half_and_another_one_its_own() {
        let (shares, tenant) = (Shares::of(4), TenantId::new());
        let far = |other: &TenantId| other.spread(SHARES) != tenant.spread(SHARES);
        let other = std::iter::repeat_with(TenantId::new).find(far).expect("another");
        let one = shares.take(tenant, Duration::ZERO).await.expect("a first");
        let _two = shares.take(tenant, Duration::ZERO).await.expect("a second");
        assert!(
            shares.take(tenant, Duration::ZERO).await.is_err(),
            "the rest is the others'"
        );
        drop(shares.take(other, Duration::ZERO).await.expect("another tenant"));
        drop(one);
        drop(shares.take(tenant, Duration::ZERO).await.expect("given back"));
    }
}
