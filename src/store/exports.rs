//! Archives that a tenant's admins asked for, and how far they are.

use super::{TenantTx, error::violates, moment::At, schema::exports};
use crate::{
    domain::{ids::UserId, time::Moment},
    error::{Error, Result},
    store::listing::{List, Page, Wanted},
};
use diesel::{
    QueryableByName,
    prelude::*,
    result::Error as Diesel,
    sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

/// One archive, as its list shows it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Export {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Who asked for it.
    #[diesel(sql_type = Text)]
    pub asked_by: String,
    /// `waiting`, `running`, `failed`, `done` or `expired`; a failed one is tried again.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// Tables that are written.
    #[diesel(sql_type = Integer)]
    pub tables_done: i32,
    /// All tables; 0 until it runs.
    #[diesel(sql_type = Integer)]
    pub tables: i32,
    /// Rows of a finished one.
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
    /// Size of a finished one.
    #[diesel(sql_type = BigInt)]
    pub bytes: i64,
    /// When it was asked for.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: At,
    /// Until when it can be fetched.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<At>,
}

const LIST: List = List {
    columns: "e.id, u.name AS asked_by, e.state, e.tables_done, e.tables, e.rows, e.bytes, e.created_at, e.expires_at",
    rows: "FROM exports e JOIN users u ON u.tenant_id = e.tenant_id AND u.id = e.asked_by
        WHERE e.tenant_id = $2::uuid AND ($1 IS NULL OR u.name ILIKE $1)",
    sorts: &[("created_at", "e.created_at")],
    newest_first: true,
    key: "e.id",
};

/// All archives, newest first.
///
/// # Errors
/// The database is away.
pub fn list(tx: &mut TenantTx<'_>, wanted: &Wanted) -> Result<Page<Export>> {
    LIST.of_tenant(tx, wanted, None)
}

/// Asks for an archive.
///
/// # Errors
/// One is being made already, or the database is away.
pub fn insert(tx: &mut TenantTx<'_>, id: Uuid, asked_by: UserId, now: Moment) -> Result<()> {
    let inserted = diesel::insert_into(exports::table)
        .values((
            exports::tenant_id.eq(tx.tenant().uuid()),
            exports::id.eq(id),
            exports::asked_by.eq(asked_by.uuid()),
            exports::state.eq("waiting"),
            exports::created_at.eq(At(now)),
        ))
        .execute(tx.conn);
    match inserted {
        Ok(_) => Ok(()),
        Err(error) => Err(busy(error)),
    }
}

fn busy(error: Diesel) -> Error {
    if violates(&error, "one_export_a_tenant") {
        return Error::conflict(
            "export_running",
            "An archive is being made already. Wait until it is done.",
        );
    }
    error.into()
}

/// What becomes of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many of its tables are written.
    Running {
        /// Written ones.
        done: i32,
        /// All.
        of: i32,
    },
    /// It failed and will be tried again.
    Failed,
    /// It can be fetched.
    Done {
        /// How many rows it has.
        rows: i64,
        /// Its size.
        bytes: i64,
        /// Until when.
        expires_at: Moment,
    },
    /// Its file is gone.
    Expired,
}

/// Writes a step down; false if the archive is past it.
///
/// # Errors
/// It failed and another is being made now, or the database is away.
pub fn step(tx: &mut TenantTx<'_>, id: Uuid, step: Step) -> Result<bool> {
    let row = exports::table.find((tx.tenant().uuid(), id));
    let unfinished = row.filter(exports::state.eq_any(["waiting", "running", "failed"]));
    let changed = match step {
        Step::Running { done, of } => diesel::update(unfinished)
            .set((
                exports::state.eq("running"),
                exports::tables_done.eq(done),
                exports::tables.eq(of),
            ))
            .execute(tx.conn)
            .map_err(busy)?,
        Step::Failed => diesel::update(unfinished)
            .set(exports::state.eq("failed"))
            .execute(tx.conn)?,
        Step::Done {
            rows,
            bytes,
            expires_at,
        } => diesel::update(unfinished)
            .set((
                exports::state.eq("done"),
                exports::rows.eq(rows),
                exports::bytes.eq(bytes),
                exports::expires_at.eq(At(expires_at)),
            ))
            .execute(tx.conn)?,
        Step::Expired => diesel::update(row.filter(exports::state.eq("done")))
            .set(exports::state.eq("expired"))
            .execute(tx.conn)?,
    };
    Ok(changed == 1)
}

/// Whether the archive is there to be fetched.
///
/// # Errors
/// The database is away.
pub fn is_done(tx: &mut TenantTx<'_>, id: Uuid) -> Result<bool> {
    let row = exports::table.find((tx.tenant().uuid(), id));
    let state: Option<String> = row.select(exports::state).first(tx.conn).optional()?;
    Ok(state.as_deref() == Some("done"))
}
