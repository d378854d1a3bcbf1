//! What should have happened by a job that isn't there: it died, or things came with an archive, in which there are no
//! jobs. At all tenants; each by an index, the longest waiting first.

use super::{SystemTx, TenantScope, TenantTx, moment::At};
use crate::{
    domain::{identity_check::UNDECIDED_DAYS, ids::TenantId, policy::USUAL_REMINDER_MIN, time::Moment},
    error::Result,
};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// What can be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// What happens to an order by itself.
    Order,
    /// Looking who is there when a talk should begin.
    Look,
    /// Reminding both of a talk.
    Reminder,
    /// Reading a calendar that is kept elsewhere.
    Calendar,
    /// What becomes of money that a card holds.
    Hold,
    /// A check of who somebody is that waits for too long, or whose pictures didn't come with it.
    Check,
    /// The end of what is recorded of a call that has ended.
    Recording,
}

impl Lost {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Order,
        Self::Look,
        Self::Reminder,
        Self::Calendar,
        Self::Hold,
        Self::Check,
        Self::Recording,
    ];

    /// The kind of its jobs, which an index names, too; none of what is seen to without one.
    fn job(self) -> Option<&'static str> {
        match self {
            Self::Order | Self::Hold | Self::Check | Self::Recording => None,
            Self::Look => Some("booking_look"),
            Self::Reminder => Some("booking_soon"),
            Self::Calendar => Some("read_calendar"),
        }
    }

    /// What its jobs are about, as SQL: whose ids, the moment that they are looked for by, and which of them: those `w`
    /// whose moment is before another. `$1` is now.
    fn query(self) -> Query {
        match self {
            Self::Order => Query {
                id: "id",
                at: "due_at",
                from: "bookings w".to_owned(),
                which: "due_at < $1 - interval '5 minutes'".to_owned(),
            },
            // Before it begins, so that none is missing.
            Self::Look => Query {
                id: "id",
                at: "starts_at",
                from: "bookings w".to_owned(),
                which: "closed_at IS NULL AND starts_at < $1 + interval '1 hour'".to_owned(),
            },
            // Who agreed on a time when they would have been reminded of it, or later, isn't reminded.
            Self::Reminder => Query {
                id: "id",
                at: "starts_at",
                from: format!(
                    "bookings w
                     CROSS JOIN LATERAL (SELECT make_interval(mins => coalesce(
                         (w.call_terms -> 'policy' ->> 'reminder_min')::integer, {USUAL_REMINDER_MIN})) AS before) r"
                ),
                which: "closed_at IS NULL AND starts_at > $1 AND starts_at < $1 + interval '7 days 1 hour'
                    AND starts_at - r.before < $1 + interval '1 hour' AND r.before > interval '0'
                    AND reminded_of IS DISTINCT FROM starts_at
                    AND NOT EXISTS (SELECT 1 FROM booking_events e WHERE e.tenant_id = w.tenant_id
                        AND e.booking_id = w.id AND e.at >= w.starts_at - r.before)"
                    .to_owned(),
            },
            Self::Calendar => Query {
                id: "seller_id",
                at: "due_at",
                from: "calendar_imports w".to_owned(),
                which: "due_at < $1 - interval '5 minutes'".to_owned(),
            },
            // Its own job tries for half a day.
            Self::Hold => Query {
                id: "id",
                at: "held_until",
                from: "top_ups w".to_owned(),
                which: "state = 'held' AND updated_at < $1 - interval '12 hours'
                    AND (take_minor IS NOT NULL OR held_until < $1)"
                    .to_owned(),
            },
            Self::Check => Query {
                id: "id",
                at: "sent_at",
                from: "identity_checks w".to_owned(),
                which: format!(
                    "state = 'waiting' AND (sent_at <= $1 - interval '{UNDECIDED_DAYS} days' OR NOT EXISTS (
                        SELECT 1 FROM identity_pictures p WHERE p.tenant_id = w.tenant_id AND p.check_id = w.id))"
                ),
            },
            // The room itself tries for some seconds.
            Self::Recording => Query {
                id: "id",
                at: "ended_at",
                from: "(SELECT r.tenant_id, r.id, c.ended_at
                        FROM recordings r JOIN calls c ON c.tenant_id = r.tenant_id AND c.id = r.call_id
                        WHERE r.state IN ('asked', 'recording')) w"
                    .to_owned(),
                which: "ended_at < $1 - interval '2 minutes'".to_owned(),
            },
        }
    }
}

struct Query {
    id: &'static str,
    at: &'static str,
    from: String,
    which: String,
}

/// Something that is lost.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The right to the data of the tenant it belongs to.
    pub scope: TenantScope,
    /// The order's id, or the seller's whose calendar it is.
    pub id: Uuid,
    /// Since when it waits, or when it should begin: they are found in this order.
    pub at: Moment,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    at: At,
}

impl Row {
    fn found(self) -> Found {
        Found {
            scope: TenantScope::of(TenantId::from_uuid(self.tenant_id)),
            id: self.id,
            at: self.at.into(),
        }
    }
}

/// What is lost of a kind, at most so many after the last that was found before. What a job died of within the hour is
/// left alone.
///
/// # Errors
/// The database is away.
pub fn find(tx: &mut SystemTx<'_>, lost: Lost, after: Option<Found>, limit: i64, now: Moment) -> Result<Vec<Found>> {
    let Query { id, at, from, which } = lost.query();
    let jobless = lost.job().map(|kind| {
        format!(
            "AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.tenant_id = w.tenant_id AND j.kind = '{kind}'
                AND {ABOUT} = w.{id}::text AND j.state <> 'done'
                AND (j.state = 'due' OR j.finished_at > $1 - interval '1 hour'))"
        )
    });
    let query = format!(
        "SELECT tenant_id, {id} AS id, {at} AS at FROM {from}
         WHERE {which} AND ($2 IS NULL OR ({at}, {id}) > ($2, $3)) {}
         ORDER BY {at}, {id} LIMIT $4",
        jobless.unwrap_or_default()
    );
    let rows: Vec<Row> = sql_query(query)
        .bind::<Timestamptz, _>(At(now))
        .bind::<Nullable<Timestamptz>, _>(after.map(|found| At(found.at)))
        .bind::<Nullable<SqlUuid>, _>(after.map(|found| found.id))
        .bind::<BigInt, _>(limit)
        .load(tx.conn)?;
    Ok(rows.into_iter().map(Row::found).collect())
}

/// What a job is about, as its index has it.
const ABOUT: &str = "coalesce(j.payload ->> 'order', j.payload ->> 'seller')";

/// Whether a job waits that is about it. Whoever adds one has locked what it is about.
///
/// # Errors
/// The database is away.
pub fn has_job(tx: &mut TenantTx<'_>, lost: Lost, id: Uuid) -> Result<bool> {
    let Some(kind) = lost.job() else { return Ok(false) };
    let query = format!(
        "SELECT EXISTS (SELECT 1 FROM jobs j WHERE j.tenant_id = $1 AND j.kind = '{kind}'
            AND {ABOUT} = $2 AND j.state <> 'done' AND j.state = 'due') AS there"
    );
    let row: There = sql_query(query)
        .bind::<SqlUuid, _>(tx.tenant().uuid())
        .bind::<Text, _>(id.to_string())
        .get_result(tx.conn)?;
    Ok(row.there)
}

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
}
