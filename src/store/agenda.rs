//! What a person has agreed on, or is asked for, in a stretch of time.

use super::{
    TenantTx,
    bookings::{self, Order, Row},
    moment::At,
    schema::{booking_events, bookings as orders},
};
use crate::{
    domain::{
        ids::{BookingId, UserId},
        time::{Moment, Span},
    },
    error::Result,
};
use diesel::{
    QueryableByName,
    dsl::{max, sql},
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Timestamptz, Uuid as SqlUuid},
};
use std::collections::HashMap;
use uuid::Uuid;

/// Most orders that are told at once.
const MOST: i64 = 1_000;

#[derive(QueryableByName)]
struct Holding {
    #[diesel(sql_type = SqlUuid)]
    booking_id: Uuid,
}

/// The orders for which a person keeps time free in a stretch of it, as a buyer or as a seller, in no order.
///
/// # Errors
/// The database is away.
pub fn holding(tx: &mut TenantTx<'_>, person: UserId, within: Span) -> Result<Vec<Order>> {
    let held: Vec<Holding> = sql_query(
        "SELECT DISTINCT booking_id FROM held_times
         WHERE tenant_id = $1 AND person_id = $2 AND during && tstzrange($3, $4) LIMIT $5",
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Timestamptz, _>(At(within.from))
    .bind::<Timestamptz, _>(At(within.to))
    .bind::<BigInt, _>(MOST)
    .load(tx.conn)?;
    let ids: Vec<Uuid> = held.into_iter().map(|held| held.booking_id).collect();
    let rows = orders::table
        .filter(orders::tenant_id.eq(tx.tenant().uuid()))
        .filter(orders::id.eq_any(ids))
        .select(Row::as_select())
        .load(tx.conn)?;
    bookings::named(tx, rows)
}

/// The orders of a person's that are over and were to begin in a stretch of time, in no order.
///
/// # Errors
/// The database is away.
pub fn over(tx: &mut TenantTx<'_>, person: UserId, within: Span) -> Result<Vec<Order>> {
    let begun_in = sql::<Bool>("(booking ->> 'last_booked')::bigint >= ")
        .bind::<BigInt, _>(within.from.0)
        .sql(" AND (booking ->> 'last_booked')::bigint < ")
        .bind::<BigInt, _>(within.to.0);
    let rows = orders::table
        .filter(orders::tenant_id.eq(tx.tenant().uuid()))
        .filter(
            orders::seller_id
                .eq(person.uuid())
                .or(orders::buyer_id.eq(person.uuid())),
        )
        .filter(orders::closed_at.is_not_null())
        .filter(begun_in)
        .limit(MOST)
        .select(Row::as_select())
        .load(tx.conn)?;
    bookings::named(tx, rows)
}

/// How often orders were changed, and when last; those that never were are left out.
///
/// # Errors
/// The database is away.
pub fn changes(tx: &mut TenantTx<'_>, ids: &[BookingId]) -> Result<HashMap<BookingId, (u32, Moment)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows: Vec<(Uuid, Option<i32>, Option<At>)> = booking_events::table
        .filter(booking_events::tenant_id.eq(tx.tenant().uuid()))
        .filter(booking_events::booking_id.eq_any(ids))
        .group_by(booking_events::booking_id)
        .select((
            booking_events::booking_id,
            max(booking_events::seq),
            max(booking_events::at),
        ))
        .load(tx.conn)?;
    let found = rows.into_iter().filter_map(|(id, seq, at)| {
        let count = u32::try_from(seq?).ok()?;
        Some((BookingId::from_uuid(id), (count, at?.into())))
    });
    Ok(found.collect())
}
