//! The right to touch one tenant's data.

use crate::domain::ids::TenantId;

/// Proof that a tenant was found out the proper way. It is made only in this module's parent: from a request's host,
/// from a claimed job, from a call that is read back. Having one is what lets code reach the tenant's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TenantScope {
    tenant: TenantId,
}

impl TenantScope {
    pub(in crate::store) fn of(tenant: TenantId) -> Self {
        Self { tenant }
    }

    /// Whose.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }
}
