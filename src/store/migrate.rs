//! Brings a database up to date: roles, then the migrations that aren't there yet.

use crate::{
    config::DatabaseConfig,
    error::{Error, Result},
};
use anyhow::{Context, anyhow};
use diesel::{
    Connection, PgConnection, RunQueryDsl,
    connection::SimpleConnection,
    migration::{Migration, MigrationSource},
    pg::Pg,
    sql_query,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use url::Url;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Which migrations are built in: another set, or other contents, have another fingerprint.
pub const FINGERPRINT: &str = env!("MIGRATIONS");

/// Creates the runtime and system roles if they are missing (with the passwords in their URLs) and runs all pending
/// migrations as the owner. Safe to repeat, and to run from several machines at once.
///
/// # Errors
/// The owner can't connect or may not create roles; the message says which statement to run by hand.
pub fn migrate(config: &DatabaseConfig) -> Result<Vec<String>> {
    let mut conn = PgConnection::establish(config.owner_url.expose()).map_err(Error::unavailable)?;
    // One migrator at a time; the lock ends with the connection.
    sql_query("SELECT pg_advisory_lock(727201)").execute(&mut conn)?;
    for (role, url) in [
        ("tallyroom_app", &config.app_url),
        ("tallyroom_system", &config.system_url),
    ] {
        ensure_role(&mut conn, role, url.expose()).map_err(Error::internal)?;
    }
    let applied = conn
        .run_pending_migrations(MIGRATIONS)
        .map_err(|error| Error::internal(anyhow!("migration failed: {error}")))?;
    let applied = applied.iter().map(ToString::to_string).collect();
    sql_query("SELECT let_go_with_tenant()").execute(&mut conn)?;
    Ok(applied)
}

/// The newest migration that this program knows: which shape of the database it expects.
pub fn schema() -> String {
    let all: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().unwrap_or_default();
    let names = all.iter().map(|migration| migration.name().to_string());
    names.max().unwrap_or_default()
}

fn ensure_role(conn: &mut PgConnection, role: &str, url: &str) -> anyhow::Result<()> {
    let url = Url::parse(url).with_context(|| format!("the URL for {role} can't be read"))?;
    if url.username() != role {
        return Err(anyhow!("the URL for {role} must name that user"));
    }
    let password = url.password().unwrap_or_default();
    if !password
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c))
    {
        return Err(anyhow!("the password of {role} may only have letters, digits and -_.~"));
    }
    let create =
        format!("CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD '{password}'");
    let guarded = format!(
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN {create}; END IF; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    );
    conn.batch_execute(&guarded).with_context(|| {
        format!(
            "the owner may not create roles; have a superuser run: {}",
            hidden(&create, password)
        )
    })
}

fn hidden(statement: &str, password: &str) -> String {
    if password.is_empty() {
        statement.to_owned()
    } else {
        statement.replace(password, "…")
    }
}
