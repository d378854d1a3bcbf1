//! Orders for talks at agreed times, what happened to them, and the times that people have given away for them.

use super::{
    TenantTx,
    calls::Party,
    error::violates,
    moment::At,
    schema::{booking_events, booking_looks, bookings, users},
};
use crate::{
    domain::{
        booking::{Booking, Event, Here, State},
        call::{CallRole, Terms},
        ids::{BookingId, ServiceId, UserId},
        money::Currency,
        schedule,
        time::{Moment, Span},
    },
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    QueryableByName,
    prelude::*,
    sql_query,
    sql_types::{Array, Nullable, Timestamptz, Uuid as SqlUuid},
};
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

/// Something that happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: Moment,
    /// What.
    pub event: Event,
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
    hold(tx, order)
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
    hold(tx, order)
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

/// Notes what of an order's price was earned beyond its call's minutes, and the tenant's part of that.
///
/// # Errors
/// The database is away.
pub fn mark_extra(tx: &mut TenantTx<'_>, id: BookingId, extra: Extra) -> Result<()> {
    diesel::update(bookings::table.find((tx.tenant().uuid(), id.uuid())))
        .set((
            bookings::extra_minor.eq(extra.earned_minor),
            bookings::extra_commission_minor.eq(extra.commission_minor),
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

/// What an order brought beyond its call's minutes: time that was paid for and not used, or a fee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extra {
    /// All of it, in minor units.
    pub earned_minor: i64,
    /// The tenant's part of it.
    pub commission_minor: i64,
}

/// What each of these orders brought beyond its call's minutes, if anything.
///
/// # Errors
/// The database is away.
pub fn extras(tx: &mut TenantTx<'_>, orders: &[BookingId]) -> Result<HashMap<BookingId, Extra>> {
    let ids: Vec<Uuid> = orders.iter().map(|order| order.uuid()).collect();
    let rows: Vec<(Uuid, i64, i64)> = bookings::table
        .filter(bookings::tenant_id.eq(tx.tenant().uuid()))
        .filter(bookings::id.eq_any(ids))
        .filter(bookings::extra_minor.gt(0))
        .select((bookings::id, bookings::extra_minor, bookings::extra_commission_minor))
        .load(tx.conn)?;
    let extra = |(id, earned_minor, commission_minor)| {
        let extra = Extra {
            earned_minor,
            commission_minor,
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

/// Gives an order's times away for both people. What of them overlaps is one: a talk can be moved by half of itself.
fn hold(tx: &mut TenantTx<'_>, order: &Order) -> Result<()> {
    let booking = &order.booking;
    let spans = schedule::joined(booking.holds().map(|start| booking.lasts(start)).collect());
    if spans.is_empty() {
        return Ok(());
    }
    let taken = |role| match role {
        CallRole::Seller => Error::conflict("slot_taken", "This time was just taken. Choose another one."),
        CallRole::Buyer => Error::conflict("own_time_taken", "You have another appointment at that time."),
    };
    // In one order, so that two who book each other wait, and one loses.
    let mut people = [CallRole::Buyer, CallRole::Seller];
    people.sort_by_key(|role| order.party(*role).id.uuid());
    for role in people {
        let from: Vec<At> = spans.iter().map(|span| At(span.from)).collect();
        let to: Vec<At> = spans.iter().map(|span| At(span.to)).collect();
        sql_query(
            "INSERT INTO held_times (tenant_id, person_id, booking_id, during)
             SELECT $1, $2, $3, tstzrange(f, t) FROM unnest($4, $5) AS span (f, t)",
        )
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<SqlUuid, _>(order.party(role).id.uuid())
        .bind::<SqlUuid, _>(order.id.uuid())
        .bind::<Array<Timestamptz>, _>(from)
        .bind::<Array<Timestamptz>, _>(to)
        .execute(tx.conn)
        .map_err(|error| {
            if violates(&error, "nobody_twice") {
                taken(role).because(error)
            } else {
                error.into()
            }
        })?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = SqlUuid)]
    person_id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    from: At,
    #[diesel(sql_type = Timestamptz)]
    to: At,
}

/// The times within `within` that any of these people has given away, each with whose it is, but for one order.
///
/// # Errors
/// The database is away.
pub fn taken(
    tx: &mut TenantTx<'_>,
    people: &[UserId],
    except: Option<BookingId>,
    within: Span,
) -> Result<Vec<(UserId, Span)>> {
    let ids: Vec<Uuid> = people.iter().map(|person| person.uuid()).collect();
    let held: Vec<Held> = sql_query(
        // Person by person, however many: never by reading everybody's.
        r#"SELECT person_id, lower(during) AS "from", upper(during) AS "to"
           FROM unnest($2) person CROSS JOIN LATERAL (
               SELECT person_id, during FROM held_times
               WHERE tenant_id = $1 AND person_id = person AND during && tstzrange($3, $4)
                 AND ($5 IS NULL OR booking_id <> $5) OFFSET 0) held"#,
    )
    .bind::<SqlUuid, _>(tx.tenant().uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Timestamptz, _>(At(within.from))
    .bind::<Timestamptz, _>(At(within.to))
    .bind::<Nullable<SqlUuid>, _>(except.map(BookingId::uuid))
    .load(tx.conn)?;
    let span = |held: Held| {
        let span = Span {
            from: held.from.into(),
            to: held.to.into(),
        };
        (UserId::from_uuid(held.person_id), span)
    };
    Ok(held.into_iter().map(span).collect())
}
