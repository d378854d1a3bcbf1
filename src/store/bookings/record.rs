//! What is noted about an order beside where it stands: what happened to it, who was there, what it brought, and which
//! messages went out.

use crate::{
    domain::{
        booking::{Event, Here},
        ids::BookingId,
        time::Moment,
    },
    error::{Error, Result},
    store::{
        TenantTx,
        moment::At,
        schema::{booking_events, booking_looks, bookings},
    },
};
use diesel::prelude::*;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Something that happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: Moment,
    /// What.
    pub event: Event,
}

/// Notes that both were reminded of a beginning. False if they were before.
///
/// # Errors
/// The database is away.
pub fn mark_reminded(tx: &mut TenantTx<'_>, id: BookingId, start: Moment) -> Result<bool> {
    let row = bookings::table
        .find((tx.tenant().uuid(), id.uuid()))
        .filter(bookings::reminded_of.is_distinct_from(At(start)));
    Ok(diesel::update(row)
        .set(bookings::reminded_of.eq(At(start)))
        .execute(tx.conn)?
        == 1)
}

/// Notes what an order brought beyond its call's minutes.
///
/// # Errors
/// The database is away.
pub fn mark_extra(tx: &mut TenantTx<'_>, id: BookingId, extra: Extra) -> Result<()> {
    diesel::update(bookings::table.find((tx.tenant().uuid(), id.uuid())))
        .set((
            bookings::extra_minor.eq(extra.earned_minor),
            bookings::extra_commission_minor.eq(extra.commission_minor),
            bookings::extra_tax_minor.eq(extra.tax_minor),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Notes that both were told that its call ends soon. False if they were before.
///
/// # Errors
/// The database is away.
pub fn mark_warned(tx: &mut TenantTx<'_>, id: BookingId) -> Result<bool> {
    let row = bookings::table
        .find((tx.tenant().uuid(), id.uuid()))
        .filter(bookings::warned.eq(false));
    Ok(diesel::update(row).set(bookings::warned.eq(true)).execute(tx.conn)? == 1)
}

/// What an order brought beyond its call's minutes: time that was paid for and not used, or a fee; and the service fee and
/// the tax on all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extra {
    /// All of it, in minor units.
    pub earned_minor: i64,
    /// What of it isn't the seller's, with the tax that they do without of all that they earned.
    pub commission_minor: i64,
    /// All tax.
    pub tax_minor: i64,
}

/// What each of these orders brought beyond its call's minutes, if anything.
///
/// # Errors
/// The database is away.
pub fn extras(tx: &mut TenantTx<'_>, orders: &[BookingId]) -> Result<HashMap<BookingId, Extra>> {
    let ids: Vec<Uuid> = orders.iter().map(|order| order.uuid()).collect();
    let rows: Vec<(Uuid, i64, i64, i64)> = bookings::table
        .filter(bookings::tenant_id.eq(tx.tenant().uuid()))
        .filter(bookings::id.eq_any(ids))
        .filter(bookings::extra_minor.gt(0).or(bookings::extra_commission_minor.gt(0)))
        .select((
            bookings::id,
            bookings::extra_minor,
            bookings::extra_commission_minor,
            bookings::extra_tax_minor,
        ))
        .load(tx.conn)?;
    let extra = |(id, earned_minor, commission_minor, tax_minor)| {
        let extra = Extra {
            earned_minor,
            commission_minor,
            tax_minor,
        };
        (BookingId::from_uuid(id), extra)
    };
    Ok(rows.into_iter().map(extra).collect())
}

/// What happened to an order since it was made, oldest first.
///
/// # Errors
/// The database is away.
pub fn history(tx: &mut TenantTx<'_>, id: BookingId) -> Result<Vec<Happened>> {
    let rows: Vec<(At, Value)> = booking_events::table
        .filter(booking_events::tenant_id.eq(tx.tenant().uuid()))
        .filter(booking_events::booking_id.eq(id.uuid()))
        .order(booking_events::seq)
        .select((booking_events::at, booking_events::event))
        .load(tx.conn)?;
    let happened = rows.into_iter().map(|(at, event)| {
        Ok(Happened {
            at: at.into(),
            event: serde_json::from_value(event).map_err(Error::internal)?,
        })
    });
    happened.collect()
}

/// Writes down who was here at the nth look after a beginning. Looking again changes nothing.
///
/// # Errors
/// The database is away.
pub fn look(tx: &mut TenantTx<'_>, id: BookingId, (start, nth): (Moment, u32), here: Here) -> Result<()> {
    diesel::insert_into(booking_looks::table)
        .values((
            booking_looks::tenant_id.eq(tx.tenant().uuid()),
            booking_looks::booking_id.eq(id.uuid()),
            booking_looks::start.eq(At(start)),
            booking_looks::nth.eq(i32::try_from(nth).map_err(Error::internal)?),
            booking_looks::buyer_here.eq(here.buyer),
            booking_looks::seller_here.eq(here.seller),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    Ok(())
}

/// Who was here at each look after a beginning, in order.
///
/// # Errors
/// The database is away.
pub fn looks(tx: &mut TenantTx<'_>, id: BookingId, start: Moment) -> Result<Vec<Here>> {
    let rows: Vec<(bool, bool)> = booking_looks::table
        .filter(booking_looks::tenant_id.eq(tx.tenant().uuid()))
        .filter(booking_looks::booking_id.eq(id.uuid()))
        .filter(booking_looks::start.eq(At(start)))
        .order(booking_looks::nth)
        .select((booking_looks::buyer_here, booking_looks::seller_here))
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|(buyer, seller)| Here { buyer, seller }).collect())
}
