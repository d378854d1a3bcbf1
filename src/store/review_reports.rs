//! Reports of reviews that somebody finds shouldn't be read.

use super::{
    TenantTx,
    moment::At,
    schema::{review_reports, reviews},
};
use crate::{
    domain::{
        ids::{CallId, UserId},
        report::ReviewFault,
        time::Moment,
    },
    error::Result,
};
use diesel::{dsl::exists, prelude::*, select};
use uuid::Uuid;

/// A report of what a buyer said about a call.
#[derive(Clone, Debug)]
pub struct Report {
    /// The review's call.
    pub call: CallId,
    /// By whom.
    pub by: UserId,
    /// What is wrong with it.
    pub fault: ReviewFault,
    /// In their words; may be empty.
    pub text: String,
    /// When.
    pub at: Moment,
}

/// As it is stored: only what buyers say is public.
const AUTHOR: &str = "buyer";

/// Keeps a report; false if this person has reported the review before.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, report: &Report) -> Result<bool> {
    let tenant = tx.tenant().uuid();
    let new = diesel::insert_into(review_reports::table)
        .values((
            review_reports::tenant_id.eq(tenant),
            review_reports::call_id.eq(report.call.uuid()),
            review_reports::author.eq(AUTHOR),
            review_reports::reporter_id.eq(report.by.uuid()),
            review_reports::fault.eq(report.fault.name()),
            review_reports::body.eq(&report.text),
            review_reports::at.eq(At(report.at)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    if new == 1 {
        diesel::update(reviews::table.find((tenant, report.call.uuid(), AUTHOR)))
            .set(reviews::open_reports.eq(reviews::open_reports + 1))
            .execute(tx.conn)?;
    }
    Ok(new == 1)
}

/// Whether somebody has reported a review.
///
/// # Errors
/// The database is away.
pub fn is_there(tx: &mut TenantTx<'_>, call: CallId, by: UserId) -> Result<bool> {
    let row = review_reports::table.find((tx.tenant().uuid(), call.uuid(), AUTHOR, by.uuid()));
    Ok(select(exists(row)).get_result(tx.conn)?)
}

/// How many reviews somebody has reported since then.
///
/// # Errors
/// The database is away.
pub fn count(tx: &mut TenantTx<'_>, by: UserId, since: Moment) -> Result<i64> {
    let count = review_reports::table
        .filter(review_reports::tenant_id.eq(tx.tenant().uuid()))
        .filter(review_reports::reporter_id.eq(by.uuid()))
        .filter(review_reports::at.gt(At(since)))
        .count();
    Ok(count.get_result(tx.conn)?)
}

/// Settles all open reports of a review; gives who made them.
///
/// # Errors
/// The database is away.
pub fn settle(tx: &mut TenantTx<'_>, call: CallId, now: Moment) -> Result<Vec<UserId>> {
    let tenant = tx.tenant().uuid();
    let open = review_reports::table
        .filter(review_reports::tenant_id.eq(tenant))
        .filter(review_reports::call_id.eq(call.uuid()))
        .filter(review_reports::author.eq(AUTHOR))
        .filter(review_reports::settled_at.is_null());
    let reporters: Vec<Uuid> = diesel::update(open)
        .set(review_reports::settled_at.eq(At(now)))
        .returning(review_reports::reporter_id)
        .get_results(tx.conn)?;
    diesel::update(reviews::table.find((tenant, call.uuid(), AUTHOR)))
        .set(reviews::open_reports.eq(0))
        .execute(tx.conn)?;
    Ok(reporters.into_iter().map(UserId::from_uuid).collect())
}
