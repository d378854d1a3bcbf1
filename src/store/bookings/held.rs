//! The times that people have given away for orders.

use super::Order;
use crate::{
    domain::{
        call::CallRole,
        ids::{BookingId, UserId},
        schedule,
        time::Span,
    },
    error::{Error, Result},
    store::{TenantTx, error::violates, moment::At},
};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, Nullable, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// Gives an order's times away for both people. What of them overlaps is one: a talk can be moved by half of itself.
pub(super) fn hold(tx: &mut TenantTx<'_>, order: &Order) -> Result<()> {
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
