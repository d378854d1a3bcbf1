//! All rows of one tenant as JSON, and back. Tables and columns come from the database's own catalogue, so a table that
//! is new is in the archive without anybody thinking of it.

use super::TenantTx;
use crate::{
    config::DatabaseConfig,
    domain::ids::TenantId,
    error::{Error, Result},
};
use anyhow::anyhow;
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    result::{DatabaseErrorKind, Error as Diesel},
    sql_query,
    sql_types::{Array, BigInt, Text, Uuid as SqlUuid},
};

/// Tables that stay behind: what lets people in, work that the old installation does itself, domains, whose proof names
/// that installation, pictures and bank accounts that only its key opens, cards that the built-in gateway keeps, files of
/// recordings, and what the database makes of the rest by itself.
const LEFT_BEHIND: [&str; 19] = [
    "sessions",
    "visits",
    "mail_tokens",
    "second_factors",
    "recovery_codes",
    "jobs",
    "exports",
    "push_subscriptions",
    "domains",
    "seller_search",
    "search_vocabulary",
    "identity_pictures",
    "payout_methods",
    "gateway_inbox",
    "test_gateway_methods",
    "recording_parts",
    "private_room_tries",
    "private_room_visits",
    "call_snapshots",
];
/// Columns whose values stay behind, each with what stands there instead.
const BLANKED: [(&str, &str); 7] = [
    ("users", r#"{"password_hash": ""}"#),
    ("payouts", r#"{"method_sealed": null}"#),
    // What was agreed to with one installation lets no other charge people.
    (
        "saved_methods",
        r#"{"sealed_token": null, "removed_at": "1970-01-01T00:00:00Z"}"#,
    ),
    // Hosts give them anew.
    ("private_rooms", r#"{"password_hash": null}"#),
    ("private_room_users", r#"{"password_hash": ""}"#),
    // Files stay where they are.
    ("recordings", r#"{"state": "deleted", "bytes": 0}"#),
    // Keys are for this server only: elsewhere the account has none, as if it had been removed.
    (
        "gateway_accounts",
        r#"{"sealed_keys": null, "enabled": false, "removed_at": "1970-01-01T00:00:00Z"}"#,
    ),
];
/// Rows read or written at once.
pub const BATCH: usize = 500;

/// A table that holds rows of tenants.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Table {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Array<Text>)]
    columns: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    key: Vec<String>,
    /// What its rows point to.
    #[diesel(sql_type = Array<Text>)]
    needs: Vec<String>,
}

const TABLES: &str = "
    SELECT c.relname::text AS name,
           ARRAY(SELECT a.attname::text FROM pg_attribute a
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                 ORDER BY a.attnum) AS columns,
           ARRAY(SELECT a.attname::text FROM pg_index i
                 CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                 WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY k.place) AS key,
           ARRAY(SELECT DISTINCT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
                 WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS needs
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($1)
      AND (c.relname = 'tenants' OR EXISTS (
          SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
    ORDER BY c.relname";

/// All tables of an archive, each after those that its rows point to.
///
/// # Errors
/// The database is away.
pub fn tables(tx: &mut TenantTx<'_>) -> Result<Vec<Table>> {
    tables_without(tx.conn, &LEFT_BEHIND)
}

/// All tables of tenants but these, each after those that its rows point to.
pub(in crate::store) fn tables_without(conn: &mut PgConnection, left_out: &[&str]) -> Result<Vec<Table>> {
    in_order(sql_query(TABLES).bind::<Array<Text>, _>(left_out).load(conn)?)
}

fn in_order(mut waiting: Vec<Table>) -> Result<Vec<Table>> {
    let mut ordered: Vec<Table> = Vec::new();
    let names: Vec<String> = waiting.iter().map(|table| table.name.clone()).collect();
    while !waiting.is_empty() {
        let is_ready = |table: &Table| {
            let is_there = |need: &String| !names.contains(need) || ordered.iter().any(|done| done.name == *need);
            table.needs.iter().all(is_there)
        };
        let Some(next) = waiting.iter().position(is_ready) else {
            return Err(Error::internal(anyhow!("tables point to each other: {names:?}")));
        };
        ordered.push(waiting.remove(next));
    }
    Ok(ordered)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Gives each of the tenant's rows in `table`, in the order of its key, as one line of JSON.
///
/// # Errors
/// What `each` returns, or the database is away.
pub fn dump(tx: &mut TenantTx<'_>, table: &Table, each: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
    let blanked = BLANKED.iter().find(|(name, _)| *name == table.name);
    let instead = blanked.map(|(_, values)| format!(" || '{values}'")).unwrap_or_default();
    let owner = if table.name == "tenants" { "id" } else { "tenant_id" };
    let (name, key, tenant) = (quoted(&table.name), listed(&table.key), tx.tenant());
    tx.conn.batch_execute(&format!(
        "DECLARE dump NO SCROLL CURSOR FOR
         SELECT (to_jsonb(t){instead})::text AS line FROM {name} t WHERE {owner} = '{tenant}' ORDER BY {key}"
    ))?;
    loop {
        let lines: Vec<Line> = sql_query(format!("FETCH {BATCH} FROM dump")).load(tx.conn)?;
        for line in &lines {
            each(&line.line)?;
        }
        if lines.len() < BATCH {
            break;
        }
    }
    tx.conn.batch_execute("CLOSE dump")?;
    Ok(())
}

/// A tenant on its way in, in a transaction of the database's owner: all of it comes, or nothing.
pub struct Import {
    conn: PgConnection,
    tables: Vec<Table>,
}

impl Import {
    /// Begins.
    ///
    /// # Errors
    /// The database is away, or a tenant of that id is there already.
    pub fn begin(config: &DatabaseConfig, tenant: TenantId) -> Result<Self> {
        let mut conn = PgConnection::establish(config.owner_url.expose()).map_err(Error::unavailable)?;
        // Whoever serves meanwhile waits for these tables; an import that can't have them soon comes another time.
        conn.batch_execute("BEGIN; SET LOCAL TimeZone = 'UTC'; SET LOCAL lock_timeout = '5s'")?;
        let tables = tables_without(&mut conn, &LEFT_BEHIND)?;
        // The owner is behind the walls, too, until this transaction ends.
        for table in &tables {
            conn.batch_execute(&format!(
                "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
                quoted(&table.name)
            ))?;
        }
        let there: Count = sql_query("SELECT count(*) AS count FROM tenants WHERE id = $1")
            .bind::<SqlUuid, _>(tenant.uuid())
            .get_result(&mut conn)?;
        if there.count > 0 {
            return Err(already_there());
        }
        Ok(Self { conn, tables })
    }

    /// The tables to fill, in this order.
    pub fn tables(&self) -> Vec<Table> {
        self.tables.clone()
    }

    /// Writes rows; each must be of that tenant.
    ///
    /// # Errors
    /// A row can't be one of this table, or isn't the tenant's; a name or host of it is taken.
    pub fn fill(&mut self, table: &Table, tenant: TenantId, lines: &[String]) -> Result<()> {
        let (name, columns) = (quoted(&table.name), listed(&table.columns));
        let owner = if table.name == "tenants" { "id" } else { "tenant_id" };
        let written = sql_query(format!(
            "INSERT INTO {name} ({columns})
             SELECT {columns} FROM jsonb_populate_recordset(NULL::{name}, $1::jsonb) WHERE {owner} = $2"
        ))
        .bind::<Text, _>(format!("[{}]", lines.join(",")))
        .bind::<SqlUuid, _>(tenant.uuid())
        .execute(&mut self.conn);
        match written {
            Ok(count) if count == lines.len() => Ok(()),
            Ok(_) => Err(Error::invalid(format!(
                "There are rows of another tenant in {}.",
                table.name
            ))),
            Err(Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) if table.name.starts_with("tenant") => {
                Err(already_there())
            }
            Err(error @ Diesel::DatabaseError(..)) => {
                let outage = Error::from(error);
                match outage.kind {
                    crate::error::Kind::Unavailable => Err(outage),
                    _ => Err(Error::invalid(format!("The rows of {} can't be taken.", table.name)).because(outage)),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Checks that the tenant's books add up, and keeps everything; a tenant that was to be deleted isn't any more.
    ///
    /// # Errors
    /// They don't, or the database is away.
    pub fn finish(mut self, tenant: TenantId) -> Result<()> {
        let wrong: Count = sql_query(WRONG_ACCOUNTS)
            .bind::<SqlUuid, _>(tenant.uuid())
            .get_result(&mut self.conn)?;
        if wrong.count > 0 {
            return Err(Error::invalid(format!(
                "{} accounts don't equal the sum of their transfers.",
                wrong.count
            )));
        }
        // The job that would delete it stayed behind, and who moves a business means to keep it.
        sql_query("UPDATE tenants SET state = 'active', delete_at = NULL WHERE id = $1 AND state = 'deleting'")
            .bind::<SqlUuid, _>(tenant.uuid())
            .execute(&mut self.conn)?;
        for table in &self.tables {
            let walled = format!("ALTER TABLE {} FORCE ROW LEVEL SECURITY", quoted(&table.name));
            self.conn.batch_execute(&walled)?;
        }
        Ok(self.conn.batch_execute("COMMIT")?)
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

const WRONG_ACCOUNTS: &str = "
    SELECT count(*) AS count FROM ledger_accounts a
    WHERE a.tenant_id = $1 AND a.balance_minor <> coalesce((
        SELECT sum(CASE WHEN t.credit_id = a.id THEN t.amount_minor ELSE -t.amount_minor END) FROM ledger_transfers t
        WHERE t.tenant_id = a.tenant_id AND t.phase IN ('direct', 'posted') AND a.id IN (t.debit_id, t.credit_id)), 0)";

fn already_there() -> Error {
    Error::conflict(
        "tenant_exists",
        "This tenant, or one with its name or host, is in this installation already.",
    )
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}
