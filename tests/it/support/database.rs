//! A database of its own for every test, copied from one that is migrated once.

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Text},
};
use std::{env, sync::OnceLock, time::Duration};
use tallyroom::{
    config::{DatabaseConfig, Secret},
    store::migrate::{FINGERPRINT, migrate},
};
use url::Url;
use uuid::Uuid;

/// Dropped with its value.
pub struct TestDatabase {
    name: String,
}

impl TestDatabase {
    pub fn new() -> Self {
        let name = format!("it_{}", Uuid::now_v7().simple());
        let create = format!("CREATE DATABASE {name} TEMPLATE {}", template());
        connect("postgres")
            .batch_execute(&create)
            .expect("a database for the test");
        Self { name }
    }

    /// An empty one that belongs to a role of its own, whom row-level security binds as it does in production.
    pub fn owned() -> Self {
        let name = format!("it_{}", Uuid::now_v7().simple());
        let mut conn = connect("postgres");
        conn.batch_execute(&format!("CREATE ROLE {name} LOGIN PASSWORD 'x'"))
            .expect("an owner");
        conn.batch_execute(&format!("CREATE DATABASE {name} OWNER {name}"))
            .expect("a database");
        Self { name }
    }

    /// With the address of the owner that [`owned`](Self::owned) made.
    pub fn owners_config(&self) -> DatabaseConfig {
        let mut owner = server();
        owner.set_path(&self.name);
        owner.set_username(&self.name).expect("a user");
        owner.set_password(Some("x")).expect("a password");
        DatabaseConfig {
            owner_url: Secret::from(owner.to_string()),
            ..self.config()
        }
    }

    pub fn config(&self) -> DatabaseConfig {
        config(&self.name)
    }

    /// Throws everybody out and lets nobody in: the database is away.
    pub fn close(&self) {
        let name = &self.name;
        let close = format!(
            "ALTER DATABASE {name} ALLOW_CONNECTIONS false; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        connect("postgres").batch_execute(&close).expect("closed");
    }

    /// Lets people in again.
    pub fn open(&self) {
        let open = format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.name);
        connect("postgres").batch_execute(&open).expect("open again");
    }

    /// As the superuser, whom no policy binds: to look at what was stored.
    pub fn superuser(&self) -> PgConnection {
        connect(&self.name)
    }

    /// How many rows there are: of a table, which may be narrowed by `WHERE`.
    pub fn count(&self, rows: &str) -> i64 {
        count(&mut self.superuser(), rows)
    }
}

fn count(conn: &mut PgConnection, rows: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let counted = sql_query(format!("SELECT count(*) FROM {rows}"));
    let Count { count } = counted.get_result(conn).expect("a count");
    count
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let mut conn = connect("postgres");
        let dropped = conn
            .batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
            .and_then(|()| conn.batch_execute(&format!("DROP ROLE IF EXISTS {}", self.name)));
        if let Err(error) = dropped {
            eprintln!("{} stays: {error}", self.name);
        }
    }
}

/// The migrated template. Its name tells which migrations are built in, so a change makes a new one.
fn template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("it_template_{FINGERPRINT}");
        let mut conn = connect("postgres");
        // Several test runs may come here at once; the lock ends with the connection.
        conn.batch_execute("SELECT pg_advisory_lock(727202)").expect("a lock");
        let known = sql_query("SELECT 1 FROM pg_database WHERE datname = $1")
            .bind::<Text, _>(&name)
            .execute(&mut conn)
            .expect("the list of databases");
        if known == 0 {
            // A run that was killed may have left half of one.
            conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name}_new WITH (FORCE)"))
                .expect("dropped");
            conn.batch_execute(&format!("CREATE DATABASE {name}_new"))
                .expect("a template");
            migrate(&config(&format!("{name}_new"))).expect("migrations run");
            conn.batch_execute(&format!("ALTER DATABASE {name}_new RENAME TO {name}"))
                .expect("renamed");
        }
        name
    })
}

fn config(database: &str) -> DatabaseConfig {
    let role = |name: &str, password: &str| {
        let mut url = server();
        url.set_path(database);
        url.set_username(name).expect("a user");
        let password = env::var(password).unwrap_or_else(|_| "x".to_owned());
        url.set_password(Some(&password)).expect("a password");
        Secret::from(url.to_string())
    };
    let mut owner = server();
    owner.set_path(database);
    DatabaseConfig {
        owner_url: Secret::from(owner.to_string()),
        app_url: role("tallyroom_app", "APP_PASSWORD"),
        system_url: role("tallyroom_system", "SYSTEM_PASSWORD"),
        app_connections: 4,
        system_connections: 2,
    }
}

fn connect(database: &str) -> PgConnection {
    let mut url = server();
    url.set_path(database);
    PgConnection::establish(url.as_str()).expect("the test cluster answers")
}

fn server() -> Url {
    let url = env::var("TALLYROOM_TEST_DATABASE_URL")
        .expect("set TALLYROOM_TEST_DATABASE_URL to a superuser's postgres:// URL (./dev test does it)");
    Url::parse(&url).expect("TALLYROOM_TEST_DATABASE_URL is an URL")
}

/// Returns once so many transactions wait for a lock.
pub async fn until_waiting(conn: &mut PgConnection, wanted: i64) {
    let waiting = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..2_000 {
        if count(conn, waiting) == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{wanted} should wait for each other");
}
