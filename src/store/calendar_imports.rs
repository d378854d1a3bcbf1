//! Calendars that sellers keep elsewhere, and when they are busy by them.

use super::{
    TenantTx,
    moment::At,
    schema::{bookings, busy_times, calendar_imports},
};
use crate::{
    domain::{
        ids::{BookingId, UserId},
        imported::{Busy, Trouble},
        time::{Moment, Span},
    },
    error::{Error, Result},
};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, Timestamptz, Uuid as SqlUuid},
};
use std::collections::HashSet;
use uuid::Uuid;

/// A seller's calendar elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Where it is, sealed.
    pub address: Vec<u8>,
    /// The part of that which may be shown.
    pub host: String,
    /// When the address was given.
    pub set_at: Moment,
    /// When it is to be read next; none once it was given up.
    pub due_at: Option<Moment>,
    /// When it was read last.
    pub read_at: Option<Moment>,
    /// Since when it can't be read, and why not.
    pub failing: Option<(Moment, Trouble)>,
    /// Entries that couldn't be understood.
    pub left_out: u32,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = calendar_imports)]
#[diesel(treat_none_as_null = true)]
struct Row {
    address: Vec<u8>,
    host: String,
    set_at: At,
    due_at: Option<At>,
    read_at: Option<At>,
    failing_since: Option<At>,
    trouble: Option<String>,
    left_out: i32,
}

impl Row {
    fn of(import: &Import) -> Result<Self> {
        Ok(Self {
            address: import.address.clone(),
            host: import.host.clone(),
            set_at: At(import.set_at),
            due_at: import.due_at.map(At),
            read_at: import.read_at.map(At),
            failing_since: import.failing.map(|(since, _)| At(since)),
            trouble: import.failing.map(|(_, trouble)| trouble.name().to_owned()),
            left_out: i32::try_from(import.left_out).map_err(Error::internal)?,
        })
    }

    fn import(self) -> Import {
        let trouble = self.trouble.as_deref().and_then(Trouble::parse);
        Import {
            address: self.address,
            host: self.host,
            set_at: self.set_at.into(),
            due_at: self.due_at.map(Moment::from),
            read_at: self.read_at.map(Moment::from),
            failing: self.failing_since.map(Moment::from).zip(trouble),
            left_out: u32::try_from(self.left_out).unwrap_or(0),
        }
    }
}

/// A seller's calendar elsewhere, if they gave one.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Option<Import>> {
    let row: Option<Row> = calendar_imports::table
        .find((tx.tenant().uuid(), seller.uuid()))
        .select(Row::as_select())
        .first(tx.conn)
        .optional()?;
    Ok(row.map(Row::import))
}

/// The same; nobody else changes it until the transaction ends.
///
/// # Errors
/// The database is away.
pub fn lock(tx: &mut TenantTx<'_>, seller: UserId) -> Result<Option<Import>> {
    let row: Option<Row> = calendar_imports::table
        .find((tx.tenant().uuid(), seller.uuid()))
        .select(Row::as_select())
        .for_update()
        .first(tx.conn)
        .optional()?;
    Ok(row.map(Row::import))
}

/// Writes a seller's calendar elsewhere.
///
/// # Errors
/// They don't sell, or the database is away.
pub fn put(tx: &mut TenantTx<'_>, seller: UserId, import: &Import) -> Result<()> {
    let row = Row::of(import)?;
    diesel::insert_into(calendar_imports::table)
        .values((
            calendar_imports::tenant_id.eq(tx.tenant().uuid()),
            calendar_imports::seller_id.eq(seller.uuid()),
            &row,
        ))
        .on_conflict((calendar_imports::tenant_id, calendar_imports::seller_id))
        .do_update()
        .set(&row)
        .execute(tx.conn)?;
    Ok(())
}

/// Forgets a seller's calendar elsewhere, and when they are busy by it.
///
/// # Errors
/// The database is away.
pub fn remove(tx: &mut TenantTx<'_>, seller: UserId) -> Result<()> {
    forget_busy(tx, seller)?;
    diesel::delete(calendar_imports::table.find((tx.tenant().uuid(), seller.uuid()))).execute(tx.conn)?;
    Ok(())
}

/// Writes anew when a seller is busy by their calendar elsewhere.
///
/// # Errors
/// They gave none, or the database is away.
pub fn replace_busy(tx: &mut TenantTx<'_>, seller: UserId, busy: &Busy) -> Result<()> {
    forget_busy(tx, seller)?;
    let from: Vec<At> = busy.spans.iter().map(|span| At(span.from)).collect();
    let to: Vec<At> = busy.spans.iter().map(|span| At(span.to)).collect();
    sql_query(
        "INSERT INTO busy_times (tenant_id, seller_id, starts_at, ends_at)
         SELECT $1, $2, f, t FROM unnest($3, $4) AS span (f, t)",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(seller.uuid())
    .bind::<Array<Timestamptz>, _>(from)
    .bind::<Array<Timestamptz>, _>(to)
    .execute(tx.conn)?;
    Ok(())
}

/// Forgets when a seller is busy by their calendar elsewhere.
///
/// # Errors
/// The database is away.
pub fn forget_busy(tx: &mut TenantTx<'_>, seller: UserId) -> Result<()> {
    let theirs = busy_times::table
        .filter(busy_times::tenant_id.eq(tx.tenant().uuid()))
        .filter(busy_times::seller_id.eq(seller.uuid()));
    diesel::delete(theirs).execute(tx.conn)?;
    Ok(())
}

/// When these sellers are busy by their calendars elsewhere, of a stretch of time; in order.
///
/// # Errors
/// The database is away.
pub fn busy(tx: &mut TenantTx<'_>, sellers: &[UserId], within: Span) -> Result<Vec<(UserId, Span)>> {
    let ids: Vec<Uuid> = sellers.iter().map(|seller| seller.uuid()).collect();
    let rows: Vec<(Uuid, At, At)> = busy_times::table
        .filter(busy_times::tenant_id.eq(tx.tenant().uuid()))
        .filter(busy_times::seller_id.eq_any(ids))
        .filter(busy_times::starts_at.lt(At(within.to)))
        .filter(busy_times::ends_at.gt(At(within.from)))
        .order(busy_times::starts_at)
        .select((busy_times::seller_id, busy_times::starts_at, busy_times::ends_at))
        .load(tx.conn)?;
    let busy = |(seller, from, to): (Uuid, At, At)| {
        let span = Span {
            from: from.into(),
            to: to.into(),
        };
        (UserId::from_uuid(seller), span)
    };
    Ok(rows.into_iter().map(busy).collect())
}

/// Which of these orders are a person's own.
///
/// # Errors
/// The database is away.
pub fn own_orders(tx: &mut TenantTx<'_>, person: UserId, named: &HashSet<BookingId>) -> Result<HashSet<BookingId>> {
    let is_theirs = bookings::buyer_id
        .eq(person.uuid())
        .or(bookings::seller_id.eq(person.uuid()));
    let found = bookings::table
        .filter(bookings::tenant_id.eq(tx.tenant().uuid()))
        .filter(bookings::id.eq_any(named.iter().map(|id| id.uuid()).collect::<Vec<_>>()))
        .filter(is_theirs)
        .select(bookings::id)
        .load::<Uuid>(tx.conn)?;
    Ok(found.into_iter().map(BookingId::from_uuid).collect())
}
