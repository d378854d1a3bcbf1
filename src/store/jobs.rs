//! The outbox: work enqueued in the transaction of the change that asks for it (law 8).

use super::{SystemTx, TenantScope, TenantTx, moment::At, schema::jobs};
use crate::{
    domain::{ids::TenantId, time::Moment},
    error::{Error, Result},
};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Integer, Jsonb, Text, Timestamptz, Uuid as SqlUuid},
};
use serde_json::Value;
use uuid::Uuid;

/// Enqueues a job of `kind`, to be run at `run_at` or soon after, once this transaction is committed.
///
/// # Errors
/// The database is away.
pub fn enqueue(tx: &mut TenantTx<'_>, kind: &str, payload: Value, run_at: Moment) -> Result<()> {
    diesel::insert_into(jobs::table)
        .values((
            jobs::tenant_id.eq(tx.tenant().uuid()),
            jobs::id.eq(Uuid::now_v7()),
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::run_at.eq(At(run_at)),
            // A job's age counts from when it is due: that is what the lists of late and dead ones ask for.
            jobs::created_at.eq(At(run_at)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A job that is this process's to run until its lease ends.
#[derive(Debug)]
pub struct Claimed {
    /// The right to the data of the tenant it belongs to.
    pub scope: TenantScope,
    /// Its id.
    pub id: Uuid,
    /// What to do.
    pub kind: String,
    /// With what.
    pub payload: Value,
    /// How often it was tried before.
    pub attempts: u32,
}

#[derive(QueryableByName)]
struct ClaimedRow {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Jsonb)]
    payload: Value,
    #[diesel(sql_type = Integer)]
    attempts: i32,
}

/// Whether there is a job to claim.
///
/// # Errors
/// The database is away.
pub fn is_any_due(tx: &mut SystemTx<'_>, now: Moment) -> Result<bool> {
    let free = jobs::leased_until.is_null().or(jobs::leased_until.le(At(now)));
    let due = jobs::table
        .filter(jobs::state.eq("due").and(jobs::run_at.le(At(now))))
        .filter(free.assume_not_null());
    Ok(diesel::select(diesel::dsl::exists(due)).get_result(tx.conn)?)
}

/// Claims up to `limit` due jobs until `lease_until`; others skip them meanwhile.
///
/// # Errors
/// The database is away.
pub fn claim(tx: &mut SystemTx<'_>, now: Moment, lease_until: Moment, limit: i64) -> Result<Vec<Claimed>> {
    let rows: Vec<ClaimedRow> = sql_query(
        "UPDATE jobs j SET leased_until = $2, attempts = j.attempts + 1
         FROM (
             SELECT tenant_id, id FROM jobs
             WHERE state = 'due' AND run_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
             ORDER BY run_at LIMIT $3 FOR UPDATE SKIP LOCKED
         ) due
         WHERE j.tenant_id = due.tenant_id AND j.id = due.id
         RETURNING j.tenant_id, j.id, j.kind, j.payload, j.attempts - 1 AS attempts",
    )
    .bind::<Timestamptz, _>(At(now))
    .bind::<Timestamptz, _>(At(lease_until))
    .bind::<BigInt, _>(limit)
    .load(tx.conn)?;
    Ok(rows.into_iter().map(ClaimedRow::claimed).collect())
}

impl ClaimedRow {
    fn claimed(self) -> Claimed {
        Claimed {
            scope: TenantScope::of(TenantId::from_uuid(self.tenant_id)),
            id: self.id,
            kind: self.kind,
            payload: self.payload,
            attempts: u32::try_from(self.attempts).unwrap_or(0),
        }
    }
}

/// Whether a job of that kind, with that payload, is being done.
///
/// # Errors
/// The database is away.
pub fn is_running(tx: &mut TenantTx<'_>, kind: &str, payload: &serde_json::Value, now: Moment) -> Result<bool> {
    let of_tenant = jobs::table.filter(jobs::tenant_id.eq(tx.tenant().uuid()));
    let leased = jobs::state
        .eq("due")
        .and(jobs::leased_until.gt(At(now)).assume_not_null());
    let running = of_tenant.filter(jobs::kind.eq(kind).and(jobs::payload.eq(payload)).and(leased));
    Ok(diesel::select(diesel::dsl::exists(running)).get_result(tx.conn)?)
}

/// Makes a running job's lease longer.
///
/// # Errors
/// The database is away.
pub fn keep(tx: &mut SystemTx<'_>, scope: &TenantScope, id: Uuid, until: Moment) -> Result<()> {
    let row = jobs::table.find((scope.tenant().uuid(), id));
    diesel::update(row.filter(jobs::state.eq("due")))
        .set(jobs::leased_until.eq(At(until)))
        .execute(tx.conn)?;
    Ok(())
}

/// What became of a claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// Its tenant has used up what it may for now: it wasn't tried, and is later.
    PutOff {
        /// When.
        at: Moment,
    },
    /// It failed and is to be tried again.
    Retry {
        /// When.
        at: Moment,
        /// Why.
        error: String,
    },
    /// It failed for good; somebody has to look.
    Dead {
        /// Why.
        error: String,
    },
}

/// Writes down what became of a claimed job.
///
/// # Errors
/// The database is away; the job is tried again when its lease ends.
pub fn settle(tx: &mut SystemTx<'_>, job: &Claimed, outcome: &Outcome, now: Moment) -> Result<()> {
    let row = jobs::table.find((job.scope.tenant().uuid(), job.id));
    let unlease = jobs::leased_until.eq(None::<At>);
    match outcome {
        Outcome::Done => {
            let done = (
                jobs::state.eq("done"),
                jobs::finished_at.eq(At(now)),
                spent(&job.payload).map(|payload| jobs::payload.eq(payload)),
                unlease,
            );
            diesel::update(row).set(done).execute(tx.conn)?
        }
        Outcome::PutOff { at } => {
            let put_off = (jobs::run_at.eq(At(*at)), jobs::attempts.eq(jobs::attempts - 1), unlease);
            diesel::update(row).set(put_off).execute(tx.conn)?
        }
        Outcome::Retry { at, error } => {
            let retry = (jobs::run_at.eq(At(*at)), jobs::last_error.eq(error), unlease);
            diesel::update(row).set(retry).execute(tx.conn)?
        }
        Outcome::Dead { error } => {
            let dead = (
                jobs::state.eq("dead"),
                jobs::finished_at.eq(At(now)),
                jobs::last_error.eq(error),
                unlease,
            );
            diesel::update(row).set(dead).execute(tx.conn)?
        }
    };
    Ok(())
}

/// What a job was done with, without the token of its link, if it has one: of that only a hash stays (law 10).
fn spent(payload: &Value) -> Option<Value> {
    let link = payload.get("link")?.as_str()?;
    let token = link.find("?token=")? + "?token=".len();
    let mut spent = payload.clone();
    spent["link"] = link[..token].into();
    Some(spent)
}

/// A job that was given up, as it is written down: what it was to be done with may be secret.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct Dead {
    /// What was to be done.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i32,
    /// What went wrong last.
    pub last_error: Option<String>,
    state: String,
}

