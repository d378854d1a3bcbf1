//! Mails about the end of what tenants have paid for: who is to get one, and which were sent.

use super::{SystemTx, TenantTx, moment::At, schema::subscription_notices as notices, subscriptions::DUE_SINCE};
use crate::{
    domain::{
        ids::{TenantId, UserId},
        subscription::MOST_DAYS,
        time::Moment,
    },
    error::Result,
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use jiff::tz::TimeZone;
use uuid::Uuid;

/// How long after an end a mail about it still makes sense.
const LATE_MS: i64 = 30 * 86_400_000;

/// A tenant whose paid time ends soon, or has ended lately.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Which.
    pub tenant: TenantId,
    /// Its zone.
    pub zone: TimeZone,
    /// The end.
    pub ends_at: Moment,
    /// When that end became known.
    pub since: Moment,
    /// The mail that was sent last about it, as days before.
    pub told: Option<i32>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    time_zone: String,
    #[diesel(sql_type = Timestamptz)]
    ends_at: At,
    #[diesel(sql_type = Timestamptz)]
    since: At,
    #[diesel(sql_type = Nullable<Integer>)]
    told: Option<i32>,
}

/// All of them that are open.
///
/// # Errors
/// The database is away.
pub fn ending(tx: &mut SystemTx<'_>, now: Moment) -> Result<Vec<Ending>> {
    // A day more than the longest notice: civil days may have 25 hours.
    let horizon = now + i64::from(MOST_DAYS + 1) * 86_400_000;
    let rows: Vec<Row> = sql_query(format!(
        "SELECT e.id, e.time_zone, e.ends_at, e.since,
            (SELECT min(n.days_before) FROM subscription_notices n WHERE n.tenant_id = e.id AND n.ends_at = e.ends_at) AS told
         FROM (
            SELECT t.id, t.time_zone, greatest(d.due, s.until) AS ends_at,
                CASE WHEN s.until > d.due THEN s.at ELSE d.due - interval '1 millisecond' END AS since
            FROM tenants t CROSS JOIN subscription_settings g
            CROSS JOIN LATERAL (SELECT {DUE_SINCE} AS due) d
            LEFT JOIN LATERAL (
                SELECT expires_at AS until, created_at AS at FROM subscriptions
                WHERE tenant_id = t.id ORDER BY expires_at DESC LIMIT 1) s ON true
            WHERE t.state = 'active' AND d.due IS NOT NULL
         ) e
         WHERE e.ends_at BETWEEN $1 AND $2"
    ))
    .bind::<Timestamptz, _>(At(now + -LATE_MS))
    .bind::<Timestamptz, _>(At(horizon))
    .load(tx.conn)?;
    let found = rows.into_iter().map(|row| Ending {
        tenant: TenantId::from_uuid(row.id),
        zone: TimeZone::get(&row.time_zone).unwrap_or(TimeZone::UTC),
        ends_at: row.ends_at.0,
        since: row.since.0,
        told: row.told,
    });
    Ok(found.collect())
}

/// Notes that a mail goes out; false if it did already, from whichever process.
///
/// # Errors
/// The database is away.
pub fn note(tx: &mut TenantTx<'_>, ends_at: Moment, days_before: i32, now: Moment) -> Result<bool> {
    let noted = diesel::insert_into(notices::table)
        .values((
            notices::tenant_id.eq(tx.tenant().uuid()),
            notices::ends_at.eq(At(ends_at)),
            notices::days_before.eq(days_before),
            notices::sent_at.eq(At(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(noted == 1)
}

/// Whom to write to: the admins who have accepted and whose accounts are open. Not locked, since the tenant is.
///
/// # Errors
/// The database is away.
pub fn readers(tx: &mut TenantTx<'_>) -> Result<Vec<UserId>> {
    use super::schema::{staff, users};
    let admins = users::table
        .inner_join(staff::table.on(staff::tenant_id.eq(users::tenant_id).and(staff::user_id.eq(users::id))));
    let found: Vec<Uuid> = admins
        .filter(users::tenant_id.eq(tx.tenant().uuid()).and(staff::role.eq("admin")))
        .filter(staff::accepted_at.is_not_null().and(users::suspended_at.is_null()))
        .order(users::id)
        .select(users::id)
        .load(tx.conn)?;
    Ok(found.into_iter().map(UserId::from_uuid).collect())
}
