//! Orders, what happened to them, and the times that people have given away for them.

mod held;
mod record;

pub use held::taken;
pub use record::{Extra, Happened, extras, history, look, looks, mark_extra, mark_reminded, mark_warned};

use super::{
    TenantTx,
    calls::Party,
    moment::At,
    schema::{booking_events, bookings, users},
};
use crate::{
    domain::{
        booking::{Booking, State},
        call::{CallRole, Terms},
        ids::{BookingId, ServiceId, UserId},
        money::Currency,
        time::Moment,
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{prelude::*, sql_query, sql_types::Uuid as SqlUuid};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// An order between two people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: BookingId,
    /// Who orders and pays.
    pub buyer: Party,
    /// Who is booked.
    pub seller: Party,
    /// What for.
    pub service: ServiceId,
    /// Its title then.
    pub service_title: String,
    /// Currency of its price.
    pub currency: Currency,
    /// Price and policy of the talk, frozen.
    pub call_terms: Terms,
    /// Where it stands.
    pub booking: Booking,
    /// When it was ordered.
    pub ordered_at: Moment,
    /// What the buyer wants, in their words.
    pub brief: String,
    /// What they got, in the seller's words, where it is delivered.
    pub delivered: String,
}

impl Order {
    /// Which of the two somebody is.
    pub fn role(&self, person: UserId) -> Option<CallRole> {
        match person {
            person if person == self.buyer.id => Some(CallRole::Buyer),
            person if person == self.seller.id => Some(CallRole::Seller),
            _ => None,
        }
    }

    /// One of the two.
    pub fn party(&self, role: CallRole) -> &Party {
        match role {
            CallRole::Buyer => &self.buyer,
            CallRole::Seller => &self.seller,
        }
    }

    /// When it begins, as far as that is agreed.
    fn starts_at(&self) -> Option<Moment> {
        match self.booking.state() {
            State::Unpaid { start, .. } => start,
            State::Booked { start, .. } | State::Running { start } => Some(start),
            State::Open
            | State::Asked { .. }
            | State::Ordered { .. }
            | State::Working { .. }
            | State::Delivered { .. }
            | State::Closed { .. } => None,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = bookings)]
pub(super) struct Row {
    id: Uuid,
    buyer_id: Uuid,
    seller_id: Uuid,
    service_id: Uuid,
    service_title: String,
    currency: String,
    call_terms: Value,
    booking: Value,
    ordered_at: At,
    brief: String,
    delivered: String,
}

impl Row {
    fn order(self, names: &HashMap<Uuid, String>) -> Result<Order> {
        let party = |id: Uuid| Party {
            id: UserId::from_uuid(id),
            name: names.get(&id).cloned().unwrap_or_default(),
        };
        let currency = Currency::parse(&self.currency);
        Ok(Order {
            id: BookingId::from_uuid(self.id),
            buyer: party(self.buyer_id),
            seller: party(self.seller_id),
            service: ServiceId::from_uuid(self.service_id),
            service_title: self.service_title,
            currency: currency.ok_or_else(|| Error::internal(anyhow!("unknown currency {:?}", self.currency)))?,
            call_terms: serde_json::from_value(self.call_terms).map_err(Error::internal)?,
            booking: serde_json::from_value(self.booking).map_err(Error::internal)?,
            ordered_at: self.ordered_at.into(),
            brief: self.brief,
            delivered: self.delivered,
        })
    }
}

/// With both people's names.
pub(super) fn named(tx: &mut TenantTx<'_>, rows: Vec<Row>) -> Result<Vec<Order>> {
    let ids: Vec<Uuid> = rows.iter().flat_map(|row| [row.buyer_id, row.seller_id]).collect();
    let names = users::table
        .filter(users::tenant_id.eq(tx.tenant().uuid()))
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name))
        .load(tx.conn)?
        .into_iter()
        .collect();
    rows.into_iter().map(|row| row.order(&names)).collect()
}

/// Stores a new order, and keeps the time free that it asks for.
///
/// # Errors
/// That time is given away already, or the database is away.
pub fn insert(tx: &mut TenantTx<'_>, order: &Order) -> Result<()> {
    diesel::insert_into(bookings::table)
        .values((
            bookings::tenant_id.eq(tx.tenant().uuid()),
            bookings::id.eq(order.id.uuid()),
            bookings::buyer_id.eq(order.buyer.id.uuid()),
            bookings::seller_id.eq(order.seller.id.uuid()),
            bookings::service_id.eq(order.service.uuid()),
            bookings::service_title.eq(&order.service_title),
            bookings::currency.eq(order.currency.code()),
            bookings::call_terms.eq(serde_json::to_value(&order.call_terms).map_err(Error::internal)?),
            bookings::booking.eq(serde_json::to_value(&order.booking).map_err(Error::internal)?),
            bookings::starts_at.eq(order.starts_at().map(At)),
            bookings::ordered_at.eq(At(order.ordered_at)),
            bookings::due_at.eq(order.booking.next_deadline().map(At)),
            bookings::brief.eq(&order.brief),
        ))
        .execute(tx.conn)?;
    held::hold(tx, order)
}