/// A dead job of the tenant, locked.
fn dead(tx: &mut TenantTx<'_>, id: Uuid) -> Result<Dead> {
    let found: Dead = jobs::table
        .find((tx.tenant().uuid(), id))
        .for_update()
        .select(Dead::as_select())
        .first(tx.conn)?;
    if found.state == "dead" {
        return Ok(found);
    }
    Err(Error::conflict(
        "not_dead",
        "This job wasn't given up: it waits, or is done.",
    ))
}

/// Has a dead job tried again, as often as a new one.
///
/// # Errors
/// Not here, not dead, or the database is away.
pub fn retry(tx: &mut TenantTx<'_>, id: Uuid, now: Moment) -> Result<Dead> {
    let found = dead(tx, id)?;
    diesel::update(jobs::table.find((tx.tenant().uuid(), id)))
        .set((
            jobs::state.eq("due"),
            jobs::attempts.eq(0),
            jobs::run_at.eq(At(now)),
            jobs::finished_at.eq(None::<At>),
        ))
        .execute(tx.conn)?;
    Ok(found)
}

/// Forgets a dead job.
///
/// # Errors
/// Not here, not dead, or the database is away.
pub fn drop_dead(tx: &mut TenantTx<'_>, id: Uuid) -> Result<Dead> {
    let found = dead(tx, id)?;
    diesel::delete(jobs::table.find((tx.tenant().uuid(), id))).execute(tx.conn)?;
    Ok(found)
}
