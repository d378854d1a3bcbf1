//! Who doesn't want to have to do with whom.

use super::{
    TenantTx,
    moment::At,
    schema::{blocks, users},
};
use crate::{
    domain::{
        ids::{ConversationId, UserId},
        time::Moment,
    },
    error::Result,
};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{Bool, Nullable, Uuid as SqlUuid},
};
use uuid::Uuid;

/// Which of two people has blocked the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Between {
    /// The first has blocked the second.
    pub by_first: bool,
    /// The second has blocked the first.
    pub by_second: bool,
}

/// Somebody whom the reader has blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Who.
    pub id: UserId,
    /// Their public name.
    pub name: String,
    /// Since when.
    pub since: Moment,
}

/// Blocks somebody; again changes nothing.
///
/// # Errors
/// The database is away.
pub fn put(tx: &mut TenantTx<'_>, blocker: UserId, blocked: UserId, now: Moment) -> Result<()> {
    diesel::insert_into(blocks::table)
        .values((
            blocks::tenant_id.eq(tx.tenant().uuid()),
            blocks::blocker_id.eq(blocker.uuid()),
            blocks::blocked_id.eq(blocked.uuid()),
            blocks::created_at.eq(At(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(())
}

/// Blocks somebody no longer.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, blocker: UserId, blocked: UserId) -> Result<()> {
    diesel::delete(blocks::table.find((tx.tenant().uuid(), blocker.uuid(), blocked.uuid()))).execute(tx.conn)?;
    Ok(())
}

/// How many somebody has blocked.
///
/// # Errors
/// The database is away.
pub fn count(tx: &mut TenantTx<'_>, blocker: UserId) -> Result<i64> {
    let theirs = blocks::table
        .filter(blocks::tenant_id.eq(tx.tenant().uuid()))
        .filter(blocks::blocker_id.eq(blocker.uuid()));
    Ok(theirs.count().get_result(tx.conn)?)
}

/// Whom somebody has blocked, the last first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, blocker: UserId) -> Result<Vec<Blocked>> {
    let rows: Vec<(Uuid, String, At)> = blocks::table
        .inner_join(
            users::table.on(users::tenant_id
                .eq(blocks::tenant_id)
                .and(users::id.eq(blocks::blocked_id))),
        )
        .filter(blocks::tenant_id.eq(tx.tenant().uuid()))
        .filter(blocks::blocker_id.eq(blocker.uuid()))
        .order((blocks::created_at.desc(), users::id))
        .select((users::id, users::name, blocks::created_at))
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, name, since)| Blocked {
            id: UserId::from_uuid(id),
            name,
            since: since.into(),
        })
        .collect())
}

#[derive(QueryableByName)]
struct BetweenRow {
    #[diesel(sql_type = Bool)]
    by_first: bool,
    #[diesel(sql_type = Bool)]
    by_second: bool,
}

/// Which of two people has blocked the other.
///
/// # Errors
/// The database is away.
pub fn between(tx: &mut TenantTx<'_>, first: UserId, second: UserId) -> Result<Between> {
    let row: BetweenRow = sql_query(
        "SELECT EXISTS (SELECT 1 FROM blocks WHERE tenant_id = $1 AND blocker_id = $2 AND blocked_id = $3) AS by_first,
                EXISTS (SELECT 1 FROM blocks WHERE tenant_id = $1 AND blocker_id = $3 AND blocked_id = $2) AS by_second",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(first.uuid())
    .bind::<SqlUuid, _>(second.uuid())
    .get_result(tx.conn)?;
    Ok(Between {
        by_first: row.by_first,
        by_second: row.by_second,
    })
}

/// Everybody whom somebody has blocked or who has blocked them.
///
/// # Errors
/// The database is away.
pub fn around(tx: &mut TenantTx<'_>, person: UserId) -> Result<Vec<UserId>> {
    let (tenant, person) = (tx.tenant().uuid(), person.uuid());
    let theirs = blocks::table
        .filter(blocks::tenant_id.eq(tenant).and(blocks::blocker_id.eq(person)))
        .select(blocks::blocked_id);
    let others = blocks::table
        .filter(blocks::tenant_id.eq(tenant).and(blocks::blocked_id.eq(person)))
        .select(blocks::blocker_id);
    let ids: Vec<Uuid> = theirs.union(others).load(tx.conn)?;
    Ok(ids.into_iter().map(UserId::from_uuid).collect())
}

#[derive(QueryableByName)]
struct Met {
    #[diesel(sql_type = Bool)]
    met: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    conversation: Option<Uuid>,
}

/// Whether two people have had to do with each other: they wrote, called, booked, or were in a call together; and their conversation, if there is
/// one.
///
/// # Errors
/// The database is away.
pub fn have_met(tx: &mut TenantTx<'_>, one: UserId, other: UserId) -> Result<(bool, Option<ConversationId>)> {
    let found: Met = sql_query(
        "SELECT c.id AS conversation, c.id IS NOT NULL OR EXISTS (
             SELECT 1 FROM bookings WHERE tenant_id = $1 AND buyer_id = $2 AND seller_id = $3) OR EXISTS (
             SELECT 1 FROM bookings WHERE tenant_id = $1 AND buyer_id = $3 AND seller_id = $2) OR EXISTS (
             SELECT 1 FROM calls WHERE tenant_id = $1 AND buyer_id = $2 AND seller_id = $3) OR EXISTS (
             SELECT 1 FROM calls WHERE tenant_id = $1 AND buyer_id = $3 AND seller_id = $2) OR EXISTS (
             SELECT 1 FROM call_guests g JOIN calls k ON k.tenant_id = $1 AND k.id = g.call_id
             WHERE g.tenant_id = $1 AND g.admitted_at IS NOT NULL AND (g.user_id = $2 AND $3 IN (k.buyer_id, k.seller_id)
                 OR g.user_id = $3 AND $2 IN (k.buyer_id, k.seller_id))) OR EXISTS (
             SELECT 1 FROM call_guests g JOIN call_guests h ON h.tenant_id = $1 AND h.call_id = g.call_id
             WHERE g.tenant_id = $1 AND g.user_id = $2 AND h.user_id = $3
               AND g.admitted_at IS NOT NULL AND h.admitted_at IS NOT NULL) AS met
         FROM (SELECT 1) one LEFT JOIN LATERAL (
             SELECT id FROM conversations WHERE tenant_id = $1
               AND (buyer_id = $2 AND seller_id = $3 OR buyer_id = $3 AND seller_id = $2)
             ORDER BY last_at DESC LIMIT 1) c ON true",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(one.uuid())
    .bind::<SqlUuid, _>(other.uuid())
    .get_result(tx.conn)?;
    Ok((found.met, found.conversation.map(ConversationId::from_uuid)))
}