/// An order of one of its two people; nobody else changes it until the transaction ends.
///
/// # Errors
/// It isn't there, or the person isn't one of them.
pub fn lock_of(tx: &mut TenantTx<'_>, id: BookingId, person: UserId) -> Result<Order> {
    let order = lock(tx, id)?;
    order.role(person).map(|_| order.clone()).ok_or_else(Error::not_found)
}

/// An order; nobody else changes it until the transaction ends.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn lock(tx: &mut TenantTx<'_>, id: BookingId) -> Result<Order> {
    let row = bookings::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select())
        .for_update()
        .first(tx.conn)?;
    one(tx, row)
}

/// An order.
///
/// # Errors
/// It isn't there, or the database is away.
pub fn find(tx: &mut TenantTx<'_>, id: BookingId) -> Result<Order> {
    let row = bookings::table
        .find((tx.tenant().uuid(), id.uuid()))
        .select(Row::as_select())
        .first(tx.conn)?;
    one(tx, row)
}

/// An order of one of its two people.
///
/// # Errors
/// It isn't there, or the person isn't one of them.
pub fn find_of(tx: &mut TenantTx<'_>, id: BookingId, person: UserId) -> Result<Order> {
    let row = bookings::table
        .find((tx.tenant().uuid(), id.uuid()))
        .filter(
            bookings::buyer_id
                .eq(person.uuid())
                .or(bookings::seller_id.eq(person.uuid())),
        )
        .select(Row::as_select())
        .first(tx.conn)?;
    one(tx, row)
}

fn one(tx: &mut TenantTx<'_>, row: Row) -> Result<Order> {
    named(tx, vec![row])?.pop().ok_or_else(Error::not_found)
}

/// A person's orders, newest first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, person: UserId, limit: i64, offset: i64) -> Result<Vec<Order>> {
    let rows = bookings::table
        .filter(bookings::tenant_id.eq(tx.tenant().uuid()))
        .filter(
            bookings::buyer_id
                .eq(person.uuid())
                .or(bookings::seller_id.eq(person.uuid())),
        )
        .order((bookings::ordered_at.desc(), bookings::id))
        .limit(limit)
        .offset(offset)
        .select(Row::as_select())
        .load(tx.conn)?;
    named(tx, rows)
}

/// How many orders of a buyer's are neither paid nor over.
///
/// # Errors
/// The database is away.
pub fn count_unpaid(tx: &mut TenantTx<'_>, buyer: UserId) -> Result<i64> {
    let unpaid = diesel::dsl::sql::<diesel::sql_types::Bool>("NOT (booking->>'paid')::boolean");
    Ok(bookings::table
        .filter(bookings::tenant_id.eq(tx.tenant().uuid()))
        .filter(bookings::buyer_id.eq(buyer.uuid()))
        .filter(bookings::closed_at.is_null())
        .filter(unpaid)
        .count()
        .get_result(tx.conn)?)
}

/// Whether a person has an order that isn't over.
///
/// # Errors
/// The database is away.
pub fn has_open(tx: &mut TenantTx<'_>, person: UserId) -> Result<bool> {
    let open = bookings::table
        .filter(bookings::tenant_id.eq(tx.tenant().uuid()))
        .filter(
            bookings::buyer_id
                .eq(person.uuid())
                .or(bookings::seller_id.eq(person.uuid())),
        )
        .filter(bookings::closed_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(tx.conn)?)
}

/// Writes down what happened to an order and where it stands now, and keeps its times free, or no longer.
///
/// # Errors
/// A time is given away already, or the database is away.
pub fn update(tx: &mut TenantTx<'_>, order: &Order, happened: Happened) -> Result<()> {
    let closed = matches!(order.booking.state(), State::Closed { .. });
    diesel::update(bookings::table.find((tx.tenant().uuid(), order.id.uuid())))
        .set((
            bookings::booking.eq(serde_json::to_value(&order.booking).map_err(Error::internal)?),
            bookings::starts_at.eq(order.starts_at().map(At)),
            bookings::closed_at.eq(closed.then_some(At(happened.at))),
            bookings::due_at.eq(order.booking.next_deadline().map(At)),
            bookings::delivered.eq(&order.delivered),
        ))
        .execute(tx.conn)?;
    let own = booking_events::table
        .filter(booking_events::tenant_id.eq(tx.tenant().uuid()))
        .filter(booking_events::booking_id.eq(order.id.uuid()));
    let last: Option<i32> = own.select(diesel::dsl::max(booking_events::seq)).first(tx.conn)?;
    diesel::insert_into(booking_events::table)
        .values((
            booking_events::tenant_id.eq(tx.tenant().uuid()),
            booking_events::booking_id.eq(order.id.uuid()),
            booking_events::seq.eq(last.unwrap_or(0) + 1),
            booking_events::at.eq(At(happened.at)),
            booking_events::event.eq(serde_json::to_value(happened.event).map_err(Error::internal)?),
        ))
        .execute(tx.conn)?;
    sql_query("DELETE FROM held_times WHERE tenant_id = $1 AND booking_id = $2")
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(order.id.uuid())
        .execute(tx.conn)?;
    held::hold(tx, order)
}
