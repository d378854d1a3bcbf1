//! Who shares in what sellers earn, and what went to whom.

use super::{
    TenantTx,
    moment::At,
    refunds::{columns, subject},
    schema::{co_sellers, earning_shares, studio_shares},
};
use crate::{
    domain::{
        earning_share::{Share, ShareKind},
        ids::{StudioId, UserId},
        refund::Subject,
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Integer, Text, Uuid as SqlUuid},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a studio gets of what its sellers earn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StudioShare {
    /// Who is paid it.
    pub manager: UserId,
    /// How much, in basis points.
    pub bp: u32,
}

/// Somebody with whom a seller shares.
#[derive(Clone, Debug, QueryableByName, Serialize, ToSchema)]
pub struct CoSeller {
    /// Their account.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// How much is theirs, in basis points.
    #[diesel(sql_type = Integer)]
    pub bp: i32,
}

fn points(bp: i32) -> u32 {
    u32::try_from(bp).unwrap_or_default()
}

fn column(bp: u32) -> Result<i32> {
    i32::try_from(bp).map_err(Error::internal)
}

/// A studio's share, if it has one.
///
/// # Errors
/// The database is away.
pub fn of_studio(tx: &mut TenantTx<'_>, studio: StudioId) -> Result<Option<StudioShare>> {
    let row = studio_shares::table.find((tx.tenant().uuid(), studio.uuid()));
    let found: Option<(Uuid, i32)> = row
        .select((studio_shares::manager_id, studio_shares::bp))
        .first(tx.conn)
        .optional()?;
    Ok(found.map(|(manager, bp)| StudioShare {
        manager: UserId::from_uuid(manager),
        bp: points(bp),
    }))
}

/// Sets a studio's share, or ends it. The manager is one of the studio's.
///
/// # Errors
/// The database is away.
pub fn set_of_studio(tx: &mut TenantTx<'_>, studio: StudioId, share: Option<StudioShare>) -> Result<()> {
    let row = studio_shares::table.find((tx.tenant().uuid(), studio.uuid()));
    diesel::delete(row).execute(tx.conn)?;
    if let Some(share) = share {
        diesel::insert_into(studio_shares::table)
            .values((
                studio_shares::tenant_id.eq(tx.tenant().uuid()),
                studio_shares::studio_id.eq(studio.uuid()),
                studio_shares::manager_id.eq(share.manager.uuid()),
                studio_shares::bp.eq(column(share.bp)?),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// With whom a seller shares, by name.
///
/// # Errors
/// The database is away.
pub fn co_sellers(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Vec<CoSeller>> {
    let found = sql_query(
        "SELECT u.id, u.name, c.bp FROM co_sellers c JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.co_seller_id
         WHERE c.tenant_id = $1 AND c.seller_id = $2 ORDER BY lower(u.name), u.id",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(seller.uuid())
    .load(tx.conn)?;
    Ok(found)
}

/// Sets with whom a seller shares. All of them sell here.
///
/// # Errors
/// The database is away.
pub fn set_co_sellers(tx: &mut TenantTx<'_>, seller: UserId, others: &[(UserId, u32)]) -> Result<()> {
    let own = co_sellers::table
        .filter(co_sellers::tenant_id.eq(tx.tenant().uuid()))
        .filter(co_sellers::seller_id.eq(seller.uuid()));
    diesel::delete(own).execute(tx.conn)?;
    for (other, bp) in others {
        diesel::insert_into(co_sellers::table)
            .values((
                co_sellers::tenant_id.eq(tx.tenant().uuid()),
                co_sellers::seller_id.eq(seller.uuid()),
                co_sellers::co_seller_id.eq(other.uuid()),
                co_sellers::bp.eq(column(*bp)?),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Shared {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    bp: i64,
}

/// Which seller of a studio shares most with others, and how much that is, in basis points.
///
/// # Errors
/// The database is away.
pub fn most_shared_in(tx: &mut TenantTx<'_>, studio: StudioId) -> Result<Option<(String, i64)>> {
    let most: Option<Shared> = sql_query(
        "SELECT u.name, sum(c.bp)::bigint AS bp FROM studio_sellers s
         JOIN co_sellers c ON c.tenant_id = s.tenant_id AND c.seller_id = s.seller_id
         JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.seller_id
         WHERE s.tenant_id = $1 AND s.studio_id = $2 GROUP BY u.id, u.name ORDER BY bp DESC, u.id LIMIT 1",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(studio.uuid())
    .get_result(tx.conn)
    .optional()?;
    Ok(most.map(|most| (most.name, most.bp)))
}

#[derive(QueryableByName)]
struct Agreed {
    #[diesel(sql_type = SqlUuid)]
    sharer: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Integer)]
    bp: i32,
}

impl Agreed {
    fn share(self) -> Result<Share> {
        share(self.sharer, &self.kind, self.bp)
    }
}

fn share(sharer: Uuid, kind: &str, bp: i32) -> Result<Share> {
    let known = ShareKind::parse(kind).ok_or_else(|| Error::internal(anyhow!("unknown share {kind:?}")));
    Ok(Share {
        sharer: UserId::from_uuid(sharer),
        kind: known?,
        bp: points(bp),
    })
}

/// What is frozen on what a seller sells now: their studio's share, unless it is paid to them, then those of others, the
/// largest first.
///
/// # Errors
/// The database is away.
pub fn agreed(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Vec<Share>> {
    let rows: Vec<Agreed> = sql_query(
        "SELECT h.manager_id AS sharer, 'studio' AS kind, h.bp FROM studio_sellers s
         JOIN studio_shares h ON h.tenant_id = s.tenant_id AND h.studio_id = s.studio_id
         WHERE s.tenant_id = $1 AND s.seller_id = $2 AND h.manager_id <> $2
         UNION ALL
         SELECT co_seller_id, 'co_seller', bp FROM co_sellers WHERE tenant_id = $1 AND seller_id = $2
         ORDER BY kind DESC, bp DESC, sharer",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(seller.uuid())
    .load(tx.conn)?;
    rows.into_iter().map(Agreed::share).collect()
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Bool)]
    has: bool,
}

/// Whether somebody is paid a share, or has been.
///
/// # Errors
/// The database is away.
pub fn has_any(tx: &mut TenantTx<'_>, user: UserId) -> Result<bool> {
    let known: Known = sql_query(
        "SELECT EXISTS (SELECT 1 FROM studio_shares WHERE tenant_id = $1 AND manager_id = $2)
             OR EXISTS (SELECT 1 FROM earning_shares WHERE tenant_id = $1 AND sharer_id = $2) AS has",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(user.uuid())
    .get_result(tx.conn)?;
    Ok(known.has)
}

/// One movement of a share of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its transfer.
    pub id: Uuid,
    /// Of what.
    pub subject: Subject,
    /// Who earned it.
    pub seller: UserId,
    /// Which share.
    pub share: Share,
    /// Which movement of it, from 1.
    pub step: i32,
    /// To the sharer, or back if it is negative; in minor units.
    pub amount_minor: i64,
    /// When.
    pub at: Moment,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = earning_shares)]
struct Row {
    id: Uuid,
    call_id: Option<Uuid>,
    booking_id: Option<Uuid>,
    seller_id: Uuid,
    sharer_id: Uuid,
    kind: String,
    bp: i32,
    step: i32,
    amount_minor: i64,
    at: At,
}

impl Row {
    fn moved(self) -> Result<Moved> {
        let about = subject(self.call_id, self.booking_id);
        Ok(Moved {
            id: self.id,
            subject: about.ok_or_else(|| Error::internal(anyhow!("share {} is of nothing", self.id)))?,
            seller: UserId::from_uuid(self.seller_id),
            share: share(self.sharer_id, &self.kind, self.bp)?,
            step: self.step,
            amount_minor: self.amount_minor,
            at: self.at.into(),
        })
    }
}

/// Every movement of something's shares, oldest first.
///
/// # Errors
/// The database is away.
pub fn moved(tx: &mut TenantTx<'_>, about: Subject) -> Result<Vec<Moved>> {
    let own = earning_shares::table
        .filter(earning_shares::tenant_id.eq(tx.tenant().uuid()))
        .order((earning_shares::at, earning_shares::step, earning_shares::id))
        .select(Row::as_select());
    let rows: Vec<Row> = match about {
        Subject::Call(call) => own.filter(earning_shares::call_id.eq(call.uuid())).load(tx.conn)?,
        Subject::Order(order) => own.filter(earning_shares::booking_id.eq(order.uuid())).load(tx.conn)?,
    };
    rows.into_iter().map(Row::moved).collect()
}

/// Writes a movement down.
///
/// # Errors
/// The database is away.
pub fn insert(tx: &mut TenantTx<'_>, moved: &Moved) -> Result<()> {
    let (call, order) = columns(moved.subject);
    diesel::insert_into(earning_shares::table)
        .values((
            earning_shares::tenant_id.eq(tx.tenant().uuid()),
            earning_shares::id.eq(moved.id),
            earning_shares::call_id.eq(call),
            earning_shares::booking_id.eq(order),
            earning_shares::seller_id.eq(moved.seller.uuid()),
            earning_shares::sharer_id.eq(moved.share.sharer.uuid()),
            earning_shares::kind.eq(moved.share.kind.name()),
            earning_shares::bp.eq(column(moved.share.bp)?),
            earning_shares::step.eq(moved.step),
            earning_shares::amount_minor.eq(moved.amount_minor),
            earning_shares::at.eq(At(moved.at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}
