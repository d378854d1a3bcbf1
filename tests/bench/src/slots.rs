//! Free times of 1,000 sellers in five zones over 14 days, with 55,000 bookings among them.
//!
//! The baseline reads the same bookings, by the same statement, and does nothing with them.

use crate::{
    cast::{self, HOST},
    report::{Bound, Case, Rounds},
    sellers,
};
use anyhow::{Context, Result, anyhow, ensure};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::Uuid as SqlUuid};
use std::time::Instant;
use tallyroom::{
    app::bookings::free_times_of,
    domain::{
        ids::UserId,
        time::{Moment, Span},
    },
    store::{Db, TenantScope, bookings},
};
use uuid::Uuid;

const SELLERS: usize = 1_000;
const BOOKINGS: usize = 55_000;
const DAYS: i64 = 14;
const DAY_MS: i64 = 86_400_000;
const ROUNDS: usize = 15;
/// Monday, 4 January 2027, 00:00 UTC.
const NOW: Moment = Moment(1_799_020_800_000);

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Measures.
pub async fn run() -> Result<()> {
    let database = cast::database(0)?;
    let mut conn = database.superuser();
    sellers::fill(&mut conn, SELLERS)?;
    conn.batch_execute(TIMES).context("the bench's bookings")?;
    let ids: Vec<Id> = sql_query("SELECT user_id AS id FROM sellers").load(&mut conn)?;
    let ids: Vec<UserId> = ids.into_iter().map(|row| UserId::from_uuid(row.id)).collect();
    let db = Db::open(&database.config())?;
    let known = db.tenant_by_host(HOST).await.map_err(|error| anyhow!("{error}"))?;
    let (_, scope) = known.context("no tenant")?;
    let mut rounds = Rounds::default();
    for round in 0..ROUNDS + 2 {
        let value = free(&db, &scope, &ids).await?;
        let baseline = read(&db, &scope, &ids).await?;
        // Connections and plans are as warm as in a product that runs.
        if round >= 2 {
            rounds.add(value * 1_000.0, baseline * 1_000.0);
        }
    }
    rounds.print(Case {
        bench: "slots",
        case: format!("free times of {SELLERS} sellers over {DAYS} days, {BOOKINGS} bookings"),
        unit: "ms",
        bound: Bound::RatioAtMost(2.0),
    })
}

/// Four or so a day, at full hours of the day.
const TIMES: &str = "
    SET session_replication_role = replica;
    INSERT INTO held_times (tenant_id, person_id, booking_id, during)
        SELECT md5('tenant')::uuid, md5('s' || n)::uuid, md5('b' || n || '.' || k)::uuid,
               tstzrange(at, at + interval '30 minutes')
        FROM generate_series(1, 1000) n, generate_series(0, 54) k,
             LATERAL (SELECT timestamptz '2027-01-04 00:00Z' + k / 4 * interval '1 day'
                             + (n + k % 4 * 5) % 24 * interval '1 hour' AS at) t;
    SET session_replication_role = origin;
    ANALYZE;";

/// Seconds that it takes to know all times that are free.
async fn free(db: &Db, scope: &TenantScope, ids: &[UserId]) -> Result<f64> {
    let (ids, before) = (ids.to_vec(), Instant::now());
    let within = Span {
        from: NOW,
        to: NOW + DAYS * DAY_MS,
    };
    let free = db.read(scope, move |tx| free_times_of(tx, &ids, within, NOW)).await;
    let seconds = before.elapsed().as_secs_f64();
    let free = free.map_err(|error| anyhow!("{error}"))?;
    let all: usize = free.values().map(Vec::len).sum();
    ensure!(free.len() == SELLERS && all > 50 * SELLERS, "only {all} free times");
    Ok(seconds)
}

/// Seconds that it takes to read what they have given away.
async fn read(db: &Db, scope: &TenantScope, ids: &[UserId]) -> Result<f64> {
    let (ids, before) = (ids.to_vec(), Instant::now());
    let within = Span {
        from: NOW + -DAY_MS,
        to: NOW + (DAYS + 1) * DAY_MS,
    };
    let taken = db.read(scope, move |tx| bookings::taken(tx, &ids, None, within)).await;
    let seconds = before.elapsed().as_secs_f64();
    let taken = taken.map_err(|error| anyhow!("{error}"))?;
    ensure!(taken.len() == BOOKINGS, "{} bookings", taken.len());
    Ok(seconds)
}
