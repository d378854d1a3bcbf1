//! What is set of a tenant: its name, its terms, what it may use, whether it needs a subscription.

use super::{SystemTx, TenantTx, moment::At, schema::tenants};
use crate::{
    domain::{ids::TenantId, policy::PolicyChange, quota::QuotaChange, time::Moment},
    error::{Error, Result},
};
use diesel::prelude::*;

/// What is changed of a tenant's name; absent fields stay.
#[derive(AsChangeset, Clone, Debug, Default, PartialEq, Eq)]
#[diesel(table_name = tenants)]
pub struct Naming {
    /// Public name.
    pub name: Option<String>,
    /// IANA zone, checked.
    pub time_zone: Option<String>,
    /// A language there are words in.
    pub language: Option<String>,
    /// Where answers to its mails go: nowhere in particular, or a checked address.
    pub reply_to: Option<Option<String>>,
}

/// Changes what is set of `naming`.
///
/// # Errors
/// The database is away.
pub fn rename(tx: &mut TenantTx<'_>, naming: &Naming) -> Result<()> {
    if *naming != Naming::default() {
        diesel::update(tenants::table.find(tx.tenant().uuid()))
            .set(naming)
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Sets what a tenant changes of the platform's policy, and its bounds of prices if they are given.
///
/// # Errors
/// The database is away.
pub fn set_terms(tx: &mut TenantTx<'_>, policy: &PolicyChange, bounds: Option<(i64, i64)>) -> Result<()> {
    let policy = serde_json::to_value(policy).map_err(Error::internal)?;
    let row = tenants::table.find(tx.tenant().uuid());
    diesel::update(row).set(tenants::policy.eq(policy)).execute(tx.conn)?;
    if let Some((least, most)) = bounds {
        diesel::update(row)
            .set((tenants::min_rate_minor.eq(least), tenants::max_rate_minor.eq(most)))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Sets what a tenant may use instead of what all may.
///
/// # Errors
/// The database is away.
pub fn set_quotas(tx: &mut SystemTx<'_>, id: TenantId, quotas: &QuotaChange) -> Result<()> {
    let quotas = serde_json::to_value(quotas).map_err(Error::internal)?;
    diesel::update(tenants::table.find(id.uuid()))
        .set(tenants::quotas.eq(quotas))
        .execute(tx.conn)?;
    Ok(())
}

/// Marks a tenant as free of subscriptions, or as in need of one from `now` on. False if it was so already.
///
/// # Errors
/// The database is away.
pub fn set_subscription_free(tx: &mut SystemTx<'_>, id: TenantId, free: bool, now: Moment) -> Result<bool> {
    let other = tenants::table
        .find(id.uuid())
        .filter(tenants::subscription_free.ne(free));
    let changed = diesel::update(other)
        .set((
            tenants::subscription_free.eq(free),
            tenants::subscription_due_since.eq((!free).then_some(At(now))),
        ))
        .execute(tx.conn)?;
    Ok(changed == 1)
}

/// Whether a tenant is marked as free of subscriptions.
///
/// # Errors
/// There is none, or the database is away.
pub fn is_subscription_free(tx: &mut SystemTx<'_>, id: TenantId) -> Result<bool> {
    let row = tenants::table.find(id.uuid());
    Ok(row.select(tenants::subscription_free).first(tx.conn)?)
}
