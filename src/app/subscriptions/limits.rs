//! Where a plan's limits bite. Each is asked about in the transaction that adds one more, which waits for others that do
//! the same; who has no limit waits for nobody.

use crate::{
    domain::{
        plan::{Usage, has_room, has_space},
        subscription::Coverage,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        subscriptions::{self, Terms},
        tenants,
    },
};

/// The tenant's terms, if calls can begin here.
///
/// # Errors
/// What was paid for is over, and so are the days of grace; or the database is away.
pub(in crate::app) fn running(tx: &mut TenantTx<'_>, now: Moment) -> Result<Terms> {
    let terms = subscriptions::terms(tx, now)?;
    if let Coverage::Stopped { .. } = terms.coverage(now) {
        let words =
            "This marketplace takes no new calls at the moment. Calls that are running go on. Nothing was charged.";
        return Err(Error::conflict("subscription_over", words));
    }
    Ok(terms)
}

/// Whether no call can begin here.
///
/// # Errors
/// The database is away.
pub(in crate::app) fn is_stopped(tx: &mut TenantTx<'_>, now: Moment) -> Result<bool> {
    let coverage = subscriptions::terms(tx, now)?.coverage(now);
    Ok(matches!(coverage, Coverage::Stopped { .. }))
}

/// Lets one more call begin.
///
/// # Errors
/// As many are running as the plan has, or the database is away.
pub(in crate::app) fn one_more_call(tx: &mut TenantTx<'_>, terms: &Terms) -> Result<()> {
    let full = |_| {
        let words = "All lines of this marketplace are in use. Try again in a few minutes. Nothing was charged.";
        Error::conflict("calls_full", words)
    };
    one_more(tx, terms.limits.concurrent_calls, |used| used.concurrent_calls, full)
}

/// Lets one more person sell.
///
/// # Errors
/// As many sell as the plan has, or the database is away.
pub(in crate::app) fn one_more_seller(tx: &mut TenantTx<'_>, now: Moment) -> Result<()> {
    let most = subscriptions::terms(tx, now)?.limits.sellers;
    let full = |_| {
        let words = "This marketplace has as many sellers as its plan allows; its admins can choose a larger one.";
        Error::conflict("sellers_full", words)
    };
    one_more(tx, most, |used| used.sellers, full)
}

/// Lets one more person help to run it.
///
/// # Errors
/// As many do as the plan has, or the database is away.
pub(in crate::app) fn one_more_staff(tx: &mut TenantTx<'_>, now: Moment) -> Result<()> {
    let most = subscriptions::terms(tx, now)?.limits.staff;
    let full = |most| {
        let words = format!(
            "The plan has room for {most} on the staff, those who were invited included. Choose a larger one, or remove \
             somebody first."
        );
        Error::conflict("staff_full", words)
    };
    one_more(tx, most, |used| used.staff, full)
}

/// Lets somebody store so many bytes more.
///
/// # Errors
/// The plan has no space for them, or the database is away.
pub(in crate::app) fn more_stored(tx: &mut TenantTx<'_>, bytes: usize, now: Moment) -> Result<()> {
    let limit = subscriptions::terms(tx, now)?.limits.storage_mb;
    if limit.is_none() {
        return Ok(());
    }
    tenants::queue_up(tx)?;
    if has_space(
        limit,
        subscriptions::stored(tx)?,
        i64::try_from(bytes).unwrap_or(i64::MAX),
    ) {
        return Ok(());
    }
    let words = "This marketplace has no space left for files; its admins can choose a larger plan.";
    Err(Error::conflict("storage_full", words))
}

fn one_more(
    tx: &mut TenantTx<'_>,
    limit: Option<u32>,
    of: impl Fn(&Usage) -> i64,
    full: impl FnOnce(u32) -> Error,
) -> Result<()> {
    let Some(most) = limit else { return Ok(()) };
    tenants::queue_up(tx)?;
    if has_room(limit, of(&subscriptions::usage(tx)?)) {
        Ok(())
    } else {
        Err(full(most))
    }
}
